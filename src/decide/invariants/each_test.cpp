// Each check by itself: `./dev planted --invariants` deletes them one after the other.
#include "decide/testing/invariants.h"

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
  survey.elsewhere = {{id(3), 8080, TargetState::healthy, TargetReason::none}};
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
  fleet.observation.alarms["deploying"] = {{"deploying", AlarmState::alarm}};
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
  group.members[2].lifecycle_state = LifecycleState::pending;
  EXPECT_TRUE(breaks("C8", fleet, plan, "although it isn't InService"));
  group.name = "another";
  EXPECT_TRUE(breaks("C8", fleet, plan, "of a group that was not read"));
}

TEST_F(EachInvariant, WhatIsTreatedIsKnownToServeNowhere) {
  rebooting();
  fleet.group(1).registrations.reset();
  EXPECT_TRUE(breaks("R1", fleet, plan, "although tg1-80 could not be read"));
}

TEST_F(EachInvariant, ATreatmentIsOneOfThePolicys) {
  rebooting();
  fleet.policy.treatments = {{Treatment::stop_start, 1, {}}};
  EXPECT_TRUE(breaks("T1", fleet, plan, "reboot is not among the treatments"));
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
  EXPECT_TRUE(breaks("F1", fleet, plan, "is called handed over without proof"));
  fleet.scaling().members[2].lifecycle_state = LifecycleState::detaching;
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
}

TEST_F(EachInvariant, NoMoreAreTreatedAtOnceThanMayBeOut) {
  rebooting();
  plan.next.open.push_back(plan.next.open[0]);
  plan.next.open[1].id = "another";
  EXPECT_TRUE(breaks("R2", fleet, plan, "2 would be treated at once; keep.out allows 1"));
  plan.next.open[1].phase = Phase::rejoining;
  EXPECT_FALSE(breaks("R2", fleet, plan)) << "one of them has been";
  plan.actions.push_back(plan.actions[0]);
  EXPECT_TRUE(breaks("R2", fleet, plan, "2 are rebooted, stopped or replaced in one tick"));
}

TEST_F(EachInvariant, StandbyLeavesEnoughUnits) {
  entering_standby();
  auto& group = *fleet.observation.auto_scaling_group;
  group.in_units = true;
  group.desired = 16;
  group.min = 14;
  auto& weight = group.members[2].weight;
  weight = 1;
  EXPECT_FALSE(breaks("C8", fleet, plan));
  group.min = 16;
  EXPECT_TRUE(breaks("C8", fleet, plan, "16 of 16 are wanted at least"));
  group.min = 0;
  for (const int other : {0, 2}) {
    weight = other;
    EXPECT_TRUE(breaks("C8", fleet, plan, "of web-asg's units, and one may be taken from them"));
  }
  group.in_units = false;
  EXPECT_FALSE(breaks("C8", fleet, plan)) << "instances are counted";
}

TEST_F(EachInvariant, ZonesStayEvenWhereAutoScalingWouldEvenThemOut) {
  entering_standby();
  auto& group = *fleet.observation.auto_scaling_group;
  for (int member : {5, 6, 7, 8}) fleet.zone(member, "eu-west-1b");
  EXPECT_FALSE(breaks("C9", fleet, plan)) << "3 against 4";
  fleet.zone(4, "eu-west-1b");
  EXPECT_TRUE(breaks("C9", fleet, plan, "2 in service in eu-west-1a may stand against 5 in eu-west-1b"));
  group.az_rebalance_suspended = true;
  EXPECT_FALSE(breaks("C9", fleet, plan));
  group.az_rebalance_suspended = false;
  group.terminate_suspended = true;
  EXPECT_FALSE(breaks("C9", fleet, plan));
  group.terminate_suspended = false;
  fleet.zone(4, "eu-west-1a");
  fleet.zone(2, "");
  EXPECT_TRUE(breaks("C9", fleet, plan, "the zone of " + id(2) + " is not known"));
  group.members[1].lifecycle_state = LifecycleState::terminating;
  EXPECT_FALSE(breaks("C9", fleet, plan, "is not known")) << "it counts nowhere";
}

