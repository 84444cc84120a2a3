// Whether a fleet is able, waiting or blind: each thing that makes it blind, and that nothing else hides it.
#include "decide/ability.h"

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

Ability ability(const FleetForTest& fleet) { return fleet.decide().next.ability; }

// What it is blind to; nothing when it isn't.
std::vector<Blindness> blind_to(const FleetForTest& fleet) {
  const auto is = ability(fleet);
  EXPECT_EQ(is.kind == Ability::Kind::blind, !is.blind_to.empty());
  std::vector<Blindness> list;
  for (const auto& one : is.blind_to) {
    EXPECT_FALSE(one.text.empty());
    list.push_back(one.what);
  }
  return list;
}

using Blindnesses = std::vector<Blindness>;

void close_the_window(FleetForTest& fleet) {
  fleet.policy.windows = {Window{.days = 0x7f, .from = 22h, .to = 5h, .zone = {}}};
}

void no_signal(FleetForTest& fleet, const Signal& signal) {
  for (auto& [id, own] : fleet.observation.signals) own = signal;
}

bool has_event(const Plan& plan, EventKind kind) {
  return std::ranges::find(plan.events, kind, &Event::kind) != plan.events.end();
}

TEST(Ability, AFleetWithAFreePlaceIsAbleAndOneThatHasToWaitSaysForWhat) {
  FleetForTest fleet;
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::able);
  EXPECT_EQ(ability(fleet).since, fleet.observation.taken_at);
  EXPECT_TRUE(ability(fleet).because.empty());
  close_the_window(fleet);
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::waiting);
  ASSERT_EQ(ability(fleet).because.size(), 1U);
  fleet.state.pause = Pause{"deploy", "ann", fleet.observation.taken_at};
  EXPECT_EQ(ability(fleet).because.size(), 2U);
}

TEST(Ability, WaitsWhenNoMemberCanBeSparedNow) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 7, .percent = 0};
  fleet.policy.keep.out = {2, 0};
  for (auto& group : fleet.observation.target_groups) {
    group.registrations->at(3).state = group.registrations->at(4).state = TargetState::unhealthy;
  }
  const auto is = ability(fleet);
  ASSERT_EQ(is.kind, Ability::Kind::waiting);
  EXPECT_TRUE(is.because.front().starts_with("no member may leave now: ")) << is.because.front();
}

TEST(Ability, AFleetOfWhichNoMemberCouldEverLeaveIsNotAble) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 8, .percent = 0};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::no_member_may_leave});
  const auto text = ability(fleet).blind_to[0].text;
  EXPECT_NE(text.find("8 of 8: 7 of 8 would be left healthy in tg1"), std::string::npos) << text;
  EXPECT_NE(text.find("set keep.healthy to 7 or less"), std::string::npos) << text;
  EXPECT_TRUE(is_of_the_policy(Blindness::no_member_may_leave));
  EXPECT_FALSE(is_of_the_policy(Blindness::groups_unread));
  fleet.policy.keep.healthy = {.count = 7, .percent = 0};
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::able);
}

TEST(Ability, OneMemberThatCouldLeaveIsEnough) {
  FleetForTest fleet;
  for (int number = 1; number <= 8; ++number)
    fleet.observation.instances.at(id(number)).auto_scaling_group = "web-asg";
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::no_member_may_leave});
  EXPECT_NE(ability(fleet).blind_to[0].text.find("auto_scaling_group"), std::string::npos);
  fleet.observation.instances.at(id(8)).auto_scaling_group.clear();
  EXPECT_EQ(blind_to(fleet), Blindnesses{});
}

TEST(Ability, WhatHidesBehindAReasonThatPassesIsFoundAllTheSame) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 8, .percent = 0};
  fleet.policy.keep.min_uptime = 24h * 365 * 60;  // younger than any
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::no_member_may_leave});
}

TEST(Ability, ReasonsThatPassAreWaitedFor) {
  FleetForTest fleet;
  fleet.policy.keep.min_uptime = 24h * 365 * 60;
  const auto is = ability(fleet);
  ASSERT_EQ(is.kind, Ability::Kind::waiting);
  EXPECT_NE(is.because.front().find("8 of 8: "), std::string::npos) << is.because.front();
}

TEST(Ability, AFleetWithoutMembersIsNotAble) {
  FleetForTest fleet(0);
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::no_members});
  EXPECT_NE(ability(fleet).blind_to[0].text.find("tg1"), std::string::npos);
}

TEST(Ability, AScalingGroupOfDesiredSizeZeroWaits) {
  FleetForTest fleet(0);
  fleet.scaling().desired = 0;
  fleet.scaling().min = 0;
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::waiting);
  fleet.scaling().desired = 2;
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::no_members});
}

