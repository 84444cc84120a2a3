// The chain names every guard and rule, whether it passes, and when the member could go.
#include "decide/explain_member.h"

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

std::vector<Check> explained(const FleetForTest& fleet, int member) {
  return explain_member(fleet.policy, fleet.observation, fleet.state, id(member));
}

const Check& link(const std::vector<Check>& checks, const std::string& name) {
  static const Check kNone;
  const auto found = std::ranges::find(checks, name, &Check::name);
  EXPECT_NE(found, checks.end()) << name;
  return found == checks.end() ? kNone : *found;
}

// Whatever can tell its numbers is there to tell them.
struct EveryGuard : FleetForTest {
  EveryGuard() {
    scaling().min = 2;
    memory(3, 90);
    policy.freezes = {Freeze{{}, {}, {}, ""}};
    policy.gates.alarms = {"deploy"};
    policy.gates.calendars = {"open-hours"};
    observation.alarms["deploy"] = {{"deploy", AlarmState::ok}};
    observation.calendars["open-hours"] = CalendarState::open;
    policy.keep.out_per_zone = Share{.count = 1, .percent = 0};
    policy.keep.load_below = LoadCeiling{.below = 1000};
    for (auto& group : observation.target_groups) {
      auto& load = observation.loads[group.arn];
      load.state = SignalState::fresh;
      for (int minute = 20; minute > 2; --minute)
        load.samples.push_back({observation.taken_at - minute * 1min, 100});
    }
    Condition old;
    old.kind = Condition::Kind::uptime;
    old.longer_than = 48h;
    policy.also_when = {Rule{"old", 0, {old}}};
    state.members[id(3)].ended_at = observation.taken_at - 20h;
  }
};

TEST(Chain, TellsEveryGuardThatLetsItGoWithItsNumbers) {
  const EveryGuard fleet;
  const auto checks = explained(fleet, 3);
  for (const auto& check : checks) {
    if (check.name == "rule old") continue;
    EXPECT_TRUE(check.passes) << check.name << ": " << (check.verdict ? check.verdict->text : "");
    EXPECT_TRUE(!check.verdict || check.verdict->reason == Reason::start) << check.name;
  }
  EXPECT_EQ(link(checks, "out").verdict->text, "0 servers are out; keep.out allows 1");
  EXPECT_EQ(link(checks, "starts_per_hour").verdict->numbers.at(Number::limit), 4);
  EXPECT_EQ(link(checks, "observation").verdict->text, "everything was read, within 0s");
  EXPECT_EQ(link(checks, "members_seen").verdict->numbers.at(Number::members), 8);
  EXPECT_EQ(link(checks, "window").verdict->reason, Reason::start);
  EXPECT_EQ(link(checks, "alarms").verdict->text, "not in ALARM: deploy");
  EXPECT_EQ(link(checks, "calendars").verdict->text, "open: open-hours");
  EXPECT_EQ(link(checks, "registered").verdict->text, "at 2 places, serving");
  EXPECT_EQ(link(checks, "auto_scaling_state").verdict->text, "InService in web-asg");
  EXPECT_EQ(link(checks, "standby").verdict->text, "8 wanted; the minimum is 2");
  EXPECT_EQ(link(checks, "treatment").verdict->text, "reboot, treatment 1 of 1");
  EXPECT_EQ(link(checks, "out_in_zone").verdict->numbers.at(Number::limit), 1);
  EXPECT_EQ(link(checks, "uptime").verdict->numbers.at(Number::up_seconds), 86400);
  EXPECT_EQ(link(checks, "cooldown").verdict->numbers.at(Number::ago_seconds), 20 * 3600);
  EXPECT_EQ(link(checks, "daily_limit").verdict->numbers.at(Number::remediations), 0);
  EXPECT_EQ(link(checks, "healthy tg1").verdict->numbers.at(Number::healthy_after), 7);
  EXPECT_EQ(link(checks, "healthy tg1-80 eu-west-1a").verdict->numbers.at(Number::required), 1);
  EXPECT_EQ(link(checks, "rule reboot_when").verdict->numbers.at(Number::value), 90);
  EXPECT_FALSE(link(checks, "rule old").passes);
  EXPECT_NEAR(link(checks, "load").verdict->numbers.at(Number::projected_each), 100.0 / 7, 1e-9);
  EXPECT_TRUE(link(checks, "survey").passes);
  EXPECT_EQ(could_act_at(checks), std::nullopt) << "nothing holds it back";
}

TEST(Chain, WithoutGatesThereIsNothingToTellOfThem) {
  FleetForTest fleet;
  fleet.state.members[id(3)].level = 0;
  const auto checks = explained(fleet, 3);
  for (const auto* name : {"window", "alarms", "calendars", "instance_refresh", "scaling_activity",
                           "out_in_zone", "cooldown", "standby"}) {
    EXPECT_TRUE(link(checks, name).passes) << name;
    EXPECT_FALSE(link(checks, name).verdict.has_value()) << name;
  }
  EXPECT_TRUE(std::ranges::none_of(checks, [](const Check& check) { return check.name == "load"; }));
}

TEST(Chain, AWindowTellsUntilWhenItIsOpen) {
  FleetForTest fleet;
  fleet.policy.windows = {Window{.days = 0x7f, .from = 10h, .to = 15h, .zone = {}}};
  EXPECT_EQ(link(explained(fleet, 3), "window").verdict->text, "open until 2026-11-22T15:00:00Z");
}

