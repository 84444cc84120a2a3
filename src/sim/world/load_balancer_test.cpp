#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

constexpr const char* kDraining = "draining/Target.DeregistrationInProgress";

TEST(LoadBalancer, ShowsANewTargetAsRegisteringThenChecksItThenHealthyAfterOnePassingCheck) {
  SmallFleet fleet(2);
  fleet.take_out(fleet.ids[0]);
  ASSERT_FALSE(fleet.account.register_target(fleet.group, fleet.ids[0], 443));
  EXPECT_EQ(fleet.health(fleet.ids[0]), "initial/Elb.RegistrationInProgress");
  fleet.pass_until(fleet.ids[0], "initial/Elb.InitialHealthChecking");
  EXPECT_LE(fleet.pass_until(fleet.ids[0], "healthy"), fleet.target_group().check_interval);
}

TEST(LoadBalancer, DescribesEveryReasonInAwssWords) {
  SmallFleet fleet(1);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  EXPECT_EQ(fleet.account.visible_targets(fleet.group)[0].description,
            "Target deregistration is in progress");
  fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  EXPECT_EQ(fleet.account.visible_targets(fleet.group)[0].description, "Target registration is in progress");
  fleet.pass_until(fleet.ids[0], "initial/Elb.InitialHealthChecking");
  EXPECT_EQ(fleet.account.visible_targets(fleet.group)[0].description, "Initial health checks in progress");
  fleet.pass_until(fleet.ids[0], "healthy");
  EXPECT_EQ(fleet.account.visible_targets(fleet.group)[0].description, "");
}

TEST(LoadBalancer, NeedsTheHealthyThresholdFromUnhealthyToHealthy) {
  SmallFleet fleet(2);
  fleet.account.crash(fleet.ids[0]);
  fleet.pass_until(fleet.ids[0], "unhealthy/Target.Timeout");
  fleet.account.repair(fleet.ids[0]);
  while (fleet.server(0).life != Server::Life::running) fleet.pass(1s);
  const auto took = fleet.pass_until(fleet.ids[0], "healthy");
  EXPECT_GT(took, 2 * fleet.target_group().check_interval);
  EXPECT_LE(took, 3 * fleet.target_group().check_interval);
}

TEST(LoadBalancer, NeedsTheUnhealthyThresholdToCallATargetUnhealthy) {
  SmallFleet fleet(2);
  fleet.account.crash(fleet.ids[0]);
  const auto took = fleet.pass_until(fleet.ids[0], "unhealthy/Target.Timeout");
  EXPECT_GT(took, fleet.target_group().check_interval);
  EXPECT_LE(took, 2 * fleet.target_group().check_interval);
}

TEST(LoadBalancer, SaysFailedHealthChecksWhenTheServerRefusesWhileBooting) {
  SmallFleet fleet(2);
  fleet.account.reboot({fleet.ids[0]});
  EXPECT_LT(fleet.pass_until(fleet.ids[0], "unhealthy/Target.FailedHealthChecks"), 60s);
}

TEST(LoadBalancer, ShowsDrainingForTheWholeDelayEvenWhenNothingIsInFlight) {
  SmallFleet fleet(2);
  ASSERT_FALSE(fleet.account.deregister_target(fleet.group, fleet.ids[0], 443));
  fleet.pass(59s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), kDraining);
  fleet.pass(1s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "absent");
}

TEST(LoadBalancer, DrainsForFiveMinutesWhereNoDelayIsSet) {
  SmallFleet fleet(2);
  fleet.target_group().attributes.clear();
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  EXPECT_EQ(fleet.pass_until(fleet.ids[0], "absent"), 300s);
}

TEST(LoadBalancer, LetsAnIdleTargetGoEarlyWhereTheSwitchSaysSo) {
  SmallFleet fleet(2);
  fleet.account.switches.idle_target_drains_early = true;
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  EXPECT_EQ(fleet.pass_until(fleet.ids[0], "absent"), fleet.account.switches.late_requests);
}

TEST(LoadBalancer, KeepsABusyTargetDespiteThatSwitch) {
  SmallFleet fleet(2, 50);
  fleet.account.switches.idle_target_drains_early = true;
  fleet.account.switches.late_requests = 0s;
  fleet.pass(1min);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  EXPECT_GT(fleet.pass_until(fleet.ids[0], "absent"), 5s);
}

TEST(LoadBalancer, DoesNotRestartADrainThatIsAskedForTwice) {
  SmallFleet fleet(2);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(40s);
  ASSERT_FALSE(fleet.account.deregister_target(fleet.group, fleet.ids[0], 443));
  EXPECT_EQ(fleet.pass_until(fleet.ids[0], "absent"), 20s);
}

TEST(LoadBalancer, LetsATargetGoAtOnceWithADelayOfZero) {
  SmallFleet fleet(2);
  fleet.target_group().attributes["deregistration_delay.timeout_seconds"] = "0";
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  EXPECT_LE(fleet.pass_until(fleet.ids[0], "absent"), 1s);
}

