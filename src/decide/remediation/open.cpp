#include "decide/remediation/open.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <utility>

#include "decide/bookkeeping.h"
#include "decide/fleet_view.h"
#include "decide/guards/expected.h"
#include "decide/guards/slow_start.h"
#include "decide/identity_check.h"
#include "decide/remediation/in_force.h"
#include "decide/remediation/plan_builder.h"
#include "decide/remediation/progress.h"
#include "decide/rules/signal.h"

namespace evenkeel::decide {
namespace {

// One question for each metric that members under remediation are waiting for.
void ask_for_signals(const PlanBuilder& builder, const FleetState& state, std::vector<Question>& questions) {
  const auto& observation = builder.observation;
  Duration back{};
  for (const auto& remediation : state.open) back = std::max(back, builder.now() - remediation.started_at);
  std::map<std::string, Question> by_metric;
  for (const auto& [id, condition, of_reboot_when] : builder.signals_wanted) {
    const auto key = metric_key(*condition);
    const auto others = observation.other_signals.find(key);
    if (of_reboot_when ? observation.signals.contains(id)
                       : others != observation.other_signals.end() && others->second.contains(id))
      continue;
    auto& question = by_metric[of_reboot_when ? "" : key];
    question.kind = Question::Kind::signal;
    question.instance_ids.push_back(id);
    question.lookback = lookback(*condition, back);
    if (!of_reboot_when) question.condition = *condition;
  }
  for (auto& [key, question] : by_metric) {
    std::ranges::sort(question.instance_ids);
    questions.push_back(std::move(question));
  }
}

void ask(PlanBuilder& builder, const FleetState& state, std::vector<Question>& questions) {
  ask_for_signals(builder, state, questions);
  for (auto& id : builder.consoles_wanted)
    questions.push_back({.kind = Question::Kind::console, .instance_ids = {std::move(id)}, .lookback = {}});
  for (auto& id : builder.surveys_wanted)
    questions.push_back({.kind = Question::Kind::survey, .instance_ids = {std::move(id)}, .lookback = {}});
  if (builder.scaling_wanted)
    questions.push_back({.kind = Question::Kind::scaling, .instance_ids = {}, .lookback = {}});
  std::ranges::move(builder.commands_wanted, std::back_inserter(questions));
  // Places are looked at last, when nothing else is asked any more.
  if (questions.empty() && !builder.places_wanted.empty()) {
    std::ranges::sort(builder.places_wanted);
    questions.push_back(
        {.kind = Question::Kind::places, .instance_ids = std::move(builder.places_wanted), .lookback = {}});
  }
}

// What the metric of another policy showed, where today's reboot_when reads another one.
std::optional<Observation> seen_under(const FleetPolicy& own, const FleetPolicy& today,
                                      const Observation& observation) {
  const auto key = metric_key(own.reboot_when);
  if (!own.reboot_when.given() || key == metric_key(today.reboot_when)) return std::nullopt;
  Observation seen = observation;
  const auto found = observation.other_signals.find(key);
  seen.signals = found == observation.other_signals.end() ? std::map<std::string, Signal>() : found->second;
  return seen;
}

// Moves the remediation under its own policy. What it asks and does is collected in the draft all the same.
void advance_under(const FleetPolicy& own, Remediation& remediation, PlanBuilder& builder,
                   const FleetView& fleet) {
  const auto seen = seen_under(own, builder.policy, builder.observation);
  PlanBuilder own_builder{own, seen ? *seen : builder.observation, builder.nonce(), builder.only_restores};
  own_builder.under_way = builder.under_way;
  own_builder.members = builder.members;
  std::swap<Collected>(own_builder, builder);
  const auto asked_before = own_builder.signals_wanted.size();
  advance(remediation, own_builder, fleet);
  for (auto i = asked_before; seen && i < own_builder.signals_wanted.size(); ++i)
    own_builder.signals_wanted[i].of_reboot_when = false;
  std::swap<Collected>(own_builder, builder);
}

}  // namespace

OpenStep unchanged(const FleetState& state, const std::string& nonce) {
  OpenStep step;
  step.next = state;
  ++step.next.revision;
  step.next.written_by = nonce;
  return step;
}

OpenStep advance_open(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
                      const std::string& nonce, const std::optional<Verdict>& only_restores) {
  OpenStep step = unchanged(state, nonce);
  FleetState& next = step.next;
  next.fleet = policy.name;
  next.healthy_since = healthy_since(observation, std::move(next.healthy_since));
  adopt_identity(next, observation, step.events);
  next.groups_seen = look_at_groups(observation, next);
  forget_policies(next);
  if (next.open.empty()) return step;

  // Phases go by what is believed; the guards say what is not.
  const auto believed = without_doubted(observation, next);
  PlanBuilder builder{policy, believed ? *believed : observation, nonce, only_restores};
  const FleetView fleet{policy, observation, next};
  builder.under_way = next.open;
  builder.members = static_cast<int>(fleet.members.size());
  std::list<FleetPolicy> in_force_now;  // questions point into them
  for (auto& remediation : next.open) {
    const auto& own = in_force_now.emplace_back(in_force(remediation, next, policy));
    advance_under(own, remediation, builder, fleet);
  }
  close_ended(next, policy, observation);
  forget_policies(next);
  ask(builder, state, step.questions);
  step.actions = std::move(builder.actions);
  std::ranges::stable_sort(step.actions, {}, [](const Action& action) { return !action.restores; });
  std::ranges::move(builder.events, std::back_inserter(step.events));
  return step;
}

void keep_as_it_was(OpenStep& step, const FleetState& before, const std::string& remediation_id) {
  std::erase_if(step.actions, [&](const Action& action) { return action.remediation_id == remediation_id; });
  std::erase_if(step.events, [&](const Event& event) { return event.remediation_id == remediation_id; });
  std::erase_if(step.next.recent, [&](const PastRemediation& ended) { return ended.id == remediation_id; });
  std::erase_if(step.next.open, [&](const Remediation& open) { return open.id == remediation_id; });
  const auto was = std::ranges::find(before.open, remediation_id, &Remediation::id);
  if (was == before.open.end()) return;
  step.next.open.push_back(*was);
  if (const auto own = before.policies.find(was->policy); own != before.policies.end())
    step.next.policies.insert(*own);
  std::ranges::stable_sort(step.next.open, {}, &Remediation::started_at);
  const auto record = before.members.find(was->instance_id);
  if (record == before.members.end()) {
    step.next.members.erase(was->instance_id);
  } else {
    step.next.members[was->instance_id] = record->second;
  }
}

}  // namespace evenkeel::decide
