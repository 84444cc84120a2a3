// Members of an Auto Scaling group: they leave by Standby and come back by it, and an external change that
// takes them over is believed.
#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/scaled.h"

namespace evenkeel::decide {
namespace {

TEST(Standby, IsHowAMemberOfAnAutoScalingGroupLeaves) {
  Scaling fleet;
  const auto plan = fleet.start_of_three();
  ASSERT_EQ(effects(plan), std::vector{Effect::enter_standby});
  EXPECT_EQ(plan.actions[0].auto_scaling_group, "web-asg");
  EXPECT_EQ(fleet.three().auto_scaling_group, "web-asg");
  EXPECT_TRUE(fleet.three().snapshot[0].by_auto_scaling);
  EXPECT_FALSE(fleet.three().snapshot[1].by_auto_scaling) << "tg1-80 isn't attached to the group";
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Standby, GroupsThatAreNotAttachedAreHandledBesideIt) {
  Scaling fleet;
  fleet.start_of_three();
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "not on its way to Standby yet";
  fleet.lifecycle(3) = LifecycleState::entering_standby;
  fleet.place(0, 3).state = TargetState::draining;
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::deregister});
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(1).arn);
  EXPECT_EQ(plan.actions[0].ports, std::vector{80});
}

TEST(Standby, APortThatIsNotTheGroupsOwnIsHandledBesideItToo) {
  Scaling fleet;
  fleet.group(0).port = 8443;
  fleet.start_of_three();
  EXPECT_FALSE(fleet.three().snapshot[0].by_auto_scaling);
}

TEST(Standby, NoServerIsTreatedBeforeItIsReached) {
  Scaling fleet;
  fleet.start_of_three();
  fleet.lifecycle(3) = LifecycleState::entering_standby;
  fleet.gone(3);
  fleet.pass(2min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.lifecycle(3) = LifecycleState::standby;
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Standby, IsLeftAndWhatWeTookIsPutBack) {
  Scaling fleet;
  fleet.rebooted();
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), (std::vector{Effect::exit_standby, Effect::register_}));
  EXPECT_TRUE(plan.actions[0].restores);
  EXPECT_EQ(plan.actions[1].target_group_arn, fleet.group(1).arn);
  fleet.lifecycle(3) = LifecycleState::pending;
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::soaking);
  fleet.pass(6min);
  fleet.tick();
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::cured);
}

TEST(Standby, HealthyIsNotBackBeforeItIsInService) {
  Scaling fleet;
  fleet.rebooted();
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::pending_wait;
  fleet.registered(3, TargetState::healthy);
  fleet.pass(2min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Standby, ARefusalPutsItBackUntouched) {
  Scaling fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::refused);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_FALSE(fleet.three().treat);
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
  fleet.pass(1min);
  const auto plan = fleet.tick();
  EXPECT_EQ(std::ranges::count(effects(plan), Effect::exit_standby), 0) << "it never was in Standby";
  EXPECT_EQ(fleet.three().phase, Phase::soaking);
}

TEST(Standby, ALostAnswerIsNotAskedTwiceBeforeItCouldShow) {
  Scaling fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::unknown);
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::enter_standby});
}

TEST(Standby, IsNotAskedForAgainBelowTheSmallestSize) {
  for (const auto outcome : {OutcomeKind::unknown, OutcomeKind::not_sent}) {
    Scaling fleet;
    fleet.memory(3, 80);
    fleet.tick(outcome);
    fleet.observation.auto_scaling_group->min = 8;
    fleet.pass(2min);
    EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::register_}) << "put back, without Standby";
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    EXPECT_FALSE(fleet.three().treat);
    EXPECT_NE(fleet.three().why_untreated.find("web-asg now wants 8 and has a minimum of 8"),
              std::string::npos);
  }
}

TEST(Standby, IsNotAskedForAgainBelowTheSmallestSizeInUnits) {
  for (const auto& [weight, words] : {std::pair{1, "minimum of 16 in units"},
                                      {2, "of which it does not count one"},
                                      {0, "of which it does not count one"}}) {
    Scaling fleet;
    auto& group = *fleet.observation.auto_scaling_group;
    group.in_units = true;
    group.desired = group.max = 16;
    group.min = 14;
    for (auto& member : group.members) member.weight = 2;
    group.members[2].weight = 1;
    fleet.memory(3, 80);
    fleet.tick(OutcomeKind::not_sent);
    fleet.pass(1min);
    if (weight == 1) group.min = 16;
    group.members[2].weight = weight;
    EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::register_}) << "put back, without Standby";
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    EXPECT_TRUE(fleet.three().why_untreated.contains(words)) << fleet.three().why_untreated;
  }
}

