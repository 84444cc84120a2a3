// What counts as a sign that a machine has booted, and what the outcome of a call leaves in the state.
#include "decide/evidence.h"

#include <gtest/gtest.h>

#include "decide/absorb.h"
#include "decide/fleet_for_test.h"

namespace evenkeel::decide {
namespace {

TEST(Absorb, RemembersThatAnAcceptedCallMayHaveASecondOneLanding) {
  FleetForTest fleet;
  const auto plan = fleet.start_of_three();
  const auto& action = plan.actions.at(0);
  const Outcome outcome{action.remediation_id, action.nonce, OutcomeKind::accepted, true,
                        "a lost first attempt"};
  const auto absorbed = absorb(fleet.policy, fleet.state, {{outcome}}, fleet.observation.taken_at);
  const auto& intents = absorbed.next.open.at(0).intents;
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
  fleet.pass(2min);
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
  fleet.pass(fleet.policy.timing.boot);
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
