// What an Auto Scaling group would make of it: units of capacity, other traffic sources, zones evened out, grace
// periods, and treatments that the group or the instance doesn't bear.
#include <gtest/gtest.h>

#include "decide/fleet_view.h"
#include "decide/remediation/protocol.h"
#include "decide/testing/guards.h"

namespace evenkeel::decide {
namespace {

// Eight members of two units each: 16 wanted, at least 14.
struct Weighted : FleetForTest {
  Weighted() {
    auto& group = scaling();
    group.in_units = true;
    group.desired = group.max = 16;
    group.min = 14;
    for (auto& member : group.members) member.weight = 2;
  }
};

TEST(Units, WhoCountsSeveralDoesNotLeaveByStandbyWhicheverWayAwsCounts) {
  Weighted fleet;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::capacity_units) << "taking one, the group would lack the other";
  EXPECT_EQ(no.numbers.at(Number::weight), 2);
  EXPECT_NE(no.text.find("2 of the 16 units"), std::string::npos) << no.text;
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Units, WhoCountsOneLeavesByStandbyDownToTheMinimum) {
  Weighted fleet;
  fleet.scaling().members[2].weight = 1;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.scaling().min = 16;
  EXPECT_EQ(why_not(fleet), Reason::capacity_units);
}

TEST(Units, AWeightThatIsNotKnownPermitsNothing) {
  Weighted fleet;
  fleet.scaling().members[2].weight = 0;
  EXPECT_EQ(why_not(fleet), Reason::capacity_units);
}

TEST(Units, AShareRefersToInstancesAndNotToUnits) {
  Weighted fleet;
  fleet.policy.leave_by = Leave::deregister;
  fleet.policy.keep.healthy = {.count = 0, .percent = 75};
  EXPECT_EQ(why_not(fleet), Reason::start) << "6 of 8, not 12 of 16";
  fleet.scaling().desired = 20;
  EXPECT_EQ(why_not(fleet), Reason::too_few_healthy) << "two more are wanted: 8 of 10";
}

TEST(Units, WantedInstances) {
  AutoScalingGroup group;
  group.desired = 3;
  group.members = {{"i-1", LifecycleState::in_service, true}, {"i-2", LifecycleState::standby, true}};
  EXPECT_EQ(instances_wanted(group), 4);
  group.in_units = true;
  group.members = {{"i-1", LifecycleState::in_service, true, 4},
                   {"i-2", LifecycleState::standby, true, 4},
                   {"i-3", LifecycleState::terminating, true, 4}};
  EXPECT_EQ(instances_wanted(group), 2);
  group.desired = 9;
  EXPECT_EQ(instances_wanted(group), 4) << "5 units are lacking, 4 each";
  group.members[0].weight = 0;
  EXPECT_EQ(instances_wanted(group), 2) << "how many are lacking is unknown";
}

TEST(Places, AClassicLoadBalancerIsLeftByStandbyAndNotByDeregistration) {
  FleetForTest fleet;
  fleet.scaling().other_traffic_sources = {
      {TrafficSource::Kind::classic_load_balancer, "Classic Load Balancer old"}};
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.leave_by = Leave::deregister;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::elsewhere_registered);
  EXPECT_NE(no.text.find("Classic Load Balancer old"), std::string::npos);
  EXPECT_NE(no.text.find("leave_by: standby"), std::string::npos);
  fleet.policy.treatments[0].treatment = Treatment::replace;
  EXPECT_EQ(why_not(fleet), Reason::start) << "a termination leaves it as well";
}

TEST(Places, WhatCanNotBeLookedAtPermitsNothing) {
  FleetForTest fleet;
  fleet.scaling().other_traffic_sources = {{TrafficSource::Kind::other, "vpc-lattice svc"}};
  EXPECT_EQ(why_not(fleet), Reason::elsewhere_registered);
  std::erase_if(fleet.scaling().members, [](const AutoScalingMember& m) { return m.instance_id == id(3); });
  EXPECT_EQ(why_not(fleet), Reason::start) << "it is not in that group";
}