TEST(Standby, ALostAnswerKeepsTheRecordOpenUntilNoneCanLand) {
  Scaling fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::unknown);
  fleet.pass(1min);
  fleet.state.open[0].deadline = fleet.observation.taken_at;
  for (int minute = 0; minute < 12; ++minute) {
    fleet.tick();
    fleet.pass(1min);
  }
  EXPECT_EQ(fleet.state.open.size(), 1U) << "an EnterStandby may still arrive";
  for (int minute = 0; minute < 8; ++minute) {
    fleet.tick();
    fleet.pass(1min);
  }
  EXPECT_TRUE(fleet.state.open.empty());
}

TEST(Standby, ARefusedExitIsTriedAgainAndHeldWithTheRemedy) {
  Scaling fleet;
  fleet.rebooted();
  fleet.tick(OutcomeKind::refused);
  for (int minute = 0; minute < 16; ++minute) {
    fleet.pass(1min);
    const auto plan = fleet.tick(OutcomeKind::refused);
    EXPECT_EQ(std::ranges::count(effects(plan), Effect::exit_standby), 1);
  }
  EXPECT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("still in Standby of web-asg"), std::string::npos);
  EXPECT_NE(fleet.three().held_because.find("Launch"), std::string::npos);
  fleet.pass(1min);
  EXPECT_EQ(std::ranges::count(effects(fleet.tick()), Effect::exit_standby), 1) << "still owed";
}

TEST(Standby, AGroupThatCannotBeReadDoesNotHoldBackTheExit) {
  Scaling fleet;
  fleet.rebooted();
  fleet.observation.auto_scaling_group.reset();
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::exit_standby, Effect::register_}));
}

TEST(ExternalChange, AutoScalingThatTerminatesItTakesItOverInEveryPhase) {
  for (const auto phase : {Phase::draining, Phase::booting, Phase::rejoining, Phase::soaking}) {
    Scaling fleet;
    if (phase == Phase::draining) fleet.start_of_three();
    if (phase == Phase::booting) fleet.in_standby(), fleet.tick();
    if (phase == Phase::rejoining) fleet.rebooted(), fleet.tick();
    if (phase == Phase::soaking) fleet.back();
    ASSERT_EQ(fleet.three().phase, phase);
    fleet.lifecycle(3) = LifecycleState::terminating_wait;
    fleet.pass(1min);
    const auto plan = fleet.tick();
    EXPECT_TRUE(fleet.state.open.empty()) << name(phase);
    EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over) << name(phase);
    EXPECT_TRUE(plan.actions.empty()) << name(phase);
    EXPECT_EQ(fleet.broken, std::vector<std::string>{}) << name(phase);
  }
}

