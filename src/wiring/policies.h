// Where the policy is, by the address that --policy and EVENKEEL_POLICY give:
//   PATH                   a file; in Lambda a relative one is in LAMBDA_TASK_ROOT
//   env:NAME               the text itself is in that variable
//   ssm:/NAME[:VERSION]    an SSM parameter
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "model/policy.h"

namespace evenkeel::wiring {

// Reads and checks the policy at `address`. `region` is that of an SSM parameter, when it isn't the
// environment's; empty: not given.
// Errors: `invalid` the address makes no sense, or every mistake in the text, each with its place: FILE:3:5,
// or "ssm:/evenkeel/policy version 7, line 3, column 5". Else as of the place it is read from.
Result<Policy> load_policy(const std::string& address, const credentials::Sources& sources,
                           const std::string& region);

struct PolicyPlace;

// For processes that stay: reads the policy again, and keeps the last good one when a new one is broken.
class PolicySource {
 public:
  // How often a parameter is read, and how long that may take the first time and later.
  static constexpr Duration kReadAgainAfter{60'000};
  static constexpr Duration kFirstReadWithin{10'000};
  static constexpr Duration kReadAgainWithin{2'000};
  // Of a parameter that is broken at the first read, so many older versions are tried.
  static constexpr int kOlderVersions = 5;

  // What `sources` refers to must outlive this. Reads nothing yet.
  PolicySource(std::string address, credentials::Sources sources, std::string region);
  ~PolicySource();
  PolicySource(const PolicySource&) = delete;
  PolicySource& operator=(const PolicySource&) = delete;

  struct Current {
    const Policy& policy;  // until the next call
    std::string version;   // for people: "ssm:/evenkeel/policy version 7", "evenkeel.yaml"
    // Not empty: what is wrong with a newer one, and that this one stays in use. Several lines.
    std::string problem;
  };

  // A file is read each time, a parameter at most once a minute, a variable once. Error: there is no good one
  // to use: none was ever read, and none could be now.
  Result<Current> current();

 private:
  struct Good {
    Policy policy;
    std::string version;
  };

  Result<void> read();

  std::unique_ptr<PolicyPlace> place_;
  std::optional<Good> good_;
  std::string problem_;
  Time read_at_{};
};

}  // namespace evenkeel::wiring
