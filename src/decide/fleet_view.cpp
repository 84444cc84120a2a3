#include "decide/fleet_view.h"

#include <algorithm>
#include <set>

#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

std::optional<Time> healthy_since(const TargetGroup& group, const Registration& registration,
                                  const FleetState& state) {
  const bool slow_start = group.attributes && group.attributes->slow_start > Duration::zero();
  if (!slow_start || registration.state != TargetState::healthy) return std::nullopt;
  const auto seen = state.healthy_since.find(place_key(group, registration));
  return seen == state.healthy_since.end() ? std::nullopt : std::optional(seen->second);
}

// No API tells who is in slow start: a place counts as warm only when it has been seen healthy for the whole
// ramp.
bool warm(const Place& place, Time now) {
  const auto& attributes = place.group->attributes;
  if (!attributes || attributes->slow_start == Duration::zero()) return true;
  return place.healthy_since && now - *place.healthy_since >= attributes->slow_start;
}

std::vector<std::string> what_is_unreadable(const FleetPolicy& policy, const Observation& observation) {
  std::vector<std::string> missing;
  std::map<std::string_view, const TargetGroup*> found;
  for (const auto& group : observation.target_groups) found.emplace(group.name, &group);
  for (const auto& name : policy.target_groups) {
    const auto group = found.find(name);
    if (group == found.end()) {
      missing.push_back("target group " + name + " was not found");
    } else if (!group->second->registrations) {
      missing.push_back("the targets of " + name + " could not be read");
    } else if (!group->second->attributes) {
      missing.push_back("the attributes of " + name + " could not be read");
    }
  }
  if (!observation.instances_complete) missing.push_back("the instances could not all be read");
  if (!policy.auto_scaling_group.empty() && !observation.auto_scaling_group) {
    missing.push_back("Auto Scaling group " + policy.auto_scaling_group + " could not be read");
  }
  return missing;
}

}  // namespace

std::string place_key(const TargetGroup& group, const Registration& registration) {
  return group.arn + "|" + registration.instance_id + ":" + std::to_string(registration.port);
}

const TargetGroup* find_group(const Observation& observation, std::string_view arn) {
  const auto found = std::ranges::find(observation.target_groups, arn, &TargetGroup::arn);
  return found == observation.target_groups.end() ? nullptr : &*found;
}

const Registration* find_registration(const TargetGroup& group, std::string_view instance_id, int port) {
  if (!group.registrations) return nullptr;
  const auto [first, last] =
      std::ranges::equal_range(*group.registrations, instance_id, {}, &Registration::instance_id);
  const auto found = std::find_if(first, last, [&](const Registration& r) { return r.port == port; });
  return found == last ? nullptr : &*found;
}

FleetView::FleetView(const FleetPolicy& fleet_policy, const Observation& seen, const FleetState& known)
    : policy(fleet_policy),
      observation(seen),
      state(known),
      unreadable(what_is_unreadable(fleet_policy, seen)) {
  const std::set<std::string_view> named(policy.target_groups.begin(), policy.target_groups.end());
  for (const auto& group : observation.target_groups) {
    if (!named.contains(group.name)) continue;
    groups[&group];
    if (!group.registrations) continue;
    for (const auto& registration : *group.registrations) {
      members[registration.instance_id].places.push_back(
          {&group, &registration, healthy_since(group, registration, state)});
    }
  }
  if (observation.auto_scaling_group) {
    for (const auto& scaling : observation.auto_scaling_group->members)
      members[scaling.instance_id].scaling = &scaling;
  }
  for (const auto& remediation : state.open) members[remediation.instance_id].open = &remediation;

  auto instance = observation.instances.begin();  // both are sorted by id, so one walk finds all
  for (auto& [id, member] : members) {
    member.id = id;
    while (instance != observation.instances.end() && instance->first < id) ++instance;
    if (instance != observation.instances.end() && instance->first == id) member.instance = &instance->second;
    member.serving =
        !member.places.empty() && member.open == nullptr && member.instance != nullptr &&
        member.instance->state == InstanceState::running &&
        std::ranges::all_of(member.places, [&](const Place& place) {
          return place.registration->state == TargetState::healthy && warm(place, observation.taken_at);
        });
    const TargetGroup* counted = nullptr;  // on two ports of one group it is still one member
    for (const auto& place : member.places) {
      if (place.group == counted) continue;
      counted = place.group;
      auto& count = groups[counted];
      ++count.members;
      if (member.serving) ++count.serving;
    }
  }
  for (const auto& remediation :
       state.open) {  // taken out by us: still part of the fleet that the shares refer to
    const TargetGroup* counted = nullptr;
    for (const auto& target : remediation.snapshot) {
      const auto* group = find_group(observation, target.target_group_arn);
      if (group == nullptr || group == counted || !groups.contains(group)) continue;
      counted = group;
      const auto& places = members.at(remediation.instance_id).places;
      if (std::ranges::none_of(places, [&](const Place& place) { return place.group == group; })) {
        ++groups[group].members;
      }
    }
  }
}

int required_healthy(const Keep& keep, int members, int fail_open_count, int fail_open_percent) {
  const int fail_open = std::max(fail_open_count, (fail_open_percent * members + 99) / 100);
  return std::max(keep.healthy.of(members), fail_open + 1);
}

int FleetView::required(const TargetGroup& group) const {
  int total = groups.at(&group).members;
  if (observation.auto_scaling_group) total = std::max(total, observation.auto_scaling_group->desired);
  const bool known = group.attributes.has_value();
  return required_healthy(policy.keep, total, known ? group.attributes->fail_open_count : 0,
                          known ? group.attributes->fail_open_percent : 0);
}

std::vector<std::string> FleetView::out() const {
  std::vector<std::string> ids;
  for (const auto& [id, member] : members) {
    const bool drained = std::ranges::any_of(member.places, [](const Place& place) {
      return place.registration->state == TargetState::draining ||
             place.registration->state == TargetState::unhealthy_draining;
    });
    const bool standby = member.scaling != nullptr && (member.scaling->lifecycle_state == "Standby" ||
                                                       member.scaling->lifecycle_state == "EnteringStandby");
    const bool gone = member.instance != nullptr && member.instance->state == InstanceState::terminated;
    if (member.open != nullptr || ((drained || standby) && !gone)) ids.push_back(id);
  }
  return ids;
}

}  // namespace evenkeel::decide
