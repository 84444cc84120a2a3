// Groups whose sizes are units, groups that keep what they terminate, and refreshes in place.
#include <gtest/gtest.h>

#include "sim/testing/scaled_fleet.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

// Two of weight 1 and two of weight 4: ten units.
struct WeightedFleet : ScaledFleet {
  WeightedFleet() : ScaledFleet(4) {
    scaling().weights = {{"m5.large", 1}, {"m5.2xlarge", 4}};
    for (std::size_t i = 0; i < 4; ++i) {
      server(i).type = i < 2 ? "m5.large" : "m5.2xlarge";
      member(i)->weight = scaling().weight_of(server(i).type);
    }
    scaling().desired = 10;
    scaling().min_size = 5;
    scaling().max_size = 20;
    pass(1min);
  }
};

TEST(Weights, AreTheUnitsOfTheDesiredSize) {
  WeightedFleet fleet;
  EXPECT_TRUE(fleet.facts(FactKind::launch).empty());
  EXPECT_TRUE(fleet.facts(FactKind::scale_in).empty());
  fleet.account.terminate(fleet.ids[2]);  // four units: as many of one are launched
  fleet.pass(5min);
  int units = 0;
  for (const auto& member : fleet.scaling().members) units += member.units();
  EXPECT_GE(units, 10);
  EXPECT_EQ(fleet.scaling().desired, 10);
}

TEST(Weights, AreWhatAStandbyDecrementsUnlessTheSwitchSaysOne) {
  WeightedFleet fleet;
  EXPECT_EQ(fleet.enter(2), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 6);
  ASSERT_TRUE(fleet.enter(3));  // 6 - 4 is below the minimum of 5
  EXPECT_EQ(fleet.enter(3)->code, "ValidationError");
  EXPECT_EQ(fleet.enter(0), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 5);
  fleet.pass(2min);
  EXPECT_EQ(fleet.leave_standby(2), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 9);
  fleet.account.switches.standby_counts_units = false;
  WeightedFleet by_number;
  by_number.account.switches.standby_counts_units = false;
  EXPECT_EQ(by_number.enter(2), std::nullopt);
  EXPECT_EQ(by_number.scaling().desired, 9);
  by_number.pass(5min);  // six units for nine: Auto Scaling launches
  EXPECT_FALSE(by_number.facts(FactKind::launch).empty());
}

TEST(Weights, KeepAMemberWhoseUnitsAreStillWanted) {
  WeightedFleet fleet;
  fleet.account.resize(fleet.name, std::nullopt, std::nullopt, 8);
  fleet.pass(5min);
  EXPECT_TRUE(fleet.has(2));
  EXPECT_TRUE(fleet.has(3));
  EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 2U);
  fleet.account.resize(fleet.name, std::nullopt, std::nullopt, 7);
  fleet.pass(5min);
  EXPECT_EQ(fleet.scaling().members.size(), 2U);
}

TEST(Weights, AreWhatATerminationDecrements) {
  WeightedFleet fleet;
  EXPECT_EQ(fleet.account.terminate_in_group(fleet.ids[2], true), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 6);
  EXPECT_TRUE(fleet.account.terminate_in_group(fleet.ids[3], true));
  EXPECT_EQ(fleet.scaling().desired, 6);
}

struct Hooked : ScaledFleet {
  Hooked(TerminateHook hook, bool retains) : ScaledFleet(3) {
    scaling().terminate_hook = hook;
    scaling().retains = retains;
    account.terminate_in_group(ids[0], false);
  }
};

TEST(TerminateHook, HoldsATerminationForAMinuteAfterTheDrain) {
  Hooked fleet(TerminateHook::completes, true);
  EXPECT_EQ(fleet.pass_until_lifecycle(0, "Terminating:Wait"), 60s);
  EXPECT_EQ(fleet.pass_until_lifecycle(0, ""), 60s);
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
}

TEST(TerminateHook, AbandonedRetainsTheInstanceWhereTheLifecyclePolicySaysSo) {
  Hooked fleet(TerminateHook::abandons, true), plain(TerminateHook::abandons, false);
  plain.pass(5min);
  EXPECT_FALSE(plain.has(0));
  fleet.pass(1h);
  EXPECT_EQ(fleet.lifecycle(0), "Terminating:Retained");
  EXPECT_EQ(fleet.server(0).life, Life::running);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "absent");
  EXPECT_EQ(fleet.count("InService"), 3U);  // it doesn't count: there is a replacement
  EXPECT_EQ(fleet.facts(FactKind::retained).size(), 1U);
  EXPECT_EQ(fleet.account.terminate_in_group(fleet.ids[0], true), std::nullopt);
  EXPECT_EQ(fleet.scaling().desired, 3);
  fleet.pass(1min);
  EXPECT_FALSE(fleet.has(0));
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
}

TEST(InstanceRefresh, ReplacesRootVolumesInPlaceOneMemberAfterTheOther) {
  ScaledFleet fleet(2);
  fleet.account.start_refresh(fleet.name, "ReplaceRootVolume");
  fleet.pass(10s);
  EXPECT_EQ(fleet.count("ReplacingRootVolume"), 1U);
  EXPECT_EQ(fleet.count("InService"), 1U);
  const std::size_t first = fleet.lifecycle(0) == "InService" ? 1 : 0;
  ASSERT_TRUE(fleet.enter(first));
  EXPECT_EQ(fleet.enter(first)->message, "The instance " + fleet.ids[first] + " is not in InService.");
  fleet.pass_until_lifecycle(first, "RootVolumeReplaced");
  fleet.pass_until_lifecycle(first, "InService");
  fleet.pass(20s);
  EXPECT_EQ(fleet.lifecycle(1 - first), "ReplacingRootVolume");
  fleet.pass(10min);
  EXPECT_EQ(fleet.count("InService"), 2U);
  EXPECT_TRUE(fleet.facts(FactKind::launch).empty());
  EXPECT_EQ(fleet.facts(FactKind::root_volume).size(), 2U);
  EXPECT_EQ(fleet.facts(FactKind::boot_done).size(), 2U);
}

TEST(AutoScaling, EvensOutTheZonesAfterAStandbyByDefault) {
  ScaledFleet fleet(3);
  for (std::size_t i = 0; i < 3; ++i) fleet.server(i).zone = i == 2 ? "b" : "a";
  fleet.pass(1min);
  fleet.enter(2);  // no member is in service in zone b
  fleet.pass(10min);
  const auto launched = fleet.facts(FactKind::launch);
  ASSERT_EQ(launched.size(), 1U);
  EXPECT_EQ(launched[0].detail, "rebalance");
  EXPECT_EQ(fleet.account.servers.at(launched[0].instance_id).zone, "b");
  ASSERT_EQ(fleet.facts(FactKind::scale_in).size(), 1U);
  EXPECT_NE(fleet.facts(FactKind::scale_in)[0].instance_id, fleet.ids[2]);
}

}  // namespace
}  // namespace evenkeel::sim
