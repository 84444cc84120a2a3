// Each guard says no for its own reason, and only then.
#include "decide/guards/guards.h"

#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/guards.h"

namespace evenkeel::decide {
namespace {

TEST(Guards, NothingHoldsBackTheWorstOfAHealthyFleet) { EXPECT_EQ(why_not(FleetForTest{}), Reason::start); }

TEST(Guards, EnoughHealthyMustBeLeftInEveryGroup) {
  FleetForTest fleet;
  fleet.place(1, 6).state = TargetState::unhealthy;
  fleet.place(1, 7).state = TargetState::unhealthy;
  EXPECT_EQ(why_not(fleet), Reason::start);  // 6 serve, 5 are left
  fleet.place(1, 8).state = TargetState::initial;
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy);
}

TEST(Guards, AMemberThatDoesNotServeTakesNoCapacityWithIt) {
  FleetForTest fleet{6};
  fleet.policy.keep.healthy.count = 5;
  fleet.state_of(3, TargetState::unhealthy);
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Guards, SharesAreRoundedTowardsMore) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 0, .percent = 87};  // 6.96 of 8: 7
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.keep.healthy.percent = 88;  // 7.04 of 8: 8
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy);
}

TEST(Guards, SharesAreOfWhatAutoScalingWantsNotOfWhatIsLeft) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 0, .percent = 60};  // of 8: 5
  auto& group = fleet.scaling();
  EXPECT_EQ(why_not(fleet), Reason::start);
  group.desired = 13;  // 60 % of 13: 8
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy);
}

TEST(Guards, NeverDownToTheFailOpenThreshold) {
  FleetForTest fleet;
  fleet.policy.keep.healthy.count = 1;
  fleet.group(0).attributes->fail_open_count = 7;
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy);
  fleet.group(0).attributes->fail_open_count = 6;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.group(0).attributes->fail_open_percent = 80;  // 6.4 of 8: 7
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy);
}

TEST(Guards, TheOnlyMemberOfAGroupNeverLeaves) {
  FleetForTest fleet{1};
  fleet.policy.keep.healthy.count = 1;
  fleet.memory(1, 90);
  EXPECT_EQ(fleet.decide().members.at(id(1)).reason, Reason::too_few_healthy);
}

TEST(Guards, TheDenominatorDoesNotShrinkWithWhatIsOut) {
  FleetForTest fleet;
  fleet.policy.keep.out.count = 2;
  fleet.policy.keep.healthy = {.count = 0, .percent = 80};  // 6.4 of 8: 7
  fleet.start_of_three();
  fleet.gone(3);
  fleet.memory(5, 95);
  EXPECT_EQ(fleet.decide().members.at(id(5)).reason, Reason::too_few_healthy);
}

TEST(Guards, EveryServerThatIsOutCounts) {
  FleetForTest fleet;
  fleet.state_of(8, TargetState::draining, TargetReason::deregistration_in_progress);
  EXPECT_EQ(why_not(fleet), Reason::too_many_out);
  fleet.policy.keep.out.count = 2;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Guards, StartsPerHourAreLimited) {
  FleetForTest fleet;
  fleet.policy.keep.starts_per_hour = 2;
  for (int i = 4; i <= 5; ++i) {
    PastRemediation past;
    past.id = fmt::format("past-{}", i);
    past.instance_id = id(i);
    past.started_at = fleet.observation.taken_at - i * 10min;
    past.ended_at = past.started_at + 5min;
    past.ending = Ending::cured;
    fleet.state.recent.push_back(past);
  }
  EXPECT_EQ(why_not(fleet), Reason::starts_per_hour);
  fleet.state.recent.front().started_at -= 1h;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Guards, CooldownDailyLimitAndAReboootThatDoesNotHelp) {
  FleetForTest fleet;
  PastRemediation past;
  past.id = "past";
  past.instance_id = id(3);
  past.started_at = fleet.observation.taken_at - 70min;
  past.ended_at = fleet.observation.taken_at - 59min;
  past.ending = Ending::back;
  fleet.state.recent = {past};
  EXPECT_EQ(why_not(fleet), Reason::cooldown);
  fleet.state.recent[0].ended_at = fleet.observation.taken_at - 60min;
  EXPECT_EQ(why_not(fleet), Reason::start);

  fleet.policy.keep.remediations_per_day = 1;
  EXPECT_EQ(why_not(fleet), Reason::daily_limit);
  fleet.policy.keep.remediations_per_day = 4;

  fleet.state.recent[0].ending = Ending::not_cured;
  fleet.state.recent.push_back(fleet.state.recent[0]);
  EXPECT_EQ(why_not(fleet), Reason::remedy_does_not_help);
  fleet.state.recent[1].ending = Ending::cured;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Guards, AFreshBootIsNotALeak) {
  FleetForTest fleet;
  fleet.observation.instances[id(3)].launch_time = fleet.observation.taken_at - 14min;
  EXPECT_EQ(why_not(fleet), Reason::young);
}