TEST(LoadBalancer, DeregistersAnAbsentTargetSuccessfully) {
  SmallFleet fleet(1);
  EXPECT_FALSE(fleet.account.deregister_target(fleet.group, "i-0123456789abcdef0", 443));
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(LoadBalancer, TakesAnOmittedPortForTheGroupsOwn) {
  SmallFleet fleet(1);
  fleet.place(fleet.ids[0], fleet.group, 8443);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], std::nullopt);
  const auto targets = fleet.account.visible_targets(fleet.group);
  EXPECT_EQ(targets[0].state, "draining");
  EXPECT_EQ(targets[1].state, "healthy");
}

TEST(LoadBalancer, KeepsTwoPortsOfOneInstanceApart) {
  SmallFleet fleet(1);
  ASSERT_FALSE(fleet.account.register_target(fleet.group, fleet.ids[0], 8443));
  EXPECT_EQ(fleet.account.visible_targets(fleet.group).size(), 2U);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(2min);
  const auto targets = fleet.account.visible_targets(fleet.group);
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_EQ(targets[0].port, 8443);
  EXPECT_EQ(targets[0].state, "healthy");
}

TEST(LoadBalancer, BringsADrainingTargetBackWhenItIsRegisteredAgain) {
  SmallFleet fleet(2);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(50s);
  ASSERT_FALSE(fleet.account.register_target(fleet.group, fleet.ids[0], 443));
  EXPECT_EQ(fleet.health(fleet.ids[0]), "initial/Elb.RegistrationInProgress");
  fleet.pass_until(fleet.ids[0], "healthy");
  fleet.pass(5min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(LoadBalancer, LeavesAHealthyTargetAloneThatIsRegisteredAgain) {
  SmallFleet fleet(1);
  ASSERT_FALSE(fleet.account.register_target(fleet.group, fleet.ids[0], 443));
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(LoadBalancer, RefusesAnInstanceThatDoesNotRun) {
  SmallFleet fleet(2);
  fleet.take_out(fleet.ids[0]);
  fleet.account.stop(fleet.ids[0]);
  const auto refusal = fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400);
  EXPECT_EQ(refusal->code, "InvalidTarget");
  EXPECT_EQ(refusal->message, "The following targets are not in a running state and cannot be registered: '" +
                                  fleet.ids[0] + "'");
}

TEST(LoadBalancer, DoesNotKnowADeletedTargetGroup) {
  SmallFleet fleet(1);
  fleet.account.delete_target_group(fleet.group);
  EXPECT_EQ(fleet.account.register_target(fleet.group, fleet.ids[0], 443)->code, "TargetGroupNotFound");
  EXPECT_EQ(fleet.account.deregister_target(fleet.group, fleet.ids[0], 443)->code, "TargetGroupNotFound");
  fleet.pass(1min);
}

TEST(LoadBalancer, CallsTargetsOfAGroupWithoutLoadBalancerUnused) {
  SmallFleet fleet(1);
  fleet.target_group().load_balancer_arns.clear();
  fleet.pass(1s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "unused/Target.NotInUse");
  fleet.pass(10min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "unused/Target.NotInUse");
}

TEST(LoadBalancer, KeepsAStoppedInstanceRegisteredAsUnusedAndChecksItAgainAfterItsStart) {
  SmallFleet fleet(2);
  fleet.account.stop(fleet.ids[0]);
  fleet.pass(1s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "unused/Target.InvalidState");
  EXPECT_EQ(fleet.account.visible_targets(fleet.group)[0].description, "Target is in the stopped state");
  fleet.account.start(fleet.ids[0]);
  fleet.pass_until(fleet.ids[0], "healthy");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(LoadBalancer, HidesATerminatedInstanceButAnswersDrainingWhenAskedForItById) {
  SmallFleet fleet(2);
  fleet.account.terminate(fleet.ids[0]);
  fleet.pass(1s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "absent");
  const auto asked = fleet.account.visible_targets(fleet.group, true);
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].state, "draining");
  fleet.pass(11min);
  EXPECT_EQ(fleet.account.visible_targets(fleet.group, true).size(), 1U);
}

TEST(LoadBalancer, StartsSlowlyOnlyBesideAHealthyTargetThatIsNotInSlowStartItself) {
  SmallFleet fleet(2);
  fleet.target_group().attributes["slow_start.duration_seconds"] = "120";
  fleet.take_out(fleet.ids[0]);
  fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  fleet.pass_until(fleet.ids[0], "healthy");
  EXPECT_TRUE(fleet.account.visible_targets(fleet.group)[1].slow_start_until);

  SmallFleet alone(1);
  alone.target_group().attributes["slow_start.duration_seconds"] = "120";
  alone.take_out(alone.ids[0]);
  alone.account.register_target(alone.group, alone.ids[0], 443);
  alone.pass_until(alone.ids[0], "healthy");
  EXPECT_FALSE(alone.account.visible_targets(alone.group)[0].slow_start_until);
}

}  // namespace
}  // namespace evenkeel::sim
