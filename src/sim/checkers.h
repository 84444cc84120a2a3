// Independent judges of a run: they read only the account's own history, never Evenkeel's.
#pragma once

#include <string>
#include <vector>

#include "sim/account.h"

namespace evenkeel::sim {

// What the fleet's operator was promised, in the account's words.
struct Promise {
  std::vector<std::string> target_group_arns;
  int healthy_at_least = 0;             // in each group, when we take one out
  int out_at_most = 1;                  // by our doing, at any time
  Duration forgotten_after{7'200'000};  // taken out by us and neither back nor gone for so long: forgotten
};

struct Judgement {
  int undrained_reboots = 0;  // by the API, while registered anywhere in any state but gone
  int double_reboots = 0;     // a second reboot of one outage: without having been back in between
  int forgotten = 0;  // deregistered by us, alive, and not back in exactly the same (group, port) places
  int guard_violations = 0;  // a deregistration that left fewer healthy than promised, or too many out
  std::vector<std::string> findings;  // one sentence each, with time and instance
};

Judgement judge(const Account& account, const Promise& promise);

}  // namespace evenkeel::sim
