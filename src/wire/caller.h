// Sends AWS calls: form encoding, signing, retries, reading the answers. The one way to AWS for everything
// above; time, bytes and chance come only from the three seams it is given.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "wire/answer.h"
#include "wire/call.h"
#include "wire/credentials.h"
#include "wire/endpoint.h"
#include "wire/retry.h"
#include "wire/transport.h"

namespace evenkeel::wire {

struct Reply {
  // A mutation with any uncertain attempt that did not succeed in the end is `maybe_happened`, whatever its
  // last attempt was told.
  Result<Answer> outcome = std::unexpected(Error{});
  std::optional<Time> date;  // AWS's Date with the last response; always there on success
  // A mutation's attempt ended without a certain answer (timeout, reset, lost reply, 5xx after sending). It
  // may still take effect later, even when another attempt succeeded.
  bool may_land_late = false;
  int attempts = 0;
};

// What was sent, per action ("ec2:DescribeInstances"). Bytes are bodies.
struct CallCounts {
  std::uint64_t requests = 0;  // HTTP requests, retries included
  std::uint64_t retries = 0;
  std::uint64_t failures = 0;   // calls that ended in an error
  std::uint64_t throttled = 0;  // responses that told us to slow down
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

struct Statistics {
  std::map<std::string, CallCounts> actions;
  std::uint64_t requests() const;  // over all actions
};

class Caller {
 public:
  // Transport, clock and random must outlive the caller.
  Caller(Transport& transport, Clock& clock, Random& random, Credentials credentials, Endpoints endpoints);

  // Sends all calls side by side and returns their replies in the same order. Retries those that may be
  // retried, in AWS's standard mode; sleeps through the clock between attempts, and gives up retrying when
  // the clock's sleep was interrupted.
  std::vector<Reply> call(std::span<const Call> calls);
  Reply call(const Call& call);

  const Statistics& statistics() const { return statistics_; }
  const std::string& region() const { return endpoints_.region; }
  // The signing clock, for whoever needs "now" to ask AWS for a window of time.
  const Clock& clock() const { return clock_; }

 private:
  struct Attempt;
  Request request(const Call& call, const Attempt& attempt) const;
  std::vector<Attempt> due(std::vector<Attempt>& waiting);
  void settle(const Call& call, Attempt attempt, Result<Response> response, Reply& reply,
              std::vector<Attempt>& waiting);
  bool may_retry(const Call& call, Attempt& attempt, const Fault& fault);
  std::string invocation_id();

  Transport& transport_;
  Clock& clock_;
  Random& random_;
  Credentials credentials_;
  Endpoints endpoints_;
  std::map<Service, RetryQuota> quotas_;
  Statistics statistics_;
};

}  // namespace evenkeel::wire
