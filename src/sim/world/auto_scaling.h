// Auto Scaling groups as the account holds them: sizes, members with their lives, and what happened to them.
// docs/aws.md, Auto Scaling.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace evenkeel::sim {

// Who did it: Evenkeel through the API, or an outsider (an operator, a deployment, AWS itself).
enum class Actor { evenkeel, outsider };

// A Classic Load Balancer's key among the account's target groups: it has no ARN of its own.
inline std::string classic_arn_of(const std::string& name) { return "classic/" + name; }

struct AutoScalingMember {
  // lifecycle_state: AWS's words Pending, InService, EnteringStandby, Standby, Detaching, Terminating,
  // Terminating:Wait, Terminating:Retained, ReplacingRootVolume, RootVolumeReplaced.
  // health_status: Healthy or Unhealthy; it never recovers by itself, and in Standby it stays as it was.
  std::string instance_id, lifecycle_state = "InService", health_status = "Healthy";
  bool protected_from_scale_in = false;
  Time pending_until{};                       // when Pending (and whatever else passes by itself) is over
  std::optional<Time> in_service_since = {};  // the grace period begins; none: with the server's launch
  std::optional<Actor> standby_by = {};       // from EnterStandby until it is InService again
  int decremented = 0;                        // by so much the desired size, by its Standby
  bool deregistered_by_outsider = false;      // from an attached group, while InService
  std::size_t activity = 0;                   // the number of its last activity; 0: none
  int weight = 0;                             // WeightedCapacity; 0: none is given, it counts as one unit

  // Auto Scaling compares the units of these with the desired size.
  bool counts() const {
    return lifecycle_state == "InService" || lifecycle_state == "Pending" || replaces_root_volume();
  }
  bool replaces_root_volume() const {
    return lifecycle_state == "ReplacingRootVolume" || lifecycle_state == "RootVolumeReplaced";
  }
  int units() const { return weight > 0 ? weight : 1; }
};

// What answers a group's termination lifecycle hook, and with which result; none: there is no hook.
enum class TerminateHook { none, completes, abandons };

struct ScalingActivity {
  std::size_t number = 0;  // 1, 2 … within the group
  std::string instance_id, description, cause;
  std::string status;  // InProgress, PreInService, WaitingForELBConnectionDraining, Successful, Failed
  int progress = 0;
  Time started{};
  std::optional<Time> ended;
};

struct InstanceRefresh {
  std::string id, status = "InProgress";
  Time started{};
  std::optional<Time> ended;
  std::string strategy = "Rolling";        // or ReplaceRootVolume
  std::vector<std::string> replaced = {};  // whose root volume it has replaced
};

// Sizes are numbers of instances, or units where instances have weights.
struct AutoScalingGroup {
  std::string name;
  int min_size = 0, max_size = 0, desired = 0;
  std::string health_check_type = "EC2";  // comma list: EC2, ELB
  Duration health_check_grace_period{300'000};
  std::vector<std::string> suspended_processes, target_group_arns;
  Time launch_suspended_at{}, launch_resumed_at{};  // by an outsider, the last time; the epoch: never
  std::vector<AutoScalingMember> members;
  std::set<std::string> zones = {};              // where it may launch: those in which it ever had a member
  std::vector<ScalingActivity> activities = {};  // in order of time, the last thousand
  std::size_t activities_so_far = 0;
  std::vector<InstanceRefresh> refreshes = {};  // in order of time
  bool uneven_by_us = false;                    // our last Standby made even zones uneven, and they still are
  int owed_to_us = 0;                       // replacements not launched yet of members that we had terminated
  std::map<std::string, int> weights = {};  // of its mixed instances policy, by instance type; empty: none
  std::string desired_capacity_type = {};   // units, vcpu or memory-mib; empty: not given
  std::vector<std::string> classic_names = {};  // attached Classic Load Balancers
  std::vector<std::string> lattice_arns = {};   // attached target groups of VPC Lattice: shown, no more
  TerminateHook terminate_hook = TerminateHook::none;
  bool retains = false;  // its lifecycle policy: an instance whose termination hook is abandoned is kept

  AutoScalingMember* find(std::string_view instance_id) {
    const auto found = std::ranges::find(members, instance_id, &AutoScalingMember::instance_id);
    return found == members.end() ? nullptr : &*found;
  }
  ScalingActivity* find_activity(std::size_t number) {
    const auto found = std::ranges::find(activities, number, &ScalingActivity::number);
    return found == activities.end() ? nullptr : &*found;
  }
  // Target groups and Classic Load Balancers: what a Standby and a termination take a member from.
  std::vector<std::string> attached() const {
    auto arns = target_group_arns;
    for (const auto& each : classic_names) arns.push_back(classic_arn_of(each));
    return arns;
  }
  int weight_of(const std::string& instance_type) const {
    const auto found = weights.find(instance_type);
    return found == weights.end() ? 0 : found->second;
  }
  bool suspended(std::string_view process) const {
    return std::ranges::find(suspended_processes, process) != suspended_processes.end();
  }
};

}  // namespace evenkeel::sim