TEST(Places, WithRegisteringSuspendedNothingIsReplacedAndNoClassicLoadBalancerLeft) {
  FleetForTest fleet;
  auto& group = fleet.scaling();
  group.registering_suspended = true;
  group.target_group_arns = {fleet.group(0).arn};
  EXPECT_EQ(why_not(fleet), Reason::start) << "in a target group Evenkeel registers it";
  group.other_traffic_sources = {{TrafficSource::Kind::classic_load_balancer, "Classic Load Balancer old"}};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::registering_suspended);
  EXPECT_NE(no.text.find("Classic Load Balancer old"), std::string::npos) << no.text;
  group.other_traffic_sources.clear();
  fleet.policy.treatments[0].treatment = Treatment::replace;
  EXPECT_EQ(why_not(fleet), Reason::registering_suspended);
  group.target_group_arns.clear();
  EXPECT_EQ(why_not(fleet), Reason::start) << "its group registers nothing anywhere";
}

TEST(Places, AClassicLoadBalancerThatNothingWouldTakeItFromIsNamed) {
  FleetForTest fleet;
  fleet.observation.surveys.at(id(3)).classic = {"Classic Load Balancer old"};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::elsewhere_registered);
  EXPECT_NE(no.text.find("Classic Load Balancer old"), std::string::npos) << no.text;
}

// 1 to 4 in zone a, 5 to 8 in b.
struct TwoZonesScaled : FleetForTest {
  TwoZonesScaled() {
    for (int i = 5; i <= 8; ++i) zone(i, "eu-west-1b");
    scaling().min = 2;
    policy.keep.healthy.count = 2;
  }
};

TEST(AzRebalance, AStandbyThatLeavesItsZoneTwoShortIsRefused) {
  TwoZonesScaled fleet;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.zone(4, "eu-west-1b");  // 3 against 5 now, 2 then
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::az_rebalance);
  EXPECT_EQ(no.numbers.at(Number::left_in_zone), 2);
  EXPECT_EQ(no.numbers.at(Number::most_in_a_zone), 5);
  EXPECT_NE(no.text.find("AZRebalance"), std::string::npos);
  for (const auto suspend :
       {&AutoScalingGroup::az_rebalance_suspended, &AutoScalingGroup::terminate_suspended}) {
    auto suspended = fleet;
    suspended.scaling().*suspend = true;
    EXPECT_NE(why_not(suspended), Reason::az_rebalance);
  }
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_EQ(why_not(fleet), Reason::start) << "it stays InService";
}

TEST(AzRebalance, OnlyWhatIsInServiceCounts) {
  TwoZonesScaled fleet;
  fleet.scaling().members[3].lifecycle_state = LifecycleState::pending;
  EXPECT_EQ(why_not(fleet), Reason::az_rebalance) << "2 would be left of its zone's four, against 4";
}

TEST(AzRebalance, WhoStandsByMayComeBackBeforeTheOther) {
  TwoZonesScaled fleet;  // four and four
  fleet.policy.keep.out.count = 2;
  fleet.scaling().members[4].lifecycle_state = LifecycleState::standby;  // of zone b: three are left there
  fleet.gone(5);
  fleet.zone(4, "eu-west-1a");
  EXPECT_EQ(why_not(fleet), Reason::start) << "three and three, whoever comes back first: four and three";
  fleet.zone(8, "eu-west-1a");  // five in a, of b two are left
  fleet.zone(3, "eu-west-1a");
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::az_rebalance) << "when it is back, a has five and b two";
}

