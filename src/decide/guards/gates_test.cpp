// What lies beyond the fleet holds back every start, says why, and until when.
#include <gtest/gtest.h>

#include "decide/guards/guards.h"
#include "decide/testing/guards.h"

namespace evenkeel::decide {
namespace {

TEST(Pause, EndsByItselfWhenItWasGivenAnEnd) {
  FleetForTest fleet;
  const Time now = fleet.observation.taken_at;
  fleet.state.pause = Pause{"deploy", "ann", now - 1h, now + 5min};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::paused);
  EXPECT_EQ(no.until, now + 5min);
  EXPECT_NE(no.text.find("ann"), std::string::npos);
  EXPECT_NE(no.text.find("until 2026-11-22T12:05:00Z"), std::string::npos);
  fleet.state.pause->until = now;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.state.pause->until.reset();
  EXPECT_EQ(verdict_of_three(fleet).until, std::nullopt);
}

TEST(Gates, StartsOnlyInsideAWindowThatWrapsAroundMidnight) {
  FleetForTest fleet;  // Sunday noon
  fleet.policy.windows = {Window{.days = 0x7f, .from = 22h, .to = 5h, .zone = {}}};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::outside_window);
  EXPECT_EQ(no.until, fleet.observation.taken_at + 10h);
  fleet.pass(10h);
  fleet.state.last_tick_at = fleet.observation.taken_at;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Gates, AFreezeHoldsInsideTheWindow) {
  FleetForTest fleet;
  const std::chrono::year_month_day today{std::chrono::year{2026}, std::chrono::month{11},
                                          std::chrono::day{22}};
  fleet.policy.freezes = {Freeze{today, today, {}, "Black Friday"}};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::frozen);
  EXPECT_EQ(no.until, fleet.observation.taken_at + 12h);
}

TEST(Gates, AWindowThatClosesMidWayLeavesNoServerOut) {
  FleetForTest fleet;
  fleet.start_of_three();
  ASSERT_EQ(fleet.state.open.size(), 1U);
  fleet.policy.windows = {Window{.days = 0x7f, .from = 22h, .to = 5h, .zone = {}}};
  fleet.gone(3);
  fleet.pass(2min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
}

TEST(Gates, AChangeCalendarMustBeOpen) {
  FleetForTest fleet;
  fleet.policy.gates.calendars = {"web-freeze"};
  EXPECT_EQ(why_not(fleet), Reason::calendar_closed) << "it was not read";
  fleet.observation.calendars["web-freeze"] = CalendarState::unknown;
  EXPECT_NE(verdict_of_three(fleet).text.find("ssm:GetCalendarState"), std::string::npos);
  fleet.observation.calendars["web-freeze"] = CalendarState::closed;
  EXPECT_EQ(verdict_of_three(fleet).text, "Change Calendar web-freeze is closed (gates.calendars)");
  fleet.observation.calendars["web-freeze"] = CalendarState::open;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Gates, AnyAlarmThatFiresHoldsBackAndIsNamed) {
  FleetForTest fleet;
  fleet.policy.gates.alarms = {"deploy-running", "web-*"};
  fleet.observation.alarms["deploy-running"] = {{"deploy-running", AlarmState::ok}};
  fleet.observation.alarms["web-*"] = {
      {"web-5xx", AlarmState::ok}, {"web-slow", AlarmState::alarm}, {"web-late", AlarmState::alarm}};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::alarm_firing);
  EXPECT_EQ(no.text, "in ALARM: web-slow, web-late (gates.alarms)");
  EXPECT_EQ(no.numbers.at(Number::firing), 2);
  fleet.observation.alarms["web-*"][1].state = fleet.observation.alarms["web-*"][2].state = AlarmState::ok;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Gates, AnAlarmThatCannotBeReadHoldsBack) {
  FleetForTest fleet;
  fleet.policy.gates.alarms = {"web-*"};
  EXPECT_EQ(why_not(fleet), Reason::alarm_unreadable);
  fleet.observation.alarms["web-*"] = {};
  EXPECT_EQ(why_not(fleet), Reason::alarm_unreadable);
  fleet.observation.alarms["web-*"] = {{"web-5xx", AlarmState::other}};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::alarm_unreadable);
  EXPECT_NE(no.text.find("cloudwatch:DescribeAlarms"), std::string::npos);
}