TEST(ExternalChange, ADetachedMemberIsHandedOver) {
  Scaling fleet;
  fleet.in_standby();
  fleet.lifecycle(3) = LifecycleState::detached;
  fleet.tick();
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(ExternalChange, AMemberThatItsGroupNoLongerListsIsHandedOverAfterThreeLooks) {
  Scaling fleet;
  fleet.in_standby();
  auto& members = fleet.observation.auto_scaling_group->members;
  std::erase_if(members, [](const AutoScalingMember& member) { return member.instance_id == id(3); });
  for (int look = 0; look < 3; ++look) {
    EXPECT_TRUE(fleet.tick().actions.empty());
    EXPECT_EQ(fleet.state.open.size(), 1U) << look;
    fleet.pass(100s);
  }
  fleet.tick();
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(ExternalChange, WhatItsRemediationLeftBehindIsKeptUntilItCanActNoMore) {
  Scaling fleet;
  fleet.in_standby();
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::booting);
  auto& members = fleet.observation.auto_scaling_group->members;
  std::erase_if(members, [](const AutoScalingMember& member) { return member.instance_id == id(3); });
  for (int look = 0; look < 4; ++look) {
    fleet.pass(100s);
    fleet.tick();
  }
  ASSERT_TRUE(fleet.state.open.empty());
  const auto& record = fleet.state.members.at(id(3));
  ASSERT_TRUE(record.effects_until) << "the reboot shows no boot, and may still be in EC2's queue";
  EXPECT_GT(*record.effects_until, fleet.observation.taken_at);
}

TEST(ExternalChange, BroughtBackFromStandbyByAnotherItIsNotTreated) {
  Scaling fleet;
  fleet.start_of_three();
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.pass(1min);
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.pass(2min);
  fleet.tick();
  EXPECT_FALSE(fleet.three().treat);
  EXPECT_NE(fleet.three().why_untreated.find("an operator or another tool brought it back"),
            std::string::npos);
}

TEST(ExternalChange, MovedToStandbyAfterItWasBackItStaysThere) {
  Scaling fleet;
  fleet.back();
  ASSERT_EQ(fleet.three().phase, Phase::soaking);
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.gone_from(0, 3);
  fleet.pass(2min);
  const auto plan = fleet.tick();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(ExternalChange, DeregisteredByAnotherAfterItWasBackItIsNotReturned) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.pass(8min);
  fleet.observation.signals[id(3)].samples = {{fleet.observation.taken_at - 7min, 80},
                                              {fleet.observation.taken_at - 1min, 30}};
  fleet.tick();
  fleet.registered(3, TargetState::healthy);
  fleet.pass(2min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::soaking);
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  const auto plan = fleet.tick();
  EXPECT_TRUE(plan.actions.empty());
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(ExternalChange, WhatCouldBeOurOwnLateRemovalIsReturned) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::unknown);  // the deregistrations' answers are lost
  fleet.gone(3);
  fleet.pass(2min);
  fleet.tick();
  fleet.pass(6min);
  fleet.observation.signals[id(3)].samples = {{fleet.observation.taken_at - 6min, 80},
                                              {fleet.observation.taken_at - 1min, 30}};
  fleet.tick();
  fleet.registered(3, TargetState::healthy);
  fleet.pass(2min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::soaking);
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::register_});
}

TEST(ExternalChange, StandbyOfWhatWeDeregisteredIsWaitedFor) {
  Scaling fleet;
  fleet.policy.leave_by = Leave::deregister;
  fleet.observation.auto_scaling_group->elb_health_check = false;
  fleet.reboot_of_three();
  ASSERT_EQ(fleet.three().phase, Phase::booting);
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.pass(46min);
  const auto plan = fleet.tick();
  EXPECT_TRUE(plan.actions.empty()) << "it is theirs now";
  EXPECT_EQ(fleet.three().phase, Phase::held);
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_})) << "and still owed";
}

TEST(ExternalChange, ARegistrationDuringTheTreatmentIsRecorded) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.registered(3, TargetState::healthy);
  fleet.pass(2min);
  const auto plan = fleet.tick();
  EXPECT_EQ(std::ranges::count(plan.events, EventKind::external_change, &Event::kind), 1);
  EXPECT_NE(fleet.three().external_change.find("a request that could not be recorded registered it in tg1"),
            std::string::npos);
  fleet.pass(1min);
  EXPECT_EQ(std::ranges::count(fleet.tick().events, EventKind::external_change, &Event::kind), 0)
      << "once is enough";
}

TEST(Standby, ByAnOperatorIsNotUndoneByAMemberThatIsHeld) {
  Scaling fleet;
  fleet.policy.leave_by = Leave::deregister;
  fleet.observation.auto_scaling_group->elb_health_check = false;
  fleet.start_of_three();
  ASSERT_TRUE(fleet.three().auto_scaling_group.empty());
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.gone(3);
  fleet.three().phase = Phase::rejoining;
  for (int minute = 0; minute < 5; ++minute) {
    fleet.pass(1min);
    EXPECT_TRUE(fleet.tick().actions.empty());
    EXPECT_EQ(fleet.three().phase, Phase::held);
    EXPECT_NE(fleet.three().held_because.find("moved it to Standby"), std::string::npos);
  }
  fleet.lifecycle(3) = LifecycleState::in_service;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

}  // namespace
}  // namespace evenkeel::decide