TEST(Guards, UnknownNeverPermits) {
  FleetForTest fleet;
  fleet.observation.instances_complete = false;
  EXPECT_EQ(why_not(fleet), Reason::observation_incomplete);
  fleet = FleetForTest{};
  fleet.group(1).attributes.reset();
  EXPECT_EQ(why_not(fleet), Reason::observation_incomplete);
  fleet = FleetForTest{};
  fleet.group(1).registrations.reset();
  EXPECT_EQ(why_not(fleet), Reason::observation_incomplete);
  fleet = FleetForTest{};
  fleet.policy.target_groups.push_back("tg-gone");
  EXPECT_EQ(why_not(fleet), Reason::observation_incomplete);
  fleet = FleetForTest{};
  fleet.policy.auto_scaling_group = "web-asg";
  EXPECT_EQ(why_not(fleet), Reason::observation_incomplete);
  fleet = FleetForTest{};
  fleet.observation.spread = kMaxSpread + 1s;
  EXPECT_EQ(why_not(fleet), Reason::observation_incomplete);
}

TEST(Guards, AHalvedFleetIsConfirmedFirst) {
  FleetForTest fleet;
  fleet.policy.keep.healthy.count = 1;
  fleet.state.members_last_seen = 17;
  EXPECT_EQ(why_not(fleet), Reason::observation_contradicts);
  fleet.state.members_last_seen = 16;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Guards, AClockThatRunsBackwardsStopsStarts) {
  FleetForTest fleet;
  fleet.state.last_tick_at = fleet.observation.taken_at + 2min;
  EXPECT_EQ(why_not(fleet), Reason::clock_backwards);
}

TEST(Guards, AWordOfAutoScalingThatIsNewIsToldAsAwsWroteIt) {
  FleetForTest fleet;
  auto& member = fleet.scaling().members[2];
  member.lifecycle_state = LifecycleState::other;
  member.newer_word = "Warmed:\x1bStopped";
  const auto held = verdict_of_three(fleet);
  EXPECT_EQ(held.reason, Reason::auto_scaling_state);
  EXPECT_EQ(held.text, "its Auto Scaling state is Warmed:\\x1bStopped, not InService");
}

TEST(Guards, WhatWasStoppedUnderAFormerNameStartsNothing) {
  FleetForTest fleet;
  const Time now = fleet.observation.taken_at;
  fleet.observation.former_stops = {{"old", true, "database migration", "ann", now - 1h, now + 1h}};
  const auto paused = verdict_of_three(fleet);
  EXPECT_EQ(paused.reason, Reason::paused);
  EXPECT_NE(paused.text.find("database migration"), std::string::npos);
  EXPECT_NE(paused.text.find("evenkeel resume old"), std::string::npos);
  EXPECT_EQ(paused.until, now + 1h);
  fleet.observation.former_stops[0].until = now;
  EXPECT_EQ(why_not(fleet), Reason::start) << "the pause is over";
  fleet.observation.former_stops.push_back({"old", false, "everybody jumped", "", now - 1h});
  EXPECT_EQ(why_not(fleet), Reason::breaker_open);
}

