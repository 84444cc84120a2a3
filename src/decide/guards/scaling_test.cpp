// Auto Scaling, tags, events, the treatments and the past: what holds back one member.
#include <gtest/gtest.h>

#include "decide/guards/guards.h"
#include "decide/rules/escalation.h"
#include "decide/testing/guards.h"

namespace evenkeel::decide {
namespace {

PastRemediation ended_as(const FleetForTest& fleet, Duration ago, Ending ending,
                         Treatment treatment = Treatment::reboot) {
  PastRemediation past;
  past.id = fmt::format("past-{}", ago.count());
  past.instance_id = id(3);
  past.started_at = fleet.observation.taken_at - ago - 10min;
  past.ended_at = fleet.observation.taken_at - ago;
  past.ending = ending;
  past.treatment = treatment;
  return past;
}

TEST(AutoScaling, AGroupThatIsNotNamedMayReplaceAMember) {
  FleetForTest fleet;
  fleet.observation.instances[id(3)].auto_scaling_group = "web-asg";
  EXPECT_EQ(why_not(fleet), Reason::in_unnamed_auto_scaling_group);
  fleet.scaling();
  EXPECT_EQ(why_not(fleet), Reason::start);
  std::erase_if(fleet.scaling().members, [](const AutoScalingMember& m) { return m.instance_id == id(3); });
  EXPECT_EQ(why_not(fleet), Reason::auto_scaling_state) << "the tag and the group contradict each other";
}

TEST(AutoScaling, AServerThatAnOperatorRegisteredBesideTheGroupMayLeave) {
  FleetForTest fleet;
  fleet.scaling().min = 8;
  std::erase_if(fleet.scaling().members, [](const AutoScalingMember& m) { return m.instance_id == id(3); });
  EXPECT_EQ(why_not(fleet), Reason::start) << "it doesn't leave by Standby";
}

TEST(AutoScaling, ElbHealthChecksReplaceOnlyWhoLeavesByDeregistration) {
  FleetForTest fleet;
  fleet.scaling().elb_health_check = true;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_EQ(why_not(fleet), Reason::auto_scaling_would_replace);
  fleet.scaling().replacement_suspended = true;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.scaling().replacement_suspended = fleet.scaling().elb_health_check = false;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(AutoScaling, OnlyWhoIsInServiceAndHealthyLeaves) {
  FleetForTest fleet;
  fleet.policy.keep.out.count = 2;
  for (const auto state : {LifecycleState::pending_wait, LifecycleState::standby,
                           LifecycleState::terminating_wait, LifecycleState::other}) {
    fleet.scaling().members[2].lifecycle_state = state;
    EXPECT_EQ(why_not(fleet), Reason::auto_scaling_state) << name(state);
  }
  fleet.scaling().members[2].lifecycle_state = LifecycleState::in_service;
  fleet.scaling().members[2].healthy = false;
  EXPECT_EQ(why_not(fleet), Reason::auto_scaling_would_replace);
  fleet.scaling().replacement_suspended = true;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(AutoScaling, StandbyAtMinimumSizeIsRefusedAndTheSizesAreLeftAlone) {
  FleetForTest fleet;
  fleet.scaling().min = 8;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::standby_at_min_size);
  EXPECT_EQ(no.numbers.at(Number::desired), 8);
  EXPECT_EQ(no.numbers.at(Number::min), 8);
  EXPECT_NE(no.text.find("leave_by: deregister"), std::string::npos);
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.leave_by = Leave::standby;
  fleet.policy.treatments[0].treatment = Treatment::replace;
  EXPECT_EQ(why_not(fleet), Reason::start) << "what is replaced doesn't enter Standby";
}

TEST(AutoScaling, WithoutLaunchNoServerComesBack) {
  FleetForTest fleet;
  fleet.scaling().launch_suspended = true;
  EXPECT_EQ(why_not(fleet), Reason::launch_suspended);
  fleet.policy.leave_by = Leave::deregister;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.treatments[0].treatment = Treatment::replace;
  EXPECT_EQ(why_not(fleet), Reason::launch_suspended);
}

TEST(Member, WhoCarriesTheHoldTagIsLeftAlone) {
  FleetForTest fleet;
  auto& tags = fleet.observation.instances[id(3)].tags;
  tags[kHoldTag] = "until\nfriday";
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::hold_tag);
  EXPECT_NE(no.text.find("until\\x0afriday"), std::string::npos) << no.text;
  tags[kHoldTag] = "";
  EXPECT_EQ(why_not(fleet), Reason::hold_tag) << "a console makes empty values";
  for (const auto* let_go : {"no", "No", " no "}) {
    tags[kHoldTag] = let_go;
    EXPECT_EQ(why_not(fleet), Reason::start) << let_go;
  }
}

TEST(Member, AScheduledEventIsLeftToEc2UnlessItIsTheReason) {
  FleetForTest fleet;
  auto& survey = fleet.observation.surveys[id(3)];
  survey.events->push_back({"instance-retirement", "hardware", fleet.observation.taken_at + 24h});
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::scheduled_event);
  EXPECT_NE(no.text.find("instance-retirement for it at 2026-11-23T12:00:00Z"), std::string::npos) << no.text;
  survey.events->front().not_before.reset();
  EXPECT_EQ(why_not(fleet), Reason::scheduled_event);
  survey.events.reset();
  EXPECT_EQ(why_not(fleet), Reason::survey_incomplete);

