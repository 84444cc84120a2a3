// Zones, shares and tiny fleets: who would be left where.
#include <gtest/gtest.h>

#include "decide/testing/guards.h"

namespace evenkeel::decide {
namespace {

struct TwoZones : FleetForTest {
  explicit TwoZones(int members = 8, int in_a = 4) : FleetForTest(members) {
    for (int i = in_a + 1; i <= members; ++i) zone(i, "eu-west-1b");
    policy.keep.healthy.count = 2;
    policy.keep.out.count = 4;
  }
};

TEST(Zones, OneIsLeftInAZoneOfTwoOrMoreEvenIfThePolicyDoesNotSaySo) {
  TwoZones fleet;
  for (const int i : {1, 2}) fleet.state_of(i, TargetState::unhealthy);
  EXPECT_EQ(why_not(fleet), Reason::start) << "4 is left in the zone";
  fleet.place(1, 4).state = TargetState::initial;
  fleet.zone(2, "eu-west-1b");  // one of three in its zone is unhealthy, so the zone itself isn't failing
  fleet.state_of(1, TargetState::healthy);
  fleet.zone(1, "eu-west-1b");
  const auto no = verdict_of_three(fleet);  // 3 and 4 are alone there
  EXPECT_EQ(no.reason, Reason::too_few_healthy_in_zone);
  EXPECT_EQ(no.numbers.at(Number::healthy_after), 0);
  EXPECT_EQ(no.numbers.at(Number::required), 1);
  EXPECT_NE(no.text.find("eu-west-1a"), std::string::npos);
}

TEST(Zones, TheOnlyMemberOfAZoneMayLeaveUnlessThePolicySaysOtherwise) {
  TwoZones fleet;
  fleet.zone(3, "eu-west-1c");
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.keep.healthy_per_zone = Share{.count = 1, .percent = 0};
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy_in_zone);
}

TEST(Zones, AShareOfAZoneIsRoundedTowardsMore) {
  TwoZones fleet;
  fleet.policy.keep.healthy_per_zone = Share{.count = 0, .percent = 75};  // of 4: 3
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.keep.healthy_per_zone->percent = 76;  // 3.04 of 4: 4
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::too_few_healthy_in_zone);
  EXPECT_EQ(no.numbers.at(Number::required), 4);
}

TEST(Zones, TheZonesShareDoesNotShrinkWithWhatWeTookOut) {
  TwoZones fleet;
  fleet.policy.keep.healthy_per_zone = Share{.count = 0, .percent = 75};
  fleet.start_of_three();
  fleet.gone(3);
  fleet.memory(4, 90);
  fleet.pass(2min);
  const auto plan = fleet.tick();
  EXPECT_EQ(plan.members.at(id(4)).reason, Reason::too_few_healthy_in_zone);
  EXPECT_EQ(plan.members.at(id(4)).numbers.at(Number::required), 3);
}

TEST(Zones, WhoseZoneIsUnknownStays) {
  TwoZones fleet;
  fleet.zone(3, "");
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy_in_zone);
  fleet.policy.keep.out_per_zone = Share{.count = 1, .percent = 0};
  EXPECT_EQ(why_not(fleet), Reason::too_many_out_in_zone);
}

TEST(Zones, OutPerZoneCountsEveryServerThatIsOutThere) {
  TwoZones fleet;
  fleet.policy.keep.out_per_zone = Share{.count = 1, .percent = 0};
  fleet.state_of(8, TargetState::draining);
  EXPECT_EQ(why_not(fleet), Reason::start) << "8 is in the other zone";
  fleet.state_of(4, TargetState::draining);
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::too_many_out_in_zone);
  EXPECT_EQ(no.numbers.at(Number::out), 1);
  EXPECT_EQ(no.numbers.at(Number::limit), 1);
  fleet.policy.keep.out_per_zone = Share{.count = 0, .percent = 50};  // of 4: 2
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Zones, AFailingZoneStopsEveryStart) {
  TwoZones fleet;
  for (const int i : {6, 7}) fleet.state_of(i, TargetState::unhealthy);
  EXPECT_EQ(why_not(fleet), Reason::start) << "half of a zone is not more than half";
  fleet.state_of(8, TargetState::unhealthy);
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::zone_failing);
  EXPECT_EQ(no.numbers.at(Number::failing), 3);
  EXPECT_EQ(no.numbers.at(Number::members), 4);
}

TEST(Zones, OneWhereAllIsRetainedCountsNone) {
  TwoZones fleet;
  fleet.policy.keep.out_per_zone = Share{.count = 1, .percent = 0};
  fleet.policy.keep.healthy_per_zone = Share{.count = 1, .percent = 0};
  fleet.scaling();
  fleet.zone(1, "eu-west-1c");
  fleet.gone(1);
  fleet.scaling().members[0].lifecycle_state = LifecycleState::terminating_retained;
  const auto plan = fleet.decide();
  ASSERT_TRUE(plan.members.contains(id(1)));
  EXPECT_NE(plan.members.at(id(1)).reason, Reason::start);
}

