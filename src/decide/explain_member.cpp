#include "decide/explain_member.h"

#include <algorithm>
#include <utility>

#include "decide/fleet_view.h"
#include "decide/guards/expected.h"
#include "decide/guards/guards.h"
#include "decide/guards/load.h"
#include "decide/identity_check.h"
#include "decide/remediation/denied.h"
#include "decide/rules/rules.h"
#include "decide/selection.h"

namespace evenkeel::decide {
namespace {

bool lets_go(const std::optional<Verdict>& verdict) { return !verdict || verdict->reason == Reason::start; }

Check check(std::string name, std::optional<Verdict> verdict) {
  const bool passes = lets_go(verdict);
  return {std::move(name), passes, std::move(verdict)};
}

void add_rules(const FleetView& fleet, const Member& member, std::vector<Check>& checks) {
  const auto add = [&](const std::string& name, ConditionResult finding) {
    checks.push_back({"rule " + name, finding.holds == Holds::yes, std::move(finding.verdict), name});
  };
  if (fleet.policy.reboot_when.given()) add("reboot_when", judge_reboot_when(fleet, member));
  for (const auto& rule : fleet.policy.also_when) add(rule.name, judge_rule(fleet, member, rule, true));
}

std::optional<Verdict> load(const FleetView& fleet, const Member& member) {
  if (load_question(fleet)) {
    return Verdict{Reason::load_unknown, "not asked: it is asked only when everything else allows a start"};
  }
  return load_guard(fleet, project_load(fleet), member, true);
}

std::optional<Verdict> survey(const FleetView& fleet, const Member& member) {
  const auto found = fleet.observation.surveys.find(member.id);
  if (found == fleet.observation.surveys.end()) {
    return Verdict{Reason::survey_incomplete, "not asked: it is asked only of the first in line"};
  }
  const auto rule = member.instance == nullptr ? "" : judge_rules(fleet, member).cause.rule;
  return survey_guard(found->second, asks_for_events(fleet.policy, rule));
}

// The state as the decision sees it.
FleetState looked(FleetState state, const Observation& observation) {
  std::vector<Event> events;
  adopt_identity(state, observation, events);
  state.groups_seen = look_at_groups(observation, state);
  return state;
}

}  // namespace

std::vector<Check> explain_member(const FleetPolicy& policy, const Observation& observation,
                                  const FleetState& state, const std::string& instance_id) {
  const auto now = looked(state, observation);
  const FleetView fleet{policy, observation, now};
  std::vector<Check> checks;
  for (const auto table : {inner_guards(), outer_guards()}) {
    for (const auto& guard : table) checks.push_back(check(guard.name, guard.judge(fleet, true)));
  }
  const auto found = fleet.members.find(instance_id);
  if (found == fleet.members.end()) {
    checks.push_back(
        check("known", Verdict{Reason::not_registered, "it is in none of the fleet's target groups"}));
    return checks;
  }
  Member member = found->second;
  if (member.instance != nullptr) {
    if (const auto asked = judge_rules(fleet, member); asked.holds) member.level = asked.level;
  }
  for (const auto& guard : own_guards())
    checks.push_back(check(guard.name, guard.judge(fleet, member, true)));
  std::ranges::move(capacity_checks(fleet, member), std::back_inserter(checks));
  add_rules(fleet, member, checks);
  if (policy.keep.load_below) checks.push_back(check("load", load(fleet, member)));
  checks.push_back(check("survey", survey(fleet, member)));
  return checks;
}

std::vector<Question> questions_to_explain(const FleetPolicy& policy, const Observation& observation,
                                           const FleetState& state, const std::string& instance_id) {
  const auto now = looked(state, observation);
  const FleetView fleet{policy, observation, now};
  if (!fleet.members.contains(instance_id)) return {};
  auto questions = signal_questions(fleet);
  if (auto question = load_question(fleet)) questions.push_back(std::move(*question));
  if (!observation.surveys.contains(instance_id)) {
    questions.push_back(survey_question(fleet.state, instance_id));
  }
  return questions;
}

std::optional<Time> could_act_at(const std::vector<Check>& checks) {
  std::optional<Time> latest, earliest_rule;
  bool asked = false, foreseeable = true;
  for (const auto& link : checks) {
    const auto until = link.verdict ? link.verdict->until : std::nullopt;
    if (!link.rule.empty()) {
      asked = asked || link.passes;
      if (until && (!earliest_rule || *until < *earliest_rule)) earliest_rule = until;
    } else if (!link.passes) {
      foreseeable = foreseeable && until.has_value();
      if (until) latest = std::max(latest, until);
    }
  }
  if (!foreseeable) return std::nullopt;
  if (asked) return latest;
  return earliest_rule ? std::max(latest, earliest_rule) : std::nullopt;
}

}  // namespace evenkeel::decide
