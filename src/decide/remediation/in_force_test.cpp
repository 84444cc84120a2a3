// Goal: an open remediation goes on under the policy that it was started with, tightened by today's.
#include "decide/remediation/in_force.h"

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

Step step_with(Treatment treatment, int attempts = 1) { return {treatment, attempts, {}}; }

std::vector<std::string> phases(const Plan& plan) {
  std::vector<std::string> texts;
  for (const auto& event : plan.events) {
    if (event.kind == EventKind::phase) texts.push_back(event.text);
  }
  return texts;
}

TEST(InForce, MetricEvidenceAndTimesAreItsOwn) {
  FleetPolicy own, today;
  own.reboot_when.metric = "mem";
  own.timing.boot = 20min;
  own.evidence = Evidence{{"Capture", {}, 5min}, true};
  today.reboot_when.metric = "cpu";
  today.timing.boot = 1min;
  today.name = "renamed";
  today.retired = true;
  const auto policy = in_force(own, today);
  EXPECT_EQ(policy.reboot_when.metric, "mem");
  EXPECT_EQ(policy.timing.boot, 20min);
  EXPECT_EQ(policy.evidence, own.evidence);
  EXPECT_EQ(policy.name, "renamed");
  EXPECT_TRUE(policy.retired);
}

TEST(InForce, OnlyLevelsThatBothHaveAreLeftAndTheyKeepTheirPlaces) {
  FleetPolicy own, today;
  own.treatments = {step_with(Treatment::command), step_with(Treatment::reboot, 3),
                    step_with(Treatment::replace)};
  own.treatments[0].document.name = "RecyclePool";
  today.treatments = own.treatments;
  today.treatments[0].document.name = "SomethingElse";
  today.treatments[1].attempts = 2;
  today.treatments.pop_back();
  today.treatments.push_back(step_with(Treatment::stop_start));
  const auto policy = in_force(own, today);
  ASSERT_EQ(policy.treatments.size(), 3U);
  Step another = own.treatments[0];
  another.attempts = 0;
  EXPECT_EQ(policy.treatments[0], another) << "another document is another treatment";
  EXPECT_EQ(policy.treatments[1], step_with(Treatment::reboot, 2)) << "the fewer attempts";
  EXPECT_EQ(policy.treatments[2], step_with(Treatment::replace, 0));
}

TEST(InForce, WhatHoldsBackInEitherHoldsBack) {
  FleetPolicy own, today;
  own.gates = {.alarms = {"a"}, .insufficient_data_blocks = false, .calendars = {"c"}};
  today.gates = {.alarms = {"a", "b"}, .insufficient_data_blocks = true, .calendars = {"d"}};
  own.keep.healthy = {.count = 5, .percent = 0};
  today.keep.healthy = {.count = 6, .percent = 0};
  own.keep.out = {.count = 0, .percent = 30};
  today.keep.out = {.count = 0, .percent = 20};
  own.keep.out_per_zone.reset();
  today.keep.out_per_zone = {.count = 1, .percent = 0};
  own.keep.healthy_per_zone = {.count = 2, .percent = 0};
  today.keep.healthy_per_zone = {.count = 1, .percent = 0};
  const auto policy = in_force(own, today);
  EXPECT_EQ(policy.gates.alarms, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(policy.gates.calendars, (std::vector<std::string>{"c", "d"}));
  EXPECT_TRUE(policy.gates.insufficient_data_blocks);
  EXPECT_EQ(policy.keep.healthy.count, 6);
  EXPECT_EQ(policy.keep.out.percent, 20);
  EXPECT_EQ(policy.keep.out_per_zone->count, 1);
  EXPECT_EQ(policy.keep.healthy_per_zone->count, 2);
  today.keep.healthy = {.count = 4, .percent = 0};
  EXPECT_EQ(in_force(own, today).keep.healthy.count, 5) << "never loosened";
}

TEST(InForce, ACountAndAShareAreNotCompared) {
  FleetPolicy own, today;
  own.keep.healthy = {.count = 5, .percent = 0};
  today.keep.healthy = {.count = 0, .percent = 10};
  EXPECT_EQ(in_force(own, today).keep.healthy, own.keep.healthy);
}

TEST(InForce, APolicyIsRememberedOnceAndForgottenWithTheLastThatNeedsIt) {
  FleetState state;
  FleetPolicy first, second;
  second.name = "other";
  EXPECT_EQ(remember_policy(state, first), "p1");
  EXPECT_EQ(remember_policy(state, second), "p2");
  EXPECT_EQ(remember_policy(state, first), "p1");
  state.open.emplace_back().policy = "p2";
  forget_policies(state);
  ASSERT_EQ(state.policies.size(), 1U);
  EXPECT_EQ(state.policies.at("p2").name, "other");
}

TEST(InForce, AnOldStateHasOnePolicyForAll) {
  FleetState state;
  FleetPolicy today;
  today.timing.boot = 1min;
  EXPECT_EQ(in_force(Remediation{}, state, today), today);
  state.pinned.emplace().timing.boot = 20min;
  EXPECT_EQ(in_force(Remediation{}, state, today).timing.boot, 20min);
}

TEST(InForce, ATreatmentThatTodaysPolicyDoesNotHaveIsNotBegun) {
  FleetForTest fleet;
  fleet.start_of_three();
  ASSERT_EQ(fleet.three().policy, "p1");
  fleet.scaling();
  fleet.policy.treatments = {step_with(Treatment::replace)};
  fleet.gone(3);
  fleet.pass(2min);
  const auto plan = fleet.tick();
  EXPECT_TRUE(fleet.broken.empty());
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
  EXPECT_EQ(phases(plan),
            std::vector<std::string>{"rejoining: putting it back: the policy no longer has this treatment"});
}

TEST(InForce, TheNextLevelThatBothHaveIsTaken) {
  FleetForTest fleet;
  fleet.policy.treatments = {step_with(Treatment::command), step_with(Treatment::reboot)};
  fleet.policy.treatments[0].document.name = "RecyclePool";
  fleet.start_of_three();
  fleet.policy.treatments = {step_with(Treatment::reboot)};
  fleet.gone(3);
  fleet.pass(2min);
  fleet.tick();
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
}

TEST(InForce, AnEditedMetricProvesNoBoot) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  const auto own_metric = metric_key(fleet.policy.reboot_when);
  fleet.policy.reboot_when.metric = "cpu";
  fleet.memory(3, 5);  // of the new metric: it says nothing of the old one
  fleet.pass(6min);
  auto plan = fleet.tick();
  ASSERT_EQ(plan.questions.size(), 1U);
  EXPECT_EQ(metric_key(plan.questions[0].condition.value()), own_metric);
  EXPECT_EQ(fleet.three().phase, Phase::booting);
}

