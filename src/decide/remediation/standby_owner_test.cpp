// Whose Standby it is: ours until it was seen in service after it, an external change from then on; and what was
// taken aside by an external change is not treated.
#include <gtest/gtest.h>
#include <utility>

#include "decide/requests.h"
#include "decide/testing/escalating.h"
#include "decide/testing/scaled.h"

namespace evenkeel::decide {
namespace {

bool asks_to_leave_standby(const Plan& plan) {
  return std::ranges::count(effects(plan), Effect::exit_standby) > 0;
}

TEST(StandbyOwner, RegisteredByAnOperatorWhileItEntersItIsStillOurs) {
  Scaling fleet;
  fleet.start_of_three();
  fleet.lifecycle(3) = LifecycleState::entering_standby;
  for (int minute = 0; minute < 40; ++minute) {
    fleet.registered(3, TargetState::healthy);
    fleet.pass(1min);
    fleet.tick();
    ASSERT_EQ(fleet.state.open.size(), 1U) << minute;
    EXPECT_NE(fleet.three().phase, Phase::soaking) << minute;
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  }
  EXPECT_EQ(fleet.three().phase, Phase::held);
  EXPECT_TRUE(fleet.three().held_because.contains("web-asg (EnteringStandby)")) << fleet.three().held_because;
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.pass(1min);
  EXPECT_TRUE(asks_to_leave_standby(fleet.tick()));
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::soaking);
}

TEST(StandbyOwner, InServiceBeforeItShowsIsNotBack) {
  Scaling fleet;
  fleet.start_of_three();
  fleet.observation.instances.at(id(3)).tags[kHoldTag] = "keep";
  for (int look = 0; look < 4; ++look) {
    fleet.pass(20s);
    fleet.tick();
    EXPECT_EQ(fleet.three().phase, Phase::rejoining) << look;
  }
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.gone_from(0, 3);
  fleet.pass(20s);
  EXPECT_TRUE(asks_to_leave_standby(fleet.tick()));
}

TEST(StandbyOwner, AfterItWasSeenInServiceItIsAnExternalChange) {
  for (const auto word : {LifecycleState::standby, LifecycleState::entering_standby}) {
    Scaling fleet;
    fleet.rebooted();
    ASSERT_TRUE(asks_to_leave_standby(fleet.tick()));
    fleet.lifecycle(3) = LifecycleState::in_service;
    fleet.registered(3, TargetState::initial);
    fleet.pass(1min);
    fleet.tick();
    ASSERT_EQ(fleet.three().phase, Phase::rejoining);
    fleet.lifecycle(3) = word;
    fleet.gone_from(0, 3);
    for (int minute = 0; minute < 5; ++minute) {
      fleet.pass(1min);
      EXPECT_TRUE(fleet.tick().actions.empty()) << name(word) << minute;
      EXPECT_EQ(fleet.three().phase, Phase::held) << name(word) << minute;
      EXPECT_TRUE(fleet.three().held_because.contains("moved it to Standby")) << fleet.three().held_because;
    }
    fleet.lifecycle(3) = LifecycleState::in_service;
    fleet.registered(3, TargetState::healthy);
    fleet.pass(1min);
    fleet.tick();
    EXPECT_EQ(fleet.three().phase, Phase::soaking) << name(word);
  }
}

TEST(StandbyOwner, EnteringAgainAfterAwsLetItOutIsAnExternalChange) {
  Scaling fleet;
  fleet.rebooted();
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::entering_standby;
  fleet.pass(1min);
  fleet.tick();
  fleet.lifecycle(3) = LifecycleState::standby;
  for (int minute = 0; minute < 5; ++minute) {
    fleet.pass(1min);
    EXPECT_FALSE(asks_to_leave_standby(fleet.tick())) << minute;
  }
}

TEST(StandbyOwner, WhatIsStillThereAfterAnAcceptedExitIsOurs) {
  Scaling fleet;
  fleet.rebooted();
  ASSERT_TRUE(asks_to_leave_standby(fleet.tick()));
  fleet.pass(1min);
  EXPECT_FALSE(asks_to_leave_standby(fleet.tick()));
  fleet.pass(1min);
  EXPECT_TRUE(asks_to_leave_standby(fleet.tick()));
}

TEST(StandbyOwner, IsNotCalledBackBeforeItsGroupShowsIt) {
  Scaling fleet;
  fleet.rebooted();
  const auto group = fleet.observation.auto_scaling_group;
  fleet.observation.auto_scaling_group.reset();
  fleet.observation.problems = {{Problem::Kind::auto_scaling_group, "web-asg", "HTTP 503"}};
  fleet.tick();
  for (int minute = 0; minute < 60; ++minute) {
    fleet.registered(3, TargetState::healthy);
    fleet.pass(1min);
    fleet.tick();
    ASSERT_EQ(fleet.state.open.size(), 1U) << minute;
  }
  EXPECT_EQ(fleet.three().phase, Phase::held);
  EXPECT_TRUE(fleet.three().held_because.contains("Standby of web-asg could not be read"))
      << fleet.three().held_because;
  fleet.observation.auto_scaling_group = group;
  fleet.observation.problems.clear();
  fleet.lifecycle(3) = LifecycleState::in_service;
  for (int minute = 0; minute < 10 && !fleet.state.open.empty(); ++minute) {
    fleet.pass(1min);
    fleet.tick();
  }
  EXPECT_TRUE(fleet.state.open.empty());
}

TEST(StandbyOwner, AnOperatorWhoWantsItBackDoesNotLeaveItThere) {
  Scaling fleet;
  fleet.in_standby();
  for (auto& target : fleet.three().snapshot) target.vanished = true;
  fleet.observation.absent_groups = {fleet.group(0).arn, fleet.group(1).arn};
  fleet.observation.target_groups.clear();
  const auto restore = [&] {
    fleet.state.requests = {{OperatorRequest::Kind::restore, id(3), "", "ann", {}, {}, false, false}};
    apply_requests(fleet.state, fleet.observation.taken_at);
  };
  restore();
  ASSERT_EQ(fleet.state.open.size(), 1U);
  EXPECT_TRUE(asks_to_leave_standby(fleet.tick()));
  fleet.lifecycle(3) = LifecycleState::in_service;
  fleet.pass(1min);
  fleet.tick();
  restore();
  EXPECT_TRUE(fleet.state.open.empty());
}

TEST(StandbyOwner, OfARequestThatWasNeverSentIsAnExternalChange) {
  Scaling fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::not_sent);
  fleet.lifecycle(3) = LifecycleState::standby;
  fleet.gone_from(0, 3);
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(StandbyOwner, WhatWeDeregisteredIsNotTreatedInAnothersStandby) {
  for (const auto treatment : {Treatment::reboot, Treatment::command, Treatment::stop_start}) {
    Scaling fleet;
    fleet.policy.treatments = {step(treatment)};
    fleet.policy.leave_by = Leave::deregister;
    fleet.observation.auto_scaling_group->elb_health_check = false;
    fleet.observation.auto_scaling_group->replacement_suspended = true;
    for (auto& [member, instance] : fleet.observation.instances) instance.ebs_root = true;
    fleet.drained_three();
    fleet.lifecycle(3) = LifecycleState::standby;
    EXPECT_TRUE(fleet.tick().actions.empty()) << name(treatment);
    EXPECT_EQ(fleet.three().phase, Phase::held) << name(treatment);
    EXPECT_FALSE(fleet.three().treat);
  }
}

// What Auto Scaling is to replace serves until then.
struct ToBeReplaced : Scaling {
  ToBeReplaced() {
    policy.treatments = {step(Treatment::replace)};
    policy.target_groups = {"tg1"};
    observation.target_groups.pop_back();
    observation.auto_scaling_group->target_group_arns = {group(0).arn};
    start_of_three();
    pass(1min);
  }
};

TEST(StandbyOwner, AReplacementNeedsTheServerInService) {
  ToBeReplaced fleet;
  fleet.lifecycle(3) = LifecycleState::pending;
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_TRUE(fleet.three().why_untreated.contains("not InService in web-asg: Pending"))
      << fleet.three().why_untreated;
  fleet.lifecycle(3) = LifecycleState::in_service;
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::terminate});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(StandbyOwner, AReplacementNeedsItsGroupLookedUp) {
  ToBeReplaced fleet;
  const int port = std::exchange(fleet.group(0).port, 0);
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_TRUE(fleet.three().why_untreated.contains("target group tg1 could not be looked up"))
      << fleet.three().why_untreated;
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.group(0).port = port;
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::terminate});
}

