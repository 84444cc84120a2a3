#include "decide/remediation/progress.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/identity_check.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

Lifecycle lifecycle_from(LifecycleState state) {
  using enum LifecycleState;
  if (state == in_service) return Lifecycle::in_service;
  if (state == entering_standby) return Lifecycle::entering;
  if (state == standby) return Lifecycle::standby;
  if (state == pending || state == pending_wait || state == pending_proceed) return Lifecycle::pending;
  if (state == detaching || state == detached) return Lifecycle::detached;
  return leaves_group(state) ? Lifecycle::leaving : Lifecycle::unknown;
}

bool started_again(const Remediation& remediation) {
  return remediation.phase == Phase::stopping || remediation.phase == Phase::starting ||
         (latest_intent(remediation, Effect::start) != nullptr && !remediation.booted_at);
}

// One absence proves nothing, for EC2 is eventually consistent: several in a row, over some minutes, do.
bool absent_again(Remediation& remediation, Time now) {
  if (!remediation.absent_since) remediation.absent_since = now;
  ++remediation.absent_sightings;
  return remediation.absent_sightings >= kAbsentSightings && now - *remediation.absent_since >= kAbsentFor;
}

// EC2 doesn't know it. Until it is gone for good it may be seen again, and is put back then.
void look_for_instance(Remediation& remediation, PlanBuilder& builder) {
  if (!absent_again(remediation, builder.now())) return;
  const auto absent = builder.now() - *remediation.absent_since;
  const auto why = "EC2 has not known the instance for " + format_duration(absent);
  if (absent >= kGoneAfter) return builder.end(remediation, Ending::terminated, why);
  if (remediation.phase == Phase::held) return;
  hold(remediation, builder,
       fmt::format("{}; this ends by itself once that has lasted {}, and it is put back if it is seen again",
                   why, format_duration(kGoneAfter)));
}

// The instance itself may have gone, or be another incarnation. `here`: absence counts.
void look_at_instance(Remediation& remediation, PlanBuilder& builder, bool here) {
  const auto& observation = builder.observation;
  const auto found = observation.instances.find(remediation.instance_id);
  const bool to_be_replaced = latest_intent(remediation, Effect::terminate) != nullptr;
  if (found == observation.instances.end()) {
    if (!here || !observation.instances_complete) return;
    if (!to_be_replaced) return look_for_instance(remediation, builder);
    absent_again(remediation, builder.now());  // as it was meant to be
    return;
  }
  if (lifecycle_of(remediation, observation) == Lifecycle::absent && !to_be_replaced) {
    if (here && absent_again(remediation, builder.now()))
      return hand_over(remediation, builder, "its Auto Scaling group doesn't list it any more");
  } else {
    remediation.absent_sightings = 0;
    remediation.absent_since.reset();
  }
  const Instance& instance = found->second;
  if (to_be_replaced) return;
  if (instance.state == InstanceState::terminated) {
    const auto* entered = latest_intent(remediation, Effect::enter_standby);
    const auto* left = latest_intent(remediation, Effect::exit_standby);
    const bool in_standby = may_be_in_our_standby(remediation) && entered->outcome == OutcomeKind::accepted &&
                            (left == nullptr || left->outcome != OutcomeKind::accepted);
    return builder.end(remediation, Ending::terminated,
                       in_standby
                           ? fmt::format("the instance was terminated while it was in Standby; {} wants one "
                                         "less than before: raise its desired capacity if that is not meant",
                                         printable(remediation.auto_scaling_group))
                           : std::string("the instance was terminated"));
  }
  // An earlier launch is an old answer.
  if (instance.launch_time <= remediation.launch_time || started_again(remediation)) return;
  remediation.launch_time = instance.launch_time;
  if (remediation.phase == Phase::rejoining || remediation.phase == Phase::soaking ||
      remediation.phase == Phase::held)
    return;
  remediation.external_change = "an operator or another tool stopped and started the instance meanwhile";
  put_back(remediation, builder, remediation.external_change);
}

