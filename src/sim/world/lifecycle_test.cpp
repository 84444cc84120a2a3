// Standby and back, detaching, terminating: the lives of an Auto Scaling group's members.
#include <gtest/gtest.h>

#include "sim/testing/scaled_fleet.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

TEST(EnterStandby, LastsAsLongAsTheDrainInTheAttachedGroups) {
  ScaledFleet fleet;
  EXPECT_EQ(fleet.enter(0), std::nullopt);
  EXPECT_EQ(fleet.lifecycle(0), "EnteringStandby");
  EXPECT_EQ(fleet.activity().status, "InProgress");
  EXPECT_EQ(fleet.activity().progress, 50);
  EXPECT_EQ(fleet.activity().description, "Moving EC2 instance to Standby: " + fleet.ids[0]);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "draining/Target.DeregistrationInProgress");
  fleet.pass(10s);
  EXPECT_EQ(fleet.activity().status, "WaitingForELBConnectionDraining");
  EXPECT_EQ(10s + fleet.pass_until_lifecycle(0, "Standby"), 60s);
  EXPECT_EQ(fleet.activity().status, "Successful");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "absent");
  EXPECT_EQ(fleet.scaling().desired, 3);
  EXPECT_EQ(fleet.count("InService"), 3U);
}

TEST(EnterStandby, LeavesGroupsThatAreNotAttachedAndOtherPortsAlone) {
  ScaledFleet fleet;
  const auto other = fleet.add_group("tg-other", 8080);
  fleet.place(fleet.ids[0], other, 8080);
  fleet.place(fleet.ids[0], fleet.group, 8443);
  fleet.enter(0);
  fleet.pass(2min);
  EXPECT_EQ(fleet.lifecycle(0), "Standby");
  EXPECT_EQ(fleet.health(fleet.ids[0], other), "healthy");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(EnterStandby, IsRefusedWhereTheSizeWouldFallBelowTheMinimum) {
  ScaledFleet fleet;
  fleet.scaling().min_size = 3;
  EXPECT_EQ(fleet.enter(0), std::nullopt);
  const auto refusal = fleet.enter(1);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400);
  EXPECT_EQ(refusal->code, "ValidationError");
  EXPECT_EQ(
      refusal->message,
      "AutoScalingGroup web-asg has min-size=3, max-size=4, and desired-size=3. To place into standby 1 "
      "instance, please update the AutoScalingGroup sizes appropriately.");
  EXPECT_EQ(fleet.lifecycle(1), "InService");
  EXPECT_EQ(fleet.scaling().desired, 3);
}

TEST(EnterStandby, WithTheDesiredSizeKeptLaunchesAReplacementAndTheReturnTerminatesAnotherMember) {
  ScaledFleet fleet;
  EXPECT_EQ(fleet.enter(0, false), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 4);
  fleet.pass(5min);
  EXPECT_EQ(fleet.facts(FactKind::launch).size(), 1U);
  EXPECT_EQ(fleet.count("InService"), 4U);
  EXPECT_EQ(fleet.leave_standby(0), std::nullopt);
  fleet.pass(5min);
  EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 1U);
  EXPECT_EQ(fleet.count("InService"), 4U);
}

TEST(EnterStandby, IsRefusedForAllWhenItIsForOne) {
  ScaledFleet fleet;
  fleet.enter(0);
  const auto wrong = fleet.account.enter_standby(fleet.name, {fleet.ids[1], fleet.ids[0]}, true);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->code, "ValidationError");
  EXPECT_EQ(fleet.lifecycle(1), "InService");
  const auto outside_instance = fleet.account.enter_standby(fleet.name, {"i-00000000000000000"}, true);
  ASSERT_TRUE(outside_instance);
  EXPECT_EQ(outside_instance->message,
            "The instance i-00000000000000000 is not part of Auto Scaling group web-asg.");
  EXPECT_TRUE(fleet.account.enter_standby("nobody", {fleet.ids[1]}, true));
  EXPECT_TRUE(fleet.account.enter_standby(fleet.name, std::vector<std::string>{}, true));
  EXPECT_EQ(fleet.scaling().desired, 3);
}

TEST(EnterStandby, TakesTwentyMembersAtMost) {
  ScaledFleet fleet(22);
  std::vector<std::string> many(fleet.ids.begin(), fleet.ids.begin() + 21);
  EXPECT_TRUE(fleet.account.enter_standby(fleet.name, many, true));
  many.pop_back();
  EXPECT_FALSE(fleet.account.enter_standby(fleet.name, many, true));
  EXPECT_EQ(fleet.scaling().desired, 2);
}

