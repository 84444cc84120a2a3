#include "decide/ability.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "decide/guards/leave_ever.h"
#include "decide/remediation/denied.h"
#include "decide/remediation/witness.h"
#include "decide/rules/rules.h"
#include "model/alarm_name.h"

namespace evenkeel::decide {
namespace {

using Blind = std::vector<BlindTo>;

// The state is one document: what is said in it is bounded.
constexpr std::size_t kBlindTo = 8;
constexpr std::size_t kBecause = 8;
constexpr std::size_t kAbilityText = 400;

// ": " and AWS's own words on what could not be read, which name the action; where there are none, which action is
// to be allowed.
std::string words_on(const Observation& observation, Problem::Kind what, const std::string& name,
                     const char* action) {
  const auto problem = std::ranges::find_if(
      observation.problems, [&](const Problem& one) { return one.kind == what && one.name == name; });
  if (problem == observation.problems.end()) return fmt::format("; see that {} is allowed", action);
  return ": " + printable(problem->text);
}

bool is_absent(const Observation& observation, const std::string& name) {
  return std::ranges::find(observation.absent_names, name) != observation.absent_names.end();
}

void blind_to_groups(const FleetView& fleet, Blind& blind) {
  const auto& observation = fleet.observation;
  const auto find = [&](const std::string& name) {
    return std::ranges::find_if(observation.target_groups, [&](const TargetGroup& group) {
      return group.of_fleet && group.name == name;
    });
  };
  for (const auto& name : fleet.policy.target_groups) {
    if (find(name) != observation.target_groups.end()) continue;
    if (is_absent(observation, name)) {
      blind.push_back({Blindness::target_group_absent, name,
                       fmt::format("target group {} does not exist in this account and region; correct "
                                   "target_groups, region or role_arn",
                                   printable(name))});
    } else {
      blind.push_back({Blindness::groups_unread, name,
                       fmt::format("target group {} could not be looked up{}", printable(name),
                                   words_on(observation, Problem::Kind::target_groups, "",
                                            "elasticloadbalancing:DescribeTargetGroups"))});
    }
  }
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    if (!group.registrations) {
      blind.push_back({Blindness::targets_unread, group.name,
                       fmt::format("the targets of {} could not be read{}", printable(group.name),
                                   words_on(observation, Problem::Kind::targets, group.name,
                                            "elasticloadbalancing:DescribeTargetHealth"))});
    } else if (!group.attributes) {
      blind.push_back({Blindness::attributes_unread, group.name,
                       fmt::format("the attributes of {} could not be read{}", printable(group.name),
                                   words_on(observation, Problem::Kind::attributes, group.name,
                                            "elasticloadbalancing:DescribeTargetGroupAttributes"))});
    }
  }
}

void blind_to_scaling(const FleetView& fleet, const std::vector<Verdict>& held_back_by, Blind& blind) {
  const auto& name = fleet.policy.auto_scaling_group;
  if (name.empty()) return;
  const auto& group = fleet.observation.auto_scaling_group;
  if (!group && is_absent(fleet.observation, name)) {
    blind.push_back({Blindness::auto_scaling_group_absent, name,
                     fmt::format("Auto Scaling group {} does not exist in this account and region; correct "
                                 "auto_scaling_group, region or role_arn",
                                 printable(name))});
  } else if (!group) {
    blind.push_back({Blindness::auto_scaling_unread, name,
                     fmt::format("Auto Scaling group {} could not be read{}", printable(name),
                                 words_on(fleet.observation, Problem::Kind::auto_scaling_group, name,
                                          "autoscaling:DescribeAutoScalingGroups"))});
  } else if (fleet.policy.target_groups.empty() && fleet.groups.empty()) {
    blind.push_back({Blindness::no_target_group_attached, name,
                     fmt::format("no target group is attached to Auto Scaling group {}; attach one, or name "
                                 "the fleet's in target_groups",
                                 printable(name))});
  } else {
    for (const auto& verdict : held_back_by) {
      if ((verdict.reason == Reason::instance_refresh && !group->instance_refresh) ||
          (verdict.reason == Reason::scaling_activity && !group->activities && !group->being_deleted))
        blind.push_back({Blindness::auto_scaling_unread, name, verdict.text});
    }
  }
}

bool needs_statuses(const FleetPolicy& policy) {
  return asks_for(policy, Condition::Kind::scheduled_event) ||
         asks_for(policy, Condition::Kind::status_check);
}

// Whatever a start needs and this file has no word for is still something that was not read.
void blind_to_instances(const FleetView& fleet, Blind& blind) {
  if (blind.empty() && !fleet.unreadable.empty()) {
    using enum Problem::Kind;
    const bool groups = std::ranges::find(fleet.observation.problems, target_groups, &Problem::kind) !=
                        fleet.observation.problems.end();
    blind.push_back(
        {groups ? Blindness::groups_unread : Blindness::instances_unread, "",
         join(fleet.unreadable, "; ") +
             words_on(fleet.observation, groups ? target_groups : instances, "", "ec2:DescribeInstances")});
  }
  if (needs_statuses(fleet.policy) && fleet.observation.instances_complete &&
      !fleet.observation.statuses_complete) {
    blind.push_back(
        {Blindness::statuses_unread, "",
         "the EC2 statuses could not be read" +
             words_on(fleet.observation, Problem::Kind::statuses, "", "ec2:DescribeInstanceStatus")});
  }
}

// `named`: the policy's word for one or more alarms; `key`: where it says so.
void blind_to_alarm(const Observation& observation, const std::string& named, const char* key, Blind& blind) {
  const auto seen = observation.alarms.find(named);
  if (seen == observation.alarms.end()) {
    blind.push_back({Blindness::alarm_unread, named,
                     fmt::format("the alarm {} of {} could not be read{}", printable(named), key,
                                 words_on(observation, Problem::Kind::alarms,
                                          named.ends_with('*') ? named : "", "cloudwatch:DescribeAlarms"))});
  } else if (seen->second.empty()) {
    blind.push_back(
        {Blindness::alarm_absent, named,
         named.ends_with('*')
             ? fmt::format("no alarm's name begins as {} says: {}; correct it, or take it out", key,
                           printable(named))
             : fmt::format("the alarm {} of {} does not exist in this account and region; correct it, or "
                           "take it out",
                           printable(named), key)});
  }
}

// One word stands for an alarm of each member: absent when no member has one, unread when one could not be
// read.
void blind_to_alarms_of_members(const FleetView& fleet, const std::string& named, Blind& blind) {
  Blind each;
  std::size_t members = 0;
  for (const auto& [id, member] : fleet.members) {
    if (member.instance == nullptr) continue;
    ++members;
    blind_to_alarm(fleet.observation, alarm_of(named, id), "also_when", each);
  }
  const auto unread = std::ranges::find(each, Blindness::alarm_unread, &BlindTo::what);
  if (unread != each.end()) {
    blind.push_back({unread->what, named, unread->text});
  } else if (!each.empty() && each.size() == members) {
    blind.push_back({Blindness::alarm_absent, named,
                     fmt::format("no member has an alarm that is named as also_when says: {}; correct it",
                                 printable(named))});
  }
}

void blind_to_gates(const FleetView& fleet, Blind& blind) {
  const auto& gates = fleet.policy.gates;
  for (const auto& named : gates.alarms) blind_to_alarm(fleet.observation, named, "gates.alarms", blind);
  for (const auto& named : gates.calendars) {
    const auto seen = fleet.observation.calendars.find(named);
    if (seen != fleet.observation.calendars.end() && seen->second != CalendarState::unknown) continue;
    const bool absent = is_absent(fleet.observation, named);
    blind.push_back({absent ? Blindness::calendar_absent : Blindness::calendar_unread, named,
                     absent ? fmt::format("there is no Change Calendar {} in this account and region; "
                                          "correct gates.calendars",
                                          printable(named))
                            : fmt::format("Change Calendar {} could not be read{}", printable(named),
                                          words_on(fleet.observation, Problem::Kind::calendar, named,
                                                   "ssm:GetCalendarState"))});
  }
  for (const auto& rule : fleet.policy.also_when) {
    for (const auto& condition : rule.all) {
      if (condition.kind != Condition::Kind::alarm) continue;
      if (names_each_member(condition.name)) {
        blind_to_alarms_of_members(fleet, condition.name, blind);
      } else {
        blind_to_alarm(fleet.observation, condition.name, "also_when", blind);
      }
    }
  }
}

bool is_of_metric(const BlindTo& blind, const MetricReading& metric) {
  return (blind.what == Blindness::metric_absent || blind.what == Blindness::metric_unread) &&
         blind.subject == metric.condition.metric;
}

// A metric is read of all members at once, but not in every tick: until it is read again the last reading
// stands.
void blind_to_metrics(const FleetView& fleet, const Ability& before, Blind& blind) {
  for (std::size_t i = 0; i < fleet.metrics.size(); ++i) {
    const auto& metric = fleet.metrics[i];
    int asked = 0, answered = 0, fresh = 0, without_series = 0;
    std::string detail;
    for (const auto& [id, member] : fleet.members) {
      if (!is_readable(member)) continue;
      ++asked;
      const auto* signal = member.signals[i];
      if (signal == nullptr) continue;
      ++answered;
      if (signal->state == SignalState::fresh) ++fresh;
      if (signal->no_series) ++without_series;
      if (detail.empty()) detail = signal->detail;
    }
    if (fresh > 0 || asked == 0) continue;
    if (answered < asked) {
      std::ranges::copy_if(before.blind_to, std::back_inserter(blind),
                           [&](const BlindTo& known) { return is_of_metric(known, metric); });
      continue;
    }
    const auto& name = metric.condition.metric;
    if (without_series == asked) {
      blind.push_back({Blindness::metric_absent, name,
                       fmt::format("none of {} members has a series of {} in {}; correct metric and "
                                   "namespace, or let the agent send it with InstanceId",
                                   asked, printable(name), printable(metric.condition.metric_namespace))});
    } else {
      blind.push_back({Blindness::metric_unread, name,
                       fmt::format("{} could be judged for none of {} members: {}", printable(name), asked,
                                   printable(detail))});
    }
  }
}

bool is_denied(Reason reason) {
  return reason == Reason::reboot_denied || reason == Reason::register_denied ||
         reason == Reason::deregister_denied || reason == Reason::mark_denied ||
         reason == Reason::survey_incomplete || reason == Reason::load_unknown;
}

bool is_judged(const FleetView& fleet) {
  return std::ranges::all_of(fleet.members, [&](const auto& entry) {
    return !is_readable(entry.second) ||
           std::ranges::none_of(entry.second.signals, [](const Signal* signal) { return signal == nullptr; });
  });
}

// Which members a rule asks for is known only by a tick that has read the metrics, and what speaks against them only
// by one that came to looking. Every other tick keeps what was found.
struct LookCoverage {
  bool judged = false;    // what every rule says of every member
  bool surveyed = false;  // and each member that is asked for was looked at more closely
};

LookCoverage how_it_looked(const Plan& plan, const FleetView& fleet) {
  const bool judged = is_judged(fleet);
  return {judged, judged && plan.fleet.empty()};
}

bool is_named(const Blind& blind, Blindness what) {
  return std::ranges::find(blind, what, &BlindTo::what) != blind.end();
}

// What a closer look found and no guard of this tick could find again.
bool stays(const BlindTo& known, const Plan& plan, const FleetView& fleet, const LookCoverage& looked) {
  switch (known.what) {
    case Blindness::survey_denied:
    case Blindness::load_unread:
      return !looked.surveyed;
    case Blindness::may_never_leave: {
      const auto member = plan.members.find(known.subject);
      const auto is = fleet.members.find(known.subject);
      if (looked.surveyed || member == plan.members.end() || is == fleet.members.end() ||
          is->second.open != nullptr)
        return false;
      return !looked.judged || member->second.wanted;
    }
    case Blindness::no_member_may_leave:
      return !looked.surveyed && !fleet.members.empty() &&
             (known.subject == name(Reason::elsewhere_registered) ||
              known.subject == name(Reason::stop_protected));
    default:
      return false;
  }
}

// Of those that something asks for none could be looked at or treated.
void blind_to_candidates(const Plan& plan, const FleetView& fleet, const Ability& before, Blind& blind) {
  const auto leaves = [](const auto& entry) {
    return entry.second.reason == Reason::start || entry.second.reason == Reason::next_in_line;
  };
  if (std::ranges::any_of(plan.members, leaves)) return;
  const auto looked = how_it_looked(plan, fleet);
  const bool said =
      is_named(blind, Blindness::may_never_leave) || is_named(blind, Blindness::no_member_may_leave);
  for (const auto& known : before.blind_to) {
    const bool never =
        known.what == Blindness::may_never_leave || known.what == Blindness::no_member_may_leave;
    if (!(never && said) && stays(known, plan, fleet, looked)) blind.push_back(known);
  }
  if (!looked.surveyed) return;
  for (const auto& [id, verdict] : plan.members) {
    if (!is_denied(verdict.reason)) continue;
    const bool load = verdict.reason == Reason::load_unknown;
    blind.push_back({load ? Blindness::load_unread : Blindness::survey_denied, id, verdict.text});
    return;
  }
}

void blind_to_denials(const Plan& plan, Blind& blind) {
  for (const auto& denial : plan.next.denials)
    blind.push_back({Blindness::action_denied, name(denial.effect), denial_words(denial, plan.next.fleet)});
}

Blind what_it_cannot_see(const Plan& plan, const FleetView& fleet, const std::vector<Verdict>& held_back_by,
                         const Ability& before) {
  Blind blind;
  blind_to_groups(fleet, blind);
  blind_to_scaling(fleet, plan.fleet, blind);
  blind_to_instances(fleet, blind);
  blind_to_gates(fleet, blind);
  blind_to_metrics(fleet, before, blind);
  blind_to_denials(plan, blind);
  if (const auto verdict = marked_and_unknown(fleet, false))
    blind.push_back({fleet.observation.marks ? Blindness::state_outdated : Blindness::instances_unread,
                     kWitnessTag, verdict->text});
  std::ranges::move(never_to_leave(plan, fleet, held_back_by), std::back_inserter(blind));
  blind_to_candidates(plan, fleet, before, blind);
  if (blind.size() > kBlindTo) blind.resize(kBlindTo);
  for (auto& one : blind) {
    one.subject = printable(one.subject, kAbilityText);
    one.text = printable(one.text, kAbilityText);
  }
  return blind;
}

std::vector<std::string> what_it_waits_for(const Plan& plan, const FleetView& fleet,
                                           const std::vector<Verdict>& held_back_by) {
  std::vector<std::string> because;
  for (const auto& verdict : held_back_by) {
    if (because.size() < kBecause) because.push_back(printable(verdict.text, kAbilityText));
  }
  if (!because.empty()) return because;
  if (fleet.members.empty() && fleet.readable())
    because.emplace_back("no members: there is nothing to look after");
  const bool starts = std::ranges::any_of(
      plan.members, [](const auto& entry) { return entry.second.reason == Reason::start; });
  if (starts) return because;
  if (const auto why = why_none_may_leave(fleet); !why.empty())
    because.push_back(printable(why, kAbilityText));
  return because;
}

bool holds_back_all(const BlindTo& blind) {
  return blind.what == Blindness::no_members || blind.what == Blindness::no_member_may_leave ||
         blind.what == Blindness::fleet_may_not_start;
}

std::string texts_of(const Ability& ability) {
  std::vector<std::string> texts;
  for (const auto& one : ability.blind_to) texts.push_back(one.text);
  return join(texts, "; ");
}

// By the moments alone: the tick whose write wins is the one that tells.
void report_ability(Plan& plan, const FleetView& fleet, const FleetState& before) {
  const Time now = fleet.observation.taken_at;
  const auto& was = before.ability;
  const auto& is = plan.next.ability;
  const auto reported = [&](const Ability& ability, Time by) {
    return ability.kind == Ability::Kind::blind && by >= ability.since + kBlindIsReported;
  };
  const bool was_reported = reported(was, before.last_tick_at);
  if (reported(is, now) && !was_reported) {
    plan.events.push_back({now, fleet.policy.name, "", "", EventKind::blind,
                           fmt::format("blind for {}, it could not act if it had to: {}",
                                       format_duration(now - is.since), texts_of(is))});
  } else if (was_reported && is.kind != Ability::Kind::blind) {
    plan.events.push_back({now, fleet.policy.name, "", "", EventKind::sees,
                           fmt::format("sees again; it was blind for {}", format_duration(now - was.since))});
  }
}

}  // namespace

void judge_ability(Plan& plan, const FleetView& fleet, const std::vector<Verdict>& held_back_by,
                   const FleetState& before) {
  Ability& ability = plan.next.ability;
  ability = {};
  ability.because = what_it_waits_for(plan, fleet, held_back_by);
  // A fleet that is only restored has nothing to see for a start.
  if (!fleet.policy.retired) ability.blind_to = what_it_cannot_see(plan, fleet, held_back_by, before.ability);
  ability.kind = !ability.blind_to.empty()  ? Ability::Kind::blind
                 : !ability.because.empty() ? Ability::Kind::waiting
                                            : Ability::Kind::able;
  const bool same = before.ability.kind == ability.kind && before.ability.since != Time{};
  // What no member may do is not offered beside it.
  if (std::ranges::any_of(ability.blind_to, holds_back_all))
    plan.next.summary.may_leave = std::min(plan.next.summary.may_leave, 0);
  ability.since = same ? before.ability.since : fleet.observation.taken_at;
  report_ability(plan, fleet, before);
}

}  // namespace evenkeel::decide