TEST_F(EachInvariant, ZonesStayEvenWhicheverComesBackFirst) {
  entering_standby();
  auto& group = *fleet.observation.auto_scaling_group;
  for (int member : {5, 6, 7, 8}) fleet.zone(member, "eu-west-1b");
  EXPECT_FALSE(breaks("C9", fleet, plan));
  const auto at = [&](int member) -> LifecycleState& {
    return std::ranges::find(group.members, id(member), &AutoScalingMember::instance_id)->lifecycle_state;
  };
  at(8) = LifecycleState::standby;
  EXPECT_FALSE(breaks("C9", fleet, plan)) << "4 at the most against 3 at the least, both ways";
  at(7) = LifecycleState::entering_standby;
  EXPECT_TRUE(breaks("C9", fleet, plan, "2 in service in eu-west-1b may stand against 4 in eu-west-1a"))
      << "when it comes back before the others";
  at(7) = at(8) = LifecycleState::in_service;
  auto other = plan.next.open[0];
  other.id = "another", other.instance_id = id(4);
  plan.next.open.push_back(other);
  EXPECT_TRUE(breaks("C9", fleet, plan, "2 in service in eu-west-1a may stand against 4 in eu-west-1b"))
      << "another one is on its way";
  plan.next.open[1].phase = Phase::soaking;
  EXPECT_FALSE(breaks("C9", fleet, plan)) << "it is back";
}

TEST_F(EachInvariant, ZonesStayEvenWhenStandbyIsAskedForAgain) {
  entering_standby();
  fleet.state = plan.next;
  plan.next.revision += 1;
  plan.actions[0].nonce = plan.next.open[0].intents[0].nonce = "again";
  for (int member : {4, 5, 6, 7, 8}) fleet.zone(member, "eu-west-1b");
  EXPECT_TRUE(breaks("C9", fleet, plan, "2 in service in eu-west-1a"));
}

TEST_F(EachInvariant, TheLastOfAZoneWhoseRequestsStayThereStays) {
  fleet.zone(3, "eu-west-1b");
  starting();
  auto& zonal = fleet.group(1).zonal;
  zonal = true;
  EXPECT_TRUE(breaks("C10", fleet, plan, "is the last that serves tg1-80 in eu-west-1b"));
  zonal.reset();
  EXPECT_TRUE(breaks("C10", fleet, plan)) << "not known";
  fleet.place(1, 3).state = TargetState::unhealthy;
  EXPECT_FALSE(breaks("C10", fleet, plan)) << "it doesn't serve there";
}

TEST_F(EachInvariant, WhatElseSendsItRequestsIsLeftToo) {
  entering_standby();
  auto& sources = fleet.observation.auto_scaling_group->other_traffic_sources;
  sources = {{TrafficSource::Kind::classic_load_balancer, "Classic Load Balancer web"}};
  EXPECT_FALSE(breaks("R1", fleet, plan)) << "Standby leaves it";
  plan.next.open[0].auto_scaling_group.clear();
  EXPECT_TRUE(breaks("R1", fleet, plan, "would go on serving through Classic Load Balancer web"));
  plan.next.open[0].treatment = Treatment::replace;
  EXPECT_FALSE(breaks("R1", fleet, plan)) << "so does a termination";
  sources[0] = {TrafficSource::Kind::other, "vpc-lattice web"};
  EXPECT_TRUE(breaks("R1", fleet, plan, "would go on serving through vpc-lattice web"));
}

TEST_F(EachInvariant, WhoIsToBeLeftAloneIs) {
  starting();
  auto& tags = fleet.observation.instances[id(3)].tags;
  tags[kHoldTag] = "debugging, Ann";
  EXPECT_TRUE(breaks("R8", fleet, plan, "starts although its tag evenkeel:hold is set"));
  EXPECT_TRUE(breaks("R8", fleet, plan, "deregister of " + id(3) + " although its tag"));
  for (const auto* value : {" No ", "no"}) {
    tags[kHoldTag] = value;
    EXPECT_FALSE(breaks("R8", fleet, plan)) << value;
  }
  fleet = FleetForTest();
  rebooting();
  fleet.observation.instances[id(3)].tags[kHoldTag] = "yes";
  EXPECT_TRUE(breaks("R8", fleet, plan, "reboot of " + id(3) + " although its tag evenkeel:hold is set"));
}

TEST_F(EachInvariant, NothingIsTakenOutOfAGroupThatIsRefreshed) {
  entering_standby();
  auto& group = *fleet.observation.auto_scaling_group;
  group.activities = {"moving " + id(3) + " to Standby"};
  EXPECT_FALSE(breaks("R8", fleet, plan)) << "it may be ours";
  group.instance_refresh = "InProgress";
  EXPECT_TRUE(
      breaks("R8", fleet, plan, "enter_standby of " + id(3) + " although web-asg may be in an instance"));
  group.instance_refresh.reset();
  EXPECT_TRUE(breaks("R8", fleet, plan, "may be in an instance refresh")) << "not known";
}

