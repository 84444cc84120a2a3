// The life of a remediation: what each phase waits for, and its way out when that doesn't come.
#include <gtest/gtest.h>
#include <set>

#include "decide/fleet_view.h"
#include "decide/remediation/protocol.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

// After the reboot: silent for some minutes, then back low.
void came_up(FleetForTest& fleet, double value = 30) {
  auto& samples = fleet.observation.signals[id(3)].samples;
  samples.clear();
  samples.push_back({fleet.observation.taken_at - 7min, 80});
  samples.push_back({fleet.observation.taken_at - 1min, value});
}

TEST(Draining, WaitsUntilEveryGroupHasLetItGo) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::draining, TargetReason::deregistration_in_progress);
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.gone_from(0, 3);
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "still draining from the second group";
  fleet.gone_from(1, 3);
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  EXPECT_EQ(fleet.three().phase, Phase::booting);
}

TEST(Draining, UnusedIsDrainedOnlyWhenNotRegistered) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.pass(2min);
  fleet.state_of(3, TargetState::unused, TargetReason::invalid_state);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.state_of(3, TargetState::unused, TargetReason::not_registered);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
}

TEST(Draining, AGroupThatCannotBeReadIsNotDrained) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.group(1).registrations.reset();
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_EQ(fleet.three().phase, Phase::draining);
}

TEST(Draining, RequestsUnderWayGetHalfAMinute) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.gone(3);
  fleet.pass(kAfterDrain - 1s);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.pass(1s);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
}

TEST(Draining, ALateTickRebootsNothingAndTheNextOneDoes) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.observation.late_by = 3min;
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  fleet.observation.late_by = 0min;
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
}

TEST(Draining, ALateTickStillPutsBack) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.policy.retired = true;
  fleet.observation.late_by = 3min;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Draining, TheRebootWaitsForACleanSurvey) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.observation.surveys.erase(id(3));
  const auto asking = fleet.decide();
  ASSERT_FALSE(asking.questions.empty());
  EXPECT_EQ(asking.questions.back().kind, Question::Kind::survey);
  fleet.observation.surveys[id(3)] = {.complete = true,
                                      .elsewhere = {{id(3), 8080, TargetState::draining, TargetReason::none}},
                                      .elsewhere_groups = {"tg-new"},
                                      .may_reboot = true,
                                      .may_register = true,
                                      .detail = ""};
  EXPECT_TRUE(fleet.tick().actions.empty()) << "attached to another group meanwhile";
}

TEST(Draining, WhoHasBootedMeanwhileIsNotRebootedAgain) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.memory(3, 30);
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 30s;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
  EXPECT_NE(fleet.three().why_untreated.find("not by this treatment"), std::string::npos);
}

TEST(Draining, OneSignOfABootAloneDoesNotForbidTheReboot) {
  FleetForTest fallen;
  fallen.drained_three();
  fallen.memory(3, 30);  // without traffic
  EXPECT_EQ(effects(fallen.tick()), std::vector{Effect::reboot});
  FleetForTest chatty;
  chatty.drained_three();
  chatty.observation.consoles[id(3)] = chatty.observation.taken_at - 30s;
  EXPECT_EQ(effects(chatty.tick()), std::vector{Effect::reboot});
}

TEST(Draining, SignalAndConsoleAreReadBeforeTheReboot) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.observation.signals.erase(id(3));
  fleet.observation.consoles.erase(id(3));
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.actions.empty());
  std::set<Question::Kind> kinds;
  for (const auto& question : plan.questions) kinds.insert(question.kind);
  EXPECT_TRUE(kinds.contains(Question::Kind::signal) && kinds.contains(Question::Kind::console));
}

TEST(Draining, AForbiddenRebootPutsItBack) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.observation.surveys[id(3)].may_reboot = false;
  const auto plan = fleet.tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Draining, AFailedDeregistrationIsRepeatedAndAnAcceptedOneIsNot) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::unknown);
  fleet.gone_from(0, 3);
  fleet.pass(1min);
  auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::deregister});
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(1).arn);
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty()) << "accepted a minute ago: may not show yet";
}

TEST(Draining, PastItsDeadlineItIsPutBackUnrebooted) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::draining);
  fleet.pass(6min);
  const auto plan = fleet.tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Draining, AnExternalRegistrationIsNotUndone) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.pass(2min);  // long enough to show; still healthy: an operator put it back
  const auto plan = fleet.tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Draining, CapacityLostMeanwhileBringsItBack) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::draining);
  for (int i = 4; i <= 6; ++i) fleet.state_of(i, TargetState::unhealthy);
  fleet.pass(1min);
  const auto plan = fleet.tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_NE(fleet.three().why_untreated.find("4 are left healthy in tg1; keep.healthy asks for 5"),
            std::string::npos)
      << fleet.three().why_untreated;
}

