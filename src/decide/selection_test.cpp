// Whether a server starts, which, and the reason of every other one.
#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

Reason verdict(const Plan& plan, int member) { return plan.members.at(id(member)).reason; }

TEST(Selection, NothingStartsBelowTheLimit) {
  FleetForTest fleet;
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_TRUE(plan.next.open.empty());
  EXPECT_EQ(verdict(plan, 1), Reason::below_limit);
  EXPECT_EQ(plan.members.at(id(1)).numbers.at(Number::value), 40);
}

TEST(Selection, TheWorstAboveTheLimitLeavesEveryGroupOnItsPorts) {
  FleetForTest fleet;
  fleet.memory(3, 70);
  fleet.memory(5, 90);
  const auto plan = fleet.tick();
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  ASSERT_EQ(plan.actions.size(), 2U);
  EXPECT_EQ(plan.actions[0].instance_id, id(5));
  EXPECT_EQ(plan.actions[0].effect, Effect::deregister);
  EXPECT_EQ(plan.actions[0].ports, std::vector{443});
  EXPECT_EQ(plan.actions[1].ports, std::vector{80});
  EXPECT_EQ(plan.actions[0].at, fleet.observation.taken_at);
  EXPECT_EQ(verdict(plan, 3), Reason::next_in_line);
  ASSERT_EQ(fleet.state.open.size(), 1U);
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  EXPECT_EQ(fleet.three().cause.value, 90);
  EXPECT_EQ(fleet.three().deadline, fleet.observation.taken_at + 60s + 5min);
}

TEST(Selection, TiesBreakById) {
  FleetForTest fleet;
  fleet.memory(7, 80);
  fleet.memory(2, 80);
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(2));
}

TEST(Selection, ALimitThatIsJustReachedIsNotExceeded) {
  FleetForTest fleet;
  fleet.memory(3, 65);
  EXPECT_EQ(verdict(fleet.decide(), 3), Reason::below_limit);
}

TEST(Selection, TheSignalIsAskedForOnlyWhenAPlaceIsFree) {
  FleetForTest fleet;
  fleet.observation.signals.clear();
  auto plan = fleet.decide();
  ASSERT_EQ(plan.questions.size(), 1U);
  EXPECT_EQ(plan.questions[0].kind, Question::Kind::signal);
  EXPECT_EQ(plan.questions[0].instance_ids.size(), 8U);

  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at};
  fleet.state.signal_read_at = fleet.observation.taken_at - 5min;
  plan = fleet.decide();
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_EQ(verdict(plan, 3), Reason::paused);
}

TEST(Selection, SaysOfAMemberThatAGuardHoldsBackWhetherItWouldGo) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.instances.at(id(3)).tags["evenkeel:hold"] = "yes";
  fleet.observation.instances.at(id(4)).tags["evenkeel:hold"] = "yes";
  auto plan = fleet.decide();
  EXPECT_EQ(verdict(plan, 3), Reason::hold_tag);
  EXPECT_TRUE(plan.members.at(id(3)).wanted);
  EXPECT_EQ(plan.members.at(id(3)).numbers.at(Number::value), 80);
  EXPECT_FALSE(plan.members.at(id(4)).wanted);
  EXPECT_FALSE(plan.members.at(id(5)).wanted);

  fleet.observation.instances.at(id(3)).tags.clear();
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at};
  plan = fleet.decide();
  EXPECT_EQ(verdict(plan, 3), Reason::paused);
  EXPECT_TRUE(plan.members.at(id(3)).wanted);
}

TEST(Selection, TheSummaryCountsTheOneThatLeavesNow) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  const auto plan = fleet.decide();
  EXPECT_EQ(verdict(plan, 3), Reason::start);
  EXPECT_EQ(plan.next.summary.out, 1);
  EXPECT_EQ(plan.next.summary.serving, 7);
  EXPECT_EQ(plan.next.summary.may_leave, 0);
}

TEST(Selection, TheSignalIsReadOncePerPeriod) {
  FleetForTest fleet;
  fleet.observation.signals.clear();
  fleet.state.signal_read_at = fleet.observation.taken_at - 30s;
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_EQ(verdict(plan, 3), Reason::signal_not_due);
  EXPECT_EQ(plan.next.signal_read_at, fleet.state.signal_read_at);
}

TEST(Selection, AReadWholeFleetIsRemembered) {
  FleetForTest fleet;
  EXPECT_EQ(fleet.decide().next.signal_read_at, fleet.observation.taken_at);
}

TEST(Selection, TheChosenOneIsSurveyedBeforeItLeaves) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.surveys.clear();
  const auto plan = fleet.decide();
  ASSERT_EQ(plan.questions.size(), 1U);
  EXPECT_EQ(plan.questions[0].kind, Question::Kind::survey);
  EXPECT_EQ(plan.questions[0].instance_ids, std::vector{id(3)});
}

