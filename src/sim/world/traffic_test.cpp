#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

std::int64_t drops(const SmallFleet& fleet, Actor actor, const std::string& why = {}) {
  std::int64_t sum = 0;
  for (const auto& fact : fleet.facts(FactKind::drop)) {
    if (fact.actor == actor && (why.empty() || fact.detail == why)) sum += fact.count;
  }
  return sum;
}

TEST(Traffic, HasALowNightAndTwoHumps) {
  const auto at = [](Duration time) { return Account::day_curve(kNoon - 12h + time); };
  EXPECT_NEAR(at(10h + 30min), 1, 0.001);
  EXPECT_GT(at(19h), at(15h));
  EXPECT_GT(at(10h + 30min), at(15h));
  EXPECT_LT(at(3h), 0.5);
  EXPECT_NEAR(at(0h), at(24h), 1e-9);
  EXPECT_GT(Account::day_average(), 0.6);
  EXPECT_LT(Account::day_average(), 0.85);
}

TEST(Traffic, ComesInTheNumberThatTheCurveAsksFor) {
  SmallFleet fleet(4, 20);
  fleet.pass(10min);
  EXPECT_NEAR(static_cast<double>(fleet.account.counters().requests), 4 * 20 * 600, 4 * 20 * 600 * 0.02);
  EXPECT_EQ(fleet.account.counters().dropped, 0);
}

TEST(Traffic, IsTheSameForTheSameSeedWhateverHappensToTheServers) {
  SmallFleet left_alone(2, 20), disturbed(2, 20), other_seed(2, 20, 8);
  disturbed.account.reboot({disturbed.ids[0]});
  for (auto* fleet : {&left_alone, &disturbed, &other_seed}) fleet->pass(10min);
  EXPECT_EQ(left_alone.account.counters().requests, disturbed.account.counters().requests);
  EXPECT_NE(left_alone.account.counters().requests, other_seed.account.counters().requests);
}

TEST(Traffic, IsSpreadEvenlyOverTheHealthyTargets) {
  SmallFleet fleet(4, 20);
  for (std::size_t i = 0; i < 4; ++i) fleet.server(i).leak_per_million_requests = 1000;
  fleet.pass(10min);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(fleet.server(i).memory, 42, 1);
}

TEST(Traffic, OfATargetThatIsOutLandsOnTheOthers) {
  SmallFleet fleet(2, 20);
  fleet.take_out(fleet.ids[0]);
  fleet.pass(1min);
  fleet.server(1).leak_per_million_requests = 1000;
  const double before = fleet.server(1).memory;
  fleet.pass(10min);
  EXPECT_NEAR(fleet.server(1).memory - before, 24, 1);
}

TEST(Traffic, RampsUpForATargetInSlowStart) {
  SmallFleet fleet(2, 20);
  fleet.target_group().attributes["slow_start.duration_seconds"] = "600";
  fleet.take_out(fleet.ids[0]);
  fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  fleet.pass_until(fleet.ids[0], "healthy");
  const auto grows = [&](std::size_t index) {
    fleet.server(index).leak_per_million_requests = 1000;
    return fleet.server(index).memory;
  };
  const double slow = grows(0), full = grows(1);
  fleet.pass(1min);
  EXPECT_LT(fleet.server(0).memory - slow, 0.3 * (fleet.server(1).memory - full));
  EXPECT_GT(fleet.server(0).memory - slow, 0);
}

TEST(Traffic, OverAServersCapacityIsDropped) {
  SmallFleet fleet(2, 150);
  fleet.pass(1min);
  const auto& counters = fleet.account.counters();
  EXPECT_NEAR(static_cast<double>(counters.dropped), static_cast<double>(counters.requests) / 3,
              static_cast<double>(counters.requests) * 0.02);
  EXPECT_EQ(counters.dropped_by_our_doing, 0);
}

TEST(Traffic, ForWantOfTheMembersWeKeepOutIsDroppedBecauseOfUs) {
  SmallFleet fleet(2, 80);
  fleet.take_out(fleet.ids[0]);
  fleet.pass(1min);
  const auto& counters = fleet.account.counters();
  EXPECT_GT(counters.dropped, 0);
  EXPECT_EQ(counters.dropped_by_our_doing, counters.dropped);
}

TEST(Traffic, BeyondTheCapacityWeKeepOutIsNotDroppedBecauseOfUs) {
  SmallFleet fleet(3, 170);
  fleet.take_out(fleet.ids[0]);
  fleet.pass(10s);
  const auto before = fleet.account.counters();
  fleet.pass(1min);
  const auto ours = fleet.account.counters().dropped_by_our_doing - before.dropped_by_our_doing;
  const auto all = fleet.account.counters().dropped - before.dropped;
  EXPECT_EQ(ours, 60 * 100);
  EXPECT_GT(all, 60 * 280);
}

TEST(Traffic, IsNotDroppedBecauseOfUsOnceTheMemberIsBack) {
  SmallFleet fleet(2, 40);
  fleet.take_out(fleet.ids[0]);
  fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  fleet.pass_until(fleet.ids[0], "healthy");
  fleet.account.peak_requests_per_second *= 5;
  fleet.pass(1min);
  EXPECT_GT(fleet.account.counters().dropped, 0);
  EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, 0);
}