TEST(Ability, AServerThatIsAskedForAndMayNeverLeaveIsTold) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  auto& survey = fleet.observation.surveys[id(3)];
  survey.elsewhere = {{id(3), 80, TargetState::healthy, TargetReason::none, {}}};
  survey.elsewhere_groups = {"tg-other"};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::may_never_leave});
  EXPECT_NE(ability(fleet).blind_to[0].text.find("tg-other"), std::string::npos);
  fleet.memory(5, 70);
  EXPECT_EQ(blind_to(fleet), Blindnesses{}) << "another one goes";
}

TEST(Ability, TwoFleetsOfOneGroupAreToldAndNotWaitedFor) {
  FleetForTest fleet;
  fleet.observation.groups_of_others[fleet.observation.target_groups[0].arn] = "web-old";
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::fleet_may_not_start});
}

TEST(Ability, AsManyOutAsMayBeIsWaitedForFromTheTickThatTakesItOut) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  const auto plan = fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U);
  EXPECT_EQ(plan.next.ability.kind, Ability::Kind::waiting);
  EXPECT_EQ(plan.next.summary.may_leave, 0);
}

// AWS has just refused it, for want of a permission.
void refuse(FleetForTest& fleet, Effect effect) {
  fleet.state.denials.push_back({effect, "", fleet.observation.taken_at, fleet.observation.taken_at,
                                 "ssm:SendCommand: HTTP 400 AccessDeniedException"});
}

TEST(Ability, WhatAwsRefusedBlindsUntilItWorks) {
  FleetForTest fleet;
  fleet.policy.treatments = {{Treatment::command, 1, {"recycle", {}, 1min}}};
  refuse(fleet, Effect::command);
  ASSERT_EQ(blind_to(fleet), Blindnesses{Blindness::action_denied});
  const auto text = ability(fleet).blind_to[0].text;
  EXPECT_NE(text.find("ssm:SendCommand: HTTP 400 AccessDeniedException"), std::string::npos) << text;
  fleet.observation.surveys.clear();
  fleet.policy.treatments = {Step{}};
  EXPECT_EQ(blind_to(fleet), Blindnesses{}) << "the policy does not do it any more";
  refuse(fleet, Effect::reboot);
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::action_denied});
  fleet.pass(7 * 24h);
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::action_denied});
  fleet.pass(1min);
  EXPECT_EQ(blind_to(fleet), Blindnesses{}) << "nothing is remembered for ever";
}

TEST(Ability, ATargetGroupThatDoesNotExistIsAWrongNameAndOneThatWasNotLookedUpIsNot) {
  FleetForTest fleet;
  fleet.policy.target_groups.emplace_back("tg9");
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::groups_unread});
  EXPECT_FALSE(is_absent_name(Blindness::groups_unread));
  fleet.observation.absent_names = {"tg9"};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::target_group_absent});
  EXPECT_TRUE(is_absent_name(Blindness::target_group_absent));
  EXPECT_NE(ability(fleet).blind_to[0].text.find("tg9"), std::string::npos);
}

TEST(Ability, TargetsAttributesAndInstancesThatCouldNotBeReadBlind) {
  FleetForTest fleet;
  fleet.observation.target_groups[0].registrations.reset();
  fleet.observation.target_groups[1].attributes.reset();
  fleet.observation.instances_complete = false;  // for the same reason
  EXPECT_EQ(blind_to(fleet), (Blindnesses{Blindness::targets_unread, Blindness::attributes_unread}));
  FleetForTest other;
  other.observation.instances_complete = false;
  EXPECT_EQ(blind_to(other), Blindnesses{Blindness::instances_unread});
}

TEST(Ability, NamesTheActionThatAwsRefusedAndNoOther) {
  FleetForTest fleet;
  fleet.observation.target_groups[0].registrations.reset();
  const auto name = fleet.observation.target_groups[0].name;
  EXPECT_NE(ability(fleet).blind_to[0].text.find("see that elasticloadbalancing:DescribeTargetHealth"),
            std::string::npos);
  fleet.observation.problems = {{Problem::Kind::targets, name + "-other", "elasticloadbalancing:Y: HTTP 500"},
                                {Problem::Kind::attributes, name, "elasticloadbalancing:Z: HTTP 500"},
                                {Problem::Kind::targets, name, "elasticloadbalancing:X: HTTP 403"}};
  EXPECT_NE(ability(fleet).blind_to[0].text.find("could not be read: elasticloadbalancing:X: HTTP 403"),
            std::string::npos);
  FleetForTest other;
  other.observation.instances_complete = false;
  other.observation.problems = {
      {Problem::Kind::target_groups, "", "elasticloadbalancing:DescribeTargetGroups: HTTP 403"}};
  EXPECT_EQ(blind_to(other), Blindnesses{Blindness::groups_unread});
  EXPECT_EQ(ability(other).blind_to[0].text.find("ec2:DescribeInstances"), std::string::npos);
}

