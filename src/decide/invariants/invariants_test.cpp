// The checker must catch what it is for: each test plants one misdeed in an otherwise sound plan.
#include "decide/invariants/invariants.h"

#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/invariants.h"

namespace evenkeel::decide {
namespace {

TEST_F(Invariants, AnActionNeedsItsIntent) {
  starting();
  plan.next.open[0].intents.pop_back();
  EXPECT_TRUE(breaks("A1", fleet, plan));
}

TEST_F(Invariants, AnActionIsSignedWithTheObservationsTime) {
  starting();
  plan.actions[0].at += 1s;
  plan.next.open[0].intents[0].at += 1s;
  EXPECT_TRUE(breaks("R3", fleet, plan));
}

TEST_F(Invariants, TheNextStateSucceedsTheOneRead) {
  starting();
  ++plan.next.revision;
  EXPECT_TRUE(breaks("K1", fleet, plan));
}

TEST_F(Invariants, EnoughAreLeft) {
  starting();
  fleet.policy.keep.healthy.count = 8;
  EXPECT_TRUE(breaks("C1", fleet, plan));
}

TEST_F(Invariants, MoreThanFailOpenAreLeft) {
  starting();
  fleet.group(1).attributes->fail_open_count = 7;
  EXPECT_TRUE(breaks("C1", fleet, plan));
}

TEST_F(Invariants, NotTooManyAreOut) {
  starting();
  fleet.policy.keep.out.count = 0;
  EXPECT_TRUE(breaks("C2", fleet, plan));
}

TEST_F(Invariants, NothingStartsOnPartialData) {
  starting();
  fleet.observation.instances_complete = false;
  EXPECT_TRUE(breaks("C4", fleet, plan));
  fleet.observation.instances_complete = true;
  fleet.group(0).attributes.reset();
  EXPECT_TRUE(breaks("C4", fleet, plan));
}

TEST_F(Invariants, NothingStartsWhilePaused) {
  starting();
  fleet.state.pause = Pause{"deploy", "ann", {}};
  EXPECT_TRUE(breaks("F10", fleet, plan));
}

TEST_F(Invariants, NothingStartsWithoutACause) {
  starting();
  fleet.memory(3, 65);
  EXPECT_TRUE(breaks("R5", fleet, plan));
  fleet.memory(3, 80);
  fleet.observation.signals[id(3)].state = SignalState::stale;
  EXPECT_TRUE(breaks("R5", fleet, plan));
}

TEST_F(Invariants, TheSnapshotIsWhatItIsPartOf) {
  starting();
  plan.next.open[0].snapshot.pop_back();
  EXPECT_TRUE(breaks("F1", fleet, plan));
}

TEST_F(Invariants, APortIsNamed) {
  starting();
  plan.actions[1].ports.clear();
  EXPECT_TRUE(breaks("F3", fleet, plan));
}

TEST_F(Invariants, NoRebootWhileRegisteredAnywhere) {
  rebooting();
  fleet.group(1).registrations->push_back({id(3), 80, TargetState::draining, TargetReason::none});
  EXPECT_TRUE(breaks("R1", fleet, plan));
  fleet.group(1).registrations->back() = {id(3), 80, TargetState::unused, TargetReason::invalid_state};
  EXPECT_TRUE(breaks("R1", fleet, plan));
  fleet.group(1).registrations->pop_back();
  fleet.observation.surveys[id(3)].elsewhere = {{id(3), 8080, TargetState::healthy, TargetReason::none}};
  EXPECT_TRUE(breaks("R1", fleet, plan));
  fleet.observation.surveys.clear();
  EXPECT_TRUE(breaks("R1", fleet, plan));
}

TEST_F(Invariants, NoSecondReboot) {
  rebooting();
  Intent earlier;
  earlier.effect = Effect::reboot;
  fleet.three().intents.push_back(earlier);
  EXPECT_TRUE(breaks("R2", fleet, plan));
}

TEST_F(Invariants, NoMoreAttemptsThanThePolicyAllows) {
  fleet.policy.treatments[0].attempts = 2;
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  fleet.tick();
  fleet.pass(kRebootUnseen - fleet.policy.timing.boot);
  ++fleet.ticks;
  plan = fleet.decide();
  ASSERT_EQ(effects(plan), std::vector{Effect::reboot});
  ASSERT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
  fleet.policy.treatments[0].attempts = 1;
  EXPECT_TRUE(breaks("R2", fleet, plan));
  fleet.policy.treatments[0].attempts = 2;
  plan.next.open[0].attempt = 1;
  EXPECT_TRUE(breaks("R2", fleet, plan)) << "an attempt that isn't counted";
}

TEST_F(Invariants, NoTreatmentWhileAnEarlierOneMayStillAct) {
  rebooting();
  const auto acts = [&](Effect effect, OutcomeKind outcome, bool late, Duration ago) {
    fleet.policy.treatments = {{Treatment::command, 2, {"RecyclePool", {}, 5min}},
                               {Treatment::reboot, 2, {}}};
    for (auto& [name, started_under] : fleet.state.policies) started_under = fleet.policy;
    plan.next.open[0].level = 1;
    plan.next.open[0].attempt = 2;
    Intent earlier;
    earlier.effect = effect;
    earlier.nonce = "earlier";
    earlier.at = fleet.observation.taken_at - ago;
    earlier.outcome = outcome;
    earlier.may_land_late = late;
    fleet.three().intents.push_back(earlier);
    const bool broken = !violations(fleet.policy, fleet.observation, fleet.state, plan).empty();
    fleet.three().intents.pop_back();
    return broken;
  };
  using enum OutcomeKind;
  EXPECT_TRUE(acts(Effect::reboot, unknown, true, 30min - 1s));
  EXPECT_FALSE(acts(Effect::reboot, unknown, true, 30min));
  EXPECT_TRUE(acts(Effect::reboot, accepted, false, 30min - 1s));
  EXPECT_FALSE(acts(Effect::reboot, accepted, false, 30min));
  EXPECT_FALSE(acts(Effect::reboot, refused, false, 1min));
  EXPECT_TRUE(acts(Effect::reboot, refused, true, 1min));
  EXPECT_FALSE(acts(Effect::reboot, not_sent, false, 1min));
  EXPECT_TRUE(acts(Effect::stop, unknown, true, 16min - 1s));
  EXPECT_FALSE(acts(Effect::stop, unknown, true, 16min));
  EXPECT_TRUE(acts(Effect::command, accepted, false, 6min - 1s));
  EXPECT_FALSE(acts(Effect::command, accepted, false, 6min));
  fleet.observation.commands["earlier"].state = CommandResult::State::failed;
  EXPECT_FALSE(acts(Effect::command, accepted, false, 1min)) << "it has ended";
  fleet.observation.commands["earlier"].state = CommandResult::State::running;
  EXPECT_FALSE(acts(Effect::command, accepted, false, 1min)) << "a reboot ends it";
}

TEST_F(Invariants, NoTreatmentIsMilderThanTheOneBefore) {
  rebooting();
  fleet.three().level = 1;
  EXPECT_TRUE(breaks("R2", fleet, plan));
}

TEST_F(Invariants, NoRebootOfAnotherIncarnation) {
  rebooting();
  fleet.observation.instances[id(3)].launch_time += 1h;
  EXPECT_TRUE(breaks("R4", fleet, plan));
}

TEST_F(Invariants, NoRemediationIsDropped) {
  rebooting();
  plan.next.open.clear();
  plan.actions.clear();
  EXPECT_TRUE(breaks("F1", fleet, plan));
}

TEST_F(Invariants, BackIsProved) {
  rebooting();
  plan.next.recent.push_back(past(plan.next.open[0]));
  plan.next.recent.back().ending = Ending::cured;
  plan.next.open.clear();
  plan.actions.clear();
  EXPECT_TRUE(breaks("F4", fleet, plan));
}

TEST_F(Invariants, BackIsNotInTheStandbyThatWasAskedFor) {
  entering_standby();
  fleet.tick();
  fleet.observation.auto_scaling_group->members[2].lifecycle_state = LifecycleState::entering_standby;
  fleet.pass(1min);
  plan = fleet.decide();
  plan.next.recent.push_back(past(plan.next.open[0]));
  plan.next.open.clear();
  plan.actions.clear();
  for (const auto ending : {Ending::untreated, Ending::handed_over}) {
    plan.next.recent.back().ending = ending;
    const bool over = ending == Ending::handed_over;
    EXPECT_TRUE(over ? breaks("F1", fleet, plan)
                     : breaks("F4", fleet, plan, "the Standby that was asked for"));
  }
}

TEST_F(Invariants, AGroupThatIsAbsentInOneLookIsNoPlaceWhereItIsBack) {
  ends(Ending::back);
  auto& observation = fleet.observation;
  for (const auto& group : observation.target_groups) observation.absent_groups.push_back(group.arn);
  observation.target_groups.clear();
  EXPECT_TRUE(breaks("F4", fleet, plan));
  for (auto& target : fleet.state.open[0].snapshot) {
    target.absent_sightings = kAbsentSightings - 1;
    target.absent_since = observation.taken_at - kAbsentFor;
  }
  EXPECT_FALSE(breaks("F4", fleet, plan)) << "it vanishes in this look";
  plan.next.identity.reset();
  EXPECT_TRUE(breaks("F4", fleet, plan)) << "not where absence counts";
  for (auto& target : fleet.state.open[0].snapshot) target.vanished = true;
  EXPECT_FALSE(breaks("F4", fleet, plan));
}

TEST_F(Invariants, AGroupThatIsThereAgainIsAPlaceLikeTheOthers) {
  ends(Ending::back);
  for (auto& target : fleet.state.open[0].snapshot) target.vanished = true;
  EXPECT_TRUE(breaks("F4", fleet, plan));
}

TEST_F(Invariants, WhatEc2DoesNotKnowForMinutesMayBeSeenAgain) {
  ends(Ending::terminated);
  fleet.observation.instances.erase(id(3));
  auto& open = fleet.state.open[0];
  open.absent_sightings = 30;
  open.absent_since = fleet.observation.taken_at - 30min;
  EXPECT_TRUE(breaks("F8", fleet, plan));
  open.absent_since = fleet.observation.taken_at - kGoneAfter;
  EXPECT_FALSE(breaks("F8", fleet, plan));
}

TEST_F(Invariants, TerminatedIsProved) {
  rebooting();
  plan.next.recent.push_back(past(plan.next.open[0]));
  plan.next.recent.back().ending = Ending::terminated;
  plan.next.open.clear();
  plan.actions.clear();
  EXPECT_TRUE(breaks("F8", fleet, plan));
}

TEST_F(Invariants, AViolationSaysWhoseStepItIs) {
  const auto whose = [&] {
    std::vector<std::string> ids;
    for (const auto& violation : violations(fleet.policy, fleet.observation, fleet.state, plan))
      ids.push_back(violation.remediation_id);
    return ids;
  };
  starting();
  fleet.policy.keep.healthy.count = 8;
  EXPECT_EQ(whose(), std::vector(2, plan.next.open[0].id)) << "the start, in each of two groups";
  fleet.policy.keep.healthy.count = 5;
  ++plan.next.revision;
  EXPECT_EQ(whose(), std::vector<std::string>{""}) << "the whole plan";
}

TEST(ApplyOutcomes, OutcomesBelongToTheirIntentByNonce) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  const auto plan = fleet.decide();
  const std::vector<Outcome> outcomes = {
      {plan.actions[1].remediation_id, plan.actions[1].nonce, OutcomeKind::accepted, false, ""},
      {plan.actions[0].remediation_id, "somebody-else's", OutcomeKind::refused, false, ""}};
  const auto applied = apply_outcomes(fleet.policy, plan.next, outcomes, fleet.observation.taken_at);
  EXPECT_EQ(applied.next.revision, plan.next.revision + 1);
  EXPECT_EQ(applied.next.open[0].intents[0].outcome, OutcomeKind::unknown);
  EXPECT_TRUE(applied.next.open[0].intents[0].may_land_late);
  EXPECT_EQ(applied.next.open[0].intents[1].outcome, OutcomeKind::accepted);
  EXPECT_FALSE(applied.next.open[0].intents[1].may_land_late);
  EXPECT_EQ(applied.events.size(), 1U);
}

}  // namespace
}  // namespace evenkeel::decide