TEST(Guards, PausedBreakerRetired) {
  FleetForTest fleet;
  fleet.state.pause = Pause{"deploy", "ann", {}};
  EXPECT_EQ(why_not(fleet), Reason::paused);
  fleet = FleetForTest{};
  fleet.state.breaker = Breaker{"many", {}};
  EXPECT_EQ(why_not(fleet), Reason::breaker_open);
  fleet = FleetForTest{};
  fleet.policy.retired = true;
  EXPECT_EQ(why_not(fleet), Reason::retired);
}

TEST(Guards, NothingStartsInATickThatWasAskedForTooLongAgo) {
  FleetForTest fleet;
  fleet.observation.late_by = 3min;
  EXPECT_EQ(why_not(fleet), Reason::asked_late);
}

TEST(Guards, OnlyARunningInstanceThatEc2Knows) {
  FleetForTest fleet;
  fleet.observation.instances[id(3)].state = InstanceState::stopping;
  EXPECT_EQ(why_not(fleet), Reason::not_running);
  fleet.observation.instances.erase(id(3));
  EXPECT_EQ(why_not(fleet), Reason::instance_unknown);
}

TEST(Guards, ATargetThatIsNotInServiceStays) {
  FleetForTest fleet;
  fleet.place(1, 3).state = TargetState::initial;
  EXPECT_EQ(why_not(fleet), Reason::not_healthy);
  fleet.place(1, 3).state = TargetState::other;
  EXPECT_EQ(why_not(fleet), Reason::not_healthy);
  fleet.place(1, 3).state = TargetState::unused;
  fleet.place(1, 3).reason = TargetReason::not_in_use;
  EXPECT_EQ(why_not(fleet), Reason::group_without_load_balancer);
  fleet = FleetForTest{};
  fleet.group(0).type = TargetType::ip;
  EXPECT_EQ(why_not(fleet), Reason::unsupported_target_type);
  fleet = FleetForTest{};
  fleet.policy.keep.out.count = 2;
  fleet.place(0, 3).state = TargetState::draining;
  EXPECT_EQ(why_not(fleet), Reason::being_drained);
}

TEST(Guards, DrainingOfTheIllIsBeingDrainedToo) {
  FleetForTest fleet;
  fleet.place(1, 3).state = TargetState::unhealthy_draining;
  EXPECT_EQ(why_not(fleet), Reason::being_drained);
}

TEST(Guards, AGroupThatNoListenerForwardsToIsNamed) {
  FleetForTest fleet;
  fleet.group(0).has_load_balancer = false;
  fleet.place(0, 3).state = TargetState::unavailable;
  EXPECT_EQ(why_not(fleet), Reason::group_without_load_balancer);
}

TEST(Guards, WhoIsOnlyInTheAutoScalingGroupIsLeftAlone) {
  FleetForTest fleet;
  fleet.policy.auto_scaling_group = "web-asg";
  fleet.observation.auto_scaling_group.emplace().name = "web-asg";
  for (int i = 1; i <= 8; ++i) {
    fleet.observation.auto_scaling_group->members.push_back({id(i), LifecycleState::in_service});
  }
  fleet.gone(3);
  EXPECT_EQ(why_not(fleet), Reason::not_registered);
}

TEST(Guards, TheIllAreInNoSlowStart) {
  FleetForTest fleet;
  fleet.group(0).attributes->slow_start = 5min;
  fleet.place(0, 3).state = TargetState::unhealthy;
  EXPECT_NE(why_not(fleet), Reason::slow_start);
}