  survey.events.emplace().push_back({"instance-reboot", "", {}});
  fleet.policy.treatments = {Step{.treatment = Treatment::stop_start, .document = {}}};
  fleet.observation.instances[id(3)].ebs_root = true;
  fleet.policy.also_when = {
      Rule{"event",
           10,
           {{.kind = Condition::Kind::scheduled_event, .metric = {}, .longer_than = {}, .name = ""}}}};
  EXPECT_FALSE(asks_for_events(fleet.policy, ""));
  EXPECT_TRUE(asks_for_events(fleet.policy, "event"));
  fleet.observation.instances[id(3)].status = InstanceStatus{StatusCheck::ok, {}, *survey.events};
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.also_when[0].all[0].kind = Condition::Kind::uptime;
  EXPECT_FALSE(asks_for_events(fleet.policy, "event"));
}

TEST(Member, OnlyAnEbsRootIsStoppedAndOnlyAMemberOfTheGroupReplaced) {
  FleetForTest fleet;
  fleet.policy.treatments = {Step{Treatment::stop_start, 1, {}}};
  EXPECT_EQ(why_not(fleet), Reason::cannot_stop);
  fleet.observation.instances[id(3)].ebs_root = true;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.treatments = {Step{Treatment::replace, 1, {}}};
  EXPECT_EQ(why_not(fleet), Reason::auto_scaling_state);
}

TEST(Member, UptimeCountsFromTheLastBootThatIsKnown) {
  FleetForTest fleet;
  const Time now = fleet.observation.taken_at;
  fleet.state.members[id(3)].booted_at = now - 10min;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::young);
  EXPECT_EQ(no.until, now + 5min);
  EXPECT_EQ(no.numbers.at(Number::up_seconds), 600);
  fleet.state.members[id(3)].booted_at = now - 15min;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Member, TheCooldownIsRememberedBeyondADay) {
  FleetForTest fleet;
  const Time now = fleet.observation.taken_at;
  fleet.policy.keep.cooldown = 48h;
  fleet.state.members[id(3)].ended_at = now - 30h;
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::cooldown);
  EXPECT_EQ(no.until, now + 18h);
  fleet.state.recent = {ended_as(fleet, 20h, Ending::cured)};
  EXPECT_EQ(verdict_of_three(fleet).until, now + 28h) << "the later of the two ends";
  fleet.policy.keep.cooldown = 20h;
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Member, TheDailyLimitSaysWhenItEnds) {
  FleetForTest fleet;
  fleet.policy.keep.remediations_per_day = 2;
  fleet.state.recent = {ended_as(fleet, 20h, Ending::back), ended_as(fleet, 10h, Ending::back),
                        ended_as(fleet, 5h, Ending::back)};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::daily_limit);
  EXPECT_EQ(no.numbers.at(Number::remediations), 3);
  EXPECT_EQ(no.until, fleet.observation.taken_at - 10h - 10min + 24h);
  fleet.policy.keep.remediations_per_day = 0;
  fleet.state.recent.clear();
  EXPECT_EQ(verdict_of_three(fleet).until, std::nullopt);
}

TEST(Fleet, TheNextStartIsForeseen) {
  FleetForTest fleet;
  fleet.policy.keep.starts_per_hour = 1;
  auto past = ended_as(fleet, 20min, Ending::cured);
  past.instance_id = id(4);
  fleet.state.recent = {past};
  EXPECT_EQ(verdict_of_three(fleet).until, past.started_at + 1h);
}

TEST(Member, IsJudgedEvenWhereItsGroupCouldNotBeRead) {
  FleetForTest fleet;
  fleet.group(0).attributes.reset();
  const auto registered = [&] {
    const FleetView view{fleet.policy, fleet.observation, fleet.state};
    return member_guards(view, view.members.at(id(3)));
  };
  EXPECT_EQ(registered(), std::nullopt);
  fleet.place(0, 3).state = TargetState::unhealthy;
  EXPECT_EQ(registered(), std::nullopt) << "the ill are in no slow start, known or not";
}

TEST(Member, SaysInWhichPhaseItIsOrWhyItIsHeld) {
  FleetForTest fleet;
  fleet.start_of_three();
  EXPECT_EQ(why_not(fleet), Reason::in_remediation);
  const auto text = [&] {
    const FleetView view{fleet.policy, fleet.observation, fleet.state};
    return member_guards(view, view.members.at(id(3)))->text;
  };
  EXPECT_NE(text().find("it has been draining for 0s of 6m"), std::string::npos) << text();
  fleet.three().phase = Phase::held;
  fleet.three().held_because = "not healthy; look";
  EXPECT_EQ(text(), "held: not healthy; look");
}