TEST(Ability, AnAutoScalingGroupThatIsNotThereBlinds) {
  FleetForTest fleet;
  fleet.policy.auto_scaling_group = "web-asg";
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::auto_scaling_unread});
  fleet.observation.absent_names = {"web-asg"};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::auto_scaling_group_absent});
}

TEST(Ability, WhatAutoScalingIsDoingMustBeReadable) {
  FleetForTest fleet;
  fleet.scaling().activities.reset();
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::auto_scaling_unread});
  fleet.scaling().activities = {"launching"};
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::waiting) << "it is at work, and that passes";
  fleet.scaling().activities.emplace();
  fleet.scaling().instance_refresh.reset();
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::auto_scaling_unread});
}

TEST(Ability, AnAlarmThatFiresIsWaitedForAndOneThatDoesNotExistIsNot) {
  FleetForTest fleet;
  fleet.policy.gates.alarms = {"web-*"};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::alarm_unread});
  fleet.observation.alarms["web-*"] = {};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::alarm_absent}) << "a prefix that matches none";
  fleet.observation.alarms["web-*"] = {{"web-5xx", AlarmState::alarm}};
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::waiting);
  fleet.observation.alarms["web-*"] = {{"web-5xx", AlarmState::ok}};
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::able);
}

TEST(Ability, AnAlarmOfEachMemberBlindsWhenNoMemberHasOne) {
  FleetForTest fleet(2);
  Condition alarm;
  alarm.kind = Condition::Kind::alarm;
  alarm.name = "hot-{instance_id}";
  fleet.policy.also_when = {{"hot", 1, {alarm}}};
  fleet.policy.keep.healthy = {.count = 1, .percent = 0};
  for (auto& group : fleet.observation.target_groups) group.attributes->fail_open_count = 0;
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::alarm_unread});
  fleet.observation.alarms["hot-" + id(1)] = {};
  fleet.observation.alarms["hot-" + id(2)] = {};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::alarm_absent});
  fleet.observation.alarms["hot-" + id(2)] = {{"hot-" + id(2), AlarmState::ok}};
  EXPECT_EQ(blind_to(fleet), Blindnesses{});
}

TEST(Ability, ACalendarThatIsClosedIsWaitedForAndOneThatDoesNotExistIsNot) {
  FleetForTest fleet;
  fleet.policy.gates.calendars = {"freeze"};
  fleet.observation.calendars["freeze"] = CalendarState::unknown;
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::calendar_unread});
  fleet.observation.absent_names = {"freeze"};
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::calendar_absent});
  fleet.observation.calendars["freeze"] = CalendarState::closed;
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::waiting);
}

TEST(Ability, AMetricThatNoMemberHasIsAWrongNameAndOneThatFailsIsUnread) {
  FleetForTest fleet;
  no_signal(fleet, {SignalState::missing, {}, "no series", true});
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::metric_absent});
  no_signal(fleet, {SignalState::failed, {}, "GetMetricData is denied"});
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::metric_unread});
  EXPECT_NE(ability(fleet).blind_to[0].text.find("GetMetricData is denied"), std::string::npos);
  no_signal(fleet, {SignalState::stale, {}, "the newest sample is 1h old"});
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::metric_unread});
  fleet.memory(1, 40);
  EXPECT_EQ(blind_to(fleet), Blindnesses{}) << "one is seen: the others have reasons of their own";
}

TEST(Ability, ADeniedMetricIsToldOutsideTheWindowToo) {
  FleetForTest fleet;
  close_the_window(fleet);
  no_signal(fleet, {SignalState::failed, {}, "GetMetricData is denied"});
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::metric_unread});
  EXPECT_EQ(ability(fleet).because.size(), 1U) << "and that the window is closed";
}

void let_none_leave(FleetForTest& fleet) { fleet.policy.keep.healthy = {.count = 8, .percent = 0}; }

class NoneMayLeave : public testing::TestWithParam<void (*)(FleetForTest&)> {};