// Auto Scaling, or an operator through it, may have taken the member over.
void look_at_auto_scaling(Remediation& remediation, PlanBuilder& builder) {
  if (latest_intent(remediation, Effect::terminate) != nullptr) return;
  const auto state = lifecycle_state_of(remediation.instance_id, builder.observation);
  if (!state) return;
  const auto lifecycle = lifecycle_from(*state);
  if (lifecycle == Lifecycle::leaving)
    return hand_over(remediation, builder, "Auto Scaling is terminating it");
  if (lifecycle == Lifecycle::detached)
    return hand_over(remediation, builder,
                     "an operator or another tool detached it from its Auto Scaling group");
}

// One look at a group of the snapshot. True: it has vanished in this one.
bool vanishes(SnapshotTarget& target, bool absent, Time now) {
  if (!absent) {
    target.absent_sightings = 0;
    target.absent_since.reset();
    return false;
  }
  if (!target.absent_since) target.absent_since = now;
  ++target.absent_sightings;
  return !target.vanished && target.absent_sightings >= kAbsentSightings &&
         now - *target.absent_since >= kAbsentFor;
}

void look_at_groups(Remediation& remediation, PlanBuilder& builder, bool here) {
  const auto& absent = builder.observation.absent_groups;
  for (auto& target : remediation.snapshot) {
    const bool is_absent = std::ranges::find(absent, target.target_group_arn) != absent.end();
    const auto* group = find_group(builder.observation, target.target_group_arn);
    const bool seen = group != nullptr && group->registrations;
    if (!here || (!is_absent && !seen)) continue;
    if (vanishes(target, is_absent, builder.now())) {
      target.vanished = true;
      builder.note(remediation, EventKind::group_vanished,
                   "target group " + target.target_group_name +
                       " does not exist any more; it is left out of the restore");
    } else if (target.vanished && seen) {
      target.vanished = false;
      builder.note(
          remediation, EventKind::group_back,
          "target group " + target.target_group_name + " is there again; it is put back there as well");
    }
  }
  const bool replaced = asked_to_leave(remediation, Effect::terminate);  // it goes nowhere any more
  if (std::ranges::all_of(remediation.snapshot, &SnapshotTarget::vanished) && !replaced &&
      remediation.phase != Phase::held) {
    hold(remediation, builder,
         "every target group it served in is gone; register it where it belongs, then: evenkeel restore " +
             remediation.instance_id);
  }
}

// While it is treated, it may be put into service from outside: it can't be undone, but people must know.
void note_external_registration(Remediation& remediation, PlanBuilder& builder) {
  if (!remediation.external_change.empty() ||
      presence(remediation, builder.observation) != Presence::registered)
    return;
  for (const auto& group : builder.observation.target_groups) {
    if (!group.registrations) continue;
    const auto there = std::ranges::equal_range(*group.registrations, remediation.instance_id, {},
                                                &Registration::instance_id);
    const bool serves =
        std::ranges::any_of(there, [](const Registration& one) { return one.state == TargetState::healthy; });
    if (!serves) continue;
    remediation.external_change =
        "an operator, another tool, or a request that could not be recorded registered it in " + group.name +
        " while it was being treated";
    return builder.note(remediation, EventKind::external_change, remediation.external_change);
  }
}

void take_step(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet) {
  switch (remediation.phase) {
    case Phase::draining:
      return draining(remediation, builder, fleet);
    case Phase::capturing:
      return capturing(remediation, builder);
    case Phase::commanding:
      return commanding(remediation, builder);
    case Phase::rebooting:
      return rebooting(remediation, builder);
    case Phase::booting:
      return booting(remediation, builder);
    case Phase::stopping:
      return stopping(remediation, builder);
    case Phase::starting:
      return starting(remediation, builder);
    case Phase::replacing:
      return replacing(remediation, builder);
    case Phase::rejoining:
      return rejoining(remediation, builder);
    case Phase::soaking:
      return soaking(remediation, builder);
    case Phase::held:
      return held(remediation, builder);
    case Phase::done:
      return;
  }
}

