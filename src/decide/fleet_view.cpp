#include "decide/fleet_view.h"

#include <algorithm>
#include <memory_resource>
#include <ranges>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "decide/guards/expected.h"
#include "decide/guards/slow_start.h"
#include "decide/sorted_walk.h"

namespace evenkeel::decide {
namespace {

// No API tells who is in slow start: a place counts as warm only when it has been seen healthy for the whole
// ramp.
bool warm(const Target& place, Time now) {
  const auto& attributes = place.group->attributes;
  if (!attributes || attributes->slow_start == Duration::zero()) return true;
  return place.healthy_since && now - *place.healthy_since >= attributes->slow_start;
}

std::vector<std::string> what_is_unreadable(const FleetPolicy& policy, const Observation& observation) {
  std::vector<std::string> missing;
  std::set<std::string_view> found;
  for (const auto& group : observation.target_groups) {
    if (group.of_fleet) found.insert(group.name);
  }
  for (const auto& name : policy.target_groups) {
    if (found.contains(name)) continue;
    const auto& absent = observation.absent_names;
    const bool said = std::ranges::find(absent, name) != absent.end();
    missing.push_back("target group " + name + (said ? " was not found" : " could not be looked up"));
  }
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    if (!group.registrations) {
      missing.push_back("the targets of " + group.name + " could not be read");
    } else if (!group.attributes) {
      missing.push_back("the attributes of " + group.name + " could not be read");
    }
  }
  if (!observation.instances_complete) {
    const bool unasked = std::ranges::any_of(observation.target_groups,
                                             [](const TargetGroup& group) { return !group.registrations; });
    missing.push_back(unasked ? "so it is not known which instances there are"
                              : "the instances could not all be read");
  }
  const auto& scaling = policy.auto_scaling_group;
  if (!scaling.empty() && !observation.auto_scaling_group) {
    missing.push_back("Auto Scaling group " + scaling + " could not be read");
  } else if (policy.target_groups.empty() && found.empty()) {
    missing.push_back("no target group is attached to Auto Scaling group " + scaling +
                      ": attach one, or name the fleet's in target_groups");
  }
  return missing;
}

bool healthy_everywhere(const Member& member) {
  return !member.places.empty() && member.missing.empty() && member.instance != nullptr &&
         member.instance->state == InstanceState::running &&
         std::ranges::all_of(member.places, [](const Target& place) {
           return place.registration->state == TargetState::healthy;
         });
}

bool is_out(const Member& member) {
  if (member.open != nullptr || (member.other != nullptr && member.other->open)) return true;
  if (member.instance != nullptr && member.instance->state == InstanceState::terminated) return false;
  return !member.missing.empty() ||
         (member.scaling != nullptr && in_standby(member.scaling->lifecycle_state)) ||
         std::ranges::any_of(member.places, [](const Target& place) {
           return place.registration->state == TargetState::draining ||
                  place.registration->state == TargetState::unhealthy_draining;
         });
}

// Auto Scaling lists what it retains, but does not count it: how that is says nothing of its zone.
bool is_retained(const Member& member) {
  return member.scaling != nullptr &&
         member.scaling->lifecycle_state == LifecycleState::terminating_retained && member.places.empty();
}

void add(Count& count, bool serving, bool shifted = false) {
  ++count.members;
  if (serving) ++count.serving;
  if (shifted) ++count.shifted;
}

}  // namespace

bool is_readable(const Member& member) {
  return !member.places.empty() && member.instance != nullptr &&
         member.instance->state == InstanceState::running;
}

const AutoScalingMember* find_scaling(const AutoScalingGroup& group, std::string_view instance_id) {
  const auto found = std::ranges::find(group.members, instance_id, &AutoScalingMember::instance_id);
  return found == group.members.end() ? nullptr : &*found;
}

int instances_wanted(const AutoScalingGroup& group) {
  int there = 0, standby = 0, units = 0, lightest = 0;
  bool all_known = true;
  for (const auto& member : group.members) {
    if (in_standby(member.lifecycle_state)) {
      ++standby;
      continue;
    }
    if (leaves_group(member.lifecycle_state)) continue;
    ++there;
    units += member.weight;
    all_known = all_known && member.weight > 0;
    if (member.weight > 0) lightest = lightest == 0 ? member.weight : std::min(lightest, member.weight);
  }
  if (!group.in_units) return group.desired + standby;
  const int lacking = all_known && lightest > 0 ? std::max(0, group.desired - units) : 0;
  return there + standby + (lacking == 0 ? 0 : (lacking + lightest - 1) / lightest);
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
  find_members();
  find_metrics();
  find_what_is_known();
  count();
  count_taken_out();
  find_required();
}

