// What the next state remembers: pauses that end, remediations that are still judged, members' records, and
// what was told.
#include "decide/bookkeeping.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/rules/rules.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

PastRemediation ended(const FleetForTest& fleet, Duration ago, Duration judged_for) {
  PastRemediation past;
  past.id = id(3) + "@then";
  past.instance_id = id(3);
  past.started_at = fleet.observation.taken_at - ago - 10min;
  past.ended_at = fleet.observation.taken_at - ago;
  past.ending = Ending::back;
  past.metric = fleet.policy.reboot_when.metric;
  past.value_before = 80;
  past.judge_until = past.ended_at + judged_for;
  return past;
}

std::vector<Event> judged(FleetForTest& fleet) {
  std::vector<Event> events;
  judge_ended(fleet.state, fleet.policy, fleet.observation, events);
  return events;
}

TEST(APause, EndsByItselfWhenItsTimeIsOver) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.state.pause =
      Pause{"deploy", "ann", fleet.observation.taken_at - 1h, fleet.observation.taken_at + 1min};
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_TRUE(fleet.state.pause.has_value());
  fleet.pass(1min);
  const auto plan = fleet.tick();
  EXPECT_FALSE(plan.actions.empty());
  EXPECT_FALSE(fleet.state.pause.has_value());
  EXPECT_EQ(std::ranges::count(plan.events, EventKind::resume, &Event::kind), 1);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Judging, WaitsAsLongAsThePolicySays) {
  FleetForTest fleet;
  fleet.state.recent = {ended(fleet, 30min, 1h)};
  EXPECT_TRUE(judged(fleet).empty());
  EXPECT_EQ(fleet.state.recent[0].ending, Ending::back);
}

TEST(Judging, LowAtTheEndIsCured) {
  FleetForTest fleet;
  fleet.state.recent = {ended(fleet, 30min, 30min)};
  EXPECT_EQ(judged(fleet).size(), 1U);
  EXPECT_EQ(fleet.state.recent[0].ending, Ending::cured);
  EXPECT_EQ(fleet.state.recent[0].value_after, 40);
  EXPECT_FALSE(fleet.state.recent[0].judge_until.has_value());
}

TEST(Judging, ARelapseBeforeTheEndIsNotCured) {
  FleetForTest fleet;
  fleet.state.recent = {ended(fleet, 30min, 2h)};
  fleet.memory(3, 80);
  judged(fleet);
  EXPECT_EQ(fleet.state.recent[0].ending, Ending::not_cured);
}

TEST(Judging, MissingSamplesAreUnknownNeverCured) {
  for (const auto seen :
       {SignalState::missing, SignalState::stale, SignalState::failed, SignalState::partial}) {
    FleetForTest fleet;
    fleet.state.recent = {ended(fleet, 30min, 30min)};
    fleet.observation.signals[id(3)].state = seen;
    EXPECT_TRUE(judged(fleet).empty()) << "a sample may still come";
    fleet.pass(15min);
    const auto events = judged(fleet);
    ASSERT_EQ(events.size(), 1U) << name(seen);
    EXPECT_EQ(fleet.state.recent[0].ending, Ending::back) << name(seen);
    EXPECT_FALSE(fleet.state.recent[0].value_after.has_value());
  }
}

TEST(Judging, SamplesFromBeforeTheEndSayNothing) {
  FleetForTest fleet;
  fleet.state.recent = {ended(fleet, 1min, 0min)};
  judged(fleet);  // the newest sample is a minute and a half old
  EXPECT_TRUE(fleet.state.recent[0].judge_until.has_value());
}

TEST(Judging, BetweenTheTwoLimitsIsNotCured) {
  FleetForTest fleet;
  fleet.policy.reboot_when.back_below = 50;
  fleet.state.recent = {ended(fleet, 30min, 30min)};
  fleet.memory(3, 55);
  judged(fleet);
  EXPECT_EQ(fleet.state.recent[0].ending, Ending::not_cured);
}