TEST(AzRebalance, AMemberThatIsAskedIntoStandbyMayBeThereAlready) {
  TwoZonesScaled fleet;
  fleet.policy.keep.out.count = 2;
  fleet.memory(1, 90);
  ASSERT_EQ(effects(fleet.tick(OutcomeKind::not_sent)), std::vector{Effect::enter_standby});
  EXPECT_EQ(why_not(fleet), Reason::az_rebalance) << "2 would be left beside the 4 of b";
  fleet.memory(5, 80);
  EXPECT_EQ(fleet.decide().members.at(id(5)).reason, Reason::start) << "3 in each, or 4 in a";
}

TEST(AzRebalance, WhatComesBackFromStandbyCountsAgain) {
  TwoZonesScaled fleet;
  fleet.policy.keep.out.count = 2;
  fleet.scaling().members.erase(fleet.scaling().members.begin() + 3);  // 3 in a, 4 in b
  fleet.memory(5, 90);
  fleet.tick();
  fleet.scaling().members[3].lifecycle_state = LifecycleState::standby;
  fleet.gone(5);
  EXPECT_EQ(why_not(fleet), Reason::az_rebalance) << "2 and 3 now, 2 and 4 once it is back";
}

TEST(AzRebalance, AMemberWhoseZoneIsNotKnownIsNamed) {
  TwoZonesScaled fleet;
  fleet.scaling().members[0].lifecycle_state = LifecycleState::standby;
  fleet.gone(1);
  fleet.policy.keep.out.count = 2;
  fleet.observation.instances.erase(id(1));
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::az_rebalance);
  EXPECT_NE(no.text.find("the Availability Zone of " + id(1)), std::string::npos) << no.text;
  EXPECT_NE(no.text.find("detach it from the group"), std::string::npos) << no.text;
  fleet.scaling().members[0].lifecycle_state = LifecycleState::pending;
  EXPECT_EQ(verdict_of_three(fleet).text.find("detach it from the group"), std::string::npos)
      << "EC2 does not tell yet what Auto Scaling has just launched";
  fleet.scaling().members[0].lifecycle_state = LifecycleState::terminating;
  EXPECT_EQ(verdict_of_three(fleet).text.find("Availability Zone of"), std::string::npos)
      << "it comes back no more";
}

TEST(AzRebalance, IsAskedAgainBeforeStandbyIsAskedAgain) {
  TwoZonesScaled fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::not_sent);
  fleet.pass(1min);
  auto gone = fleet;
  std::erase_if(gone.scaling().members, [](const AutoScalingMember& m) { return m.instance_id == id(4); });
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::enter_standby});
  EXPECT_EQ(std::ranges::count(effects(gone.tick()), Effect::enter_standby), 0);
  EXPECT_EQ(gone.three().phase, Phase::rejoining);
}

