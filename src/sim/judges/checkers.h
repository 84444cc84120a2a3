// Independent judges of a run: they read the account's own history, and of Evenkeel's only what it was about to take.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/world/account.h"

namespace evenkeel::sim {

using TargetKey = std::pair<std::string, int>;                     // arn of the target group, port
using TargetsTaken = std::set<std::pair<std::string, TargetKey>>;  // each with its instance

// What the fleet's operator was promised, in the account's words.
struct Promise {
  std::vector<std::string> target_group_arns;
  int healthy_at_least = 0;  // in each group, when we take one out
  int out_at_most = 1;       // because of Evenkeel, at any time
  int reboots_at_most = 1;   // in one outage, five minutes apart at least
  // Taken out, moved to Standby or stopped by us, and neither back nor gone for so long: forgotten.
  Duration forgotten_after{7'200'000};
  // From where Evenkeel recorded it was about to take an instance: even where the request never reached AWS, it may
  // put the instance back there.
  TargetsTaken about_to_take;
};

struct CheckerReport {
  int undrained_reboots =
      0;  // and stops and commands: by the API, while registered anywhere in any state but gone
  // More reboots in one outage, without having been back in between, than promised; or two within five minutes.
  int double_reboots = 0;
  // Deregistered by us, alive, and not back in exactly the same (group, port) places; or left in Standby, or
  // stopped.
  int forgotten = 0;
  // A deregistration or Standby that left fewer healthy than promised, or too many out; a return from a
  // Standby that wasn't ours.
  int guard_violations = 0;
  // The desired size of an Auto Scaling group that we changed for good: a Standby that kept it, one whose
  // decrement was never taken back, a termination that decremented it.
  int size_changes = 0;
  // Auto Scaling terminated or replaced an instance in consequence of what we did: it evened out zones that our
  // Standby had made uneven, replaced what we had deregistered, stopped or rebooted, or took one too many out
  // after our return from Standby.
  int consequences = 0;
  // Terminated by us, and kept by the group's lifecycle policy: running and billed.
  int retained = 0;
  std::vector<std::string> findings;  // one sentence each, with time and instance
};

CheckerReport judge(const Account& account, const Promise& promise);

}  // namespace evenkeel::sim
