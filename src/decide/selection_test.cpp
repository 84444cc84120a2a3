// Whether somebody starts, who, and the reason for everybody else.
#include <gtest/gtest.h>

#include "decide/fleet_for_test.h"

namespace evenkeel::decide {
namespace {

Reason verdict(const Plan& plan, int member) { return plan.members.at(id(member)).reason; }

TEST(Selection, NobodyStartsBelowTheLimit) {
  FleetForTest fleet;
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_TRUE(plan.next.open.empty());
  EXPECT_EQ(verdict(plan, 1), Reason::below_limit);
  EXPECT_EQ(plan.members.at(id(1)).numbers.at("value"), 40);
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
  plan = fleet.decide();
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_EQ(verdict(plan, 3), Reason::paused);
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
  survey.elsewhere = {{id(3), 8080, TargetState::healthy, ""}};
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

}  // namespace
}  // namespace evenkeel::decide
