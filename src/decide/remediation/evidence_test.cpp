// What counts as a sign that a machine has booted, and what the outcome of a call leaves in the state.
#include "decide/remediation/evidence.h"

#include <gtest/gtest.h>

#include "decide/remediation/apply_outcomes.h"
#include "decide/remediation/protocol.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

TEST(ApplyOutcomes, RemembersThatAnAcceptedCallMayHaveASecondOneLanding) {
  FleetForTest fleet;
  const auto plan = fleet.start_of_three();
  const auto& action = plan.actions.at(0);
  const Outcome outcome{action.remediation_id, action.nonce, OutcomeKind::accepted, true,
                        "a lost first attempt"};
  const auto applied = apply_outcomes(fleet.policy, fleet.state, {{outcome}}, fleet.observation.taken_at);
  const auto& intents = applied.next.open.at(0).intents;
  const auto intent = std::ranges::find(intents, action.nonce, &Intent::nonce);
  ASSERT_NE(intent, intents.end());
  EXPECT_TRUE(intent->may_land_late);
  EXPECT_EQ(intent->outcome, OutcomeKind::accepted);
  EXPECT_EQ(intent->detail, "a lost first attempt");
}

TEST(Booting, ANewConsoleAloneCountsOnlyAfterAForcedShutdownWouldBeOver) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.observation.signals[id(3)] = {SignalState::missing, {}, "silent"};
  fleet.pass(fleet.policy.timing.settle - 1s);
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 1min;
  EXPECT_TRUE(fleet.tick().actions.empty()) << "EC2 posts output of the shutdown, too";
  fleet.pass(1s);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Booting, NeedsTwoSignsOfABoot) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.pass(3min);
  fleet.memory(3, 30);  // fell, without a gap, at once: an application's restart would look the same
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 1min;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Booting, AFallThatLastsLongerThanAForcedShutdownCounts) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.settle - 1s);
  fleet.memory(3, 30);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.pass(1s);
  EXPECT_EQ(fleet.tick().actions.size(), 2U);
}

// The reboot, and the samples of the minutes after it, the first 30 s later; the newest is 90 s old.
struct AfterTheReboot : testing::Test {
  FleetForTest fleet;
  Time rebooted_at{};

  void SetUp() override {
    fleet.reboot_of_three();
    rebooted_at = fleet.observation.taken_at;
  }
  std::optional<std::string> with(const std::vector<std::pair<int, double>>& minutes) {
    auto& samples = fleet.observation.signals[id(3)].samples;
    samples.clear();
    samples.push_back({rebooted_at - 30s, 92.25});
    for (const auto& [minute, value] : minutes) samples.push_back({rebooted_at + minute * 1min + 30s, value});
    fleet.observation.taken_at = samples.back().at + 90s;
    fleet.three().cause.value = 92.25;
    return boot_evidence(fleet.three(), fleet.policy, fleet.observation);
  }
};

TEST_F(AfterTheReboot, OneLowSampleAmongHighOnesProvesNothing) {
  std::vector<std::pair<int, double>> high;
  for (int minute = 0; minute < 12; ++minute) high.emplace_back(minute, 91.5);
  auto last = high;
  last.emplace_back(12, 7.08);
  EXPECT_EQ(with(last), std::nullopt);
  fleet.observation.consoles[id(3)] = rebooted_at + 1min;
  EXPECT_EQ(with(last), std::nullopt) << "nor with a console that may be written to all the time";
  fleet.observation.consoles[id(3)].reset();
  auto middle = high;
  middle[6].second = 7.08;
  EXPECT_EQ(with(middle), std::nullopt);
}

TEST_F(AfterTheReboot, TheSentenceSaysWhatTheSamplesSay) {
  EXPECT_EQ(with({{0, 91}, {1, 31}, {2, 30}, {3, 30}, {4, 30.5}, {5, 30}}),
            "the metric fell from 92.25 to 30 and stayed at or below 31 for 5m (5 samples)");
  EXPECT_EQ(with({{0, 91}, {4, 30}}), "the metric fell from 92.25 to 30 and the metric was silent for 4m");
  fleet.observation.consoles[id(3)] = rebooted_at + 1min;
  EXPECT_EQ(
      with({{0, 31}, {1, 30}}),
      "the metric fell from 92.25 to 30 and its console was written again at " + iso8601(rebooted_at + 1min));
}

TEST_F(AfterTheReboot, EverySampleOfTheSettleTimeIsLow) {
  EXPECT_EQ(with({{0, 30}, {1, 30}, {2, 91}, {3, 30}, {4, 30}, {5, 30}}), std::nullopt);
  EXPECT_EQ(with({{0, 91}, {1, 91}, {2, 91}, {4, 30}, {5, 30}}), std::nullopt) << "low for two minutes";
  EXPECT_NE(with({{0, 91}, {1, 30}, {2, 30}, {3, 30}, {4, 30}, {5, 30}}), std::nullopt);
}

TEST_F(AfterTheReboot, AGapBeforeHighSamplesIsNotTheBoots) {
  EXPECT_EQ(with({{4, 91}, {5, 30}}), std::nullopt);
  EXPECT_NE(with({{4, 30}, {5, 30}}), std::nullopt);
}

TEST_F(AfterTheReboot, WhatIsStaleOrImplausibleProvesNothing) {
  EXPECT_EQ(with({{0, 91}, {4, -3}}), std::nullopt);
  EXPECT_NE(with({{0, 91}, {4, 3}}), std::nullopt);
  fleet.observation.signals[id(3)].state = SignalState::stale;
  EXPECT_EQ(boot_evidence(fleet.three(), fleet.policy, fleet.observation), std::nullopt);
}

TEST(Booting, AnOldConsoleOrHighMemoryProvesNothing) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 1h;
  fleet.pass(7min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_EQ(fleet.three().phase, Phase::booting);
}

TEST(Booting, PastItsDeadlineItIsRegisteredAllTheSame) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.observation.signals[id(3)] = {SignalState::missing, {}, "silent"};
  fleet.pass(kRebootUnseen);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().treat);
}

TEST(Booting, IsShownByTheMetricThatWasTheReason) {
  FleetForTest fleet;
  Rule rule{"slow", 0, {}};
  for (const auto& [metric, above] : {std::pair{"latency", 2.0}, {"queue", 100.0}}) {
    Condition condition;
    condition.metric.metric = metric;
    condition.metric.above = above;
    rule.all.push_back(condition);
  }
  fleet.policy.also_when = {rule};
  Remediation remediation;
  remediation.instance_id = id(3);
  remediation.cause.rule = "slow";
  remediation.cause.metric = "queue";
  EXPECT_EQ(condition_of(remediation, fleet.policy), &fleet.policy.also_when[0].all[1].metric);
  remediation.cause.metric = "another";
  EXPECT_EQ(condition_of(remediation, fleet.policy), nullptr);
}

}  // namespace
}  // namespace evenkeel::decide