TEST(Draining, AZonalShiftBringsItBack) {
  for (const bool drained : {false, true}) {
    FleetForTest fleet;
    fleet.policy.keep.healthy = {.count = 2, .percent = 0};  // enough are left, by the count
    fleet.drained_three();
    if (!drained) fleet.registered(3, TargetState::draining);
    fleet.place(0, 8).zonal_shift = true;
    const auto plan = fleet.tick();
    EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
    EXPECT_NE(fleet.three().why_untreated.find("traffic is shifted away"), std::string::npos);
  }
}

TEST(Draining, WhatAZonalShiftTakesFromServiceIsNotLeft) {
  FleetForTest fleet;
  fleet.start_of_three();
  const FleetView before(fleet.policy, fleet.observation, fleet.state);
  EXPECT_EQ(before.groups.at(&fleet.group(0)).serving, 7);
  for (int i = 5; i <= 8; ++i) fleet.place(0, i).zonal_shift = true;
  const FleetView shifted(fleet.policy, fleet.observation, fleet.state);
  EXPECT_EQ(shifted.groups.at(&fleet.group(0)).serving, 3);
}

TEST(Draining, AZoneThatFailsBringsItBack) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 2, .percent = 0};
  for (int i = 5; i <= 8; ++i) fleet.zone(i, "eu-west-1b");
  fleet.drained_three();
  for (int i = 5; i <= 7; ++i) fleet.state_of(i, TargetState::unhealthy);
  const auto plan = fleet.tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_NE(fleet.three().why_untreated.find("in zone eu-west-1b are not healthy"), std::string::npos);
}

TEST(Draining, AFleetThatLeftThePolicyIsRestored) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.policy.retired = true;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Draining, APauseDoesNotStopWhatIsUnderWay) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at};
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
}

TEST(Rebooting, AnUnansweredRebootIsNeverRepeatedAndWaitedOut) {
  FleetForTest fleet;
  fleet.reboot_of_three(OutcomeKind::unknown);
  EXPECT_EQ(fleet.three().phase, Phase::rebooting);
  const auto limit = kRequestValidity + kRebootQueue + fleet.policy.timing.boot;
  for (Duration waited{}; waited + 1min < limit; waited += 1min) {
    fleet.pass(1min);
    ASSERT_TRUE(fleet.tick().actions.empty()) << format_duration(waited);
    ASSERT_EQ(fleet.three().phase, Phase::rebooting);
  }
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Rebooting, EvidenceOfABootEndsTheDoubt) {
  FleetForTest fleet;
  fleet.reboot_of_three(OutcomeKind::unknown);
  fleet.pass(7min);
  came_up(fleet);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().booted_at.has_value());
}

TEST(Rebooting, ARefusedOneEscalates) {
  FleetForTest fleet;
  for (auto& [member, instance] : fleet.observation.instances) instance.ebs_root = true;
  fleet.policy.treatments.push_back({.treatment = Treatment::stop_start, .attempts = 1, .document = {}});
  fleet.reboot_of_three(OutcomeKind::refused);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().level, 1);
  EXPECT_NE(fleet.three().phase, Phase::rejoining);
}

TEST(Rebooting, ARefusedOneIsPutBackAndOneThatWasNotSentIsTriedAgain) {
  FleetForTest refused;
  refused.reboot_of_three(OutcomeKind::refused);
  refused.pass(1min);
  EXPECT_EQ(effects(refused.tick()), (std::vector{Effect::register_, Effect::register_}));

  FleetForTest not_sent;
  not_sent.reboot_of_three(OutcomeKind::not_sent);
  not_sent.pass(1min);
  not_sent.tick();
  EXPECT_EQ(not_sent.three().phase, Phase::draining);
  not_sent.pass(1min);
  EXPECT_EQ(effects(not_sent.tick()), std::vector{Effect::reboot});
}

TEST(Rebooting, OneThatCanNeverBeSentIsGivenUp) {
  FleetForTest fleet;
  fleet.reboot_of_three(OutcomeKind::not_sent);
  const Time began = fleet.three().started_at;
  while (fleet.three().phase != Phase::rejoining && fleet.observation.taken_at - began < 3h) {
    fleet.pass(1min);
    fleet.tick(OutcomeKind::not_sent);
  }
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
  EXPECT_FALSE(fleet.three().treat);
  EXPECT_LE(fleet.observation.taken_at - began, 2h + 1min);
}

struct Rejoining : testing::Test {
  FleetForTest fleet;
  void SetUp() override {
    fleet.reboot_of_three();
    fleet.pass(7min);
    came_up(fleet);
    fleet.tick();
    ASSERT_EQ(fleet.three().phase, Phase::rejoining);
  }
};

TEST_F(Rejoining, RegistersExactlyWhatWas) {
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(2min);
  const auto plan = fleet.tick();  // still not there: again
  ASSERT_EQ(plan.actions.size(), 2U);
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(0).arn);
  EXPECT_EQ(plan.actions[0].ports, std::vector{443});
  EXPECT_EQ(plan.actions[1].ports, std::vector{80});
  EXPECT_TRUE(plan.actions[0].restores);
}

