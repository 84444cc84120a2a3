#include "decide/fleet_view.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <set>

#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

// Looks up FleetState::healthy_since. The places come in nearly the same order as its keys, so the next key
// is tried before all are searched.
class SlowStarts {
 public:
  explicit SlowStarts(const std::map<std::string, Time>& known) : known_(known), next_(known.begin()) {}

  std::optional<Time> healthy_since(const TargetGroup& group, const Registration& registration) {
    const bool slow_start = group.attributes && group.attributes->slow_start > Duration::zero();
    if (!slow_start || registration.state != TargetState::healthy) return std::nullopt;
    const auto key = place_key(group, registration);
    auto seen = next_;
    if (seen == known_.end() || seen->first != key) seen = known_.find(key);
    if (seen == known_.end()) return std::nullopt;
    next_ = std::next(seen);
    return seen->second;
  }

 private:
  const std::map<std::string, Time>& known_;
  std::map<std::string, Time>::const_iterator next_;
};

// No API tells who is in slow start: a place counts as warm only when it has been seen healthy for the whole
// ramp.
bool warm(const Place& place, Time now) {
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
    if (!found.contains(name)) missing.push_back("target group " + name + " was not found");
  }
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    if (!group.registrations) {
      missing.push_back("the targets of " + group.name + " could not be read");
    } else if (!group.attributes) {
      missing.push_back("the attributes of " + group.name + " could not be read");
    }
  }
  if (!observation.instances_complete) missing.push_back("the instances could not all be read");
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
  return !member.places.empty() && member.instance != nullptr &&
         member.instance->state == InstanceState::running &&
         std::ranges::all_of(member.places, [](const Place& place) {
           return place.registration->state == TargetState::healthy;
         });
}

bool is_out(const Member& member) {
  if (member.open != nullptr) return true;
  if (member.instance != nullptr && member.instance->state == InstanceState::terminated) return false;
  return (member.scaling != nullptr && in_standby(*member.scaling)) ||
         std::ranges::any_of(member.places, [](const Place& place) {
           return place.registration->state == TargetState::draining ||
                  place.registration->state == TargetState::unhealthy_draining;
         });
}

void add(Count& count, bool serving) {
  ++count.members;
  if (serving) ++count.serving;
}

}  // namespace

bool in_standby(const AutoScalingMember& member) {
  return member.lifecycle_state == "Standby" || member.lifecycle_state == "EnteringStandby";
}

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
  find_places();
  find_instances();
  find_history();
  find_metrics();
  find_signals();
  count();
  count_taken_out();
}

void FleetView::find_places() {
  SlowStarts slow_starts{state.healthy_since};
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    groups[&group];
    if (!group.registrations) continue;
    for (const auto& registration : *group.registrations) {
      members[registration.instance_id].places.push_back(
          {&group, &registration, slow_starts.healthy_since(group, registration)});
    }
  }
  if (observation.auto_scaling_group) {
    wanted_by_scaling = observation.auto_scaling_group->desired;
    for (const auto& scaling : observation.auto_scaling_group->members) {
      members[scaling.instance_id].scaling = &scaling;
      if (in_standby(scaling)) ++wanted_by_scaling;
    }
  }
  for (const auto& remediation : state.open) members[remediation.instance_id].open = &remediation;
}

void FleetView::find_instances() {
  auto instance = observation.instances.begin();  // both are sorted by id, so one walk finds all
  for (auto& [id, member] : members) {
    member.id = id;
    while (instance != observation.instances.end() && instance->first < id) ++instance;
    if (instance == observation.instances.end() || instance->first != id) continue;
    member.instance = &instance->second;
    member.zone = instance->second.availability_zone;
  }
}

void FleetView::find_history() {
  static const MemberRecord kNothing;
  auto known = state.members.begin();
  for (auto& [id, member] : members) {
    while (known != state.members.end() && known->first < id) ++known;
    member.record = known != state.members.end() && known->first == id ? &known->second : &kNothing;
  }
  for (const auto& past : std::views::reverse(state.recent)) {
    const auto member = members.find(past.instance_id);
    if (member != members.end()) member->second.past.push_back(&past);
  }
}

void FleetView::find_metrics() {
  const auto add = [&](const MetricCondition& condition, bool of_reboot_when) {
    const auto key = metric_key(condition);
    const auto known = std::ranges::find(metrics, key, &Metric::key);
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

void FleetView::find_signals() {
  for (auto& [id, member] : members) member.signals.resize(metrics.size());
  for (std::size_t index = 0; index < metrics.size(); ++index) {
    if (metrics[index].answers == nullptr) continue;
    const auto& answers = *metrics[index].answers;
    auto answer = answers.begin();
    for (auto& [id, member] : members) {
      while (answer != answers.end() && answer->first < id) ++answer;
      if (answer != answers.end() && answer->first == id) member.signals[index] = &answer->second;
    }
  }
}

const Metric& FleetView::metric_of(const MetricCondition& condition) const {
  return *std::ranges::find_if(metrics, [&](const Metric& metric) {
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
    member.serving =
        healthy && member.open == nullptr && std::ranges::all_of(member.places, [&](const Place& place) {
          return warm(place, observation.taken_at);
        });
    if (member.out) ++out_count;
    if (!member.zone.empty()) {
      auto& zone = zones[member.zone];
      add(zone, member.serving);
      if (member.out) ++zone.out;
      if (!healthy && member.open == nullptr) ++zone.failing;
    }
    const TargetGroup* counted = nullptr;  // on two ports of one group it is still one member
    for (const auto& place : member.places) {
      if (place.group == counted) continue;
      counted = place.group;
      auto& group = groups[counted];
      add(group, member.serving);
      if (!member.zone.empty()) add(group.zones[member.zone], member.serving);
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
      if (std::ranges::any_of(member.places, [&](const Place& place) { return place.group == group; }))
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

int FleetView::required(const TargetGroup& group) const {
  const int total = std::max(groups.at(&group).members, wanted_by_scaling);
  const bool known = group.attributes.has_value();
  return required_healthy(policy.keep, total, known ? group.attributes->fail_open_count : 0,
                          known ? group.attributes->fail_open_percent : 0);
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
