// The observation from the members' point of view: who serves where, and how many are left. Built once per
// decision; holds pointers into the observation and the state, which must outlive it.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel::decide {

struct Count {
  int members = 0;  // those that Evenkeel has out included
  int serving = 0;  // of them, serving
  int shifted = 0;  // of them, in a zone that traffic is shifted away from
};

struct GroupCount : Count {
  int required = 0;                         // how many of them must be left serving
  std::map<std::string_view, Count> zones;  // of those whose zone is known
};

// The fleet in one zone, whatever groups its members are in.
struct ZoneCount : Count {
  int out = 0;      // taken out by Evenkeel or by an external change
  int failing = 0;  // not healthy everywhere, and not caused by Evenkeel
};

// One registration of a member in a group of the fleet.
struct Target {
  const TargetGroup* group;
  const Registration* registration;
  std::optional<Time> healthy_since;  // where the group has slow start, and it is healthy
  GroupCount* count;                  // the group's, in FleetView::groups
};

struct Member {
  std::string id;
  const Instance* instance = nullptr;          // nullptr: DescribeInstances didn't return it
  const AutoScalingMember* scaling = nullptr;  // nullptr: not in the named Auto Scaling group
  const Remediation* open = nullptr;           // nullptr: nothing of ours is open
  const MemberRecord* record = nullptr;        // never nullptr in a FleetView
  const InOtherFleet* other = nullptr;         // what another fleet has done to it; nullptr: nothing
  std::vector<const PastRemediation*> past;    // of FleetState::recent, newest first
  std::vector<const Signal*> signals;          // of FleetView::metrics; nullptr: not answered
  std::vector<Target> places;                  // sorted by (arn, port)
  std::vector<const TargetGroup*> missing;     // groups in which it is expected and not registered
  std::string_view zone;                       // its Availability Zone; empty: not known
  // The treatment at which it would begin, for the reason that asks; empty: as its record says
  std::optional<int> level = std::nullopt;
  // Healthy at every place and not shifted away from, past slow start, nothing of ours open
  bool serving = false;
  bool out = false;  // taken out by Evenkeel or by an external change: in Standby, draining, or missing
};

// One reading of CloudWatch, shared by every condition with the same metric_key().
struct MetricReading {
  std::string key;
  MetricCondition condition;  // the longest window and the strictest age of those that share it
  bool of_reboot_when = false;
  const std::map<std::string, Signal>* answers = nullptr;  // nullptr: nothing of it has been asked
  std::vector<const MetricCondition*> judged_by;           // in the policy
};

// How many must be left healthy in a target group of so many members: the policy's, and more than the group's
// own fail-open threshold.
int required_healthy(const Keep& keep, int members, int fail_open_count, int fail_open_percent);

// Where Auto Scaling has it, in AWS's word.
std::string state_word(const AutoScalingMember& member);

// How many instances an Auto Scaling group wants, those in Standby included. Where its sizes count units: those
// that it has, and as many of the lightest as it lacks.
int instances_wanted(const AutoScalingGroup& group);

struct FleetView {
  const FleetPolicy& policy;
  const Observation& observation;
  const FleetState& state;
  std::map<std::string, Member> members;            // by instance id
  std::map<const TargetGroup*, GroupCount> groups;  // the fleet's
  std::map<std::string_view, ZoneCount> zones;      // of members whose zone is known
  std::vector<MetricReading> metrics;               // what the rules judge
  std::vector<std::string> unreadable;              // for people: what is missing for any start
  std::vector<std::string> doubted;                 // for people: looks at a group that are not believed yet
  int out_count = 0;                                // members that are out
  int wanted_by_scaling = 0;  // what Auto Scaling wants, and has in Standby; 0: no group is named

  FleetView(const FleetPolicy& policy, const Observation& observation, const FleetState& state);

  // Everything was read, and is believed.
  bool readable() const { return unreadable.empty() && doubted.empty(); }
  // How many must be left serving in the group, one of the fleet's: the policy's, and more than its own
  // fail-open threshold. A share is of the group's members, or of what Auto Scaling wants and has in Standby
  // if that is more: it must not shrink with what is taken out.
  int required(const TargetGroup& group) const { return groups.at(&group).required; }
  // Of them, what keep.healthy asks for; more: the group's fail-open threshold does.
  int healthy_wanted(const Count& count) const {
    return policy.keep.healthy.of(std::max(count.members, wanted_by_scaling));
  }
  // How many must be left serving in the group and zone: keep.healthy_per_zone, or one where the zone has two
  // or more members.
  int required(const Count& zone) const;
  // Members that are out, by Evenkeel or by an external change.
  std::vector<std::string> out() const;
  // The reading that a condition of the policy is judged by.
  const MetricReading& metric_of(const MetricCondition& condition) const;
  // The member's answer of that reading; nullptr: none.
  const Signal* signal_of(const Member& member, const MetricCondition& condition) const;

 private:
  void find_members();
  void find_places(const std::function<Member&(const std::string& id)>& member);
  void find_missing(const std::function<Member&(const std::string& id)>& member);
  void find_metrics();
  void find_what_is_known();
  void count();
  void count_taken_out();
  void find_required();
};

// It gets requests: healthy, and traffic is not shifted away from its zone.
inline bool gets_requests(const Registration& registration) {
  return registration.state == TargetState::healthy && !registration.zonal_shift;
}

// It runs and is registered: its metrics are asked for.
bool is_readable(const Member& member);

// The group's member of that id; nullptr: it doesn't list it.
const AutoScalingMember* find_scaling(const AutoScalingGroup& group, std::string_view instance_id);

// The remediation's registration in its group as observed now; nullptr when it is not there or the group
// unreadable.
const Registration* find_registration(const TargetGroup& group, std::string_view instance_id, int port);
const TargetGroup* find_group(const Observation& observation, std::string_view arn);

}  // namespace evenkeel::decide