TEST(Judging, KeepsWhatEndedAsBackUntilItIsOver) {
  FleetForTest fleet;
  fleet.policy.timing.judge = 1h;
  Remediation done;
  done.id = "x";
  done.instance_id = id(3);
  done.phase = Phase::done;
  done.phase_since = fleet.observation.taken_at;
  done.ending = Ending::cured;
  fleet.state.open = {done};
  close_ended(fleet.state, fleet.policy, fleet.observation);
  ASSERT_EQ(fleet.state.recent.size(), 1U);
  EXPECT_EQ(fleet.state.recent[0].ending, Ending::back);
  EXPECT_EQ(fleet.state.recent[0].judge_until, fleet.observation.taken_at + 1h);
}

Remediation starting(const FleetForTest& fleet) {
  Remediation remediation;
  remediation.instance_id = id(3);
  remediation.started_at = fleet.observation.taken_at;
  return remediation;
}

TEST(AMembersRecord, KeepsTheLastThreeTimesToRelapse) {
  FleetForTest fleet;
  for (const auto well : {5h, 4h, 3h, 2h}) {
    fleet.state.members[id(3)].ended_at = fleet.observation.taken_at - well;
    remember_start(fleet.state, starting(fleet));
  }
  EXPECT_EQ(fleet.state.members[id(3)].relapses, (std::vector<Duration>{4h, 3h, 2h}));
}

TEST(AMembersRecord, OfAWeekWithoutTroubleBeginsAgain) {
  FleetForTest fleet;
  auto& record = fleet.state.members[id(3)];
  record.ended_at = fleet.observation.taken_at - 24h * 8;
  record.relapses = {3h, 2h};
  record.level = 1;
  const FleetView view(fleet.policy, fleet.observation, fleet.state);
  remember_members(fleet.state, view, {});
  EXPECT_TRUE(fleet.state.members[id(3)].relapses.empty());
  EXPECT_EQ(fleet.state.members[id(3)].level, 0);
}

TEST(AMembersRecord, RemembersWhichTagWasServedUntilItIsTakenOff) {
  FleetForTest fleet;
  auto remediation = starting(fleet);
  remediation.cause.tag = "now";
  remediation.cause.identity = tag_identity(kRemediateTag, "now");
  remember_start(fleet.state, remediation);
  fleet.observation.instances.at(id(3)).tags[kRemediateTag] = "now";
  {
    const FleetView view(fleet.policy, fleet.observation, fleet.state);
    remember_members(fleet.state, view, {});
  }
  ASSERT_EQ(fleet.state.members[id(3)].served.size(), 1U);
  EXPECT_EQ(fleet.state.members[id(3)].served[0].reason, tag_identity(kRemediateTag, "now"));
  fleet.observation.instances.at(id(3)).tags.clear();
  const FleetView view(fleet.policy, fleet.observation, fleet.state);
  remember_members(fleet.state, view, {});
  EXPECT_FALSE(fleet.state.members.contains(id(3)));
}

TEST(AMembersRecord, IsDroppedAWeekAfterTheMemberButNotWhenTheFleetCannotBeRead) {
  FleetForTest fleet;
  fleet.state.members["i-gone"].level = 1;
  fleet.state.members["i-gone"].seen_at = fleet.observation.taken_at - std::chrono::days{7};
  fleet.state.members["i-left"].level = 1;
  fleet.state.members["i-left"].seen_at = fleet.observation.taken_at - std::chrono::days{6};
  fleet.group(0).registrations.reset();
  {
    const FleetView view(fleet.policy, fleet.observation, fleet.state);
    remember_members(fleet.state, view, {});
  }
  EXPECT_TRUE(fleet.state.members.contains("i-gone"));
  fleet.group(0).registrations.emplace();
  const FleetView view(fleet.policy, fleet.observation, fleet.state);
  remember_members(fleet.state, view, {});
  EXPECT_FALSE(fleet.state.members.contains("i-gone"));
  EXPECT_TRUE(fleet.state.members.contains("i-left"));
}

