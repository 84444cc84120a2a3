#include "decide/remediation/denied.h"

#include <gtest/gtest.h>

#include "decide/remediation/apply_outcomes.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

using namespace std::chrono_literals;

FleetForTest commanded() {
  FleetForTest fleet;
  fleet.policy.treatments = {{Treatment::command, 1, {"recycle", {}, 1min}}};
  fleet.memory(3, 80);
  return fleet;
}

// What AWS said to an intent of that effect.
void answered(FleetState& state, Effect effect, OutcomeKind kind, bool denied, Time at,
              const std::string& group = "") {
  Intent intent;
  intent.effect = effect;
  intent.target_group_arn = group;
  Outcome outcome{"r", "n", kind, false, "ec2:X: HTTP 403"};
  outcome.denied = denied;
  remember_denial(state, intent, outcome, at);
}

Reason of_three(const FleetForTest& fleet) { return fleet.decide().members.at(id(3)).reason; }
bool starts(const FleetForTest& fleet) { return of_three(fleet) == Reason::start; }

TEST(Denied, WhatCanNotBeAskedForIsTriedOnceAnHour) {
  auto fleet = commanded();
  ASSERT_TRUE(starts(fleet));
  answered(fleet.state, Effect::command, OutcomeKind::refused, true, fleet.observation.taken_at);
  EXPECT_FALSE(starts(fleet));
  EXPECT_EQ(fleet.decide().fleet.front().reason, Reason::action_denied);
  fleet.observation.taken_at += kTriedAgainAfter;
  fleet.memory(3, 80);
  EXPECT_TRUE(starts(fleet));
}

TEST(Denied, AnotherTreatmentIsStillThere) {
  auto fleet = commanded();
  fleet.policy.treatments.push_back(Step{});
  answered(fleet.state, Effect::command, OutcomeKind::refused, true, fleet.observation.taken_at);
  EXPECT_TRUE(starts(fleet));
}

TEST(Denied, EvidenceStopsStartsOnlyWhereItIsRequired) {
  auto fleet = commanded();
  fleet.policy.evidence = Evidence{{"snapshot", {}, 1min}, false};
  answered(fleet.state, Effect::capture, OutcomeKind::refused, true, fleet.observation.taken_at);
  EXPECT_TRUE(starts(fleet));
  fleet.policy.evidence->required = true;
  EXPECT_FALSE(starts(fleet));
}

TEST(Denied, StandbyStopsStartsWhereMembersLeaveByIt) {
  FleetForTest fleet;
  fleet.scaling();
  fleet.memory(3, 80);
  ASSERT_TRUE(starts(fleet));
  answered(fleet.state, Effect::enter_standby, OutcomeKind::refused, true, fleet.observation.taken_at);
  EXPECT_FALSE(starts(fleet));
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_TRUE(starts(fleet));
}

TEST(Denied, WhatIsAskedForBeforeAStartDoesNotHoldItBack) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  answered(fleet.state, Effect::reboot, OutcomeKind::refused, true, fleet.observation.taken_at);
  EXPECT_TRUE(starts(fleet)) << "the dry run of this tick says that it is allowed by now";
  EXPECT_TRUE(fleet.decide().next.denials.empty());
  for (auto& [member, survey] : fleet.observation.surveys) survey.may_reboot = false;
  EXPECT_FALSE(starts(fleet));
  EXPECT_EQ(fleet.decide().next.denials.size(), 1U);
}

TEST(Denied, IsOverWhenTheSameIsAccepted) {
  FleetState state;
  const Time at{};
  answered(state, Effect::register_, OutcomeKind::refused, true, at, "arn:1");
  answered(state, Effect::register_, OutcomeKind::refused, true, at + 1min, "arn:1");
  answered(state, Effect::register_, OutcomeKind::refused, true, at, "arn:2");
  ASSERT_EQ(state.denials.size(), 2U);
  EXPECT_EQ(state.denials[0].since, at);
  EXPECT_EQ(state.denials[0].last, at + 1min);
  answered(state, Effect::register_, OutcomeKind::accepted, false, at, "arn:1");
  ASSERT_EQ(state.denials.size(), 1U);
  EXPECT_EQ(state.denials[0].target_group_arn, "arn:2");
  answered(state, Effect::deregister, OutcomeKind::accepted, false, at, "arn:2");
  EXPECT_EQ(state.denials.size(), 1U) << "that was another thing";
}

TEST(Denied, TheTickThatWasRefusedIsBlindAlready) {
  FleetForTest fleet;
  const auto plan = fleet.start_of_three();
  ASSERT_FALSE(plan.actions.empty());
  const auto& action = plan.actions.front();
  Outcome outcome{action.remediation_id, action.nonce, OutcomeKind::refused, false, "ec2:X: HTTP 403"};
  outcome.denied = true;
  const auto after = apply_outcomes(fleet.policy, plan.next, {&outcome, 1}, fleet.observation.taken_at).next;
  EXPECT_EQ(after.ability.kind, Ability::Kind::blind);
  ASSERT_EQ(after.ability.blind_to.size(), 1U);
  EXPECT_EQ(after.ability.blind_to[0].what, Blindness::action_denied);
  outcome.denied = false;
  EXPECT_NE(
      apply_outcomes(fleet.policy, plan.next, {&outcome, 1}, fleet.observation.taken_at).next.ability.kind,
      Ability::Kind::blind);
}

TEST(Denied, OtherRefusalsAreNone) {
  FleetState state;
  answered(state, Effect::command, OutcomeKind::refused, false, Time{});
  EXPECT_TRUE(state.denials.empty());
}

TEST(Denied, ASurveyThatOnlyLooksProvesNoWayBack) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  answered(fleet.state, Effect::register_, OutcomeKind::refused, true, fleet.observation.taken_at);
  EXPECT_EQ(fleet.decide().next.denials.size(), 1U);
  fleet.observation.way_back["arn"] = {true, ""};
  EXPECT_TRUE(fleet.decide().next.denials.empty());
}

TEST(Denied, WhoMayNotBeTakenOutIsNot) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.surveys[id(3)].may_deregister = false;
  EXPECT_EQ(of_three(fleet), Reason::deregister_denied);
  fleet.observation.surveys[id(3)].may_deregister.reset();
  EXPECT_EQ(of_three(fleet), Reason::deregister_denied) << "unknown never permits";
}

TEST(Denied, OnlyAfterARefusalIsTheWayOutAskedForBeforeAStart) {
  FleetState state;
  EXPECT_FALSE(survey_question(state, id(3)).way_out) << "it would cost a call for each target group";
  state.denials.push_back({Effect::register_, "arn", {}, {}, "no"});
  EXPECT_FALSE(survey_question(state, id(3)).way_out);
  state.denials.push_back({Effect::deregister, "arn", {}, {}, "no"});
  EXPECT_TRUE(survey_question(state, id(3)).way_out);
}

}  // namespace
}  // namespace evenkeel::decide
