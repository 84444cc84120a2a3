#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

const Series* series_of(const Account& account, const std::string& id) {
  for (const auto& series : account.series) {
    if (series.metric_namespace != "CWAgent") continue;
    for (const auto& [key, value] : series.dimensions) {
      if (key == "InstanceId" && value == id) return &series;
    }
  }
  return nullptr;
}

std::map<Time, double> visible(const SmallFleet& fleet, const std::string& id) {
  const auto* series = series_of(fleet.account, id);
  return series == nullptr ? std::map<Time, double>{}
                           : fleet.account.visible_samples(*series, Time{}, Time::max());
}

TEST(Metrics, CarryTheDimensionsOfARealAgent) {
  SmallFleet fleet(1);
  fleet.server(0).auto_scaling_group = "web-asg";
  fleet.pass(2min);
  const auto* series = series_of(fleet.account, fleet.ids[0]);
  ASSERT_NE(series, nullptr);
  EXPECT_EQ(series->metric_namespace, "CWAgent");
  EXPECT_EQ(series->metric, "Memory % Committed Bytes In Use");
  const decltype(Series::dimensions) expected = {{"AutoScalingGroupName", "web-asg"},
                                                 {"ImageId", fleet.server(0).image_id},
                                                 {"InstanceId", fleet.ids[0]},
                                                 {"InstanceType", "m5.large"},
                                                 {"objectname", "Memory"}};
  EXPECT_EQ(series->dimensions, expected);
}

TEST(Metrics, HaveOneValueAMinuteThatFollowsTheMemory) {
  SmallFleet fleet(1);
  fleet.server(0).memory = 77;
  fleet.pass(12min);
  const auto samples = visible(fleet, fleet.ids[0]);
  EXPECT_EQ(samples.size(), 11U);
  for (const auto& [start, value] : samples) {
    EXPECT_EQ(start.time_since_epoch() % 1min, 0s);
    EXPECT_NEAR(value, 77, 1);
  }
}

TEST(Metrics, AreSeenOnlyAfterTheirPeriodAndTheirLag) {
  SmallFleet fleet(1);
  fleet.account.switches.metric_lag = 2min;
  fleet.pass(3min - 1s);
  EXPECT_TRUE(visible(fleet, fleet.ids[0]).empty());
  fleet.pass(1s);
  ASSERT_EQ(visible(fleet, fleet.ids[0]).size(), 1U);
  EXPECT_EQ(visible(fleet, fleet.ids[0]).begin()->first, kNoon);
}

TEST(Metrics, AreReadWithAWindowWhoseEndIsExclusive) {
  SmallFleet fleet(1);
  fleet.pass(12min);
  const auto& series = *series_of(fleet.account, fleet.ids[0]);
  const auto samples = fleet.account.visible_samples(series, kNoon + 3min, kNoon + 5min);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples.begin()->first, kNoon + 3min);
  EXPECT_TRUE(fleet.account.visible_samples(series, kNoon + 5min, kNoon + 3min).empty());
  EXPECT_TRUE(fleet.account.visible_samples(series, kNoon + 1h, kNoon + 2h).empty());
}

TEST(Metrics, AreSilentWhileTheServerBootsHangsOrItsAgentIsDead) {
  SmallFleet fleet(3);
  fleet.server(0).agent_silent = true;
  fleet.account.crash(fleet.ids[1]);
  fleet.server(2).boot_never_ends = true;
  fleet.account.reboot({fleet.ids[2]});
  fleet.pass(20min);
  EXPECT_TRUE(visible(fleet, fleet.ids[0]).empty());
  EXPECT_TRUE(visible(fleet, fleet.ids[1]).empty());
  EXPECT_LE(visible(fleet, fleet.ids[2]).size(), 1U);
}

TEST(Metrics, HaveAGapAroundAReboot) {
  SmallFleet fleet(1);
  fleet.server(0).boot_time = 3min;
  fleet.pass(5min);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(10min);
  Time before = kNoon;
  Duration longest{};
  for (const auto& [start, value] : visible(fleet, fleet.ids[0])) {
    longest = std::max(longest, start - before);
    before = start;
  }
  EXPECT_GE(longest, 3min);
}

TEST(Metrics, AreKeptForThreeHours) {
  SmallFleet fleet(1);
  fleet.pass(5h);
  EXPECT_LE(series_of(fleet.account, fleet.ids[0])->samples.size(), 181U);
}

TEST(Metrics, ComeWithTheDecoysOfARealAccount) {
  SmallFleet fleet(2);
  fleet.account.switches.second_series = true;
  fleet.account.switches.load_metrics = false;
  fleet.pass(2min);
  const auto has = [&](const decltype(Series::dimensions)& dimensions) {
    return std::ranges::count(fleet.account.series, dimensions, &Series::dimensions);
  };
  EXPECT_EQ(has({}), 1);
  EXPECT_EQ(has({{"InstanceId", "${aws:InstanceId}"}, {"objectname", "Memory"}}), 1);
  EXPECT_EQ(has({{"InstanceId", fleet.ids[0]}, {"objectname", "Memory"}}), 1);
  EXPECT_EQ(fleet.account.series.size(), 6U);
}

}  // namespace
}  // namespace evenkeel::sim
