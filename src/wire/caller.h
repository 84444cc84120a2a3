// Sends AWS calls: form encoding, signing, retries, reading the answers. The one way to AWS for everything
// above; time, bytes and chance come only from the three seams it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "wire/answer.h"
#include "wire/call.h"
#include "wire/endpoint.h"
#include "wire/identity.h"
#include "wire/pacing.h"
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
  int attempts = 0;  // none: it was not sent
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
  Caller(Transport& transport, Clock& clock, Random& random, std::shared_ptr<RefreshingCredentials> identity,
         Endpoints endpoints);
  Caller(Transport& transport, Clock& clock, Random& random, Credentials long_lived, Endpoints endpoints);

  // Sends all calls side by side and returns their replies in the same order, as fast as our share of AWS's
  // buckets allows. Retries those that may be retried, in AWS's standard mode; sleeps through the clock
  // between attempts, and gives up when the clock's sleep was interrupted. Credentials that AWS calls expired
  // are renewed once, a clock that AWS calls wrong is corrected by AWS's Date; neither is done for what is
  // sent at most once, and a time that was given to sign with is never changed.
  std::vector<Reply> call(std::span<const Call> calls);
  Reply call(const Call& call);

  // What the next calls are for; restores have a share of every budget to themselves.
  void set_urgency(Urgency urgency) { urgency_ = urgency; }
  // By this machine's clock: no request is sent that would have to wait until then, and none outlives it.
  // A call that has no time left is `unavailable`. Nothing: no limit.
  void set_deadline(std::optional<Time> deadline) { deadline_ = deadline; }
  // Is shown every call and what came of it in the end, also one that was not sent. Empty: no longer.
  using Onlooker = std::function<void(const Call&, const Reply&)>;
  void set_onlooker(Onlooker onlooker) { onlooker_ = std::move(onlooker); }

  // AWS's time as well as it is known without asking: this machine's clock, corrected once AWS refused it.
  Time now() const { return clock_.now() + skew_; }
  // This machine's clock as it is.
  Time local_time() const { return clock_.now(); }
  const Statistics& statistics() const { return statistics_; }
  const std::string& region() const { return endpoints_.region; }

 private:
  struct Attempt;
  struct Batch;
  void send(std::vector<Attempt> round, Batch& batch);
  Request request(const Call& call, const Attempt& attempt, const Credentials& credentials) const;
  std::vector<Attempt> due(Batch& batch);
  std::vector<Attempt> within_budget(std::vector<Attempt> round, Batch& batch);
  void finish_attempt(Attempt attempt, Result<Response> response, const Credentials& credentials,
                      Batch& batch);
  bool may_retry(const Call& call, Attempt& attempt, const FailedAttempt& fault,
                 const Credentials& credentials);
  bool corrected(const Call& call, Attempt& attempt, const FailedAttempt& fault,
                 const Credentials& credentials);
  bool too_late(Time start) const;
  std::string invocation_id();

  Transport& transport_;
  Clock& clock_;
  Random& random_;
  std::shared_ptr<RefreshingCredentials> identity_;
  Endpoints endpoints_;
  std::map<Service, RetryQuota> quotas_;
  Pacing pacing_;
  Urgency urgency_ = Urgency::ordinary;
  std::optional<Time> deadline_;
  Duration skew_{0};
  Statistics statistics_;
  Onlooker onlooker_;
};

}  // namespace evenkeel::wire