TEST(GracePeriod, MustBeAsLongAsTheHealthChecksNeed) {
  FleetForTest fleet;
  auto& group = fleet.scaling();
  group.elb_health_check = true;
  group.grace = 269s;
  for (int g : {0, 1}) {
    fleet.group(g).attached = true;
    fleet.group(g).to_healthy = 150s;
  }
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::grace_period);
  EXPECT_EQ(no.numbers.at(Number::needed_seconds), 270);
  group.grace = 270s;
  EXPECT_EQ(why_not(fleet), Reason::start);
  group.grace = 0s;
  group.replacement_suspended = true;
  EXPECT_EQ(why_not(fleet), Reason::start);
  group.replacement_suspended = group.elb_health_check = false;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(TreatmentGuard, AStopOutsideStandbyWouldBeReplaced) {
  FleetForTest fleet;
  fleet.observation.instances[id(3)].ebs_root = true;
  fleet.policy.treatments[0].treatment = Treatment::stop_start;
  fleet.scaling();
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_EQ(why_not(fleet), Reason::auto_scaling_would_replace);
  fleet.scaling().replacement_suspended = true;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(TreatmentGuard, StopProtectionIsAskedForWhereItIsStopped) {
  FleetForTest fleet;
  auto& instance = fleet.observation.instances[id(3)];
  instance.ebs_root = true;
  instance.stop_protected = true;
  EXPECT_EQ(why_not(fleet), Reason::start) << "it is rebooted";
  fleet.policy.treatments[0].treatment = Treatment::stop_start;
  EXPECT_EQ(why_not(fleet), Reason::stop_protected);
  instance.stop_protected.reset();
  EXPECT_EQ(why_not(fleet), Reason::stop_protected) << "unknown permits nothing";
  instance.stop_protected = false;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(TreatmentGuard, WhatWouldBeRetainedIsNotReplaced) {
  FleetForTest fleet;
  fleet.policy.treatments[0].treatment = Treatment::replace;
  fleet.scaling();
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.scaling().retains_terminated = true;
  EXPECT_EQ(why_not(fleet), Reason::would_be_retained);
  fleet.policy.treatments[0].treatment = Treatment::reboot;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(ZoneAlone, ItsLastServerStays) {
  FleetForTest fleet;
  fleet.zone(3, "eu-west-1c");
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.group(1).zonal = true;
  EXPECT_EQ(why_not(fleet), Reason::zone_without_cross_zone);
  fleet.group(1).zonal.reset();
  EXPECT_EQ(why_not(fleet), Reason::zone_without_cross_zone) << "unknown permits nothing";
  fleet.state_of(3, TargetState::unhealthy);
  EXPECT_EQ(why_not(fleet), Reason::start) << "nothing is lost with it";
}

TEST(ZoneAlone, ItsLastServerStaysThoughItIsUnhealthyElsewhere) {
  FleetForTest fleet;
  fleet.zone(3, "eu-west-1c");
  fleet.group(1).zonal = true;
  fleet.place(0, 3).state = TargetState::unhealthy;
  EXPECT_EQ(why_not(fleet), Reason::zone_without_cross_zone);
}

// Escalates from a reboot that shows nothing.
TEST(TreatmentGuard, IsAskedAgainWhenItEscalates) {
  FleetForTest fleet;
  fleet.observation.instances[id(3)].ebs_root = true;
  fleet.policy.treatments = {{.treatment = Treatment::reboot, .attempts = 1, .document = {}},
                             {.treatment = Treatment::stop_start, .attempts = 1, .document = {}}};
  auto protected_one = fleet;
  for (auto* one : {&fleet, &protected_one}) {
    one->observation.instances[id(3)].stop_protected = one == &protected_one;
    one->reboot_of_three();
    one->memory(3, 80);
    one->pass(one->policy.timing.boot);
    one->tick();
    one->pass(kRebootUnseen - one->policy.timing.boot);
  }
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::stop});
  const auto plan = protected_one.tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_NE(protected_one.three().why_untreated.find("stop protection"), std::string::npos)
      << protected_one.three().why_untreated;
}

TEST(Units, AReplacementIsThereWhenAsManyUnitsAreInService) {
  FleetForTest fleet;
  fleet.policy.treatments[0].treatment = Treatment::replace;
  auto& group = fleet.scaling();
  group.in_units = true;
  group.desired = group.max = 16;
  group.min = 10;
  for (auto& member : group.members) member.weight = 2;
  fleet.memory(3, 80);
  fleet.tick();
  fleet.gone(3);
  fleet.pass(2min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::replacing);
  fleet.pass(1min);
  fleet.tick();
  fleet.observation.instances.at(id(3)).state = InstanceState::terminated;
  std::erase_if(fleet.scaling().members, [](const AutoScalingMember& m) { return m.instance_id == id(3); });
  fleet.pass(1min);
  fleet.tick();
  ASSERT_FALSE(fleet.state.open.empty()) << "14 of 16 units";
  EXPECT_TRUE(fleet.three().open());
  fleet.scaling().members.front().weight = 4;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_TRUE(fleet.state.open.empty());
}

}  // namespace
}  // namespace evenkeel::decide