// Instances are sorted by id, so the members are made in that order; the groups have another, for which a
// hash is cheaper than so many searches of the map.
void FleetView::find_members() {
  std::pmr::monotonic_buffer_resource memory;
  std::pmr::unordered_map<std::string_view, Member*> by_id{&memory};
  by_id.reserve(observation.instances.size());
  for (const auto& [id, instance] : observation.instances) {
    auto& member = members.emplace_hint(members.end(), id, Member{})->second;
    member.instance = &instance;
    member.zone = instance.availability_zone;
    by_id.emplace(id, &member);
  }
  const auto by = [&](const std::string& id) -> Member& {
    auto& member = by_id[id];
    if (member == nullptr) member = &members[id];
    return *member;
  };
  find_places(by);
  find_missing(by);
  std::erase_if(members, [](const auto& entry) {
    const Member& member = entry.second;
    return member.places.empty() && member.missing.empty() && member.scaling == nullptr &&
           member.open == nullptr;
  });
}

void FleetView::find_places(const std::function<Member&(const std::string& id)>& member) {
  KnownPlaces known{state.healthy_since};
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    auto& of_group = groups[&group];
    if (!group.registrations) continue;
    for (const auto& registration : *group.registrations) {
      Target place{&group, &registration, std::nullopt, &of_group};
      if (matters(group, registration)) {
        const auto entry = known.find(group, registration);
        if (entry != state.healthy_since.end()) place.healthy_since = entry->second;
      }
      auto& places = member(registration.instance_id).places;
      if (places.empty()) places.reserve(2);
      places.push_back(place);
    }
  }
  if (observation.auto_scaling_group) {
    wanted_by_scaling = instances_wanted(*observation.auto_scaling_group);
    for (const auto& scaling : observation.auto_scaling_group->members)
      member(scaling.instance_id).scaling = &scaling;
  }
  for (const auto& remediation : state.open) member(remediation.instance_id).open = &remediation;
}

// Which servers are expected in a group and not there. What is not believed is said, and makes no server missing.
void FleetView::find_missing(const std::function<Member&(const std::string& id)>& member) {
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    if (auto why = doubt(group, state); !why.empty()) {
      doubted.push_back(std::move(why));
    } else {
      for (const auto& id : missing_from(group, observation, state)) member(id).missing.push_back(&group);
    }
    if (!group.registrations) continue;
    for (const auto& [id, other] : observation.other_fleets) {
      const auto& theirs = other.target_groups;
      if (!other.open || std::ranges::find(theirs, group.arn) == theirs.end()) continue;
      auto& out = member(id);
      const auto has = [&](const Target& place) { return place.group == &group; };
      if (std::ranges::none_of(out.places, has) &&
          std::ranges::find(out.missing, &group) == out.missing.end())
        out.missing.push_back(&group);
    }
  }
}

// What the state and CloudWatch know of each member.
void FleetView::find_what_is_known() {
  static const MemberRecord nothing;
  SortedWalk records{state.members};
  std::vector<std::optional<SortedWalk<const std::map<std::string, Signal>>>> answers;
  for (const auto& metric : metrics) {
    answers.emplace_back();
    if (metric.answers != nullptr) answers.back().emplace(*metric.answers);
  }
  for (auto& [id, member] : members) {
    member.id = id;
    const auto other = observation.other_fleets.find(id);
    if (other != observation.other_fleets.end()) member.other = &other->second;
    const auto* record = records.find(id);
    member.record = record == nullptr ? &nothing : record;
    member.signals.reserve(answers.size());
    for (auto& answer : answers) member.signals.push_back(answer ? answer->find(id) : nullptr);
  }
  for (const auto& past : std::views::reverse(state.recent)) {
    const auto member = members.find(past.instance_id);
    if (member != members.end()) member->second.past.push_back(&past);
  }
}