TEST(Guards, OnlyStartsOfTheLastDayCountTowardsItsLimit) {
  FleetForTest fleet;
  PastRemediation past;
  past.instance_id = id(3);
  past.started_at = fleet.observation.taken_at - 25h;
  past.ended_at = fleet.observation.taken_at - 23h;
  past.ending = Ending::cured;
  fleet.state.recent.assign(static_cast<std::size_t>(fleet.policy.keep.remediations_per_day), past);
  EXPECT_EQ(why_not(fleet), Reason::start);
  for (auto& one : fleet.state.recent) one.started_at += 2h;
  EXPECT_EQ(why_not(fleet), Reason::daily_limit);
}

TEST(Guards, SlowStartIsWaitedOutAndIsNotFullCapacity) {
  FleetForTest fleet;
  fleet.group(0).attributes->slow_start = 5min;
  EXPECT_EQ(why_not(fleet), Reason::slow_start);  // it is not known since when it has been healthy
  for (int i = 1; i <= 8; ++i) {
    fleet.state.healthy_since[fleet.group(0).arn + "|" + id(i) + ":443"] = fleet.observation.taken_at - 5min;
  }
  EXPECT_EQ(why_not(fleet), Reason::start);
  for (int i = 6; i <= 8; ++i) {
    fleet.state.healthy_since[fleet.group(0).arn + "|" + id(i) + ":443"] = fleet.observation.taken_at - 4min;
  }
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy);
}

TEST(Guards, HealthySinceIsRememberedOnlyForSlowStartGroups) {
  FleetForTest fleet;
  EXPECT_TRUE(fleet.decide().next.healthy_since.empty());
  fleet.group(0).attributes->slow_start = 5min;
  EXPECT_EQ(fleet.decide().next.healthy_since.size(), 8U);
}

TEST(Guards, AMemberOnTwoPortsOfOneGroupIsOneMember) {
  FleetForTest fleet;
  auto& list = *fleet.group(0).registrations;
  list.insert(list.begin() + 3, {id(3), 8443, TargetState::healthy, TargetReason::none});
  EXPECT_EQ(why_not(fleet), Reason::start);
  const FleetView view{fleet.policy, fleet.observation, fleet.state};
  EXPECT_EQ(capacity_checks(view, view.members.at(id(3))).size(), 4U) << "two groups, and a zone in each";
  fleet.memory(3, 90);
  const auto plan = fleet.tick();
  EXPECT_EQ(plan.actions.at(0).ports, (std::vector{443, 8443}));
  EXPECT_EQ(fleet.three().snapshot.size(), 3U);
}

TEST(Guards, ATargetByAddressStaysWhateverItIs) {
  FleetForTest fleet;
  fleet.group(1).type = TargetType::ip;
  for (auto& one : *fleet.group(1).registrations) one.by_address = true;
  fleet.group(1).registrations->insert(fleet.group(1).registrations->begin(),
                                       {"10.0.0.9", 80, TargetState::healthy, TargetReason::none});
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.members.at("10.0.0.9").reason, Reason::unsupported_target_type);
  EXPECT_TRUE(plan.members.at(id(3)).lasts);
  EXPECT_NE(plan.members.at(id(3)).text.find("registered in tg1-80, whose targets are not instances"),
            std::string::npos);
}

TEST(Guards, OnlyAGroupThatHoldsItByItsIdIsToBeNamed) {
  FleetForTest fleet;
  auto& survey = fleet.observation.surveys[id(3)];
  survey.elsewhere = {{id(3), 80, TargetState::healthy, TargetReason::none}};
  survey.elsewhere_groups = {"blue"};
  EXPECT_NE(verdict_of_three(fleet).text.find("name that group in target_groups"), std::string::npos);
  survey.elsewhere[0].by_address = true;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::elsewhere_registered);
  EXPECT_EQ(no.text.find("name that group in target_groups"), std::string::npos) << no.text;
  EXPECT_NE(no.text.find("blue by its address"), std::string::npos) << no.text;
}

}  // namespace
}  // namespace evenkeel::decide