TEST(Selection, AMemberRegisteredInAnUnnamedGroupStaysAndTheNextGoes) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.memory(4, 70);
  auto& survey = fleet.observation.surveys[id(3)];
  survey.elsewhere = {{id(3), 8080, TargetState::healthy, TargetReason::none}};
  survey.elsewhere_groups = {"tg-other"};
  const auto plan = fleet.decide();
  EXPECT_EQ(verdict(plan, 3), Reason::elsewhere_registered);
  EXPECT_NE(plan.members.at(id(3)).text.find("tg-other"), std::string::npos);
  EXPECT_EQ(plan.actions.at(0).instance_id, id(4));
}

TEST(Selection, AnIncompleteSurveyOrAForbiddenRebootKeepsItIn) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.surveys[id(3)].complete = false;
  EXPECT_EQ(verdict(fleet.decide(), 3), Reason::survey_incomplete);
  fleet.observation.surveys[id(3)].complete = true;
  fleet.observation.surveys[id(3)].may_reboot = false;
  EXPECT_EQ(verdict(fleet.decide(), 3), Reason::reboot_denied);
  fleet.observation.surveys[id(3)].may_reboot.reset();
  EXPECT_EQ(verdict(fleet.decide(), 3), Reason::reboot_denied);
  EXPECT_TRUE(fleet.decide().actions.empty());
}

TEST(Selection, WhoCouldNotBePutBackIsNotTakenOut) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  ASSERT_EQ(fleet.decide().actions.size(), 2U);
  for (const auto may_register : {std::optional<bool>{false}, std::optional<bool>{}}) {
    fleet.observation.surveys[id(3)].may_register = may_register;
    EXPECT_EQ(verdict(fleet.decide(), 3), Reason::register_denied);
    EXPECT_TRUE(fleet.decide().actions.empty());
  }
}

TEST(Selection, UnknownSignalsNeverPermit) {
  FleetForTest fleet;
  fleet.memory(3, 99);
  for (const auto& [state, reason] : {std::pair{SignalState::stale, Reason::signal_stale},
                                      {SignalState::missing, Reason::signal_missing},
                                      {SignalState::ambiguous, Reason::signal_ambiguous},
                                      {SignalState::partial, Reason::signal_partial},
                                      {SignalState::failed, Reason::signal_failed}}) {
    fleet.observation.signals[id(3)].state = state;
    const auto plan = fleet.decide();
    EXPECT_EQ(verdict(plan, 3), reason);
    EXPECT_TRUE(plan.actions.empty());
  }
}

TEST(Selection, TheSamePlanForTheSameArguments) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  const auto a = fleet.decide(), b = fleet.decide();
  EXPECT_EQ(a.next, b.next);
  EXPECT_EQ(a.actions, b.actions);
  EXPECT_EQ(a.members, b.members);
  EXPECT_EQ(a.events, b.events);
}

TEST(Line, ThePriorityOfTheRuleComesFirst) {
  FleetForTest fleet;
  fleet.memory(5, 95);
  fleet.observation.instances[id(7)].tags[kRemediateTag] = "now";
  Condition asked;
  asked.kind = Condition::Kind::tag;
  asked.name = kRemediateTag;
  fleet.policy.also_when = {Rule{"asked", 100, {asked}}};
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.actions.at(0).instance_id, id(7));
  EXPECT_EQ(verdict(plan, 5), Reason::next_in_line);
  fleet.policy.also_when[0].priority = -100;
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(5));
}

TEST(Line, AZoneWithNoServerOutGoesBeforeOneWithAServerOut) {
  FleetForTest fleet;
  fleet.policy.keep.out.count = 2;
  for (int i = 5; i <= 8; ++i) fleet.zone(i, "eu-west-1b");
  fleet.memory(3, 95);
  fleet.memory(5, 70);
  fleet.state_of(4, TargetState::draining);
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(5));
  fleet.state_of(4, TargetState::healthy);
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(3));
}

TEST(Line, EachCandidateSaysItsPlaceInIt) {
  FleetForTest fleet;
  fleet.memory(2, 70);
  fleet.memory(3, 80);
  fleet.memory(4, 90);
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.members.at(id(4)).reason, Reason::start);
  EXPECT_EQ(plan.members.at(id(3)).numbers.at(Number::place), 2);
  EXPECT_EQ(plan.members.at(id(2)).numbers.at(Number::place), 3);
  EXPECT_EQ(plan.members.at(id(2)).numbers.at(Number::in_line), 3);
  EXPECT_NE(plan.members.at(id(2)).text.find("number 3 of 3 in line, the worst first"), std::string::npos);
}