TEST(Fleet, APauseThatIsOverHoldsNothingEvenBeforeItIsTakenOutOfTheState) {
  FleetForTest fleet;
  fleet.state.pause = Pause{"deploy", "ann", {}, fleet.observation.taken_at};
  EXPECT_TRUE(fleet_guards(FleetView{fleet.policy, fleet.observation, fleet.state}).empty());
}

int level(const FleetForTest& fleet) {
  const FleetView view{fleet.policy, fleet.observation, fleet.state};
  return level_for(view, view.members.at(id(3)));
}

TEST(Relapse, SoonerAndSoonerStopsAtTheLastTreatment) {
  FleetForTest fleet;
  auto& relapses = fleet.state.members[id(3)].relapses;
  relapses = {40h, 30h, 22h};  // 30 is three quarters of 40; 22.5 would be of 30
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::relapsing);
  EXPECT_EQ(no.numbers.at(Number::third_seconds), 22 * 3600);
  relapses = {40h, 30h, 23h};
  EXPECT_EQ(why_not(fleet), Reason::start);
  relapses = {40h, 31h, 20h};
  EXPECT_EQ(why_not(fleet), Reason::start);
  relapses = {30h, 22h};
  EXPECT_EQ(why_not(fleet), Reason::start) << "two intervals are too few";
  relapses = {1h, 40h, 30h, 22h};
  EXPECT_EQ(why_not(fleet), Reason::relapsing) << "the last three count";
}

TEST(Relapse, SoonerAndSoonerLikeAllOthersIsCausedByTraffic) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.state.members[id(3)].relapses = {4h, 3h, 2h};
  fleet.state.members[id(4)].relapses = {2h};
  EXPECT_EQ(why_not(fleet), Reason::relapsing) << "one other is no crowd";
  fleet.state.members[id(5)].relapses = {3h, 150min};
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.state.members[id(4)].relapses = {5h};
  fleet.state.members[id(5)].relapses = {5h};
  EXPECT_EQ(why_not(fleet), Reason::relapsing) << "less than half of what the others last";
}

TEST(Relapse, EscalatesWhereThereIsALevelAbove) {
  FleetForTest fleet;
  fleet.policy.treatments = {Step{Treatment::reboot, 1, {}}, Step{Treatment::stop_start, 1, {}}};
  fleet.observation.instances[id(3)].ebs_root = true;
  EXPECT_EQ(level(fleet), 0);
  fleet.state.members[id(3)].relapses = {40h, 30h, 22h};
  EXPECT_EQ(level(fleet), 1);
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.observation.instances[id(3)].ebs_root = false;
  EXPECT_EQ(why_not(fleet), Reason::cannot_stop) << "the rung it would begin with counts";
  fleet.observation.instances[id(3)].ebs_root = true;
  fleet.state.members[id(3)].level = 1;
  EXPECT_EQ(why_not(fleet), Reason::relapsing);
  fleet.state.members[id(3)].relapses.clear();
  EXPECT_EQ(level(fleet), 1);
  fleet.policy.treatments.pop_back();
  EXPECT_EQ(level(fleet), 0) << "the ladder has become shorter";
}

TEST(Relapse, AStrongerTreatmentIsJudgedByItsOwnResults) {
  FleetForTest fleet;
  fleet.policy.treatments = {Step{Treatment::reboot, 1, {}}, Step{Treatment::stop_start, 1, {}}};
  fleet.observation.instances[id(3)].ebs_root = true;
  fleet.state.recent = {ended_as(fleet, 8h, Ending::not_cured), ended_as(fleet, 6h, Ending::not_cured)};
  EXPECT_EQ(level(fleet), 1);
  fleet.state.members[id(3)].level = 1;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.state.recent = {ended_as(fleet, 8h, Ending::not_cured, Treatment::stop_start),
                        ended_as(fleet, 6h, Ending::not_cured, Treatment::replace)};
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::remedy_does_not_help);
  EXPECT_EQ(no.numbers.at(Number::in_vain), 2);
}

TEST(Relapse, OnlyTheLastThreeThatWereJudgedCount) {
  FleetForTest fleet;
  fleet.policy.keep.remediations_per_day = 9;
  fleet.state.recent = {ended_as(fleet, 20h, Ending::not_cured), ended_as(fleet, 16h, Ending::not_cured),
                        ended_as(fleet, 12h, Ending::cured), ended_as(fleet, 8h, Ending::cured),
                        ended_as(fleet, 4h, Ending::back)};
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.state.recent[3].ending = Ending::not_cured;
  EXPECT_EQ(why_not(fleet), Reason::remedy_does_not_help);
}

TEST(AScaledMember, OfAGroupThatCannotBeReadIsNotCalledUnregistered) {
  FleetForTest fleet;
  fleet.scaling();
  fleet.group(0).registrations.reset();
  fleet.group(1).registrations.reset();
  EXPECT_EQ(fleet.decide().members.at(id(4)).reason, Reason::observation_incomplete);
}

}  // namespace
}  // namespace evenkeel::decide