bool being_treated(Phase phase) {
  return phase == Phase::commanding || phase == Phase::rebooting || phase == Phase::booting ||
         phase == Phase::stopping || phase == Phase::starting;
}

}  // namespace

std::optional<LifecycleState> lifecycle_state_of(const std::string& instance_id,
                                                 const Observation& observation) {
  if (!observation.auto_scaling_group) return std::nullopt;
  const auto* member = find_scaling(*observation.auto_scaling_group, instance_id);
  return member == nullptr ? std::nullopt : std::optional(member->lifecycle_state);
}

Lifecycle lifecycle_of(const Remediation& remediation, const Observation& observation) {
  if (remediation.auto_scaling_group.empty()) return Lifecycle::none;
  const auto& group = observation.auto_scaling_group;
  if (!group || group->name != remediation.auto_scaling_group) return Lifecycle::unknown;
  const auto state = lifecycle_state_of(remediation.instance_id, observation);
  return state ? lifecycle_from(*state) : Lifecycle::absent;
}

std::vector<std::string> our_groups(const Remediation& remediation) {
  std::vector<std::string> arns;
  for (const auto& target : remediation.snapshot) {
    if (!target.vanished && !target.by_auto_scaling &&
        std::ranges::find(arns, target.target_group_arn) == arns.end()) {
      arns.push_back(target.target_group_arn);
    }
  }
  return arns;
}

const Intent* latest_intent(const Remediation& remediation, Effect effect, const std::string& arn) {
  const auto found = std::ranges::find_if(remediation.intents, [&](const Intent& intent) {
    return intent.effect == effect && intent.target_group_arn == arn;
  });
  return found == remediation.intents.end() ? nullptr : &*found;
}

bool may_not_show_yet(const Intent* intent, Time now) {
  return intent != nullptr && intent->outcome == OutcomeKind::accepted && now - intent->at < kVisibleAfter;
}

bool can_not_land(const Intent& intent, Time now) {
  return now - intent.at >= kRequestValidity + kVisibleAfter;
}

void hold(Remediation& remediation, PlanBuilder& builder, std::string because) {
  remediation.held_because = std::move(because);
  remediation.phase = Phase::held;
  remediation.phase_since = builder.now();
  remediation.deadline = builder.now();
  builder.note(remediation, EventKind::held, remediation.held_because);
}

void put_back(Remediation& remediation, PlanBuilder& builder, std::string why) {
  remediation.treat = false;
  remediation.why_untreated = why;
  builder.enter(remediation, Phase::rejoining, builder.policy.timing.rejoin, "putting it back: " + why);
}

void rejoin(Remediation& remediation, PlanBuilder& builder, std::string why) {
  builder.enter(remediation, Phase::rejoining, builder.policy.timing.rejoin, std::move(why));
}

void hand_over(Remediation& remediation, PlanBuilder& builder, std::string why) {
  remediation.external_change = why;
  builder.end(remediation, Ending::handed_over, why);
}

void advance(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet) {
  const bool here = in_right_place(fleet.state, builder.observation);
  look_at_instance(remediation, builder, here);
  if (remediation.open()) look_at_auto_scaling(remediation, builder);
  if (remediation.open()) look_at_groups(remediation, builder, here);
  look_at_standby(remediation, builder.observation);
  if (being_treated(remediation.phase)) note_external_registration(remediation, builder);
  const Phase before = remediation.phase;
  // What held it back in the tick before may be over: this one says it again, or something else.
  if (remediation.treat) remediation.why_untreated.clear();
  take_step(remediation, builder, fleet);
  const bool on_its_way_back =
      before != Phase::rejoining && before != Phase::soaking && before != Phase::held;
  if (on_its_way_back && remediation.phase == Phase::rejoining)
    rejoining(remediation, builder);  // back into service without losing a tick
  if (before == Phase::draining && remediation.phase == Phase::replacing) replacing(remediation, builder);
}

}  // namespace evenkeel::decide
