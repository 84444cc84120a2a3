// The rules about the metric and about times fire where they should.
#include <algorithm>
#include <gtest/gtest.h>
#include <initializer_list>

#include "check/testing/fleet.h"

namespace evenkeel::check {
namespace {

using enum Severity;

const Finding* find(const std::vector<Finding>& findings, const std::string& rule) {
  const auto found = std::ranges::find(findings, rule, &Finding::rule);
  return found == findings.end() ? nullptr : &*found;
}

// What check says of the fleet by that rule: "warning: text | remedy"; empty when it says nothing.
std::string said(const Healthy& fleet, const std::string& rule) {
  const auto all = check(fleet.policy, fleet.facts);
  const auto* finding = find(all, rule);
  if (finding == nullptr) return "";
  return std::string(name(finding->severity)) + ": " + finding->text + " | " + finding->remedy;
}

// Whether it says all of these parts.
::testing::AssertionResult says(const Healthy& fleet, const std::string& rule,
                                std::initializer_list<std::string> parts) {
  const auto text = said(fleet, rule);
  for (const auto& part : parts) {
    if (text.find(part) == std::string::npos)
      return ::testing::AssertionFailure() << "\"" << part << "\" is not in \"" << text << "\"";
  }
  return ::testing::AssertionSuccess();
}

TEST(MetricNotFound, NamesTheNearestThatExist) {
  Healthy fleet;
  fleet.facts.metrics->clear();
  fleet.facts.nearest = {{"CWAgent", "mem_used_percent", {{"InstanceId", "i-1"}}},
                         {"Custom", "Memory", {{"host", "web-1"}, {"region", "eu"}}}};
  EXPECT_TRUE(says(fleet, "metric_not_found",
                   {"would_not_work: ", "no metric \"Memory % Committed Bytes In Use\"",
                    "mem_used_percent {InstanceId} in CWAgent; Memory {host, region} in Custom"}));
  fleet.facts.nearest.clear();
  EXPECT_TRUE(says(fleet, "metric_not_found", {"install and start the CloudWatch agent"}));
}

TEST(MetricWithoutInstance, ShowsTheDimensionsThereAre) {
  Healthy fleet;
  fleet.facts.metrics = std::vector<aws::cloudwatch::Metric>{
      {"CWAgent", "Memory % Committed Bytes In Use", {{"InstanceId", "${aws:InstanceId}"}}},
      {"CWAgent", "Memory % Committed Bytes In Use", {{"host", "web-1"}}}};
  EXPECT_TRUE(
      says(fleet, "metric_without_instance",
           {"would_not_work: ", "append_dimensions", "{InstanceId=${aws:InstanceId}}, {host=web-1}"}));
}

TEST(MetricMissing, NamesTheMembersWithoutASeries) {
  Healthy fleet;
  fleet.take_series_from(Healthy::id(3));
  EXPECT_TRUE(says(fleet, "metric_missing", {"warning: 1 of 8 members has no series", Healthy::id(3)}));
  for (int i = 1; i <= 8; ++i) fleet.take_series_from(Healthy::id(i));
  EXPECT_TRUE(says(fleet, "metric_missing", {"would_not_work: 8 of 8 members have no series"}));
}

TEST(MetricStale, CountsFromTheEndOfTheNewestPeriod) {
  Healthy fleet;
  auto& signal = fleet.facts.seen.signals[Healthy::id(2)];
  for (auto& sample : signal.samples) sample.at -= 4min;
  EXPECT_EQ(said(fleet, "metric_stale"), "");
  for (auto& sample : signal.samples) sample.at -= 1min;
  EXPECT_TRUE(says(fleet, "metric_stale", {"warning: 1 of 8 members sent nothing for 6m", Healthy::id(2)}));
  signal = {.state = SignalState::missing, .samples = {}, .detail = ""};
  EXPECT_TRUE(says(
      fleet, "metric_stale",
      {"1 of 8 members has a series without a whole period's sample in the last 3h: either it has just begun"}));
}

TEST(MetricPeriod, NeverWhereTheWindowHoldsTooFewSamples) {
  Healthy fleet;
  fleet.resample(5min, [](int) { return 50.0; });
  EXPECT_TRUE(
      says(fleet, "metric_period",
           {"would_not_work: ", "samples come every 5m", "only 1 sample can be there",
            "3 must agree, so no server is ever a candidate", "period: 5m, over: 15m, max_age: 10m"}));
  fleet.policy.reboot_when.over = 15min;
  fleet.policy.reboot_when.datapoints = 3;
  EXPECT_TRUE(says(fleet, "metric_period", {"warning: ", "only 3 samples can be there"}));
  fleet.policy.reboot_when.period = 5min;
  EXPECT_EQ(said(fleet, "metric_period"), "");
}

TEST(MetricAmbiguous, SeriesThatContradictOneAnother) {
  Healthy fleet;
  EXPECT_EQ(said(fleet, "metric_ambiguous"), "");
  fleet.facts.seen.signals[Healthy::id(1)].state = SignalState::ambiguous;
  EXPECT_TRUE(
      says(fleet, "metric_ambiguous", {"warning: 1 of 8 members has several series", Healthy::id(1)}));
}

TEST(MetricImplausible, OnlyForPercentages) {
  Healthy fleet;
  fleet.resample(1min, [](int i) { return i == 5 ? 130.0 : 50.0; });
  EXPECT_TRUE(says(fleet, "metric_implausible", {"would_not_work: ", "outside 0 to 100, such as 130"}));
  fleet.policy.reboot_when.metric = "MemoryBytes";
  EXPECT_EQ(said(fleet, "metric_implausible"), "");
}

TEST(JumpedTogether, MoreThanTheShareThatMay) {
  Healthy fleet;
  int jumping = 2;
  const auto play = [&] {
    int number = 0;
    for (auto& [id, signal] : fleet.facts.seen.signals) {
      const bool jumps = ++number <= jumping;
      signal = fleet.signal(1min, [jumps](int i) { return jumps && i < 4 ? 80.0 : 40.0; });
    }
  };
  play();
  EXPECT_TRUE(says(fleet, "jumped_together",
                   {"warning: 2 of 8 members went over 65 together", "and 1 may", "evenkeel resume web"}));
  jumping = 1;
  play();
  EXPECT_EQ(said(fleet, "jumped_together"), "");
}

TEST(LimitExceededByAll, NotWhileOneIsBelow) {
  Healthy fleet;
  fleet.resample(1min, [](int) { return 70.0; });
  EXPECT_TRUE(says(fleet, "limit_exceeded_by_all",
                   {"warning: all 8 members are above 65 already, the lowest at 70"}));
  EXPECT_EQ(said(fleet, "jumped_together"), "");  // steadily above: no jump
  fleet.facts.seen.signals[Healthy::id(1)].samples.back().value = 65;
  EXPECT_EQ(said(fleet, "limit_exceeded_by_all"), "");
}

TEST(LimitOutOfReach, LooksAtAWholeDay) {
  Healthy fleet;
  fleet.resample(1min, [](int) { return 30.0; });
  EXPECT_TRUE(says(fleet, "limit_out_of_reach", {"note: no server came near 65", "the highest was 30"}));
  fleet.facts.highest = 52;
  EXPECT_EQ(said(fleet, "limit_out_of_reach"), "");
}

TEST(Cost, CountsSeriesTimesReadsAMonth) {
  Healthy fleet;
  EXPECT_TRUE(says(fleet, "cost",
                   {"note: reading the metric of 8 members once every 1m costs at most $3.46 a month"}));
  for (auto& [id, all] : fleet.facts.series) all.push_back(all.front());
  EXPECT_TRUE(
      says(fleet, "cost", {"$4.15 a month for a daemon", "$6.91 for a run from cron, which reads all 16"}));
  fleet.policy.reboot_when.period = 5min;
  EXPECT_TRUE(says(fleet, "cost", {"at most $1.38 a month ("}));
}

TEST(ShortDraining, ZeroAndBelowWhatANetworkLoadBalancerNeeds) {
  Healthy fleet;
  fleet.tg1().seen.attributes->deregistration_delay = 0s;
  EXPECT_TRUE(says(fleet, "short_draining",
                   {"warning: its deregistration delay is 0", "modify-target-group-attributes"}));
  fleet.tg1().seen.attributes->deregistration_delay = 60s;
  EXPECT_EQ(said(fleet, "short_draining"), "");
  fleet.tg1().traffic->type = "network";
  EXPECT_TRUE(says(fleet, "short_draining", {"until 2m after", "Value=120"}));
  fleet.tg1().seen.attributes->deregistration_delay = 120s;
  EXPECT_EQ(said(fleet, "short_draining"), "");
}

TEST(LongDraining, FromAQuarterOfAnHour) {
  Healthy fleet;
  fleet.tg1().seen.attributes->deregistration_delay = 899s;
  EXPECT_EQ(said(fleet, "long_draining"), "");
  fleet.tg1().seen.attributes->deregistration_delay = 1h;
  EXPECT_TRUE(says(fleet, "long_draining", {"note: its deregistration delay is 1h"}));
}

TEST(DrainSlack, NeedsTwoTicks) {
  Healthy fleet;
  fleet.policy.timing.drain_slack = 2min;
  EXPECT_EQ(said(fleet, "drain_slack"), "");
  fleet.policy.timing.drain_slack = 90s;
  EXPECT_TRUE(
      says(fleet, "drain_slack", {"warning: ", "delay of 5m, must be over by 6m30s", "drain_slack to 2m"}));
}

TEST(SlowStart, IsToldWithWhatItAddsUpTo) {
  Healthy fleet;
  fleet.tg1().seen.attributes->slow_start = 300s;
  EXPECT_TRUE(says(fleet, "slow_start", {"note: slow start is 5m", "only 10m after it became healthy"}));
}

TEST(HealthCheck, MustFitIntoTheRejoinDeadline) {
  Healthy fleet;
  fleet.policy.timing.rejoin = 4min + 30s;  // five checks of 30 s, and two minutes
  EXPECT_EQ(said(fleet, "health_check"), "");
  fleet.policy.timing.rejoin = 4min;
  EXPECT_TRUE(
      says(fleet, "health_check", {"warning: ", "5 passing checks every 30s", "set timing.rejoin to 4m30s"}));
  fleet.tg1().is.health_check->interval = 300s;
  EXPECT_TRUE(says(fleet, "health_check", {"would_not_work: "}));
}

TEST(BootDeadline, MustLeaveTimeForTheProof) {
  Healthy fleet;
  fleet.policy.timing.boot = 7min;
  EXPECT_EQ(said(fleet, "boot_deadline"), "");
  fleet.policy.reboot_when.period = 5min;
  EXPECT_TRUE(says(fleet, "boot_deadline", {"warning: ", "11m with a tick", "set timing.boot to 11m"}));
}

TEST(SlowRound, MoreMembersThanADayHasPlacesFor) {
  Healthy fleet;
  EXPECT_EQ(said(fleet, "slow_round"), "");
  fleet.tg1().seen.attributes->deregistration_delay = 1h;
  for (int i = 9; i <= 40; ++i) fleet.add(Healthy::id(i), "eu-west-1a", 50);
  EXPECT_TRUE(says(fleet, "slow_round",
                   {"warning: at most 19 remediations fit into a day, and there are 40 members"}));
  fleet.policy.keep.out.count = 3;
  EXPECT_EQ(said(fleet, "slow_round"), "");
}

}  // namespace
}  // namespace evenkeel::check
