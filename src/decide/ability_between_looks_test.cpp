// What stays blind between two looks, and what of a server that can never leave is told.
#include <gtest/gtest.h>
#include <utility>

#include "decide/ability.h"
#include "decide/testing/fleet.h"
#include "decide/testing/scaled.h"

namespace evenkeel::decide {
namespace {

using Kinds = std::vector<Blindness>;

Ability ability_of(const FleetForTest& fleet) { return fleet.decide().next.ability; }

Kinds kinds(const FleetForTest& fleet) {
  Kinds list;
  for (const auto& one : ability_of(fleet).blind_to) list.push_back(one.what);
  return list;
}

// Member 3 is asked for and is registered elsewhere.
struct Flaps : FleetForTest {
  Flaps() {
    memory(3, 80);
    auto& survey = observation.surveys[id(3)];
    survey.elsewhere = {{id(3), 80, TargetState::healthy, TargetReason::none}};
    survey.elsewhere_groups = {"tg-other"};
  }

  // A tick before the next sample is due.
  Plan between() {
    const auto signals = std::exchange(observation.signals, {});
    pass(20s);
    auto plan = tick();
    observation.signals = signals;
    return plan;
  }
};

TEST(AbilityBetweenLooks, WhatWasBlindStaysSoUntilATickThatLooks) {
  Flaps fleet;
  const auto began = fleet.tick().next.ability;
  ASSERT_EQ(began.kind, Ability::Kind::blind);
  for (int tick = 0; tick < 2; ++tick) {
    const auto is = fleet.between().next.ability;
    EXPECT_EQ(is.blind_to, began.blind_to);
    EXPECT_EQ(is.since, began.since);
  }
  fleet.pass(1min);
  fleet.memory(3, 40);
  EXPECT_EQ(ability_of(fleet).kind, Ability::Kind::able);
}

TEST(AbilityBetweenLooks, WhatWasBlindStaysSoWhileItHasToWait) {
  Flaps fleet;
  fleet.tick();
  fleet.policy.windows = {Window{.days = 0x7f, .from = 22h, .to = 5h, .zone = {}}};
  EXPECT_EQ(fleet.between().next.ability.kind, Ability::Kind::blind);
  fleet.pass(1min);
  fleet.memory(3, 80);
  EXPECT_EQ(ability_of(fleet).kind, Ability::Kind::blind) << "read, and still asked for";
  fleet.memory(3, 40);
  EXPECT_EQ(ability_of(fleet).kind, Ability::Kind::waiting) << "nothing asks for it any more";
}

TEST(AbilityBetweenLooks, AServerThatIsGoneKeepsNoFleetBlind) {
  Flaps fleet;
  fleet.tick();
  fleet.gone(3);
  fleet.state.groups_seen.clear();
  fleet.observation.instances.erase(id(3));
  EXPECT_EQ(fleet.between().next.ability.kind, Ability::Kind::able);
}

TEST(AbilityBetweenLooks, AClassicLoadBalancerIsToldLikeATargetGroup) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.surveys[id(3)].classic = {"Classic Load Balancer old"};
  EXPECT_EQ(kinds(fleet), Kinds{Blindness::may_never_leave});
  EXPECT_NE(ability_of(fleet).blind_to[0].text.find("Classic Load Balancer old"), std::string::npos);
}

TEST(AbilityBetweenLooks, WhereNoMemberCouldEverLeaveNoneMayNow) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  auto& elsewhere = fleet.observation.elsewhere.emplace();
  elsewhere.complete = true;
  auto& ids = elsewhere.classic.emplace()["Classic Load Balancer old"];
  for (int i = 1; i <= 8; ++i) ids.insert(id(i));
  fleet.observation.surveys[id(3)].classic = {"Classic Load Balancer old"};
  const auto plan = fleet.tick();
  ASSERT_EQ(plan.next.ability.blind_to.size(), 1U);
  EXPECT_EQ(plan.next.ability.blind_to[0].what, Blindness::no_member_may_leave);
  EXPECT_EQ(plan.next.ability.blind_to[0].subject, "elsewhere_registered");
  EXPECT_EQ(plan.next.summary.may_leave, 0);
  fleet.observation.elsewhere.reset();
  fleet.observation.signals.clear();
  fleet.pass(20s);
  const auto& next = fleet.tick().next;
  EXPECT_EQ(next.ability.kind, Ability::Kind::blind) << "nothing has looked";
  EXPECT_EQ(next.summary.may_leave, 0);
}

TEST(AbilityBetweenLooks, AFleetOfAddressesCouldNeverLeave) {
  FleetForTest fleet;
  for (int g = 0; g < 2; ++g) {
    fleet.group(g).type = TargetType::ip;
    *fleet.group(g).registrations = {{"10.0.0.8", 80, TargetState::healthy, TargetReason::none}};
  }
  fleet.observation.instances.clear();
  fleet.observation.signals.clear();
  fleet.state.members_last_seen = 1;
  EXPECT_EQ(kinds(fleet), Kinds{Blindness::no_member_may_leave});
}

// Member 3 was terminated in Standby, and EC2 has forgotten it.
struct GoneInStandby : Scaling {
  GoneInStandby() {
    lifecycle(3) = LifecycleState::standby;
    gone(3);
    observation.instances.erase(id(3));
    observation.signals.erase(id(3));
  }
};

TEST(AbilityBetweenLooks, AServerThatIsGoneInStandbyIsNotWaitedFor) {
  GoneInStandby fleet;
  EXPECT_EQ(kinds(fleet), (Kinds{Blindness::fleet_may_not_start, Blindness::no_member_may_leave}));
  const auto is = ability_of(fleet);
  for (const auto& one : is.blind_to) EXPECT_NE(one.text.find("detach it"), std::string::npos) << one.text;
  fleet.policy.keep.out = {.count = 2, .percent = 0};
  EXPECT_EQ(kinds(fleet), Kinds{Blindness::no_member_may_leave}) << "its zone is not known";
  fleet.observation.auto_scaling_group->az_rebalance_suspended = true;
  EXPECT_EQ(kinds(fleet), Kinds{});
  fleet.policy.keep.out.count = 1;
  EXPECT_EQ(kinds(fleet), Kinds{Blindness::fleet_may_not_start});
  fleet.lifecycle(3) = LifecycleState::pending;
  EXPECT_EQ(kinds(fleet), Kinds{}) << "EC2 will know it";
}

}  // namespace
}  // namespace evenkeel::decide
