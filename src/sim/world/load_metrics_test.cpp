#include <charconv>
#include <cmath>
#include <gtest/gtest.h>

#include "base/text.h"
#include "sim/testing/fleet.h"
#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using SeriesDimensions = decltype(Series::dimensions);

constexpr const char* kGroupDimension = "TargetGroup";
const std::pair<std::string, std::string> kLoadBalancer = {"LoadBalancer", "app/web/1"};

std::map<Time, double> samples(const Account& account, const std::string& metric,
                               const SeriesDimensions& wanted) {
  for (const auto& series : account.series) {
    if (series.metric == metric && series.dimensions == wanted) return series.samples;
  }
  return {};
}

double sum(const std::map<Time, double>& samples) {
  double total = 0;
  for (const auto& [time, value] : samples) total += value;
  return total;
}

std::string short_name(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }

TEST(LoadMetrics, CountEveryRequestThatWasRoutedByGroupZoneAndLoadBalancer) {
  SmallFleet fleet(4, 20);
  fleet.server(1).zone = fleet.server(3).zone = "b";
  const auto second = fleet.add_group("tg2", 80, 0.5);
  fleet.place(fleet.ids[0], second, 80);
  fleet.pass(10min - 1s);
  const std::pair<std::string, std::string> group = {kGroupDimension, short_name(fleet.group)};
  const auto first = samples(fleet.account, "RequestCount", {kLoadBalancer, group});
  const auto other =
      samples(fleet.account, "RequestCount", {kLoadBalancer, {kGroupDimension, short_name(second)}});
  EXPECT_EQ(first.size(), 10U);
  EXPECT_EQ(first.begin()->first, kNoon) << "the period's start";
  EXPECT_EQ(sum(first) + sum(other), fleet.account.counters().requests);
  EXPECT_EQ(sum(samples(fleet.account, "RequestCount", {kLoadBalancer})), fleet.account.counters().requests);
  const auto zone = [&](const char* name) {
    return samples(fleet.account, "RequestCount", {{"AvailabilityZone", name}, kLoadBalancer, group});
  };
  EXPECT_EQ(sum(zone("eu-west-1a")) + sum(zone("eu-west-1b")), sum(first));
  EXPECT_NEAR(sum(zone("eu-west-1a")), sum(zone("eu-west-1b")), 10);
}

TEST(LoadMetrics, HaveNoSampleWhereNoRequestCame) {
  SmallFleet fleet(1);
  fleet.pass(5min);
  EXPECT_TRUE(samples(fleet.account, "RequestCount", {kLoadBalancer}).empty());
  EXPECT_EQ(samples(fleet.account, "CPUUtilization", {{"InstanceId", fleet.ids[0]}}).size(), 5U);
}

TEST(LoadMetrics, ShowTheCpuAsTheShareOfItsCapacity) {
  SmallFleet fleet(2, 50);
  fleet.pass(5min);
  for (const auto& [time, value] : samples(fleet.account, "CPUUtilization", {{"InstanceId", fleet.ids[0]}})) {
    EXPECT_NEAR(value, 50, 5);
  }
  fleet.take_out(fleet.ids[0]);
  fleet.pass(2min);
  EXPECT_EQ(samples(fleet.account, "CPUUtilization", {{"InstanceId", fleet.ids[0]}}).rbegin()->second, 0);
  EXPECT_GT(samples(fleet.account, "CPUUtilization", {{"InstanceId", fleet.ids[1]}}).rbegin()->second, 90);
}

TEST(LoadMetrics, OfAServerWithBasicMonitoringComeEveryFiveMinutes) {
  SmallFleet fleet(1, 50);
  fleet.server(0).detailed_monitoring = false;
  fleet.pass(15min);
  const auto cpu = samples(fleet.account, "CPUUtilization", {{"InstanceId", fleet.ids[0]}});
  ASSERT_EQ(cpu.size(), 3U);
  for (const auto& [time, value] : cpu) {
    EXPECT_EQ(time.time_since_epoch() % 5min, 0s);
    EXPECT_NEAR(value, 50, 5);
  }
}

TEST(LoadMetrics, OfAStoppedServerThereAreNone) {
  SmallFleet fleet(2, 10);
  fleet.account.stop(fleet.ids[0]);
  fleet.pass(5min);
  EXPECT_TRUE(samples(fleet.account, "CPUUtilization", {{"InstanceId", fleet.ids[0]}}).empty());
}

TEST(LoadMetrics, MayBeSwitchedOffAndChangeNothingElse) {
  SmallFleet with(2, 10), without(2, 10);
  without.account.switches.load_metrics = false;
  with.pass(10min);
  without.pass(10min);
  EXPECT_TRUE(samples(without.account, "RequestCount", {kLoadBalancer}).empty());
  EXPECT_EQ(with.account.counters().requests, without.account.counters().requests);
  EXPECT_EQ(with.server(0).memory, without.server(0).memory);
}

TEST(LoadMetrics, AreSumsOfOnesSoThatOnlyTheirSumTellsAnything) {
  World world;
  world.account.peak_requests_per_second = 100;
  world.wait(std::chrono::minutes{5});
  const auto value = [&](const std::string& statistic) {
    const std::string stat = "MetricDataQueries.member.1.MetricStat";
    const auto reply =
        world.cloudwatch("GetMetricData", {{"StartTime", iso8601(world.account.now() - 10min)},
                                           {"EndTime", iso8601(world.account.now())},
                                           {"MetricDataQueries.member.1.Id", "m1"},
                                           {stat + ".Metric.Namespace", "AWS/ApplicationELB"},
                                           {stat + ".Metric.MetricName", "RequestCount"},
                                           {stat + ".Metric.Dimensions.member.1.Name", "LoadBalancer"},
                                           {stat + ".Metric.Dimensions.member.1.Value", "app/web/1"},
                                           {stat + ".Period", "60"},
                                           {stat + ".Stat", statistic}});
    return reply.text("//Values/member");
  };
  const std::string sum = value("Sum");
  double requests = 0;
  std::from_chars(sum.data(), sum.data() + sum.size(), requests);
  EXPECT_GT(requests, 100);
  EXPECT_EQ(value("Sum"), value("SampleCount"));
  EXPECT_EQ(value("Average"), "1");
  EXPECT_EQ(value("Maximum"), "1");
}

}  // namespace
}  // namespace evenkeel::sim
