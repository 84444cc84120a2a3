#include "decide/decide.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "decide/breaker.h"
#include "decide/fleet_view.h"
#include "decide/memory.h"
#include "decide/phases.h"
#include "decide/progress.h"
#include "decide/protocol.h"
#include "decide/selection.h"
#include "decide/signal.h"
#include "decide/slow_start.h"

namespace evenkeel::decide {
namespace {

void forget_old(FleetState& state, const FleetPolicy& policy, Time now) {
  const auto remember = std::max(kRemember, policy.keep.cooldown);
  std::erase_if(state.recent, [&](const PastRemediation& ended) { return now - ended.ended_at > remember; });
}

// One question for each metric that members under remediation are waiting for.
void ask_for_signals(const Draft& draft, const FleetState& state, std::vector<Question>& questions) {
  const auto& observation = draft.observation;
  Duration back{};
  for (const auto& remediation : state.open) back = std::max(back, draft.now() - remediation.started_at);
  std::map<std::string, Question> by_metric;
  for (const auto& [id, condition, of_reboot_when] : draft.signals_wanted) {
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

void ask(Draft& draft, const FleetState& state, std::vector<Question>& questions) {
  ask_for_signals(draft, state, questions);
  for (auto& id : draft.consoles_wanted)
    questions.push_back({.kind = Question::Kind::console, .instance_ids = {std::move(id)}, .lookback = {}});
  for (auto& id : draft.surveys_wanted)
    questions.push_back({.kind = Question::Kind::survey, .instance_ids = {std::move(id)}, .lookback = {}});
  std::ranges::move(draft.commands_wanted, std::back_inserter(questions));
}

// How the member leaves: the first of its removals. The others follow once this one shows.
void take_out(Remediation& remediation, Draft& draft) {
  const auto groups = our_groups(remediation);
  const auto within = draft.policy.timing.drain_slack;
  Duration delay{};
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(draft.observation, target.target_group_arn);
    delay = std::max(delay, group->attributes->deregistration_delay);
  }
  if (!remediation.auto_scaling_group.empty()) {
    draft.enter(remediation, Phase::draining, delay * (groups.empty() ? 1 : 2) + within,
                "into Standby of " + printable(remediation.auto_scaling_group));
    return draft.intend(remediation, Effect::enter_standby);
  }
  if (groups.empty())
    return draft.enter(remediation, Phase::draining, within, "Auto Scaling drains what it replaces");
  draft.enter(
      remediation, Phase::draining, delay + within,
      fmt::format("taking it out of {} target group{}", groups.size(), groups.size() == 1 ? "" : "s"));
  for (const auto& arn : groups) draft.intend(remediation, Effect::deregister, arn);
}

std::string cause_words(const Cause& cause) {
  if (!cause.rule.empty()) return cause.rule + ": " + cause.text;
  if (!(cause.value > cause.above)) return cause.text;  // by hysteresis
  return fmt::format("{} at {}, above {}", printable(cause.metric), format_number(cause.value),
                     format_number(cause.above));
}

void start(const Selection& selection, Draft& draft, FleetState& next) {
  const Member& member = *selection.chosen;
  const auto& policy = draft.policy;
  Remediation remediation;
  remediation.id = fmt::format("{}@{}", member.id, iso8601(draft.now()));
  remediation.instance_id = member.id;
  remediation.launch_time = member.instance->launch_time;
  remediation.started_at = draft.now();
  remediation.cause = selection.cause;
  remediation.rung = selection.rung;
  remediation.treatment = policy.treatments.at(static_cast<std::size_t>(selection.rung)).treatment;
  const bool replaced = remediation.treatment == Treatment::replace;
  const bool by_standby = member.scaling != nullptr && policy.leave_by == Leave::standby;
  if (by_standby && !replaced) remediation.auto_scaling_group = policy.auto_scaling_group;
  for (const auto& [group, registration, healthy_since, count] : member.places) {
    const bool looked_after = member.scaling != nullptr && (by_standby || replaced) && group->attached &&
                              group->port == registration->port;
    remediation.snapshot.push_back({.target_group_arn = group->arn,
                                    .target_group_name = group->name,
                                    .port = registration->port,
                                    .by_auto_scaling = looked_after});
  }
  draft.note(remediation, "start", cause_words(remediation.cause));
  take_out(remediation, draft);
  remember_start(next, remediation);
  next.open.push_back(std::move(remediation));
  next.pinned = policy;
}

void trip_breaker_if_needed(const FleetView& fleet, Draft& draft, FleetState& next) {
  const auto why = breaker_trips(fleet);
  if (!why) return;
  next.breaker = Breaker{*why, draft.now()};
  draft.events.push_back({draft.now(), draft.policy.name, "", "", "breaker", "breaker tripped: " + *why});
}

}  // namespace

Plan decide(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
            const std::string& tick_nonce) {
  Plan plan;
  plan.next = state;
  FleetState& next = plan.next;
  next.fleet = policy.name;
  next.revision = state.revision + 1;
  next.written_by = tick_nonce;
  next.healthy_since = healthy_since(observation, std::move(next.healthy_since));
  forget_old(next, policy, observation.taken_at);

  Draft draft{policy, observation, tick_nonce};
  end_pause(next, observation.taken_at, draft.events);
  judge_ended(next, policy, observation, draft.events);
  std::optional<FleetView> fleet(std::in_place, policy, observation, next);
  const bool readable = fleet->unreadable.empty();
  const auto members = static_cast<int>(fleet->members.size());
  const bool anybody_open = !next.open.empty();
  for (auto& remediation : next.open) advance(remediation, draft, *fleet);
  close_ended(next, policy);
  // The breaker and selection see the members as the next state leaves them, but the last tick as it was
  // known.
  if (anybody_open) fleet.emplace(policy, observation, next);
  trip_breaker_if_needed(*fleet, draft, next);
  auto selection = select(*fleet);
  next.last_tick_at = std::max(state.last_tick_at, observation.taken_at);
  if (readable) next.members_last_seen = members;
  plan.questions = std::move(selection.questions);
  ask(draft, state, plan.questions);
  if (!plan.questions.empty()) return plan;

  if (selection.read_whole_fleet) next.signal_read_at = observation.taken_at;
  next.glance = glance(*fleet, selection.fleet);
  remember_members(next, *fleet, selection.above);
  if (selection.chosen != nullptr) start(selection, draft, next);
  plan.members = std::move(selection.members);
  plan.fleet = std::move(selection.fleet);
  plan.actions = std::move(draft.actions);
  std::ranges::stable_sort(plan.actions, {}, [](const Action& action) { return !action.restores; });
  plan.events = std::move(draft.events);
  tell(plan, observation.taken_at);
  return plan;
}

}  // namespace evenkeel::decide
