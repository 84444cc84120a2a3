// What must hold for each action: a removal, a treatment, a return.
#include <algorithm>
#include <cstddef>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/text.h"
#include "decide/invariants/checker.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {

// C8, C9: the only change of a size is the decrement of EnterStandby, and it never goes below the smallest.
void PlanChecker::standby(const Action& action) {
  const auto& group = observation.auto_scaling_group;
  if (!group || group->name != action.auto_scaling_group) {
    broken("C8", action.instance_id + " enters Standby of a group that was not read");
    return;
  }
  zones_stay_even(action.instance_id);
  const auto* member = scaling_member(action.instance_id);
  if (member == nullptr || member->lifecycle_state != LifecycleState::in_service) {
    broken("C8", action.instance_id + " enters Standby although it isn't InService");
    return;
  }
  if (group->in_units && member->weight != 1)
    broken("C8", fmt::format(
                     "{} enters Standby although it counts {} of {}'s units, and one may be taken from them",
                     action.instance_id, member->weight, group->name));
  if (group->desired - 1 < group->min)
    broken("C8", fmt::format("{} enters Standby although {} of {} are wanted at least", action.instance_id,
                             group->min, group->desired));
}

// By Standby, on its way there: it may be counted in its zone still, or no more.
bool PlanChecker::on_the_way_to_standby(const std::string& id) const {
  return std::ranges::any_of(plan.next.open, [&](const Remediation& one) {
    return one.instance_id == id && !one.auto_scaling_group.empty() && one.phase == Phase::draining;
  });
}

// C9: Auto Scaling does not even out the zones, by terminating a healthy one, neither when `id` has left nor
// when it, or another that is out, comes back first.
void PlanChecker::zones_stay_even(const std::string& id) {
  const auto& group = observation.auto_scaling_group;
  if (!group || group->az_rebalance_suspended || group->terminate_suspended) return;
  std::map<std::string, int> fewest, most;
  for (const auto& zone : group->zones) fewest[zone], most[zone];
  std::set<std::string> short_of = {zone_of(id)};
  for (const auto& member : group->members) {
    const auto& state = member.lifecycle_state;
    const bool in_service = state == LifecycleState::in_service, stands_by = in_standby(state);
    if (!in_service && !stands_by && state != LifecycleState::pending) continue;
    const auto zone = zone_of(member.instance_id);
    if (zone.empty())
      broken("C9",
             fmt::format("{} enters Standby although the zone of {} is not known", id, member.instance_id));
    const bool leaves = member.instance_id == id || on_the_way_to_standby(member.instance_id);
    ++most[zone];
    fewest[zone] += in_service && !leaves ? 1 : 0;
    if (leaves || stands_by) short_of.insert(zone);
  }
  for (const auto& low : short_of) {
    for (const auto& [full, count] : most) {
      if (full == low || (low != zone_of(id) && full != zone_of(id)) || count - fewest[low] < 2) continue;
      broken("C9",
             fmt::format("{} enters Standby although {} in service in {} may stand against {} in {}, which "
                         "AZRebalance evens out",
                         id, fewest[low], low, count, full));
    }
  }
}

// R8: what people and Auto Scaling want left alone.
void PlanChecker::left_alone(const Action& action) {
  const auto what = fmt::format("{} of {}", name(action.effect), action.instance_id);
  if (is_held(action.instance_id)) broken("R8", fmt::format("{} although its tag {} is set", what, kHoldTag));
  if (policy.auto_scaling_group.empty()) return;
  const auto& group = observation.auto_scaling_group;
  if (!group || group->instance_refresh != "")
    broken("R8",
           fmt::format("{} although {} may be in an instance refresh", what, policy.auto_scaling_group));
  const bool idle = group && group->activities && group->activities->empty();
  if (treatment_by(action.effect) && !idle)
    broken("R8", fmt::format("{} although {} may be at work", what, policy.auto_scaling_group));
}