TEST(Standby, HasNoHealthChecksAndListsATerminatedInstanceAsHealthy) {
  ScaledFleet fleet(4, "EC2,ELB");
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.terminate(fleet.ids[0]);
  fleet.pass(30min);
  ASSERT_TRUE(fleet.has(0));
  EXPECT_EQ(fleet.lifecycle(0), "Standby");
  EXPECT_EQ(fleet.member(0)->health_status, "Healthy");
  EXPECT_TRUE(fleet.facts(FactKind::replace).empty());
}

TEST(Standby, SurvivesARebootAndAStopWithoutBeingReplaced) {
  ScaledFleet fleet(4, "EC2,ELB");
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(10min);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(10min);
  fleet.account.start_instances({fleet.ids[0]});
  fleet.pass(10min);
  EXPECT_EQ(fleet.lifecycle(0), "Standby");
  EXPECT_EQ(fleet.leave_standby(0), std::nullopt);
  fleet.pass(1h);
  EXPECT_EQ(fleet.lifecycle(0), "InService");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(ExitStandby, GoesThroughPendingAndRegistersAgain) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  EXPECT_EQ(fleet.leave_standby(0), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 4);
  EXPECT_EQ(fleet.lifecycle(0), "Pending");
  EXPECT_EQ(fleet.activity().status, "PreInService");
  EXPECT_EQ(fleet.activity().progress, 30);
  EXPECT_EQ(fleet.activity().description, "Moving EC2 instance out of Standby: " + fleet.ids[0]);
  fleet.pass_until_lifecycle(0, "InService");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "initial/Elb.RegistrationInProgress");
  fleet.pass(1min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
  EXPECT_EQ(fleet.facts(FactKind::launch).size() + fleet.facts(FactKind::scale_in).size(), 0U);
}

TEST(ExitStandby, IsRefusedWhileTheDrainLasts) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(10s);
  EXPECT_TRUE(fleet.leave_standby(0));
  EXPECT_EQ(fleet.lifecycle(0), "EnteringStandby");
}

TEST(ExitStandby, FailsWhileLaunchIsSuspended) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.suspend_process(fleet.name, "Launch");
  ASSERT_TRUE(fleet.leave_standby(0));
  EXPECT_EQ(fleet.leave_standby(0)->code, "ValidationError");
  EXPECT_EQ(fleet.lifecycle(0), "Standby");
  fleet.account.resume_process(fleet.name, "Launch");
  EXPECT_FALSE(fleet.leave_standby(0));
}

TEST(ExitStandby, IsRefusedAboveTheMaximumSize) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.scale_out(fleet.name);
  fleet.pass(2min);
  ASSERT_TRUE(fleet.leave_standby(0));
  EXPECT_EQ(fleet.leave_standby(0)->code, "ValidationError");
  EXPECT_EQ(fleet.scaling().desired, 4);
  fleet.account.resize(fleet.name, {}, 5, {});
  EXPECT_FALSE(fleet.leave_standby(0));
  EXPECT_EQ(fleet.scaling().desired, 5);
}

TEST(ExitStandby, RegistersNowhereWhileAddToLoadBalancerIsSuspended) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.suspend_process(fleet.name, "AddToLoadBalancer");
  fleet.leave_standby(0);
  fleet.pass(5min);
  EXPECT_EQ(fleet.lifecycle(0), "InService");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "absent");
}

TEST(ExitStandby, BeginsTheGracePeriodAgain) {
  ScaledFleet fleet(4, "EC2,ELB");
  fleet.enter(0);
  fleet.pass(2min);
  fleet.leave_standby(0);
  fleet.pass_until_lifecycle(0, "InService");
  fleet.account.crash(fleet.ids[0]);
  fleet.pass(4min);
  EXPECT_EQ(fleet.lifecycle(0), "InService");
  fleet.pass(4min);
  EXPECT_FALSE(fleet.has(0));
}

TEST(ExitStandby, OfAStoppedInstanceEndsInItsReplacement) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.stop(fleet.ids[0]);
  EXPECT_EQ(fleet.leave_standby(0), std::nullopt);
  fleet.pass(1min);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_EQ(fleet.scaling().members.size(), 4U);
}

TEST(ExitStandby, OfAMemberInServiceIsRefused) {
  ScaledFleet fleet;
  ASSERT_TRUE(fleet.leave_standby(0));
  EXPECT_EQ(fleet.leave_standby(0)->message, "The instance " + fleet.ids[0] + " is not in Standby.");
  EXPECT_EQ(fleet.account.exit_standby(fleet.name, {"i-00000000000000000"})->message,
            "The instance i-00000000000000000 is not part of Auto Scaling group web-asg.");
}