TEST(Gates, InsufficientDataBlocksUnlessThePolicyLetsItPass) {
  FleetForTest fleet;
  fleet.policy.gates.alarms = {"web-5xx"};
  fleet.observation.alarms["web-5xx"] = {{"web-5xx", AlarmState::insufficient_data}};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::alarm_unreadable);
  EXPECT_NE(no.text.find("insufficient_data: passes"), std::string::npos);
  fleet.policy.gates.insufficient_data_blocks = false;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Gates, AnInstanceRefreshIsLetFinish) {
  FleetForTest fleet;
  fleet.scaling().instance_refresh = "InProgress";
  EXPECT_EQ(why_not(fleet), Reason::instance_refresh);
  fleet.scaling().instance_refresh.reset();
  EXPECT_NE(verdict_of_three(fleet).text.find("DescribeInstanceRefreshes"), std::string::npos);
  fleet.scaling().instance_refresh = "";
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Gates, AScalingActivityIsLetFinish) {
  FleetForTest fleet;
  fleet.scaling().activities = {"Launching a new EC2 instance"};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::scaling_activity);
  EXPECT_NE(no.text.find("Launching a new"), std::string::npos);
  fleet.scaling().activities.reset();
  EXPECT_NE(verdict_of_three(fleet).text.find("DescribeScalingActivities"), std::string::npos);
  fleet.scaling().activities.emplace();
  fleet.scaling().being_deleted = true;
  EXPECT_EQ(why_not(fleet), Reason::scaling_activity);
}

TEST(Gates, WhatWasNotReadBecauseNothingMightStartIsNoProblem) {
  FleetForTest fleet;
  fleet.scaling().instance_refresh.reset();
  fleet.scaling().activities.reset();
  fleet.state.pause = Pause{"deploy", "ann", {}};
  const auto plan = fleet.decide();
  ASSERT_EQ(plan.fleet.size(), 1U);
  EXPECT_EQ(plan.fleet[0].reason, Reason::paused);
}

TEST(Gates, AZonalShiftIsWaitedOut) {
  FleetForTest fleet;
  fleet.place(1, 7).zonal_shift = true;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::zonal_shift);
  EXPECT_NE(no.text.find("tg1-80"), std::string::npos);
}

TEST(Gates, AGroupWithoutTargetsIsUnderNoShift) {
  FleetForTest fleet;
  fleet.group(1).registrations.reset();
  EXPECT_EQ(fleet.decide().fleet.size(), 1U) << "only that it could not be read";
}

TEST(Gates, AServerWhoseZoneIsShiftedAwayDoesNotServe) {
  FleetForTest fleet;
  fleet.place(1, 7).zonal_shift = true;
  const auto& seen = fleet.decide().next.summary;
  EXPECT_EQ(seen.members, 8);
  EXPECT_EQ(seen.serving, 7);
  const FleetView view(fleet.policy, fleet.observation, fleet.state);
  EXPECT_EQ(view.groups.at(&fleet.group(0)).serving, 7) << "it is asked for as a whole";
  EXPECT_EQ(view.zones.at("eu-west-1a").failing, 0) << "it is not ill";
  fleet.policy.keep.healthy.count = 7;
  const FleetView one(fleet.policy, fleet.observation, fleet.state);
  const auto no = capacity_guard(one, one.members.at(id(3)));
  ASSERT_TRUE(no);
  EXPECT_TRUE(no->text.starts_with("6 of 8 would be left healthy in tg1; keep.healthy asks for 7"))
      << no->text;
  fleet.place(0, 7).zonal_shift = true;
  const FleetView both(fleet.policy, fleet.observation, fleet.state);
  EXPECT_TRUE(capacity_guard(both, both.members.at(id(3)))
                  ->text.starts_with(
                      "6 of 8 would be left healthy in tg1 without the 1 that traffic is shifted away"));
}

}  // namespace
}  // namespace evenkeel::decide
