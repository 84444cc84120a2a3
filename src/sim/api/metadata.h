// The endpoints that only a machine inside can reach, under their real paths, with the role `evenkeel`:
//   PUT /latest/api/token             IMDSv2; version 1 is switched off: without a token the answer is 401
//   GET /latest/meta-data/iam/security-credentials/[evenkeel]
//   GET /latest/meta-data/placement/region
//   GET /v2/credentials/evenkeel      a container on ECS: every process that reaches it may ask
//   GET /v1/credentials               a pod on EKS: only with Authorization: simulated-pod-token
// docs/aws.md, Credentials; docs.aws.amazon.com: "Use the Instance Metadata Service", "EKS Pod Identity".
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>

#include "base/random.h"
#include "sim/api/keys.h"
#include "sim/world/account.h"
#include "wire/transport.h"

namespace evenkeel::sim {

inline constexpr const char* kMetadataRole = "evenkeel";
// How faults and counts call what is asked for.
inline constexpr std::array kMetadataActions = {"metadata.Token", "metadata.Role", "metadata.Credentials",
                                                "metadata.Region", "container.Credentials"};
inline constexpr const char* kPodToken = "simulated-pod-token";

class Metadata {
 public:
  Metadata(const Account& account, Keys& keys, std::uint64_t seed)
      : account_(account), keys_(keys), random_(seed) {}

  // One of kMetadataActions. Nothing: it is none of these paths.
  static std::optional<std::string> action(const wire::Request& request);

  // `client_now`: the time in which ends of sessions are told.
  wire::Response answer(const wire::Request& request, Time client_now);

 private:
  wire::Response token(const wire::Request& request);
  std::string credentials(Time client_now, bool instance);

  const Account& account_;
  Keys& keys_;
  SeededRandom random_;
  std::set<std::string> tokens_;
};

}  // namespace evenkeel::sim
