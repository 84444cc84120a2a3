// Traps into which others have fallen: each a small story, named after the trap (docs/compared.md).
#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

// What a tick that was killed between two calls leaves behind: the first one has its answer, the second not.
void only_the_first_was_answered(FleetForTest& fleet) {
  fleet.memory(3, 80);
  const auto plan = fleet.decide();
  fleet.state = plan.next;
  const auto& first = plan.actions.at(0);
  const std::vector outcomes{
      Outcome{first.remediation_id, first.nonce, OutcomeKind::accepted, false, "", ""}};
  fleet.state = apply_outcomes(fleet.policy, fleet.state, outcomes, fleet.observation.taken_at).next;
  fleet.gone_from(0, 3);
  ++fleet.ticks;
}

TEST(Trap, AServerThatAnOperatorStopsWhileItIsOutIsCalledStopped) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::unused, TargetReason::invalid_state);
  fleet.observation.instances.at(id(3)).state = InstanceState::stopped;
  fleet.pass(7min);
  fleet.tick();
  EXPECT_NE(fleet.three().why_untreated.find("has stopped the instance"), std::string::npos);
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("has stopped the instance: start it"), std::string::npos)
      << fleet.three().held_because;
}

// Rebooted, up again, and registered everywhere by us.
void back_from_the_reboot(FleetForTest& fleet) {
  fleet.reboot_of_three();
  fleet.pass(8min);
  fleet.observation.signals[id(3)].samples = {{fleet.observation.taken_at - 7min, 80},
                                              {fleet.observation.taken_at - 1min, 30}};
  fleet.tick();
}

TEST(Trap, AServerThatAnOperatorStopsAfterItWasBackIsHeldAtOnce) {
  FleetForTest fleet;
  back_from_the_reboot(fleet);
  fleet.registered(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::soaking);
  fleet.state_of(3, TargetState::unused, TargetReason::invalid_state);
  fleet.observation.instances.at(id(3)).state = InstanceState::stopped;
  fleet.pass(1min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("has stopped the instance: start it"), std::string::npos)
      << fleet.three().held_because;
}

TEST(Trap, KilledBetweenTwoGroupsTheSecondIsLeftTooBeforeTheReboot) {
  FleetForTest fleet;
  only_the_first_was_answered(fleet);
  fleet.pass(2min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::deregister});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Trap, KilledBetweenTwoGroupsAPutBackReturnsToBoth) {
  FleetForTest fleet;
  only_the_first_was_answered(fleet);
  for (int i = 4; i <= 6; ++i) fleet.state_of(i, TargetState::unhealthy);
  fleet.pass(2min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Trap, ARegistrationWhileItStillDrainsIsNotTakenForBack) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::draining);
  for (int i = 4; i <= 6; ++i) fleet.state_of(i, TargetState::unhealthy);
  fleet.pass(1min);
  fleet.tick();  // registered again while it drains
  fleet.pass(kVisibleAfter);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}))
      << "still draining: it would drop out at the drain's end";
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Trap, AnotherGroupThatIsUnhealthyForItsOwnReasonsIsNamedAndNoOtherServerLeaves) {
  FleetForTest fleet;
  back_from_the_reboot(fleet);
  fleet.registered(3, TargetState::healthy);
  fleet.place(1, 3).state = TargetState::unhealthy;
  fleet.memory(5, 90);
  fleet.pass(15min);
  const auto plan = fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("tg1-80 port 80: unhealthy"), std::string::npos);
  EXPECT_EQ(fleet.three().held_because.find("tg1 port 443"), std::string::npos);
  EXPECT_EQ(plan.members.at(id(5)).reason, Reason::too_many_out);
}

TEST(Trap, ARefusedRegistrationIsToldAndNotTheServersHealth) {
  FleetForTest fleet;
  back_from_the_reboot(fleet);
  for (auto& intent : fleet.three().intents) {
    if (intent.effect != Effect::register_) continue;
    intent.outcome = OutcomeKind::refused;
    intent.detail = "AccessDenied; allow elasticloadbalancing:RegisterTargets";
  }
  fleet.pass(15min);
  fleet.tick(OutcomeKind::refused);
  ASSERT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("AWS refuses to register it in tg1, tg1-80: AccessDenied; allow "
                                            "elasticloadbalancing:RegisterTargets; it is tried again"),
            std::string::npos)
      << fleet.three().held_because;
}

TEST(Trap, AnAgentThatDiesWithTheMemoryNeverLooksLikeAWellServer) {
  FleetForTest fleet;
  fleet.observation.signals[id(3)] = {SignalState::missing, {}, "no series"};
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::signal_missing);
  fleet.policy.also_when = {{"unhealthy", 0, {{Condition::Kind::target_unhealthy, {}, 15min, ""}}}};
  fleet.state_of(3, TargetState::unhealthy);
  fleet.state.members[id(3)].unhealthy_since = fleet.observation.taken_at - 15min;
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::start);
}

// Else the end of the wait for the treatment would be the moment at which its absence is taken for another's will.
TEST(Trap, WhatOurLateRemovalTakesOutOnceMoreIsReturnedAtOnce) {
  FleetForTest fleet;
  fleet.reboot_of_three(OutcomeKind::unknown);
  fleet.three().phase = Phase::held;
  fleet.registered(3, TargetState::healthy);  // by an external change
  fleet.pass(1min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::soaking);
  fleet.gone(3);
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Trap, ABreakerThatTripsWhileOneIsOutStillBringsItBack) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  fleet.pass(8min);
  fleet.observation.signals[id(3)].samples = {{fleet.observation.taken_at - 7min, 80},
                                              {fleet.observation.taken_at - 1min, 30}};
  fleet.state.breaker = Breaker{"everybody jumped", fleet.observation.taken_at};
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.state.breaker.has_value());
}

TEST(Trap, ARestartWithABacklogLooksAgainAndReplaysNothing) {
  FleetForTest fleet;
  fleet.memory(5, 90);
  fleet.state.members[id(5)].above_since = fleet.observation.taken_at - 24h;
  fleet.state.last_tick_at -= 24h;
  fleet.memory(3, 80);
  fleet.memory(5, 40);  // what had been bad is well by now
  const auto plan = fleet.tick();
  EXPECT_EQ(plan.members.at(id(3)).reason, Reason::start);
  EXPECT_EQ(plan.members.at(id(5)).reason, Reason::below_limit);
  EXPECT_EQ(fleet.state.open.size(), 1U);
}

TEST(Trap, OfTwoTicksThatOverlapOneIsKept) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  const auto one = fleet.decide();
  const auto other = decide(fleet.policy, fleet.observation, fleet.state, "another tick");
  ASSERT_EQ(one.next.revision, other.next.revision) << "the journal takes a revision once";
  EXPECT_NE(one.next.written_by, other.next.written_by);
  EXPECT_NE(one.actions.at(0).nonce, other.actions.at(0).nonce) << "whose call it was can be told";
}

}  // namespace
}  // namespace evenkeel::decide
