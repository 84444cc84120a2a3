// Each check by itself: `./dev planted --invariants` deletes them one after the other.
#include "decide/invariants_for_test.h"

namespace evenkeel::decide {
namespace {

using EachInvariant = Invariants;

TEST_F(EachInvariant, ANonceNamesOneAction) {
  starting();
  plan.actions[1].nonce = plan.actions[0].nonce;
  EXPECT_TRUE(breaks("A1", fleet, plan, "two actions under the nonce"));
}

TEST_F(EachInvariant, ALateTickStartsAndTreatsNothing) {
  starting();
  fleet.observation.late_by = 3min;
  EXPECT_TRUE(breaks("K5", fleet, plan, "starts in a tick that only restores"));
  fleet = FleetForTest();
  rebooting();
  fleet.observation.late_by = 3min;
  EXPECT_TRUE(breaks("K5", fleet, plan, "is treated in a tick that only restores"));
}

TEST_F(EachInvariant, AStartNeedsACleanSurvey) {
  starting();
  auto& survey = fleet.observation.surveys[id(3)];
  const auto clean = survey;
  const auto broken = [&] {
    const auto result = breaks("R1", fleet, plan, "starts without a clean survey");
    survey = clean;
    return result;
  };
  survey.complete = false;
  EXPECT_TRUE(broken());
  survey.elsewhere = {{id(3), 8080, TargetState::healthy, ""}};
  EXPECT_TRUE(broken());
  survey.may_reboot.reset();
  EXPECT_TRUE(broken());
  survey.may_register = false;
  EXPECT_TRUE(broken());
  survey.events.reset();
  EXPECT_TRUE(broken());
  fleet.observation.surveys.clear();
  EXPECT_TRUE(breaks("R1", fleet, plan, "starts without a clean survey"));
}

TEST_F(EachInvariant, AZoneIsNotEmptied) {
  fleet.zone(3, "eu-west-1b");
  fleet.zone(4, "eu-west-1b");
  starting();
  fleet.place(0, 4).state = TargetState::unhealthy;
  EXPECT_TRUE(breaks("C1", fleet, plan, "would leave 0 healthy in eu-west-1b of tg1, 1 are needed"));
  fleet.place(0, 4).state = TargetState::healthy;
  fleet.policy.keep.healthy_per_zone = Share{.count = 2, .percent = 0};
  EXPECT_TRUE(breaks("C1", fleet, plan, "would leave 1 healthy in eu-west-1b of tg1, 2 are needed"));
}

TEST_F(EachInvariant, ARuleThatStartsIsInThePolicy) {
  starting();
  plan.next.open[0].cause.rule = "nightly";
  EXPECT_TRUE(breaks("R5", fleet, plan, "by a rule that the policy doesn't have"));
}

TEST_F(EachInvariant, AGateThatIsClosedOrUnknownHoldsBack) {
  starting();
  fleet.policy.gates.alarms = {"deploying"};
  EXPECT_TRUE(breaks("G1", fleet, plan, "alarm deploying could not be read"));
  fleet.observation.alarms["deploying"] = {{"deploying", "ALARM"}};
  EXPECT_TRUE(breaks("G1", fleet, plan, "deploying is in ALARM"));
  fleet.policy.gates.alarms.clear();
  fleet.policy.gates.calendars = {"freeze"};
  EXPECT_TRUE(breaks("G1", fleet, plan, "calendar freeze is not open"));
  fleet.observation.calendars["freeze"] = CalendarState::unknown;
  EXPECT_TRUE(breaks("G1", fleet, plan, "calendar freeze is not open"));
}

TEST_F(EachInvariant, StandbyIsEnteredFromServiceAndAboveTheSmallestSize) {
  entering_standby();
  auto& group = *fleet.observation.auto_scaling_group;
  group.min = group.desired;
  EXPECT_TRUE(breaks("C8", fleet, plan, "8 of 8 are wanted at least"));
  group.min = 0;
  group.members[2].lifecycle_state = "Pending";
  EXPECT_TRUE(breaks("C8", fleet, plan, "although it isn't InService"));
  group.name = "another";
  EXPECT_TRUE(breaks("C8", fleet, plan, "of a group that was not read"));
}

TEST_F(EachInvariant, WhatIsTreatedIsKnownToServeNowhere) {
  rebooting();
  fleet.group(1).registrations.reset();
  EXPECT_TRUE(breaks("R1", fleet, plan, "although tg1-80 could not be read"));
}

TEST_F(EachInvariant, ATreatmentIsOnTheLadder) {
  rebooting();
  fleet.policy.treatments = {{Treatment::stop_start, 1, {}}};
  EXPECT_TRUE(breaks("T1", fleet, plan, "reboot is not on the ladder"));
}

TEST_F(EachInvariant, NothingIsTreatedInTheTickThatTakesItOut) {
  rebooting();
  fleet.state.open.clear();
  EXPECT_TRUE(breaks("R1", fleet, plan, "in the tick that takes it out"));
}

TEST_F(EachInvariant, ReplacedIsProved) {
  ends(Ending::replaced);
  EXPECT_TRUE(breaks("F8", fleet, plan, "is called replaced, but is there"));
  fleet.observation.instances[id(3)].state = InstanceState::terminated;
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
}

TEST_F(EachInvariant, HandedOverIsProved) {
  ends(Ending::handed_over);
  EXPECT_TRUE(breaks("F1", fleet, plan, "is handed over to nobody"));
  fleet.scaling().members[2].lifecycle_state = "Detaching";
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
}

TEST_F(EachInvariant, NoMoreAreTreatedAtOnceThanMayBeOut) {
  rebooting();
  plan.actions.push_back(plan.actions[0]);
  EXPECT_TRUE(breaks("R2", fleet, plan, "2 are rebooted, stopped or replaced in one tick"));
}

}  // namespace
}  // namespace evenkeel::decide
