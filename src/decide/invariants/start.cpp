// What must hold when one more member leaves.
#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/text.h"
#include "decide/invariants/checker.h"

namespace evenkeel::decide {

// C4, F1, F10, K5, R1, R8: one more member may leave.
void PlanChecker::start(const Remediation& remediation) {
  const auto& id = remediation.instance_id;
  const bool paused = plan.next.pause ||
                      (before.pause && (!before.pause->until || *before.pause->until > observation.taken_at));
  if (paused || before.breaker || policy.retired || plan.next.breaker) {
    broken("F10", id + " starts although starting is stopped");
  }
  if (observation.late_by > Duration::zero()) broken("K5", id + " starts in a tick that only restores");
  if (!observation.instances_complete) broken("C4", id + " starts although instances are missing");
  if (is_held(id)) broken("R8", fmt::format("{} starts although its tag {} is set", id, kHoldTag));
  std::set<std::pair<std::string, int>> snapshot, seen;
  for (const auto& target : remediation.snapshot) snapshot.insert({target.target_group_arn, target.port});
  for (const auto& group : observation.target_groups) {
    if (!group.registrations || !group.attributes) {
      broken("C4", fmt::format("{} starts although {} could not be read", id, group.name));
      continue;
    }
    enough_are_left(group, id);
    for (const auto& registration : *group.registrations) {
      if (registration.instance_id != id) continue;
      seen.insert({group.arn, registration.port});
      if (group.type != TargetType::instance)
        broken("R1", fmt::format("{} starts although {} holds it by an address", id, group.name));
    }
  }
  if (snapshot.empty() || snapshot != seen) broken("F1", id + "'s snapshot is not what it is part of");
  const auto survey = observation.surveys.find(id);
  if (survey == observation.surveys.end() || !survey->second.complete || !survey->second.elsewhere.empty() ||
      !survey->second.may_reboot.value_or(false) || !survey->second.may_register.value_or(false) ||
      !survey->second.may_deregister.value_or(false) || !survey->second.events) {
    broken("R1", id + " starts without a clean survey");
  }
  all_zones_serve(id);
  traffic_sources(remediation);
  cause(remediation);
  gates(id);
  none_is_marked(id);
}

// F5: the tag of a server that is out names one that the state has, or had lately.
void PlanChecker::none_is_marked(const std::string& id) {
  if (!policy.witness_tag) return;
  if (!observation.marks) {
    broken("F5", fmt::format("{} starts although who carries {} was not read", id, kWitnessTag));
    return;
  }
  for (const auto& [instance, value] : *observation.marks) {
    const auto begin = policy.name + "/" + instance + "@";
    const auto known = [&](const auto& one) {
      const auto whole = policy.name + "/" + one;
      return value == whole || value.starts_with(whole + " ");
    };
    const auto left = [](const LeftMark& mark) { return mark.remediation_id; };
    if (value.starts_with(begin) && std::ranges::none_of(before.open, known, &Remediation::id) &&
        std::ranges::none_of(plan.next.recent, known, &PastRemediation::id) &&
        std::ranges::none_of(plan.next.left_marks, known, left))
      broken("F5", fmt::format("{} starts although {} is marked as out, and the state does not know it", id,
                               instance));
  }
}

// C1: in this target group, if it is in it.
void PlanChecker::enough_are_left(const TargetGroup& group, const std::string& id) {
  std::set<std::string> members;
  for (const auto& registration : *group.registrations) members.insert(registration.instance_id);
  if (!members.contains(id)) return;
  int left = 0;
  for (const auto& member : members) {
    if (member != id && serving(group, member)) ++left;
  }
  const int total = static_cast<int>(members.size());
  const int fail_open =
      std::max(group.attributes->fail_open_count, (group.attributes->fail_open_percent * total + 99) / 100);
  const int least = std::max(policy.keep.healthy.of(total), fail_open + 1);
  if (left < least)
    broken("C1", fmt::format("{} would leave {} healthy in {}, {} are needed", id, left, group.name, least));
  zone_is_not_emptied(group, members, id);
}

// C1, C10: of the zone's members one at least is left, where there are more; and always where its requests go to
// no other zone.
void PlanChecker::zone_is_not_emptied(const TargetGroup& group, const std::set<std::string>& members,
                                      const std::string& id) {
  const auto zone = zone_of(id);
  int total = 0, left = 0;
  for (const auto& member : members) {
    if (zone_of(member) != zone) continue;
    ++total;
    if (member != id && serving(group, member)) ++left;
  }
  const int least = policy.keep.healthy_per_zone ? policy.keep.healthy_per_zone->of(total)
                    : total > 1                  ? 1
                                                 : 0;
  if (left < least)
    broken("C1", fmt::format("{} would leave {} healthy in {} of {}, {} are needed", id, left, zone,
                             group.name, least));
  if (left == 0 && serving(group, id) && group.zonal.value_or(true))
    broken("C10", fmt::format("{} is the last that serves {} in {}, whose requests may go nowhere else", id,
                              group.name, zone));
}

// C1: what a zonal shift takes from service is not there for those who are left.
void PlanChecker::all_zones_serve(const std::string& id) {
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet || !group.registrations) continue;
    const auto& there = *group.registrations;
    if (std::ranges::any_of(there, [](const Registration& one) { return one.zonal_shift; }))
      broken("C1", fmt::format("{} leaves although traffic is shifted from a zone in {}", id, group.name));
  }
}