void FleetView::find_metrics() {
  const auto add = [&](const MetricCondition& condition, bool of_reboot_when) {
    const auto key = metric_key(condition);
    const auto known = std::ranges::find(metrics, key, &MetricReading::key);
    if (known == metrics.end()) {
      metrics.push_back({key, condition, of_reboot_when, nullptr, {&condition}});
      return;
    }
    known->condition.over = std::max(known->condition.over, condition.over);
    known->condition.max_age = std::min(known->condition.max_age, condition.max_age);
    known->judged_by.push_back(&condition);
  };
  if (policy.reboot_when.given()) add(policy.reboot_when, true);
  for (const auto& rule : policy.also_when) {
    for (const auto& condition : rule.all) {
      if (condition.kind == Condition::Kind::metric) add(condition.metric, false);
    }
  }
  for (auto& metric : metrics) {
    const auto other = observation.other_signals.find(metric.key);
    if (metric.of_reboot_when) {
      metric.answers = observation.signals.empty() ? nullptr : &observation.signals;
    } else if (other != observation.other_signals.end()) {
      metric.answers = &other->second;
    }
  }
}

const MetricReading& FleetView::metric_of(const MetricCondition& condition) const {
  return *std::ranges::find_if(metrics, [&](const MetricReading& metric) {
    return std::ranges::find(metric.judged_by, &condition) != metric.judged_by.end();
  });
}

const Signal* FleetView::signal_of(const Member& member, const MetricCondition& condition) const {
  return member.signals[static_cast<std::size_t>(&metric_of(condition) - metrics.data())];
}

void FleetView::count() {
  for (auto& [id, member] : members) {
    const bool healthy = healthy_everywhere(member);
    member.out = is_out(member);
    member.serving = healthy && member.open == nullptr && (member.other == nullptr || !member.other->open) &&
                     std::ranges::all_of(member.places, [&](const Target& place) {
                       return gets_requests(*place.registration) && warm(place, observation.taken_at);
                     });
    if (member.out) ++out_count;
    if (!member.zone.empty() && !is_retained(member)) {
      auto& zone = zones[member.zone];
      add(zone, member.serving);
      if (member.out) ++zone.out;
      if (!healthy && member.open == nullptr && member.missing.empty()) ++zone.failing;
    }
    const TargetGroup* counted = nullptr;  // on two ports of one group it is still one member
    for (const auto& place : member.places) {
      if (place.group == counted) continue;
      counted = place.group;
      const bool shifted = place.registration->zonal_shift;
      add(*place.count, member.serving, shifted);
      if (!member.zone.empty()) add(place.count->zones[member.zone], member.serving, shifted);
    }
    for (const auto* group : member.missing) {
      add(groups[group], false);
      if (!member.zone.empty()) add(groups[group].zones[member.zone], false);
    }
  }
}

// Taken out by us: still part of the fleet that the shares refer to.
void FleetView::count_taken_out() {
  for (const auto& remediation : state.open) {
    const auto& member = members.at(remediation.instance_id);
    const TargetGroup* counted = nullptr;
    for (const auto& target : remediation.snapshot) {
      const auto* group = find_group(observation, target.target_group_arn);
      if (group == nullptr || group == counted || !groups.contains(group)) continue;
      counted = group;
      if (std::ranges::any_of(member.places, [&](const Target& place) { return place.group == group; }))
        continue;
      add(groups[group], false);
      if (!member.zone.empty()) add(groups[group].zones[member.zone], false);
    }
  }
}

int required_healthy(const Keep& keep, int members, int fail_open_count, int fail_open_percent) {
  const int fail_open = std::max(fail_open_count, (fail_open_percent * members + 99) / 100);
  return std::max(keep.healthy.of(members), fail_open + 1);
}

std::string state_word(const AutoScalingMember& member) {
  return member.newer_word.empty() ? name(member.lifecycle_state) : printable(member.newer_word);
}

void FleetView::find_required() {
  for (auto& [group, count] : groups) {
    const auto attributes = group->attributes.value_or(TargetGroup::Attributes{.fail_open_count = 0});
    count.required = required_healthy(policy.keep, std::max(count.members, wanted_by_scaling),
                                      attributes.fail_open_count, attributes.fail_open_percent);
  }
}

int FleetView::required(const Count& zone) const {
  if (policy.keep.healthy_per_zone) return policy.keep.healthy_per_zone->of(zone.members);
  return zone.members >= 2 ? 1 : 0;
}

std::vector<std::string> FleetView::out() const {
  std::vector<std::string> ids;
  for (const auto& [id, member] : members) {
    if (member.out) ids.push_back(id);
  }
  return ids;
}

}  // namespace evenkeel::decide