TEST(StandbyOwner, AReplacementThatDoesNotEndIsHeld) {
  ToBeReplaced fleet;
  ASSERT_EQ(effects(fleet.tick()), std::vector{Effect::terminate});
  fleet.lifecycle(3) = LifecycleState::terminating;
  fleet.pass(2h);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_TRUE(fleet.three().held_because.contains("has not done so")) << fleet.three().held_because;
  EXPECT_TRUE(fleet.three().held_because.contains("Terminating")) << fleet.three().held_because;
}

TEST(StandbyOwner, AServerThatAnOperatorMovedToStandbyIsNotReplaced) {
  for (const char* how : {"Standby", "EnteringStandby", "deregistered", "draining"}) {
    ToBeReplaced fleet;
    if (const auto standby = from_word<LifecycleState>(how)) fleet.lifecycle(3) = *standby;
    if (how == std::string_view("deregistered")) fleet.gone_from(0, 3);
    if (how == std::string_view("draining")) fleet.place(0, 3).state = TargetState::draining;
    EXPECT_TRUE(fleet.tick().actions.empty()) << how;
    EXPECT_EQ(fleet.broken, std::vector<std::string>{}) << how;
    ASSERT_TRUE(fleet.state.open.empty()) << how;
    EXPECT_EQ(fleet.state.recent.back().ending, Ending::handed_over) << how;
  }
}