TEST(Line, ACauseWithoutAValueComesAfterTheWorst) {
  FleetForTest fleet;
  fleet.memory(5, 66);
  Condition old;
  old.kind = Condition::Kind::uptime;
  old.longer_than = 1h;
  fleet.policy.also_when = {Rule{"old", 0, {old}}};
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.actions.at(0).instance_id, id(5));
  EXPECT_EQ(plan.members.at(id(1)).numbers.at(Number::place), 2);
}

TEST(Line, LongestUncycledGoesByTheLastBootThatIsKnown) {
  FleetForTest fleet;
  fleet.policy.order = Order::longest_uncycled;
  fleet.memory(2, 95);
  fleet.memory(3, 70);
  fleet.memory(4, 80);
  fleet.observation.instances[id(4)].launch_time -= 1h;
  fleet.state.members[id(4)].booted_at = fleet.observation.taken_at - 2h;
  fleet.observation.instances[id(3)].launch_time -= 1s;
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.actions.at(0).instance_id, id(3));
  EXPECT_EQ(plan.members.at(id(2)).numbers.at(Number::place), 2);
  EXPECT_NE(plan.members.at(id(2)).text.find("the longest uncycled first"), std::string::npos);
}

TEST(Line, SoonestToFailGoesBeforeTheWorst) {
  FleetForTest fleet;
  fleet.policy.order = Order::soonest;
  fleet.memory(2, 95);  // flat
  fleet.memory(3, 0);
  fleet.memory(4, 0);
  for (int i = 0; i < 10; ++i) {
    fleet.observation.signals[id(3)].samples[static_cast<std::size_t>(i)].value = 70 + i;        // 21 minutes
    fleet.observation.signals[id(4)].samples[static_cast<std::size_t>(i)].value = 66 + 0.4 * i;  // 76 minutes
  }
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.actions.at(0).instance_id, id(3));
  EXPECT_NE(plan.members.at(id(3)).text.find("it will reach 100 at 2026-11-22T12:19:30Z"), std::string::npos)
      << plan.members.at(id(3)).text;
  EXPECT_EQ(plan.members.at(id(4)).numbers.at(Number::place), 2);
  EXPECT_EQ(plan.members.at(id(2)).numbers.at(Number::place), 3)
      << "without a forecast: after those with one";
  EXPECT_NE(plan.members.at(id(2)).text.find("the soonest to fail first"), std::string::npos);
  fleet.policy.fails_at = 1e9;
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(2)) << "in more than a year: no forecast";
}

TEST(Line, AForecastIsOfTheSignalWhateverTheCause) {
  FleetForTest fleet;
  fleet.policy.order = Order::soonest;
  Condition old;
  old.kind = Condition::Kind::uptime;
  old.longer_than = 1h;
  fleet.policy.also_when = {Rule{"old", 0, {old}}};
  fleet.observation.signals[id(2)].state = SignalState::stale;
  for (int i = 0; i < 10; ++i)
    fleet.observation.signals[id(6)].samples[static_cast<std::size_t>(i)].value = 30 + i;
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(6));
  fleet.policy.reboot_when = {};
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(1));
}

TEST(Line, AForecastWantsAsManySamplesAsCanBeRead) {
  FleetForTest fleet;
  fleet.policy.order = Order::soonest;
  fleet.observation.signals.clear();
  EXPECT_EQ(fleet.decide().questions.at(0).lookback, 3h);
}

TEST(Selection, SaysAtWhichLevelTheTreatmentBegins) {
  FleetForTest fleet;
  fleet.policy.treatments = {Step{Treatment::command, 1, {}}, Step{Treatment::reboot, 1, {}}};
  fleet.memory(3, 90);
  EXPECT_EQ(fleet.decide().next.open.at(0).level, 0);
  fleet.state.members[id(3)].relapses = {40h, 20h, 10h};
  EXPECT_EQ(fleet.decide().next.open.at(0).level, 1);
}

TEST(Selection, WhileNothingMayStartTheSignalStillSaysWhichAreWell) {
  FleetForTest fleet;
  fleet.memory(3, 90);
  fleet.state.pause = Pause{"deploy", "ann", {}};
  auto plan = fleet.decide();
  EXPECT_EQ(verdict(plan, 3), Reason::paused);
  EXPECT_EQ(verdict(plan, 4), Reason::below_limit);
  fleet.observation.signals.erase(id(4));
  fleet.state.signal_read_at = fleet.observation.taken_at;
  EXPECT_EQ(verdict(fleet.decide(), 4), Reason::paused);
  fleet.observation.signals.clear();
  EXPECT_EQ(verdict(fleet.decide(), 5), Reason::paused);
}

TEST(Selection, NoServerIsReadyToBeReadInAFleetThatDoesNotRun) {
  FleetForTest fleet{2};
  for (int i = 1; i <= 2; ++i) fleet.observation.instances[id(i)].state = InstanceState::stopped;
  EXPECT_EQ(fleet.decide().next.signal_read_at, std::nullopt);
}

}  // namespace
}  // namespace evenkeel::decide