TEST(InForce, ATighterGuardOfTodaysPutsItBack) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.policy.keep.healthy = {.count = 8, .percent = 0};
  fleet.pass(1min);
  fleet.tick();
  EXPECT_FALSE(fleet.three().treat);
}

TEST(InForce, ALooserGuardOfTodaysDoesNotHelp) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 7, .percent = 0};
  fleet.start_of_three();
  fleet.policy.keep.healthy = {.count = 1, .percent = 0};
  fleet.state_of(5, TargetState::unhealthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_FALSE(fleet.three().treat);
}

// ---- a server is counted over every fleet of the store

bool refuses(const Plan& plan, Reason reason) {
  return std::ranges::find(plan.fleet, reason, &Verdict::reason) != plan.fleet.end();
}

TEST(OtherFleets, WhatIsOutInAnotherFleetIsOutHere) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.gone(4);
  fleet.observation.other_fleets[id(4)] = {
      .fleet = "old-name", .open = true, .target_groups = {fleet.group(0).arn, fleet.group(1).arn}};
  auto plan = fleet.tick();
  EXPECT_TRUE(refuses(plan, Reason::too_many_out));
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.next.summary.members, 8) << "it is to come back here";
  EXPECT_EQ(plan.members.at(id(4)).reason, Reason::in_another_fleet);
  fleet.policy.keep.out = {.count = 2, .percent = 0};
  fleet.policy.keep.healthy = {.count = 7, .percent = 0};
  plan = fleet.tick();
  EXPECT_EQ(plan.members.at(id(3)).reason, Reason::too_few_healthy);
}

TEST(OtherFleets, WhatIsOutElsewhereDoesNotCountHere) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.other_fleets["i-0feedfeedfeedfeed"] = {
      .fleet = "other", .open = true, .target_groups = {"arn:other"}};
  EXPECT_FALSE(refuses(fleet.tick(), Reason::too_many_out));
}

TEST(OtherFleets, TheCooldownAndTheDaysLimitGoOnUnderAnotherName) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  auto& other = fleet.observation.other_fleets[id(3)];
  other = {.fleet = "old-name", .ended_at = fleet.observation.taken_at - 10min};
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::cooldown);
  other.ended_at = fleet.observation.taken_at - 2h;
  for (int hour = 3; hour < 7; ++hour) other.started_at.push_back(fleet.observation.taken_at - hour * 1h);
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::daily_limit);
  other.started_at.pop_back();
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::start);
}

TEST(OtherFleets, WhatIsNotKnownOfThemStartsNothing) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.other_fleets_unknown = {"which fleets the store has could not be read: denied"};
  const auto plan = fleet.tick();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.fleet.at(0).reason, Reason::observation_incomplete);
  EXPECT_EQ(
      plan.fleet.at(0).text,
      "which servers the store's other fleets have out is not known, so nothing starts: which fleets the store "
      "has could not be read: denied");
}

TEST(OtherFleets, ASharedGroupStartsNothing) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.groups_of_others[fleet.group(1).arn] = "api";
  auto plan = fleet.tick();
  EXPECT_TRUE(refuses(plan, Reason::fleets_overlap));
  EXPECT_EQ(
      plan.fleet.at(0).text,
      "target group tg1-80 also belongs to fleet api; two fleets must not start the same servers: name it "
      "in one of them only (target_groups, auto_scaling_group)");
  EXPECT_TRUE(plan.actions.empty());
  fleet.observation.groups_of_others = {{"auto-scaling-group/web-asg", "api"}};
  EXPECT_FALSE(refuses(fleet.tick(), Reason::fleets_overlap));
  fleet.scaling();
  EXPECT_TRUE(refuses(fleet.tick(), Reason::fleets_overlap));
}

}  // namespace
}  // namespace evenkeel::decide