// F6: marked before, or first of all in this plan; for a treatment only that.
void PlanChecker::witnessed(const Action& action) {
  if (!policy.witness_tag) return;
  const auto* was = find(before.open, action.remediation_id);
  const bool removes = action.effect == Effect::deregister || action.effect == Effect::enter_standby;
  const bool marked =
      removes && was != nullptr && std::ranges::any_of(was->intents, [](const Intent& intent) {
        return intent.effect == Effect::mark && intent.outcome == OutcomeKind::accepted;
      });
  const auto is_this = [&](const Action& one) { return one.nonce == action.nonce; };
  const auto marks_it = [&](const Action& one) {
    return one.effect == Effect::mark && one.remediation_id == action.remediation_id;
  };
  const auto own = std::ranges::find_if(plan.actions, is_this);
  if (!marked && std::find_if(plan.actions.begin(), own, marks_it) == own)
    broken("F6",
           fmt::format("{} of {} without its tag {}", name(action.effect), action.instance_id, kWitnessTag));
}

// R1: in no group any more. What Auto Scaling terminates, it drains from its own groups itself.
void PlanChecker::serves_nowhere(const Action& action) {
  const auto& id = action.instance_id;
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) {
      broken("R1",
             fmt::format("{} of {} although {} could not be read", name(action.effect), id, group.name));
      continue;
    }
    for (const auto& registration : *group.registrations) {
      const bool gone =
          registration.state == TargetState::unused && registration.reason == TargetReason::not_registered;
      const bool looked_after =
          action.effect == Effect::terminate && group.attached && registration.port == group.port;
      if (registration.instance_id == id && !gone && !looked_after)
        broken("R1", fmt::format("{} of {} while in {}", name(action.effect), id, group.name));
    }
  }
}

// T2, T3, T4: nothing is asked for that would end in something else, or that is known to be refused.
void PlanChecker::bears(const Action& action) {
  const auto& id = action.instance_id;
  const auto& group = observation.auto_scaling_group;
  if (action.effect == Effect::stop) {
    const auto* member = scaling_member(id);
    if (member != nullptr && member->lifecycle_state != LifecycleState::standby &&
        !group->replacement_suspended)
      broken("T2", fmt::format("{} is stopped outside Standby, and {} would replace it", id, group->name));
    const auto* instance = instance_of(id);
    if (instance == nullptr || instance->stop_protected.value_or(true))
      broken("T3", id + " is stopped although it may be protected from that");
  }
  if (action.effect == Effect::terminate && (!group || group->retains_terminated))
    broken("T4", id + " is terminated although its group may keep it running");
}

// K5, R1, R2, R4, R9, T1: only what serves nowhere is treated, never twice, and never by more than the policy allows.
void PlanChecker::treat(const Action& action, Treatment treatment) {
  const auto& id = action.instance_id;
  if (observation.late_by > Duration::zero()) broken("K5", id + " is treated in a tick that only restores");
  if (std::ranges::find(policy.treatments, treatment, &Step::treatment) == policy.treatments.end())
    broken("T1", fmt::format("{} is not among the treatments of {}", name(treatment), policy.name));
  serves_nowhere(action);
  bears(action);
  if (!observation.looked_again.contains(id))
    broken("R9", id + " is treated without a last look at where it serves");
  const auto survey = observation.surveys.find(id);
  const bool surveyed = survey != observation.surveys.end() && survey->second.complete &&
                        survey->second.elsewhere.empty() && survey->second.classic.empty();
  if (action.effect != Effect::terminate && !surveyed)
    broken("R1", id + " is treated without a clean survey");
  const auto* was = find(before.open, action.remediation_id);
  if (was == nullptr) {
    broken("R1", id + " is treated in the tick that takes it out");
    return;
  }
  for (const auto& intent : was->intents) {
    if (may_still_act(*was, intent, treatment))
      broken("R2", fmt::format("{} of {} while its {} of {} may still act", name(action.effect), id,
                               name(intent.effect), iso8601(intent.at)));
  }
  if (was->phase == Phase::draining) all_zones_serve(id);  // it could go back, and serve
  attempts(*was, treatment);
  const auto* instance = instance_of(id);
  if (instance == nullptr || instance->launch_time != was->launch_time)
    broken("R4", id + " is not the instance that was chosen");
}

// By its document of then.
const FleetPolicy& PlanChecker::started_under(const Remediation& remediation) const {
  const auto own = before.policies.find(remediation.policy);
  if (own != before.policies.end()) return own->second;
  return before.pinned ? *before.pinned : policy;
}

