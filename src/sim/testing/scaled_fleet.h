// A small fleet whose servers are the members of an Auto Scaling group, twenty minutes old.
#pragma once

#include "sim/testing/fleet.h"

namespace evenkeel::sim {

struct ScaledFleet : SmallFleet {
  explicit ScaledFleet(int servers = 4, const std::string& health_check_type = "EC2",
                       double requests_per_server = 0)
      : SmallFleet(servers, requests_per_server) {
    AutoScalingGroup made;
    made.name = name;
    made.health_check_type = health_check_type;
    made.min_size = 1;
    made.max_size = servers;
    made.desired = servers;
    made.target_group_arns = {group};
    for (const auto& id : ids) {
      account.servers.at(id).auto_scaling_group = made.name;
      made.members.push_back({id});
    }
    account.auto_scaling_groups[made.name] = made;
    pass(20min);
  }

  AutoScalingGroup& scaling() { return account.auto_scaling_groups.at(name); }
  AutoScalingMember* member(std::size_t index) { return scaling().find(ids[index]); }
  bool has(std::size_t index) { return member(index) != nullptr; }
  // "" when it is no member.
  std::string lifecycle(std::size_t index) { return has(index) ? member(index)->lifecycle_state : ""; }
  std::optional<ApiRefusal> enter(std::size_t index, bool decrement = true) {
    return account.enter_standby(name, {ids[index]}, decrement);
  }
  std::optional<ApiRefusal> leave_standby(std::size_t index) {
    return account.exit_standby(name, {ids[index]});
  }
  // The time until the member's lifecycle state is so, at most ten minutes.
  Duration pass_until_lifecycle(std::size_t index, const std::string& wanted) {
    const Time from = account.now();
    while (lifecycle(index) != wanted && account.now() < from + 10min) pass(1s);
    return account.now() - from;
  }
  std::size_t count(const std::string& state) {
    return static_cast<std::size_t>(
        std::ranges::count(scaling().members, state, &AutoScalingMember::lifecycle_state));
  }
  const ScalingActivity& activity() { return scaling().activities.back(); }

  std::string name = "web-asg";
};

}  // namespace evenkeel::sim
