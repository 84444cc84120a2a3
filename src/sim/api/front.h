// The account's front: AWS's wire protocols over bytes. Checks signature, expiry and shape more strictly
// than AWS does, throttles with AWS's buckets, injects faults, and answers in XML or JSON with AWS's own
// codes and words.
#pragma once

#include "base/random.h"
#include "sim/api/keys.h"
#include "sim/world/account.h"
#include "sim/world/faults.h"
#include "wire/transport.h"

namespace evenkeel::sim {

// How often each action was called, by IAM's name: "elasticloadbalancing:DescribeTargetHealth" → 12. Metrics
// asked for are counted as "cloudwatch:metrics", the unit of CloudWatch's bill; bodies' bytes as "bytes:in"
// and "bytes:out". Calls that could not be understood are counted as "refused:unread".
using CountsByAction = std::map<std::string, std::int64_t>;

class Front final : public wire::Transport {
 public:
  Front(Account& account, Faults faults, std::uint64_t seed, AccessKey access = {});
  ~Front() override;

  // Side by side in virtual time: every request is answered at the account's present time, in order; then the
  // account's time moves on by the slowest call. A lost reply, or one slower than the request's timeout, is
  // `maybe_happened`.
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override;

  // Besides AWS's calls it answers the metadata endpoints of sim/api/metadata.h, counted as "metadata:Token" and
  // so on.

  // One request at the account's present time, without latency: what the HTTP server calls. None: the
  // connection dies. `other_now`: a second time that X-Amz-Date may be near to, for clients that sign with
  // this machine's clock. `slow_by`: what a `slow` fault of a metadata endpoint makes it later.
  std::optional<wire::Response> answer(const wire::Request& request, std::optional<Time> other_now = {},
                                       Duration* slow_by = nullptr);

  const CountsByAction& calls() const;
  // ARN → calls that it signed and that were understood.
  const CountsByAction& callers() const;
  // What every injected fault did so far: kind → times fired.
  const std::map<std::string, std::int64_t>& faults_fired() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace evenkeel::sim