TEST_F(Rejoining, EndsCuredAfterTheSoak) {
  fleet.registered(3, TargetState::initial);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::soaking);
  fleet.pass(5min - 1s);
  fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U);
  fleet.pass(1s);
  fleet.tick();
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::cured);
  EXPECT_EQ(fleet.state.recent.back().value_after, 30);
}

TEST_F(Rejoining, SlowStartIsPartOfTheSoak) {
  fleet.group(0).attributes->slow_start = 10min;
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  fleet.pass(14min);
  fleet.tick();
  EXPECT_EQ(fleet.state.open.size(), 1U);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_TRUE(fleet.state.open.empty());
}

TEST_F(Rejoining, AHighSignalAfterTheBootIsNotCured) {
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  fleet.pass(5min);
  came_up(fleet, 70);
  fleet.tick();
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::not_cured);
}

TEST_F(Rejoining, WithoutSamplesItIsBackButNotCalledCured) {
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  fleet.pass(5min);
  fleet.observation.signals[id(3)] = {SignalState::failed, {}, "throttled"};
  fleet.tick();
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::back);
}

TEST_F(Rejoining, TheSoakStartsAgainWhenItFlaps) {
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  fleet.pass(4min);
  fleet.state_of(3, TargetState::unhealthy);
  fleet.tick();
  fleet.pass(1min);
  fleet.state_of(3, TargetState::healthy);
  fleet.tick();
  fleet.pass(4min);
  fleet.tick();
  EXPECT_EQ(fleet.state.open.size(), 1U);
}

TEST_F(Rejoining, NotHealthyInTimeIsHeldWithWhatToDoAndComesBackByItself) {
  fleet.registered(3, TargetState::unhealthy);
  fleet.pass(15min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("tg1 port 443: unhealthy"), std::string::npos);
  fleet.state_of(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::soaking);
}

TEST_F(Rejoining, AnUnreadableGroupNeverStopsARestore) {
  fleet.tick(OutcomeKind::unknown);
  fleet.three().intents.clear();
  fleet.group(0).registrations.reset();
  fleet.observation.instances_complete = false;
  fleet.observation.instances.clear();
  EXPECT_EQ(effects(fleet.decide()), (std::vector{Effect::register_, Effect::register_}));
}

TEST_F(Rejoining, AVanishedGroupIsLeftOut) {
  const auto arn = fleet.group(1).arn;
  fleet.observation.absent_groups = {arn};
  fleet.observation.target_groups.pop_back();
  fleet.pass(2min);
  fleet.tick(OutcomeKind::refused);  // one look proves nothing
  for (int look = 0; look < 5; ++look) {
    EXPECT_FALSE(fleet.three().snapshot[1].vanished);
    fleet.pass(1min);
    fleet.tick(OutcomeKind::refused);
  }
  fleet.pass(1min);
  const auto plan = fleet.tick();
  ASSERT_EQ(plan.actions.size(), 1U);
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(0).arn);
  EXPECT_TRUE(fleet.three().snapshot[1].vanished);
}

TEST_F(Rejoining, WithoutAnyGroupLeftAPersonIsNeeded) {
  for (const auto& group : fleet.observation.target_groups)
    fleet.observation.absent_groups.push_back(group.arn);
  fleet.observation.target_groups.clear();
  for (int look = 0; look < 6; ++look) {
    fleet.pass(1min);
    fleet.tick(OutcomeKind::refused);
  }
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_EQ(fleet.three().phase, Phase::held);
}

TEST(Soaking, ADeregistrationThatMayStillLandKeepsItOpen) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::unknown);  // the deregistrations were never answered
  const Time sent = fleet.observation.taken_at;
  fleet.gone(3);
  fleet.pass(2min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::booting);
  fleet.pass(6min);
  came_up(fleet);
  fleet.tick();
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  fleet.pass(6min);
  fleet.tick();
  EXPECT_EQ(fleet.state.open.size(), 1U)
      << "soaked long enough, but a late deregistration could still arrive";
  fleet.pass(sent + kRequestValidity - fleet.observation.taken_at);
  fleet.tick();
  EXPECT_EQ(fleet.state.open.size(), 1U);
  fleet.pass(1s);
  fleet.tick();
  EXPECT_TRUE(fleet.state.open.empty());
}

TEST(Soaking, TheDoubtOfAReplacedDeregistrationIsKept) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::unknown);
  const Time first = fleet.observation.taken_at;
  fleet.pass(1min);
  fleet.tick();  // still in service: sent again, and accepted
  EXPECT_EQ(fleet.three().quiet_until, first + kRequestValidity);
}

TEST(Fleet, AStoppedStartNeverStopsARestore) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.state.breaker = Breaker{"many", fleet.observation.taken_at};
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at};
  fleet.policy.target_groups = {"something-else"};
  fleet.observation.spread = 10min;
  fleet.pass(7min);
  came_up(fleet);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Fleet, NoOtherServerStartsBeforeTheLastOneIsProvedBack) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.memory(5, 99);
  EXPECT_EQ(fleet.decide().members.at(id(5)).reason, Reason::too_many_out);
}

}  // namespace
}  // namespace evenkeel::decide
