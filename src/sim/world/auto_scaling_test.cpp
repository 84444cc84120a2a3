// What an Auto Scaling group does by itself: size, health, zones.
#include <gtest/gtest.h>

#include "sim/testing/scaled_fleet.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

TEST(AutoScaling, ReplacesAMemberThatWasTerminatedAndRegistersTheNewOne) {
  ScaledFleet fleet;
  fleet.account.terminate(fleet.ids[0]);
  fleet.pass(5min);
  EXPECT_FALSE(fleet.has(0));
  ASSERT_EQ(fleet.scaling().members.size(), 4U);
  const auto fresh = fleet.facts(FactKind::replace).at(0).detail;
  EXPECT_NE(fleet.scaling().find(fresh), nullptr);
  EXPECT_EQ(fleet.health(fresh), "healthy");
  EXPECT_GT(fleet.account.servers.at(fresh).launched_at, kNoon);
}

TEST(AutoScaling, ReplacesAnUnhealthyMemberOnlyWhereElbHealthCounts) {
  ScaledFleet elb(3, "EC2,ELB"), ec2(3, "EC2");
  for (auto* fleet : {&elb, &ec2}) {
    fleet->account.crash(fleet->ids[0]);
    fleet->pass(4min);
  }
  EXPECT_FALSE(elb.has(0));
  EXPECT_EQ(elb.server(0).life, Life::terminated);
  EXPECT_TRUE(ec2.has(0));
}

TEST(AutoScaling, ToleratesAFailedStatusCheckForAFewMinutes) {
  ScaledFleet fleet;
  fleet.account.impair(fleet.ids[0]);
  fleet.pass(4min);
  EXPECT_EQ(fleet.lifecycle(0), "InService");
  fleet.pass(4min);
  EXPECT_FALSE(fleet.has(0));
}

TEST(AutoScaling, ReplacesAMemberThatAnOutsiderDeregisteredWhereTheSwitchSaysSo) {
  ScaledFleet replaces(3, "EC2,ELB"), keeps(3, "EC2,ELB"), ec2(3, "EC2");
  keeps.account.switches.replaces_deregistered = false;
  for (auto* fleet : {&replaces, &keeps, &ec2}) {
    fleet->account.deregister_target(fleet->group, fleet->ids[0], 443);
    fleet->pass(50s);
    EXPECT_EQ(fleet->lifecycle(0), "InService");
    fleet->pass(5min);
  }
  EXPECT_FALSE(replaces.has(0));
  EXPECT_TRUE(keeps.has(0));
  EXPECT_TRUE(ec2.has(0));
}

TEST(AutoScaling, ReplacesAStoppedMemberAtOnceEvenWithinItsGracePeriod) {
  ScaledFleet fleet;
  fleet.server(0).launched_at = fleet.account.now();
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(10s);
  EXPECT_EQ(fleet.lifecycle(0), "Terminating");
  fleet.pass(2min);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_EQ(fleet.scaling().members.size(), 4U);
}

TEST(AutoScaling, MarksNoMemberWhileHealthCheckIsSuspended) {
  ScaledFleet fleet;
  fleet.account.suspend_process(fleet.name, "HealthCheck");
  fleet.account.stop(fleet.ids[0]);
  fleet.pass(10min);
  ASSERT_TRUE(fleet.has(0));
  EXPECT_EQ(fleet.member(0)->health_status, "Healthy");
}