// R1: what else sends it requests, it leaves as well. Auto Scaling takes what it moves or terminates from Classic Load
// Balancers; of other sources that is not known.
void PlanChecker::traffic_sources(const Remediation& remediation) {
  const auto& id = remediation.instance_id;
  if (scaling_member(id) == nullptr) return;
  const bool by_group =
      !remediation.auto_scaling_group.empty() || remediation.treatment == Treatment::replace;
  for (const auto& source : observation.auto_scaling_group->other_traffic_sources) {
    if (!by_group || source.kind != TrafficSource::Kind::classic_load_balancer)
      broken("R1", fmt::format("{} starts although it would go on serving through {}", id, source.name));
  }
}

// R5: what asked for it is in the policy and, where it is reboot_when, in the samples.
void PlanChecker::cause(const Remediation& remediation) {
  const auto& id = remediation.instance_id;
  PlanChecker::served_before(remediation);
  if (!remediation.cause.rule.empty()) {
    if (std::ranges::find(policy.also_when, remediation.cause.rule, &Rule::name) == policy.also_when.end())
      broken("R5", id + " starts by a rule that the policy doesn't have");
    return;
  }
  const auto signal = observation.signals.find(id);
  if (signal == observation.signals.end() || signal->second.state != SignalState::fresh ||
      signal->second.samples.empty() || signal->second.samples.back().value <= policy.reboot_when.down_at()) {
    broken("R5", id + " starts without a cause");
  }
}

// R5: a reason that no metric tells was not served by this treatment or a stronger one.
void PlanChecker::served_before(const Remediation& remediation) {
  const auto record = before.members.find(remediation.instance_id);
  if (record == before.members.end() || !remediation.cause.metric.empty()) return;
  for (const auto& served : record->second.served) {
    if (served.reason == remediation.cause.identity && served.treatment >= remediation.treatment)
      broken("R5", fmt::format("{} starts by a reason that {} has served", remediation.instance_id,
                               name(served.treatment)));
  }
}

// G1: nothing outside the fleet holds it back.
void PlanChecker::gates(const std::string& id) {
  for (const auto& name : policy.gates.alarms) {
    const auto read = observation.alarms.find(name);
    if (read == observation.alarms.end() || read->second.empty())
      broken("G1", fmt::format("{} starts although alarm {} could not be read", id, name));
    else if (std::ranges::find(read->second, AlarmState::alarm, &Alarm::state) != read->second.end())
      broken("G1", fmt::format("{} starts although {} is in ALARM", id, name));
  }
  for (const auto& calendar : policy.gates.calendars) {
    const auto read = observation.calendars.find(calendar);
    if (read == observation.calendars.end() || read->second != CalendarState::open)
      broken("G1", fmt::format("{} starts although calendar {} is not open", id, calendar));
  }
}

}  // namespace evenkeel::decide
