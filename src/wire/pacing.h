// Client-side budgets: we slow ourselves down before AWS does, and leave something of every bucket for others
// (people, deployments) and for our own restores. One Pacing per account and region. AWS's buckets
// (docs/aws.md, The wire); where AWS publishes none (Auto Scaling, SNS, STS, most of SSM), a careful guess.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "wire/call.h"

namespace evenkeel::wire {

enum class Urgency {
  ordinary,  // whatever can wait: looking around, starting a remediation
  restore,   // bringing a member back, and what must be read for it: has a share that nothing else can spend
};

class Pacing {
 public:
  // How long `call` must still wait; zero: it may go now, and has been counted.
  Duration take(const Call& call, Urgency urgency, Time now);

  // AWS throttled this call: its buckets are emptier than we thought.
  void throttled(const Call& call, Time now);

 private:
  struct Bucket {
    double level = 0;
    Time filled_at{};
  };
  std::map<std::string, Bucket> buckets_;  // by name; full until first used
};

}  // namespace evenkeel::wire
