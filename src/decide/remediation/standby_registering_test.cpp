// Back from Standby: Auto Scaling registers the member, and Evenkeel does where that does not.
#include <gtest/gtest.h>

#include "decide/testing/scaled.h"

namespace evenkeel::decide {
namespace {

TEST(Standby, AStoppedServerStaysInStandbyUntilItRuns) {
  Scaling fleet;
  fleet.rebooted();
  fleet.lifecycle(3) = LifecycleState::standby;
  auto& state = fleet.observation.instances.at(id(3)).state;
  for (const auto stopped : {InstanceState::stopping, InstanceState::stopped}) {
    state = stopped;
    fleet.pass(1min);
    const auto plan = fleet.tick();
    EXPECT_EQ(std::ranges::count(effects(plan), Effect::exit_standby), 0)
        << "in service, Auto Scaling would terminate it as unhealthy";
  }
  state = InstanceState::running;
  fleet.pass(1min);
  EXPECT_EQ(std::ranges::count(effects(fleet.tick()), Effect::exit_standby), 1);
}

TEST(Standby, WhatAutoScalingForgetsToRegisterWeRegister) {
  Scaling fleet;
  fleet.rebooted();
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.registered(3, TargetState::healthy);
  fleet.gone_from(0, 3);
  fleet.pass(2min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.pass(4min);
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::register_});
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(0).arn);
  EXPECT_EQ(plan.actions[0].ports, std::vector{443});
}

TEST(Standby, WhatAutoScalingWillNotRegisterWeRegisterAtOnce) {
  Scaling fleet;
  fleet.rebooted();
  fleet.tick();
  fleet.observation.auto_scaling_group->registering_suspended = true;
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.pass(20s);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "not before it is in service";
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.registered(3, TargetState::healthy);
  fleet.gone_from(0, 3);
  fleet.pass(20s);
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::register_});
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(0).arn);
  EXPECT_EQ(plan.actions[0].ports, std::vector{443});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(20s);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "once";
}

// Member 3 serves in tg1 on the group's port 443 and on 8443.
struct OnTwoPorts : Scaling {
  void serves_on_both() {
    group(0).registrations->push_back({id(3), 8443, TargetState::healthy, TargetReason::none});
    std::ranges::sort(*group(0).registrations, {},
                      [](const Registration& r) { return std::tie(r.instance_id, r.port); });
  }
};

TEST(Standby, OurPortsAndAutoScalingsInOneGroupAreAllRegistered) {
  for (const bool suspended : {true, false}) {
    OnTwoPorts fleet;
    fleet.serves_on_both();
    fleet.rebooted();
    const auto first = fleet.tick();
    ASSERT_EQ(std::ranges::count(effects(first), Effect::register_), 2);
    EXPECT_EQ(first.actions[1].ports, std::vector{8443}) << "Auto Scaling looks after the other";
    fleet.observation.auto_scaling_group->registering_suspended = suspended;
    fleet.lifecycle(3) = LifecycleState::in_service;
    fleet.serves_on_both();
    fleet.registered(3, TargetState::healthy);
    fleet.gone_from(0, 3);
    fleet.serves_on_both();
    fleet.pass(20s);
    if (!suspended) {
      EXPECT_TRUE(fleet.tick().actions.empty());
      EXPECT_EQ(fleet.three().phase, Phase::rejoining) << "443 is still missing";
      fleet.pass(5min);
    }
    const auto plan = fleet.tick();
    ASSERT_EQ(effects(plan), std::vector{Effect::register_}) << suspended;
    EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(0).arn);
    EXPECT_EQ(plan.actions[0].ports, (std::vector{443, 8443}));
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    fleet.pass(20s);
    EXPECT_TRUE(fleet.tick().actions.empty()) << "asked for, and not to be seen yet";
    fleet.registered(3, TargetState::healthy);
    fleet.serves_on_both();
    fleet.pass(1min);
    fleet.tick();
    EXPECT_EQ(fleet.three().phase, Phase::soaking) << suspended;
  }
}

TEST(Standby, WhatAutoScalingForgetsToRegisterIsRegisteredThoughItIsHeld) {
  Scaling fleet;
  fleet.policy.timing.rejoin = 1min;
  fleet.rebooted();
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.registered(3, TargetState::healthy);
  fleet.gone_from(0, 3);
  fleet.pass(2min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("AddToLoadBalancer suspended"), std::string::npos)
      << fleet.three().held_because;
  fleet.pass(2min);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "Auto Scaling may still do it";
  fleet.pass(2min);
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::register_});
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(0).arn);
  EXPECT_EQ(plan.actions[0].ports, std::vector{443});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(2min);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "once: what takes it away after that is believed";
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::soaking);
}

TEST(Standby, ARefusedRegistrationInsteadOfAutoScalingsIsTriedAgainWhileItIsHeld) {
  Scaling fleet;
  fleet.policy.timing.rejoin = 1min;
  fleet.rebooted();
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.registered(3, TargetState::healthy);
  fleet.gone_from(0, 3);
  fleet.pass(2min);
  fleet.tick();
  fleet.pass(4min);
  for (int look = 0; look < 3; ++look) {
    EXPECT_EQ(effects(fleet.tick(OutcomeKind::refused)), std::vector{Effect::register_}) << look;
    fleet.pass(1min);
  }
}

}  // namespace
}  // namespace evenkeel::decide
