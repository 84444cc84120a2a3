// Goal: what comes of a start never reaches a restore. Method: the two halves apart, and together.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "decide/remediation/open.h"
#include "decide/start.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

TEST(Halves, TheRestoreHalfAsksNothingOfAStart) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.signals.clear();
  fleet.observation.surveys.clear();
  const auto step = advance_open(fleet.policy, fleet.observation, fleet.state, "n");
  EXPECT_TRUE(step.questions.empty());
  EXPECT_TRUE(step.actions.empty());
  EXPECT_EQ(step.next.revision, fleet.state.revision + 1);
  EXPECT_FALSE(choose_start(fleet.policy, fleet.observation, step).questions.empty());
}

TEST(Halves, StartsThatAreOffAskNothingAndSayWhy) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.surveys.clear();
  const Verdict off{Reason::start_not_decided, "no time was left"};
  const auto step = advance_open(fleet.policy, fleet.observation, fleet.state, "n");
  const auto plan = choose_start(fleet.policy, fleet.observation, step, {&off, 1});
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_TRUE(plan.actions.empty());
  ASSERT_FALSE(plan.fleet.empty());
  EXPECT_EQ(plan.fleet.front(), off);
  EXPECT_EQ(plan.members.size(), fleet.observation.instances.size()) << "each has its verdict all the same";
}

TEST(Halves, ATickThatOnlyRestoresTreatsNoServerAndPutsBackAtTheDeadlineWithItsReason) {
  FleetForTest fleet;
  fleet.drained_three();
  const Verdict full{Reason::state_full, "the store is full"};
  auto step = advance_open(fleet.policy, fleet.observation, fleet.state, "n", full);
  EXPECT_TRUE(step.actions.empty());
  EXPECT_EQ(step.next.open.at(0).why_untreated, full.text);
  fleet.state = step.next;
  fleet.pass(1h);
  step = advance_open(fleet.policy, fleet.observation, fleet.state, "n", full);
  ASSERT_EQ(step.actions.size(), 2U);
  EXPECT_EQ(step.actions[0].effect, Effect::register_);
  EXPECT_NE(step.next.open.at(0).why_untreated.find(full.text), std::string::npos)
      << step.next.open.at(0).why_untreated;
}

TEST(Halves, AMemberThatStaysAsItWasLeavesNothingInTheStep) {
  FleetForTest fleet;
  fleet.drained_three();
  const auto before = fleet.state;
  auto step = advance_open(fleet.policy, fleet.observation, fleet.state, "n");
  ASSERT_EQ(step.actions.size(), 1U);
  ASSERT_NE(step.next.open.at(0), before.open.at(0));
  keep_as_it_was(step, before, before.open.at(0).id);
  EXPECT_TRUE(step.actions.empty());
  EXPECT_TRUE(step.events.empty());
  EXPECT_EQ(step.next.open, before.open);
  EXPECT_EQ(step.next.members, before.members);
}

TEST(Halves, AMemberThatWasToEndStaysOpen) {
  FleetForTest fleet;
  fleet.drained_three();
  const auto before = fleet.state;
  fleet.observation.instances.at(id(3)).state = InstanceState::terminated;
  auto step = advance_open(fleet.policy, fleet.observation, fleet.state, "n");
  ASSERT_TRUE(step.next.open.empty());
  keep_as_it_was(step, before, before.open.at(0).id);
  EXPECT_EQ(step.next.open, before.open);
  EXPECT_TRUE(step.next.recent.empty());
}

// More candidates than a tick looks at, all of them refused.
struct Crowd : FleetForTest {
  Crowd() : FleetForTest(20) {
    policy.keep.healthy = {.count = 2, .percent = 0};
    policy.keep.crossing_percent = 100;
    for (int member = 1; member <= 20; ++member) {
      memory(member, 70 + member / 10.0);
      auto& survey = observation.surveys.at(id(member));
      survey.elsewhere = {{id(member), 80, TargetState::healthy, TargetReason::none}};
      survey.elsewhere_groups = {"tg-other"};
    }
  }
  int count(const Plan& plan, Reason reason) {
    return static_cast<int>(std::ranges::count_if(
        plan.members, [&](const auto& entry) { return entry.second.reason == reason; }));
  }
};

TEST(Halves, EightCandidatesAreSurveyedAndTheOthersSaySo) {
  Crowd fleet;
  const auto plan = fleet.tick();
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_EQ(fleet.count(plan, Reason::elsewhere_registered), 8);
  EXPECT_EQ(fleet.count(plan, Reason::not_surveyed), 12);
}

TEST(Halves, EveryCandidateIsSurveyedInItsTurn) {
  Crowd fleet;
  std::set<std::string> looked_at;
  for (int minute = 0; minute < 8; ++minute) {
    const auto plan = fleet.tick();
    for (const auto& [member, verdict] : plan.members) {
      if (verdict.reason == Reason::elsewhere_registered) looked_at.insert(member);
    }
    fleet.pass(1min);
  }
  EXPECT_EQ(looked_at.size(), 20U);
}

}  // namespace
}  // namespace evenkeel::decide