TEST(Chain, NeverStopsAtTheFirst) {
  FleetForTest fleet;
  fleet.memory(3, 90);
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at, fleet.observation.taken_at + 1h};
  fleet.state.members[id(3)].ended_at = fleet.observation.taken_at - 10min;
  fleet.policy.keep.healthy.count = 8;
  const auto checks = explained(fleet, 3);
  EXPECT_EQ(link(checks, "paused").verdict->reason, Reason::paused);
  EXPECT_EQ(link(checks, "cooldown").verdict->reason, Reason::cooldown);
  EXPECT_EQ(link(checks, "healthy tg1").verdict->reason, Reason::too_few_healthy);
  EXPECT_EQ(link(checks, "healthy tg1-80").verdict->reason, Reason::too_few_healthy);
  EXPECT_EQ(could_act_at(checks), std::nullopt) << "nobody knows when more are healthy";
  fleet.policy.keep.healthy.count = 5;
  EXPECT_EQ(could_act_at(explained(fleet, 3)), fleet.observation.taken_at + 1h);
  fleet.state.pause->until = fleet.observation.taken_at + 10min;
  EXPECT_EQ(could_act_at(explained(fleet, 3)), fleet.observation.taken_at + 50min) << "the cooldown is later";
}

TEST(Chain, WhereNothingAsksTheEarliestRuleCounts) {
  FleetForTest fleet;
  Condition old;
  old.kind = Condition::Kind::uptime;
  old.longer_than = 48h;
  fleet.policy.also_when = {Rule{"old", 0, {old}}, Rule{"older", 0, {old}}};
  fleet.policy.also_when[1].all[0].longer_than = 72h;
  EXPECT_EQ(could_act_at(explained(fleet, 3)), fleet.observation.taken_at + 24h);
  fleet.policy.also_when.clear();
  EXPECT_EQ(could_act_at(explained(fleet, 3)), std::nullopt);
}

TEST(Chain, OfAnInstanceThatEc2DoesNotKnowHasNoGaps) {
  EveryGuard fleet;
  fleet.observation.instances.erase(id(3));
  const auto checks = explained(fleet, 3);
  EXPECT_EQ(link(checks, "running").verdict->reason, Reason::instance_unknown);
  EXPECT_EQ(link(checks, "out_in_zone").verdict->reason, Reason::too_many_out_in_zone);
  EXPECT_EQ(link(checks, "healthy tg1 ").verdict->reason, Reason::too_few_healthy_in_zone);
  EXPECT_TRUE(link(checks, "survey").passes);
  fleet.observation.auto_scaling_group->members.erase(fleet.observation.auto_scaling_group->members.begin() +
                                                      2);
  fleet.policy.treatments[0].treatment = Treatment::stop_start;
  EXPECT_TRUE(link(explained(fleet, 3), "auto_scaling_state").passes);
  EXPECT_TRUE(link(explained(fleet, 3), "treatment").passes);
}

TEST(Chain, OfAnUnknownInstanceSaysSo) {
  const FleetForTest fleet;
  const auto checks = explain_member(fleet.policy, fleet.observation, fleet.state, "i-0123");
  EXPECT_EQ(checks.back().name, "known");
  EXPECT_FALSE(checks.back().passes);
  EXPECT_TRUE(questions_to_explain(fleet.policy, fleet.observation, fleet.state, "i-0123").empty());
}

TEST(Chain, WhatWasNotAskedDoesNotPassAndCanBeAsked) {
  EveryGuard fleet;
  fleet.observation.signals.clear();
  fleet.observation.loads.clear();
  fleet.observation.surveys.clear();
  const auto checks = explained(fleet, 3);
  EXPECT_EQ(link(checks, "load").verdict->reason, Reason::load_unknown);
  EXPECT_EQ(link(checks, "survey").verdict->reason, Reason::survey_incomplete);
  EXPECT_EQ(link(checks, "rule reboot_when").verdict->reason, Reason::signal_not_due);
  const auto questions = questions_to_explain(fleet.policy, fleet.observation, fleet.state, id(3));
  ASSERT_EQ(questions.size(), 3U);
  EXPECT_EQ(questions[0].kind, Question::Kind::signal);
  EXPECT_EQ(questions[1].kind, Question::Kind::load);
  EXPECT_EQ(questions[2].kind, Question::Kind::survey);
  const EveryGuard answered;
  EXPECT_TRUE(questions_to_explain(answered.policy, answered.observation, answered.state, id(3)).empty());
}

TEST(Chain, SaysWhatTheDecisionSays) {
  for (int ill = 1; ill <= 4; ++ill) {
    FleetForTest fleet;
    fleet.memory(3, 90);
    if (ill == 1) fleet.state.breaker = Breaker{"many", {}};
    if (ill == 2) fleet.observation.instances[id(3)].tags[kHoldTag] = "yes";
    if (ill == 3) fleet.policy.keep.healthy.count = 8;
    if (ill == 4) fleet.observation.surveys[id(3)].may_reboot = false;
    const auto decided = fleet.decide().members.at(id(3));
    const auto checks = explained(fleet, 3);
    const auto first = std::ranges::find(checks, false, &Check::passes);
    ASSERT_NE(first, checks.end()) << ill;
    EXPECT_EQ(first->verdict->reason, decided.reason) << ill;
    EXPECT_EQ(first->verdict->text, decided.text) << ill;
    EXPECT_TRUE(decided.wanted) << ill;
  }
}

}  // namespace
}  // namespace evenkeel::decide