TEST_F(EachInvariant, NothingIsTreatedInAGroupThatIsAtWork) {
  rebooting();
  auto& group = fleet.scaling();
  EXPECT_FALSE(breaks("R8", fleet, plan));
  group.instance_refresh = "InProgress";
  EXPECT_TRUE(
      breaks("R8", fleet, plan, "reboot of " + id(3) + " although web-asg may be in an instance refresh"));
  group.instance_refresh = "";
  group.activities = {"launching i-1"};
  EXPECT_TRUE(breaks("R8", fleet, plan, "although web-asg may be at work"));
  group.activities.reset();
  EXPECT_TRUE(breaks("R8", fleet, plan, "although web-asg may be at work"));
  fleet.observation.auto_scaling_group.reset();
  EXPECT_TRUE(breaks("R8", fleet, plan, "may be in an instance refresh")) << "the group was not read";
}

TEST_F(EachInvariant, ItsPlacesAreLookedAtOnceMoreBeforeItIsTreated) {
  rebooting();
  fleet.observation.looked_again.clear();
  EXPECT_TRUE(breaks("R9", fleet, plan, "is treated without a last look"));
}

TEST_F(EachInvariant, NothingIsStoppedThatItsGroupWouldReplace) {
  rebooting();
  fleet.scaling();
  EXPECT_FALSE(breaks("T2", fleet, plan)) << "a reboot";
  plan.actions[0].effect = Effect::stop;
  EXPECT_TRUE(breaks("T2", fleet, plan, "is stopped outside Standby, and web-asg would replace it"));
  fleet.scaling().replacement_suspended = true;
  EXPECT_FALSE(breaks("T2", fleet, plan));
  fleet.scaling().replacement_suspended = false;
  fleet.scaling().members[2].lifecycle_state = LifecycleState::standby;
  EXPECT_FALSE(breaks("T2", fleet, plan));
}

TEST_F(EachInvariant, NothingIsStoppedThatMayBeProtected) {
  rebooting();
  auto& instance = fleet.observation.instances[id(3)];
  instance.stop_protected = true;
  EXPECT_FALSE(breaks("T3", fleet, plan)) << "a reboot";
  plan.actions[0].effect = Effect::stop;
  EXPECT_TRUE(breaks("T3", fleet, plan, "although it may be protected"));
  instance.stop_protected.reset();
  EXPECT_TRUE(breaks("T3", fleet, plan)) << "not known";
  instance.stop_protected = false;
  EXPECT_FALSE(breaks("T3", fleet, plan));
}

TEST_F(EachInvariant, NothingIsTerminatedThatWouldBeRetained) {
  rebooting();
  fleet.scaling();
  plan.actions[0].effect = Effect::terminate;
  EXPECT_FALSE(breaks("T4", fleet, plan));
  fleet.scaling().retains_terminated = true;
  EXPECT_TRUE(breaks("T4", fleet, plan, "although its group may keep it running"));
  fleet.observation.auto_scaling_group.reset();
  EXPECT_TRUE(breaks("T4", fleet, plan)) << "the group was not read";
}

// Rebooted half a minute ago, and the plan registers it.
struct TooEarly : EachInvariant {
  Intent& treatment(Effect effect) {
    auto& intent = plan.next.open[0].intents[0];
    intent.effect = effect;
    return intent;
  }
  void SetUp() override {
    fleet.reboot_of_three();
    fleet.pass(30s);
    ++fleet.ticks;
    plan = fleet.decide();
    ASSERT_TRUE(plan.actions.empty());
    auto& next = plan.next.open[0];
    std::erase_if(next.intents, [](const Intent& intent) { return intent.effect != Effect::reboot; });
    next.phase = Phase::rejoining;
    Intent intent{.effect = Effect::register_,
                  .nonce = "n",
                  .at = fleet.observation.taken_at,
                  .target_group_arn = fleet.group(0).arn,
                  .detail = {}};
    plan.actions.push_back({.effect = Effect::register_,
                            .instance_id = id(3),
                            .remediation_id = next.id,
                            .target_group_arn = fleet.group(0).arn,
                            .ports = {443},
                            .nonce = "n",
                            .at = fleet.observation.taken_at,
                            .restores = true});
    next.intents.push_back(std::move(intent));
  }
};