TEST(StandbyOwner, WhatCanNotBeReadMayHaveTheServerThatIsToBeReplaced) {
  for (const char* what : {"unread", "vanished", "named"}) {
    ToBeReplaced fleet;
    if (what == std::string_view("unread")) fleet.group(0).registrations.reset();
    if (what == std::string_view("named")) fleet.policy.target_groups.emplace_back("tg2");
    if (what == std::string_view("named")) fleet.state.policies.begin()->second = fleet.policy;
    if (what == std::string_view("vanished")) {
      fleet.observation.absent_groups = {fleet.group(0).arn};
      fleet.observation.target_groups.clear();
    }
    EXPECT_TRUE(fleet.tick().actions.empty()) << what;
    EXPECT_EQ(fleet.broken, std::vector<std::string>{}) << what;
    EXPECT_FALSE(fleet.three().why_untreated.empty()) << what;
    fleet.pass(10min);
    fleet.tick();
    EXPECT_FALSE(fleet.three().treat) << what;
  }
}

TEST(StandbyOwner, WhoIsBeingReplacedIsNotToBeRegisteredAnywhere) {
  ToBeReplaced fleet;
  ASSERT_EQ(effects(fleet.tick()), std::vector{Effect::terminate});
  fleet.observation.absent_groups = {fleet.group(0).arn};
  fleet.observation.target_groups.clear();
  for (int look = 0; look < 5; ++look) {
    fleet.pass(2min);
    const auto plan = fleet.tick();
    EXPECT_EQ(fleet.event(plan, EventKind::held), nullptr) << fleet.three().held_because;
  }
}

TEST(StandbyOwner, AServerThatAnOperatorStopsWhileItIsTreatedIsHeldAtOnce) {
  for (const auto outcome : {OutcomeKind::accepted, OutcomeKind::unknown}) {
    FleetForTest fleet;
    fleet.reboot_of_three(outcome);
    fleet.observation.instances.at(id(3)).state = InstanceState::stopped;
    fleet.pass(1min);
    fleet.tick();
    ASSERT_EQ(fleet.three().phase, Phase::held);
    EXPECT_TRUE(fleet.three().held_because.contains("stopped the instance: EC2 shows it stopped"))
        << fleet.three().held_because;
    EXPECT_FALSE(fleet.three().treat);
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  }
  Escalating fleet{{step(Treatment::command)}};
  fleet.reboot_of_three();
  ASSERT_EQ(fleet.three().phase, Phase::commanding);
  fleet.command(CommandResult::State::running);
  fleet.machine().state = InstanceState::stopping;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::held);
}

}  // namespace
}  // namespace evenkeel::decide