TEST_P(NoneMayLeave, TheMetricIsReadOnceAnHour) {
  FleetForTest fleet;
  GetParam()(fleet);
  const auto signals = fleet.observation.signals;
  const auto asks = [&] {
    fleet.observation.signals.clear();
    const bool asked = !fleet.decide().questions.empty();
    fleet.observation.signals = signals;
    return asked;
  };
  EXPECT_TRUE(asks()) << "the first tick";
  fleet.state.signal_read_at = fleet.observation.taken_at - 50min;
  EXPECT_FALSE(asks());
  fleet.state.signal_read_at = fleet.observation.taken_at - 1h;
  EXPECT_TRUE(asks());
  FleetForTest empty(0);
  close_the_window(empty);
  EXPECT_TRUE(empty.decide().questions.empty()) << "there is nobody to ask for";
  fleet.policy.retired = true;
  EXPECT_FALSE(asks()) << "it is only restored";
  fleet.policy.retired = false;
  fleet.state.ability = {Ability::Kind::blind, {}, {}, {{Blindness::metric_unread, "mem", "denied"}}};
  fleet.state.signal_read_at = fleet.observation.taken_at - fleet.policy.reboot_when.period;
  EXPECT_TRUE(asks()) << "whether it sees again";
}

INSTANTIATE_TEST_SUITE_P(ForTheFleetsReasonOrTheirOwn, NoneMayLeave,
                         testing::Values(close_the_window, let_none_leave));

TEST(Ability, WhatWasNotLookedAtInThisTickStays) {
  FleetForTest fleet;
  no_signal(fleet, {SignalState::failed, {}, "GetMetricData is denied"});
  fleet.tick();
  close_the_window(fleet);
  fleet.pass(1min);
  fleet.observation.signals.clear();
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::metric_unread});
  fleet.policy.reboot_when.metric = "another";
  fleet.state.signal_read_at = fleet.observation.taken_at;
  EXPECT_EQ(blind_to(fleet), Blindnesses{}) << "of a metric that the policy no longer names";
}

TEST(Ability, ACandidateThatMayNotBeTreatedOrPutBackBlinds) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.surveys[id(3)].may_register = false;
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::survey_denied});
  fleet.memory(5, 70);
  EXPECT_EQ(blind_to(fleet), Blindnesses{}) << "the next one goes";
  fleet.observation.surveys[id(5)].may_reboot = false;
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::survey_denied});
  // A tick that doesn't come to asking leaves it as it was.
  fleet.tick();
  close_the_window(fleet);
  fleet.pass(1min);
  EXPECT_EQ(blind_to(fleet), Blindnesses{Blindness::survey_denied});
}

TEST(Ability, ARetiredFleetIsNotBlind) {
  FleetForTest fleet;
  fleet.policy.target_groups.emplace_back("tg9");
  fleet.policy.retired = true;
  EXPECT_EQ(ability(fleet).kind, Ability::Kind::waiting);
}

TEST(Ability, SinceIsWhenTheKindBegan) {
  FleetForTest fleet;
  close_the_window(fleet);
  fleet.tick();
  const Time began = fleet.observation.taken_at;
  fleet.pass(3min);
  EXPECT_EQ(ability(fleet).since, began);
  fleet.observation.target_groups[0].registrations.reset();
  EXPECT_EQ(ability(fleet).since, fleet.observation.taken_at);
}

TEST(Ability, IsToldOnceAfterTenMinutesAndAgainWhenItSees) {
  FleetForTest fleet;
  const auto readable = fleet.observation.target_groups[0].registrations;
  fleet.observation.target_groups[0].registrations.reset();
  int told = 0;
  for (int minute = 0; minute <= 15; ++minute) {
    const auto plan = fleet.tick();
    if (has_event(plan, EventKind::blind)) {
      ++told;
      EXPECT_EQ(minute, 10);
    }
    EXPECT_FALSE(has_event(plan, EventKind::sees));
    fleet.pass(1min);
  }
  EXPECT_EQ(told, 1);
  fleet.observation.target_groups[0].registrations = readable;
  EXPECT_TRUE(has_event(fleet.tick(), EventKind::sees));
  fleet.pass(1min);
  EXPECT_FALSE(has_event(fleet.tick(), EventKind::sees));
}

TEST(Ability, ABlinkIsNotTold) {
  FleetForTest fleet;
  const auto readable = fleet.observation.target_groups[0].registrations;
  fleet.observation.target_groups[0].registrations.reset();
  fleet.tick();
  fleet.pass(1min);
  fleet.observation.target_groups[0].registrations = readable;
  EXPECT_FALSE(has_event(fleet.tick(), EventKind::sees));
}

TEST(Ability, IsShortEnoughForTheStateWhateverItIsBlindTo) {
  FleetForTest fleet;
  for (int i = 0; i < 100; ++i) fleet.policy.gates.alarms.push_back(std::string(1000, 'a') + "*");
  const auto is = ability(fleet);
  EXPECT_LE(is.blind_to.size(), 8U);
  for (const auto& one : is.blind_to) EXPECT_LE(one.text.size() + one.subject.size(), 1000U);
}

}  // namespace
}  // namespace evenkeel::decide