TEST(AMembersRecord, KnowsSinceWhenItIsUnhealthyWhereARuleAsks) {
  FleetForTest fleet;
  fleet.state_of(3, TargetState::unhealthy, TargetReason::timeout);
  fleet.tick();
  EXPECT_TRUE(fleet.state.members.empty()) << "no rule asks";
  fleet.policy.also_when = {
      {.name = "ill",
       .priority = 0,
       .all = {{.kind = Condition::Kind::target_unhealthy, .metric = {}, .longer_than = 10min, .name = {}}}}};
  fleet.pass(1min);
  fleet.tick();
  const Time since = fleet.observation.taken_at;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.state.members[id(3)].unhealthy_since, since);
  fleet.state_of(3, TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_FALSE(fleet.state.members.contains(id(3)));
}

TEST(AMembersRecord, OfThousandsKeepsTheLatest) {
  FleetForTest fleet;
  for (int i = 0; i < 1'200; ++i) fleet.state.members[id(i)].ended_at = fleet.observation.taken_at - i * 1min;
  fleet.group(0).registrations.reset();  // no member is dropped as gone
  const FleetView view(fleet.policy, fleet.observation, fleet.state);
  remember_members(fleet.state, view, {});
  EXPECT_EQ(fleet.state.members.size(), 1'000U);
  EXPECT_TRUE(fleet.state.members.contains(id(0)));
  EXPECT_FALSE(fleet.state.members.contains(id(1'199)));
}

std::vector<std::string> events_of_kind(const Plan& plan, EventKind kind) {
  std::vector<std::string> texts;
  for (const auto& event : plan.events) {
    if (event.kind == kind) texts.push_back(event.text);
  }
  return texts;
}

TEST(ReportedChanges, IsAReasonThatChangedAndNothingTwice) {
  FleetForTest fleet;
  fleet.observation.signals[id(4)].state = SignalState::stale;
  const auto first = events_of_kind(fleet.tick(), EventKind::verdict);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(first[0].starts_with("signal_stale: ")) << first[0];
  fleet.pass(1min);
  EXPECT_TRUE(events_of_kind(fleet.tick(), EventKind::verdict).empty());
  fleet.memory(4, 40);
  fleet.pass(1min);
  const auto last = events_of_kind(fleet.tick(), EventKind::verdict);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_TRUE(last[0].starts_with("below_limit: ")) << last[0];
}

TEST(ReportedChanges, IsWhatHoldsBackTheWholeFleetOnce) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at, std::nullopt};
  EXPECT_EQ(events_of_kind(fleet.tick(), EventKind::fleet).size(), 1U);
  fleet.pass(1min);
  auto plan = fleet.tick();
  EXPECT_TRUE(events_of_kind(plan, EventKind::fleet).empty());
  EXPECT_TRUE(events_of_kind(plan, EventKind::verdict).empty())
      << "what holds back everybody is told once, not of everybody";
  fleet.state.pause.reset();
  fleet.pass(1min);
  EXPECT_EQ(events_of_kind(fleet.tick(), EventKind::fleet),
            std::vector<std::string>{"nothing holds it back"});
}

TEST(ReportedChanges, IsNotOfEachMemberWhatHoldsBackAllOfThem) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at, std::nullopt};
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.members.at(id(3)).of_fleet);
  EXPECT_EQ(std::ranges::find(plan.events, id(3), &Event::instance_id), plan.events.end());
}

TEST(ReportedChanges, IsBoundedAndTheRestFollows) {
  FleetForTest fleet(80);
  for (int i = 1; i <= 80; ++i) fleet.observation.signals[id(i)].state = SignalState::missing;
  EXPECT_EQ(events_of_kind(fleet.tick(), EventKind::verdict).size(), 50U);
  fleet.pass(1min);
  EXPECT_EQ(events_of_kind(fleet.tick(), EventKind::verdict).size(), 30U);
}

TEST(TheSummary, SaysWhatTheGuardsLeaveFree) {
  FleetForTest fleet;
  fleet.tick();
  EXPECT_EQ(fleet.state.summary,
            (FleetSummary{.members = 8, .serving = 8, .out = 0, .may_leave = 1, .held_back_by = {}}));
  fleet.policy.keep.out.count = 5;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.state.summary.may_leave, 5);
  fleet.policy.keep.healthy.count = 8;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.state.summary.may_leave, 0);
  fleet.group(0).registrations.reset();
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.state.summary.may_leave, -1);
}

}  // namespace
}  // namespace evenkeel::decide