TEST(AutoScaling, ActsOnTheMarksThatGatheredAsSoonAsReplaceUnhealthyIsResumed) {
  ScaledFleet fleet(3, "EC2,ELB");
  fleet.account.suspend_process(fleet.name, "ReplaceUnhealthy");
  fleet.account.crash(fleet.ids[0]);
  fleet.pass(10min);
  ASSERT_TRUE(fleet.has(0));
  fleet.account.repair(fleet.ids[0]);
  fleet.pass(5min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
  EXPECT_EQ(fleet.member(0)->health_status, "Unhealthy");
  fleet.account.resume_process(fleet.name, "ReplaceUnhealthy");
  fleet.pass(15s);
  EXPECT_EQ(fleet.lifecycle(0), "Terminating");
}

TEST(AutoScaling, ReplacesNoMemberWhileLaunchIsSuspended) {
  ScaledFleet fleet;
  fleet.account.suspend_process(fleet.name, "Launch");
  fleet.account.stop(fleet.ids[0]);
  fleet.pass(5min);
  EXPECT_TRUE(fleet.has(0));
  EXPECT_EQ(fleet.member(0)->health_status, "Unhealthy");
}

TEST(AutoScaling, DoesNotReplaceANewMemberWithinItsGracePeriod) {
  ScaledFleet fleet(3, "EC2,ELB");
  fleet.server(0).launched_at = fleet.account.now();
  fleet.account.crash(fleet.ids[0]);
  fleet.pass(4min);
  EXPECT_TRUE(fleet.has(0));
  fleet.pass(4min);
  EXPECT_FALSE(fleet.has(0));
}

TEST(AutoScaling, DrainsAnUnhealthyMemberBeforeItGoes) {
  ScaledFleet fleet(3, "EC2,ELB");
  fleet.account.crash(fleet.ids[0]);
  fleet.pass_until_lifecycle(0, "Terminating");
  EXPECT_EQ(fleet.health(fleet.ids[0]), "draining/Target.DeregistrationInProgress");
  EXPECT_NE(fleet.server(0).life, Life::terminated);
  EXPECT_EQ(fleet.pass_until_lifecycle(0, ""), 60s);
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
}

TEST(AutoScaling, LaunchesUpToTheDesiredSizeWithAnActivityThatShows) {
  ScaledFleet fleet;
  fleet.account.resize(fleet.name, 1, 6, 5);
  fleet.pass(10s);
  EXPECT_EQ(fleet.count("Pending"), 1U);
  EXPECT_TRUE(fleet.activity().description.starts_with("Launching a new EC2 instance: i-"));
  EXPECT_EQ(fleet.activity().status, "PreInService");
  EXPECT_EQ(fleet.activity().progress, 30);
  fleet.pass(20s);
  EXPECT_EQ(fleet.count("InService"), 5U);
  EXPECT_EQ(fleet.activity().status, "Successful");
  EXPECT_EQ(fleet.facts(FactKind::launch).size(), 1U);
  EXPECT_EQ(fleet.facts(FactKind::in_service).size(), 1U);
}

TEST(AutoScaling, GivesALaunchedMemberNoTagThatAPersonPutOnAnother) {
  ScaledFleet fleet;
  for (const auto& id : fleet.ids) fleet.account.set_tag(id, "evenkeel:hold", "yes");
  fleet.account.resize(fleet.name, 1, 6, 5);
  fleet.pass(1min);
  EXPECT_FALSE(
      fleet.account.servers.at(fleet.scaling().members.back().instance_id).tags.contains("evenkeel:hold"));
}

TEST(AutoScaling, LaunchesNoInstanceWithoutCapacityAndSaysSo) {
  ScaledFleet fleet;
  fleet.account.switches.no_capacity = true;
  fleet.account.resize(fleet.name, 1, 6, 5);
  fleet.pass(1min);
  EXPECT_EQ(fleet.scaling().members.size(), 4U);
  EXPECT_EQ(fleet.activity().status, "Failed");
}

TEST(AutoScaling, ScalesInTheOldestOfTheFullestZoneUnlessItIsProtected) {
  ScaledFleet fleet(5);
  for (std::size_t i = 0; i < 5; ++i) {
    fleet.server(i).zone = i < 2 ? "a" : "b";
    fleet.server(i).launched_at = kNoon - 10h + Duration{static_cast<int>(i)};
  }
  fleet.member(2)->protected_from_scale_in = true;
  fleet.account.scale_in(fleet.name);
  fleet.pass(10s);
  EXPECT_EQ(fleet.lifecycle(3), "Terminating");
  EXPECT_EQ(fleet.count("InService"), 4U);
  EXPECT_EQ(fleet.facts(FactKind::scale_in).at(0).instance_id, fleet.ids[3]);
}

TEST(AutoScaling, NeverScalesInAMemberInStandby) {
  ScaledFleet fleet(3);
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.resize(fleet.name, 0, 3, 0);
  fleet.pass(10min);
  EXPECT_EQ(fleet.lifecycle(0), "Standby");
  EXPECT_EQ(fleet.scaling().members.size(), 1U);
}

TEST(AutoScaling, ScalesInNoMemberWhileTerminateIsSuspended) {
  ScaledFleet fleet;
  fleet.account.suspend_process(fleet.name, "Terminate");
  fleet.account.scale_in(fleet.name);
  fleet.pass(5min);
  EXPECT_EQ(fleet.count("InService"), 4U);
}

TEST(AutoScaling, EvensOutTheZonesOnlyWhereTheSwitchSaysSoAndTheProcessRuns) {
  for (const bool asked : {false, true}) {
    for (const bool suspended : {false, true}) {
      ScaledFleet fleet(5);
      for (std::size_t i = 0; i < 5; ++i) fleet.server(i).zone = i < 2 ? "a" : "b";
      fleet.pass(1min);
      fleet.account.switches.az_rebalance = asked;
      if (suspended) fleet.account.suspend_process(fleet.name, "AZRebalance");
      fleet.enter(0);
      fleet.pass(10min);
      EXPECT_EQ(fleet.facts(FactKind::launch).size(), asked && !suspended ? 1U : 0U) << asked << suspended;
      EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), asked && !suspended ? 1U : 0U);
      EXPECT_EQ(fleet.count("InService"), 4U);
    }
  }
}