// Until when an earlier treatment may act at all, whatever shows of it; the past: it can't.
Time PlanChecker::acts_until(const Remediation& remediation, const Intent& intent) const {
  const auto earlier = treatment_by(intent.effect);
  if (!earlier || intent.outcome == OutcomeKind::not_sent) return Time{};
  if (intent.outcome == OutcomeKind::refused && !intent.may_land_late) return Time{};
  Duration acts = intent.may_land_late ? kRequestValidity : kAnsweredWithin;
  if (*earlier == Treatment::reboot) acts = std::max(acts + kRebootQueue, Duration{kRebootUnseen});
  const auto& treatments = started_under(remediation).treatments;
  const auto step = std::ranges::find(treatments, Treatment::command, &Step::treatment);
  if (*earlier == Treatment::command && step != treatments.end()) acts += step->document.within;
  return intent.at + acts;
}

bool PlanChecker::is_over(const Intent& command) const {
  using enum CommandResult::State;
  const auto result = observation.commands.find(command.nonce);
  return result != observation.commands.end() &&
         (result->second.state == success || result->second.state == failed);
}

// An earlier treatment that can act on the member now or later. What `next` destroys, a document that still runs
// included, doesn't count.
bool PlanChecker::may_still_act(const Remediation& was, const Intent& intent, Treatment next) const {
  const Time until = acts_until(was, intent);
  if (until > Time{} && intent.effect == Effect::command) {
    if (is_over(intent)) return false;
    const auto result = observation.commands.find(intent.nonce);
    if (result != observation.commands.end() && result->second.state == CommandResult::State::running)
      return next == Treatment::command;
  }
  return observation.taken_at < until;
}

// R10: what goes back into service meets no treatment of ours any more, unless an operator does not want to wait, or
// an external change had put it back before: what we may have taken once more, we return at once. One that Auto Scaling
// is to replace goes back to be terminated.
void PlanChecker::not_too_early(const Action& action) {
  const auto* now = find(plan.next.open, action.remediation_id);
  if (now == nullptr || now->without_waiting || now->seen_back || now->phase == Phase::replacing) return;
  Time until = now->effects_until;
  for (const auto& intent : now->intents) {
    const bool booted = now->booted_at && *now->booted_at > intent.at;
    const bool ended = intent.effect == Effect::command && (!now->command_output.empty() || is_over(intent));
    if (!booted && !ended) until = std::max(until, acts_until(*now, intent));
  }
  if (observation.taken_at < until)
    broken("R10", fmt::format("{} of {} although a treatment may still act on it until {}",
                              name(action.effect), action.instance_id, iso8601(until)));
}

// R2: the same treatment no more often than the policy says, and otherwise a later one of the policy.
void PlanChecker::attempts(const Remediation& was, Treatment treatment) {
  const auto* now = find(plan.next.open, was.id);
  if (now == nullptr) return;  // an action without its remediation is A1's
  const auto step = std::ranges::find(policy.treatments, treatment, &Step::treatment);
  if (step == policy.treatments.end()) return;  // T1
  const auto done = std::ranges::count_if(was.intents, [&](const Intent& intent) {
    return treatment_by(intent.effect) == treatment && intent.outcome != OutcomeKind::not_sent;
  });
  if (now->attempt > step->attempts || (done > 0 && now->attempt < 2))
    broken("R2",
           fmt::format("attempt {} of {} at the {} of {}", std::max<std::ptrdiff_t>(now->attempt, done + 1),
                       step->attempts, name(treatment), was.instance_id));
  if (now->level < was.level) broken("R2", was.instance_id + " goes back to an earlier treatment");
}

void PlanChecker::act(const Action& action) {
  switch (action.effect) {
    case Effect::deregister:
    case Effect::register_:
      if (action.ports.empty())
        broken("F3", fmt::format("{} of {} names no port", name(action.effect), action.instance_id));
      if (action.effect == Effect::register_) return not_too_early(action);
      witnessed(action);
      return left_alone(action);
    case Effect::exit_standby:
      return not_too_early(action);
    case Effect::enter_standby:
      witnessed(action);
      left_alone(action);
      return standby(action);
    case Effect::capture:
      return serves_nowhere(action);
    case Effect::start:
    case Effect::mark:
    case Effect::unmark:
      return;
    case Effect::command:
    case Effect::reboot:
    case Effect::stop:
    case Effect::terminate:
      witnessed(action);
      left_alone(action);
      return treat(action, *treatment_by(action.effect));
  }
}

}  // namespace evenkeel::decide