TEST(TerminateInGroup, DrainsThenTerminatesAndKeepsTheSizeWithOneReplacement) {
  ScaledFleet fleet;
  EXPECT_EQ(fleet.account.terminate_in_group(fleet.ids[0], false), std::nullopt);
  EXPECT_EQ(fleet.lifecycle(0), "Terminating");
  fleet.pass(50s);
  EXPECT_NE(fleet.server(0).life, Life::terminated);
  fleet.pass(4min);
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_EQ(fleet.scaling().desired, 4);
  ASSERT_EQ(fleet.facts(FactKind::launch).size(), 1U);
  EXPECT_EQ(fleet.health(fleet.facts(FactKind::launch)[0].instance_id), "healthy");
}

TEST(TerminateInGroup, IgnoresScaleInProtection) {
  ScaledFleet fleet;
  fleet.member(0)->protected_from_scale_in = true;
  EXPECT_EQ(fleet.account.terminate_in_group(fleet.ids[0], false), std::nullopt);
}

TEST(TerminateInGroup, IsBlockedByAnActivityOfTheSameInstance) {
  ScaledFleet fleet;
  fleet.enter(0);
  const auto refusal = fleet.account.terminate_in_group(fleet.ids[0], false);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, "ScalingActivityInProgress");
  EXPECT_EQ(refusal->status, 400);
  EXPECT_FALSE(fleet.account.terminate_in_group(fleet.ids[1], false));
  EXPECT_EQ(fleet.account.terminate_in_group("i-00000000000000000", false)->code, "ValidationError");
}

TEST(TerminateInGroup, DecrementsNeverBelowTheMinimum) {
  ScaledFleet fleet(2);
  fleet.account.scale_in(fleet.name, fleet.ids[0]);
  EXPECT_EQ(fleet.scaling().desired, 1);
  EXPECT_TRUE(fleet.account.terminate_in_group(fleet.ids[1], true));
  EXPECT_EQ(fleet.scaling().desired, 1);
}

TEST(TerminateInGroup, OfAMemberInStandbyLaunchesNothingSinceTheSizeWasDecremented) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  EXPECT_FALSE(fleet.account.terminate_in_group(fleet.ids[0], false));
  fleet.pass(10min);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_TRUE(fleet.facts(FactKind::launch).empty());
  EXPECT_EQ(fleet.scaling().desired, 3);
}

TEST(Detach, LeavesARunningInstanceThatIsInNoGroup) {
  ScaledFleet fleet;
  fleet.account.detach(fleet.ids[0]);
  EXPECT_EQ(fleet.lifecycle(0), "Detaching");
  fleet.pass(2min);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_EQ(fleet.server(0).life, Life::running);
  EXPECT_TRUE(fleet.server(0).auto_scaling_group.empty());
  EXPECT_EQ(fleet.health(fleet.ids[0]), "absent");
  EXPECT_EQ(fleet.scaling().desired, 3);
  EXPECT_EQ(fleet.facts(FactKind::detach).at(0).actor, Actor::outsider);
}

TEST(Counters, ChargeUsForTheCapacityOfMembersThatWeMovedToStandbyAlone) {
  for (const auto actor : {Actor::evenkeel, Actor::outsider}) {
    ScaledFleet fleet(2, "EC2", 60);
    fleet.account.enter_standby(fleet.name, {fleet.ids[0]}, true, actor);
    fleet.pass(5min);
    EXPECT_GT(fleet.account.counters().dropped, 0);
    EXPECT_EQ(fleet.account.counters().dropped_by_our_doing > 0, actor == Actor::evenkeel);
    fleet.account.exit_standby(fleet.name, {fleet.ids[0]}, actor);
    fleet.pass(2min);
    const auto before = fleet.account.counters().dropped_by_our_doing;
    fleet.pass(5min);
    EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, before);
  }
}

TEST(Counters, ChargeUsForAReplacementThatWeOrderedUntilItIsHealthy) {
  ScaledFleet fleet(2, "EC2", 60);
  fleet.account.terminate_in_group(fleet.ids[0], false);
  fleet.pass(80s);
  const auto before = fleet.account.counters().dropped_by_our_doing;
  fleet.pass(20s);
  EXPECT_GT(fleet.account.counters().dropped_by_our_doing, before);
  fleet.pass(5min);
  const auto after = fleet.account.counters().dropped_by_our_doing;
  fleet.pass(5min);
  EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, after);
}

}  // namespace
}  // namespace evenkeel::sim