TEST(Zones, WhatItsAutoScalingGroupRetainsSaysNothingOfItsZone) {
  for (const auto lifecycle : {LifecycleState::terminating_retained, LifecycleState::terminating_wait}) {
    TwoZones fleet;
    for (const int i : {6, 7, 8}) {
      fleet.gone(i);
      fleet.scaling().members[static_cast<std::size_t>(i - 1)].lifecycle_state = lifecycle;
    }
    const bool retained = lifecycle == LifecycleState::terminating_retained;
    EXPECT_EQ(std::ranges::count(fleet.decide().fleet, Reason::zone_failing, &Verdict::reason),
              retained ? 0 : 1)
        << name(lifecycle);
    if (!retained) continue;
    fleet.registered(6, TargetState::unhealthy);
    fleet.registered(7, TargetState::unhealthy);
    EXPECT_EQ(std::ranges::count(fleet.decide().fleet, Reason::zone_failing, &Verdict::reason), 1)
        << "registered by hand it counts again";
  }
}

TEST(Zones, WhatCouldNotBeReadIsNotCalledUnhealthy) {
  TwoZones fleet;
  fleet.group(0).registrations.reset();
  fleet.group(1).registrations.reset();
  const auto plan = fleet.decide();
  const auto reasons = [&](Reason reason) {
    return std::ranges::count(plan.fleet, reason, &Verdict::reason);
  };
  EXPECT_EQ(reasons(Reason::observation_incomplete), 1);
  EXPECT_EQ(reasons(Reason::zone_failing), 0);
  fleet.group(1).registrations.emplace();
  for (int i = 1; i <= 8; ++i)
    fleet.group(1).registrations->push_back({id(i), 80, TargetState::unhealthy, TargetReason::timeout});
  EXPECT_EQ(std::ranges::count(fleet.decide().fleet, Reason::zone_failing, &Verdict::reason), 0);
}

TEST(Zones, OneZoneAloneOrOneOfTwoMembersIsNotCalledFailing) {
  FleetForTest single;
  single.policy.keep.healthy.count = 0;
  for (int i = 4; i <= 8; ++i) single.state_of(i, TargetState::unhealthy);
  EXPECT_NE(why_not(single), Reason::zone_failing);
  TwoZones fleet{8, 6};
  for (const int i : {7, 8}) fleet.state_of(i, TargetState::unhealthy);
  EXPECT_EQ(why_not(fleet), Reason::start) << "two members are too few to tell";
}

TEST(Zones, ServersThatWeTookOutDoNotMakeTheirZoneFail) {
  TwoZones fleet{6, 3};
  fleet.policy.keep.healthy.count = 1;
  fleet.start_of_three();
  fleet.gone(3);
  fleet.state_of(1, TargetState::unhealthy);
  fleet.pass(2min);
  const auto plan = fleet.tick();
  EXPECT_TRUE(
      std::ranges::none_of(plan.fleet, [](const Verdict& v) { return v.reason == Reason::zone_failing; }));
}

TEST(Tiny, AllOfOneOrHalfOfOneNeverLetsTheOnlyOneGo) {
  for (const int percent : {1, 50, 100}) {
    FleetForTest fleet{1};
    fleet.memory(1, 90);
    fleet.policy.keep.healthy = {.count = 0, .percent = percent};
    EXPECT_EQ(fleet.decide().members.at(id(1)).reason, Reason::too_few_healthy) << percent;
  }
}

TEST(Tiny, AGroupWithoutTargetsStopsNoOtherServer) {
  FleetForTest fleet;
  TargetGroup empty = fleet.group(1);
  empty.arn += "-empty";
  empty.name = "tg-empty";
  empty.registrations->clear();
  fleet.policy.target_groups.push_back("tg-empty");
  fleet.observation.target_groups.push_back(empty);
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Tiny, AFleetWithoutMembersStartsNothing) {
  FleetForTest fleet{0};
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_TRUE(plan.members.empty());
}

TEST(Tiny, AShareOfOutIsRoundedDownButOneAlwaysMay) {
  FleetForTest fleet;
  fleet.policy.keep.out = {.count = 0, .percent = 1};  // of 8: 0, so 1
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.keep.out.percent = 20;  // 1.6 of 8: 1
  fleet.state_of(8, TargetState::draining);
  EXPECT_EQ(why_not(fleet), Reason::too_many_out);
  fleet.policy.keep.out.percent = 25;  // 2
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Tiny, ManyThatAreOutAreNotAllNamed) {
  FleetForTest fleet{30};
  for (int i = 10; i < 30; ++i) fleet.state_of(i, TargetState::draining);
  const auto no = fleet.decide().fleet.at(0);
  EXPECT_EQ(no.reason, Reason::too_many_out);
  EXPECT_NE(no.text.find("and 10 more"), std::string::npos);
}

TEST(Groups, AreTheFleetsByWhatTheyAreNotByTheirName) {
  FleetForTest fleet;
  fleet.scaling();
  fleet.policy.target_groups.clear();
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.group(0).of_fleet = fleet.group(1).of_fleet = false;
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.fleet.at(0).reason, Reason::observation_incomplete);
  EXPECT_NE(plan.fleet.at(0).text.find("no target group is attached to Auto Scaling group web-asg"),
            std::string::npos);
}

TEST(Groups, WhatAutoScalingHasInStandbyIsStillWanted) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 0, .percent = 80};  // of 8: 7
  fleet.policy.keep.out.count = 3;
  auto& group = fleet.scaling();
  group.min = 2;
  group.desired = 7;
  group.members[7].lifecycle_state = LifecycleState::standby;
  fleet.gone(8);
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::too_few_healthy);
  EXPECT_EQ(no.numbers.at(Number::required), 7);
  EXPECT_EQ(no.numbers.at(Number::healthy_after), 6);
}

}  // namespace
}  // namespace evenkeel::decide