TEST(Traffic, ToAServerThatHangsByItselfWhileWeHoldAnotherIsNotDroppedBecauseOfUs) {
  SmallFleet fleet(3, 20);
  fleet.take_out(fleet.ids[0]);
  fleet.account.crash(fleet.ids[1]);
  fleet.pass(5min);
  EXPECT_GT(fleet.account.counters().dropped, 0);
  EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, 0);
}

TEST(Traffic, DroppedWhileAnOutsiderHoldsTheMemberIsNotBecauseOfUs) {
  SmallFleet fleet(2, 80);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443, Actor::outsider);
  fleet.pass(3min);
  EXPECT_GT(fleet.account.counters().dropped, 0);
  EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, 0);
}

TEST(Traffic, InFlightOnACrashingServerIsDropped) {
  SmallFleet fleet(2, 50);
  fleet.pass(2min);
  fleet.account.crash(fleet.ids[0]);
  EXPECT_GT(drops(fleet, Actor::outsider, "in flight on a server that crashed"), 20);
  EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, 0);
}

TEST(Traffic, GoesOnToAHungServerUntilItsHealthChecksHaveFailed) {
  SmallFleet fleet(2, 40);
  fleet.account.crash(fleet.ids[0]);
  fleet.pass(1min);
  const auto dropped = fleet.account.counters().dropped;
  EXPECT_GT(dropped, 40 * 9);
  EXPECT_LT(dropped, 40 * 25);
  fleet.pass(5min);
  EXPECT_EQ(fleet.account.counters().dropped, dropped);
}

TEST(Traffic, OnAServerThatWeRebootWithoutDrainingIsDroppedBecauseOfUs) {
  SmallFleet fleet(2, 40);
  fleet.pass(1min);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(1min);
  EXPECT_GT(drops(fleet, Actor::evenkeel, "in flight on a server that was rebooted"), 10);
  EXPECT_GT(drops(fleet, Actor::evenkeel, "routed to a server that doesn't run"), 40 * 9);
  EXPECT_EQ(fleet.account.counters().dropped, fleet.account.counters().dropped_by_our_doing);
}

TEST(Traffic, IsNotDroppedWhenAServerIsDrainedBeforeItsReboot) {
  SmallFleet fleet(3, 40);
  fleet.take_out(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(5min);
  fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(5min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
  EXPECT_EQ(fleet.account.counters().dropped, 0);
}

TEST(Traffic, StillTricklesToATargetThatHasJustBegunToDrain) {
  SmallFleet fleet(2, 40);
  fleet.pass(1min);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(2s);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(30s);
  EXPECT_GT(drops(fleet, Actor::evenkeel, "routed to a server that doesn't run"), 0);
}

TEST(Traffic, InFlightAtTheEndOfATooShortDelayIsDroppedBecauseOfUs) {
  SmallFleet fleet(2, 80);
  fleet.target_group().attributes["deregistration_delay.timeout_seconds"] = "2";
  fleet.pass(1min);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(5s);
  EXPECT_GT(drops(fleet, Actor::evenkeel, "in flight at the end of the deregistration delay"), 0);
}

TEST(Traffic, FailsOpenToAllRegisteredTargetsBelowTheGroupsMinimum) {
  SmallFleet fleet(3, 20);
  const std::string key = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count";
  fleet.target_group().attributes[key] = "3";
  fleet.account.crash(fleet.ids[0]);
  fleet.pass(1min);
  const auto before = fleet.account.counters().dropped;
  fleet.pass(1min);
  EXPECT_NEAR(static_cast<double>(fleet.account.counters().dropped - before), 20 * 60, 20 * 60 * 0.1);
}

TEST(Traffic, FailsOpenByDefaultOnlyWithoutAnyHealthyTarget) {
  SmallFleet fleet(2, 20);
  fleet.account.crash(fleet.ids[0]);
  fleet.account.crash(fleet.ids[1]);
  fleet.pass(1min);
  const auto before = fleet.account.counters();
  fleet.pass(1min);
  EXPECT_EQ(fleet.account.counters().dropped - before.dropped,
            fleet.account.counters().requests - before.requests);
}

TEST(Traffic, IsDroppedWhenThereIsNoTargetAtAll) {
  SmallFleet fleet(1, 20);
  fleet.take_out(fleet.ids[0]);
  const auto before = fleet.account.counters();
  fleet.pass(1min);
  EXPECT_EQ(fleet.account.counters().dropped - before.dropped,
            fleet.account.counters().requests - before.requests);
  EXPECT_GT(drops(fleet, Actor::evenkeel, "no target to route to"), 0);
}

TEST(Traffic, IsSharedAmongTheTargetGroups) {
  SmallFleet fleet(2, 20);
  fleet.target_group().traffic_share = 0.75;
  const auto second = fleet.add_group("tg1-80", 80, 0.25);
  fleet.place(fleet.ids[1], second, 80);
  for (std::size_t i = 0; i < 2; ++i) fleet.server(i).leak_per_million_requests = 1000;
  fleet.pass(10min);
  EXPECT_NEAR(fleet.server(0).memory, 30 + 40 * 0.6 * 0.375, 1);
  EXPECT_NEAR(fleet.server(1).memory, 30 + 40 * 0.6 * 0.625, 1);
}

}  // namespace
}  // namespace evenkeel::sim
