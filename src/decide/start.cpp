#include "decide/start.h"

#include <algorithm>
#include <expected>
#include <fmt/core.h>
#include <iterator>
#include <optional>
#include <utility>

#include "base/text.h"
#include "decide/ability.h"
#include "decide/bookkeeping.h"
#include "decide/fleet_view.h"
#include "decide/guards/breaker.h"
#include "decide/guards/guards.h"
#include "decide/remediation/denied.h"
#include "decide/remediation/gate.h"
#include "decide/remediation/in_force.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/plan_builder.h"
#include "decide/remediation/protocol.h"
#include "decide/remediation/witness.h"
#include "decide/rules/served.h"
#include "decide/selection.h"

namespace evenkeel::decide {
namespace {

void forget_old(FleetState& state, const FleetPolicy& policy, Time now) {
  const auto remember = std::max(kRemember, policy.keep.cooldown);
  std::erase_if(state.recent, [&](const PastRemediation& ended) {
    return now - ended.ended_at > remember && !ended.judge_until;
  });
}

// How the member leaves: the first of its removals. The others follow once this one shows. All that it needs
// is let through, or nothing is done.
std::optional<Refusal> take_out(Remediation& remediation, PlanBuilder& builder) {
  const auto groups = our_groups(remediation);
  const auto within = builder.policy.timing.drain_slack;
  Duration delay{};
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(builder.observation, target.target_group_arn);
    delay = std::max(delay, group->attributes->deregistration_delay);
  }
  if (!remediation.auto_scaling_group.empty()) {
    const auto permit = may_remove(remediation, Effect::enter_standby, {}, builder);
    if (!permit) return permit.error();
    builder.enter(remediation, Phase::draining, delay * (groups.empty() ? 1 : 2) + within,
                  "into Standby of " + printable(remediation.auto_scaling_group));
    builder.take(*permit, remediation);
    return std::nullopt;
  }
  std::vector<Permit> permits;
  for (const auto& arn : groups) {
    auto permit = may_remove(remediation, Effect::deregister, arn, builder);
    if (!permit) return permit.error();
    permits.push_back(*std::move(permit));
  }
  builder.enter(remediation, Phase::draining, groups.empty() ? within : delay + within,
                groups.empty() ? "Auto Scaling drains what it replaces"
                               : fmt::format("taking it out of {} target group{}", groups.size(),
                                             groups.size() == 1 ? "" : "s"));
  for (const auto& permit : permits) builder.take(permit, remediation);
  return std::nullopt;
}

std::string cause_words(const Cause& cause) {
  if (!cause.rule.empty()) return cause.rule + ": " + cause.text;
  if (!(cause.value > cause.above)) return cause.text;  // by hysteresis
  return fmt::format("{} at {}, above {}", printable(cause.metric), format_number(cause.value),
                     format_number(cause.above));
}

// False: the gate forbids it after all.
bool start(Selection& selection, PlanBuilder& builder, FleetState& next) {
  const Member& member = *selection.chosen;
  const auto& policy = builder.policy;
  Remediation remediation;
  remediation.id = fmt::format("{}@{}", member.id, iso8601(builder.now()));
  remediation.instance_id = member.id;
  remediation.launch_time = member.instance->launch_time;
  remediation.started_at = builder.now();
  remediation.cause = selection.cause;
  remediation.level = selection.level;
  remediation.treatment = policy.treatments.at(static_cast<std::size_t>(selection.level)).treatment;
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
  builder.note(remediation, EventKind::start, cause_words(remediation.cause));
  if (const auto no = take_out(remediation, builder)) {
    builder.events.pop_back();
    selection.members[member.id] = no->verdict;
    return false;
  }
  remember_start(next, remediation);
  remediation.policy = remember_policy(next, policy);
  next.open.push_back(std::move(remediation));
  next.pinned = policy;
  return true;
}

void trip_breaker_if_needed(const FleetView& fleet, PlanBuilder& builder, FleetState& next) {
  const auto why = breaker_trips(fleet);
  if (!why) return;
  next.breaker = Breaker{*why, builder.now()};
  builder.events.push_back(
      {builder.now(), builder.policy.name, "", "", EventKind::breaker, "breaker tripped: " + *why});
}

}  // namespace

Plan choose_start(const FleetPolicy& policy, const Observation& observation, OpenStep step,
                  std::span<const Verdict> off) {
  Plan plan;
  plan.next = std::move(step.next);
  FleetState& next = plan.next;
  FleetState before;  // what of it the judgement of its ability needs
  before.ability = next.ability;
  before.last_tick_at = next.last_tick_at;
  forget_old(next, policy, observation.taken_at);

  PlanBuilder builder{policy, observation, next.written_by + "s"};
  end_pause(next, observation.taken_at, builder.events);
  judge_ended(next, policy, observation, builder.events);
  std::optional<FleetView> fleet(std::in_place, policy, observation, next);
  judge_reasons(next, *fleet, builder.events);
  trip_breaker_if_needed(*fleet, builder, next);
  auto selection = select(*fleet, off);
  plan.questions = std::move(selection.questions);
  if (!plan.questions.empty()) return plan;

  next.last_tick_at = std::max(next.last_tick_at, observation.taken_at);
  if (fleet->readable()) next.members_last_seen = static_cast<int>(fleet->members.size());
  if (selection.read_whole_fleet) next.signal_read_at = observation.taken_at;
  remember_members(next, *fleet, selection.above);
  forget_denials(next, policy, observation);
  take_marks_off(next, observation, builder);
  const bool started = selection.chosen != nullptr && start(selection, builder, next);
  fleet.emplace(policy, observation,
                next);  // who was chosen is out from here on, and what is remembered has moved
  const auto held_back_by = started ? fleet_guards(*fleet) : selection.fleet;
  next.summary = summary_of(*fleet, held_back_by);
  plan.members = std::move(selection.members);
  plan.fleet = std::move(selection.fleet);
  plan.actions = std::move(step.actions);
  std::ranges::move(builder.actions, std::back_inserter(plan.actions));
  std::ranges::stable_sort(plan.actions, {}, [](const Action& action) { return !action.restores; });
  plan.events = std::move(step.events);
  std::ranges::move(builder.events, std::back_inserter(plan.events));
  judge_ability(plan, *fleet, held_back_by, before);
  report_changes(plan, observation.taken_at);
  return plan;
}

}  // namespace evenkeel::decide