TEST(AutoScaling, LaunchesInAZoneThatWorks) {
  ScaledFleet fleet(4, "EC2,ELB");
  for (std::size_t i = 0; i < 4; ++i) fleet.server(i).zone = i < 1 ? "a" : "b";
  fleet.pass(1min);
  fleet.account.begin_zone_outage("a");
  fleet.pass(10min);
  EXPECT_FALSE(fleet.has(0));
  const auto fresh = fleet.facts(FactKind::replace).at(0).detail;
  EXPECT_EQ(fleet.account.servers.at(fresh).zone, "b");
}

TEST(AutoScaling, DoesNotRegisterALaunchedMemberWhileAddToLoadBalancerIsSuspended) {
  ScaledFleet fleet;
  fleet.account.suspend_process(fleet.name, "AddToLoadBalancer");
  fleet.account.resize(fleet.name, 1, 6, 5);
  fleet.pass(5min);
  EXPECT_EQ(fleet.count("InService"), 5U);
  EXPECT_EQ(fleet.target_group().targets.size(), 4U);
}

TEST(AutoScaling, ReplacesAMemberWhoseScheduledEventIsDue) {
  ScaledFleet fleet;
  fleet.account.schedule_event(fleet.ids[0], "instance-retirement", 10min);
  fleet.pass(9min);
  EXPECT_EQ(fleet.lifecycle(0), "InService");
  fleet.pass(2min);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_EQ(fleet.facts(FactKind::event).at(0).detail, "instance-retirement");
}

TEST(AutoScaling, ShowsARefreshUntilItEnds) {
  ScaledFleet fleet;
  fleet.account.start_refresh(fleet.name);
  ASSERT_EQ(fleet.scaling().refreshes.size(), 1U);
  EXPECT_EQ(fleet.scaling().refreshes[0].status, "InProgress");
  fleet.pass(1h);
  fleet.account.end_refresh(fleet.name);
  EXPECT_EQ(fleet.scaling().refreshes[0].status, "Successful");
  EXPECT_EQ(fleet.scaling().refreshes[0].ended, fleet.account.now());
}

}  // namespace
}  // namespace evenkeel::sim
