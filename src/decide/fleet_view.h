// The observation from the members' point of view: who serves where, and how many are left. Built once per
// decision; holds pointers into the observation and the state, which must outlive it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel::decide {

// One registration of a member in a group that the policy names.
struct Place {
  const TargetGroup* group;
  const Registration* registration;
  std::optional<Time> healthy_since;  // where the group has slow start, and it is healthy
};

struct Member {
  std::string id;
  const Instance* instance = nullptr;          // nullptr: DescribeInstances didn't return it
  const AutoScalingMember* scaling = nullptr;  // nullptr: not in the named Auto Scaling group
  const Remediation* open = nullptr;           // nullptr: nothing of ours is open
  std::vector<Place> places;                   // sorted by (arn, port)
  bool serving = false;  // healthy at every place, past slow start, nothing of ours open
};

struct GroupCount {
  int members = 0;  // registered in it, those out by our doing included
  int serving = 0;  // of them, serving
};

// How many must be left healthy in a target group of so many members: the policy's, and more than the group's
// own fail-open threshold.
int required_healthy(const Keep& keep, int members, int fail_open_count, int fail_open_percent);

struct FleetView {
  const FleetPolicy& policy;
  const Observation& observation;
  const FleetState& state;
  std::map<std::string, Member> members;            // by instance id
  std::map<const TargetGroup*, GroupCount> groups;  // those the policy names
  std::vector<std::string> unreadable;              // for people: what is missing for any start

  FleetView(const FleetPolicy& policy, const Observation& observation, const FleetState& state);

  // How many must be left serving in the group: the policy's, and more than its own fail-open threshold.
  int required(const TargetGroup& group) const;
  // Members that are out, whoever took them out.
  std::vector<std::string> out() const;
};

// The remediation's registration in its group as observed now; nullptr when it is not there or the group
// unreadable.
const Registration* find_registration(const TargetGroup& group, std::string_view instance_id, int port);
const TargetGroup* find_group(const Observation& observation, std::string_view arn);

// The key of FleetState::healthy_since.
std::string place_key(const TargetGroup& group, const Registration& registration);

}  // namespace evenkeel::decide