TEST_F(TooEarly, ARegistrationWaitsForATreatmentThatMayStillAct) {
  EXPECT_TRUE(
      breaks("R10", fleet, plan, "register of " + id(3) + " although a treatment may still act on it"));
  plan.actions[0].effect = Effect::exit_standby;
  EXPECT_TRUE(breaks("R10", fleet, plan, "exit_standby"));
  plan.next.open[0].phase = Phase::replacing;
  EXPECT_FALSE(breaks("R10", fleet, plan)) << "back to be terminated";
}

TEST_F(TooEarly, APersonMayOverrideIt) {
  plan.next.open[0].without_waiting = true;
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
}

TEST_F(TooEarly, WhatAnOperatorHadPutBackIsReturnedAtOnce) {
  plan.next.open[0].seen_back = true;
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
}

TEST_F(TooEarly, ABootThatWasSeenIsTheEndOfIt) {
  plan.next.open[0].booted_at = treatment(Effect::reboot).at;
  EXPECT_TRUE(breaks("R10", fleet, plan)) << "an earlier one proves nothing";
  plan.next.open[0].booted_at = fleet.observation.taken_at;
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
}

TEST_F(TooEarly, EachTreatmentActsForItsTime) {
  fleet.policy.treatments = {{Treatment::command, 1, {"RecyclePool", {}, 5min}}};
  for (auto& [name, started_under] : fleet.state.policies) started_under = fleet.policy;
  const auto acts = [&](Effect effect, bool late, Duration ago) {
    auto& intent = treatment(effect);
    intent.may_land_late = late;
    intent.outcome = late ? OutcomeKind::unknown : OutcomeKind::accepted;
    intent.at = fleet.observation.taken_at - ago;
    return breaks("R10", fleet, plan);
  };
  for (const auto& [effect, late, horizon] : {std::tuple{Effect::reboot, false, 30min},
                                              {Effect::reboot, true, 30min},
                                              {Effect::stop, false, 1min},
                                              {Effect::stop, true, 16min},
                                              {Effect::command, false, 6min},
                                              {Effect::command, true, 21min}}) {
    EXPECT_TRUE(acts(effect, late, horizon - 1s)) << name(effect) << late;
    EXPECT_FALSE(acts(effect, late, horizon)) << name(effect) << late;
  }
  EXPECT_FALSE(acts(Effect::deregister, true, 1s)) << "what was taken shows";
}

TEST_F(TooEarly, ADocumentThatHasEndedActsNoMore) {
  auto& intent = treatment(Effect::command);
  auto& became = fleet.observation.commands[intent.nonce].state;
  became = CommandResult::State::running;
  EXPECT_TRUE(breaks("R10", fleet, plan));
  became = CommandResult::State::failed;
  EXPECT_FALSE(breaks("R10", fleet, plan));
  became = CommandResult::State::unknown;
  EXPECT_TRUE(breaks("R10", fleet, plan));
  plan.next.open[0].command_output = "Success: ";
  EXPECT_FALSE(breaks("R10", fleet, plan));
}

TEST_F(TooEarly, ATreatmentThatALaterOneReplacedCountsToo) {
  plan.next.open[0].intents.erase(plan.next.open[0].intents.begin());
  EXPECT_FALSE(breaks("R10", fleet, plan));
  plan.next.open[0].effects_until = fleet.observation.taken_at + 1s;
  EXPECT_TRUE(breaks("R10", fleet, plan));
}

TEST_F(EachInvariant, NoServerLeavesWhileTrafficIsShiftedFromAZone) {
  starting();
  fleet.place(1, 8).zonal_shift = true;
  EXPECT_TRUE(breaks("C1", fleet, plan, id(3) + " leaves although traffic is shifted from a zone in tg1-80"));
}

TEST_F(EachInvariant, NoServerIsTreatedThatCouldServeWhileTrafficIsShifted) {
  rebooting();
  fleet.place(1, 8).zonal_shift = true;
  EXPECT_TRUE(breaks("C1", fleet, plan, id(3) + " leaves although traffic is shifted from a zone in tg1-80"));
}

TEST_F(EachInvariant, WhatAZonalShiftTakesIsNotLeft) {
  starting();
  for (int member : {5, 6, 7, 8}) fleet.place(1, member).zonal_shift = true;
  EXPECT_TRUE(breaks("C1", fleet, plan, "would leave 3 healthy in tg1-80"));
}

TEST_F(EachInvariant, WhatAnAddressHoldsStays) {
  starting();
  fleet.group(1).type = TargetType::ip;
  EXPECT_TRUE(breaks("R1", fleet, plan, "starts although tg1-80 holds it by an address"));
}

}  // namespace
}  // namespace evenkeel::decide
