// Each kind of condition: when it asks for a member, when not, and when that is unknown.
#include "decide/rules/rules.h"

#include <gtest/gtest.h>

#include "decide/testing/guards.h"
#include "model/alarm_name.h"

namespace evenkeel::decide {
namespace {

using Kind = Condition::Kind;

Condition when(Kind kind, Duration longer_than = {}, std::string name = {}) {
  Condition condition;
  condition.kind = kind;
  condition.longer_than = longer_than;
  condition.name = std::move(name);
  return condition;
}

// A fleet without reboot_when whose only rule has this condition.
struct Ruled : FleetForTest {
  explicit Ruled(Condition condition) {
    policy.reboot_when = {};
    observation.signals.clear();
    policy.also_when = {Rule{"rule", 0, {std::move(condition)}}};
  }
  Instance& three_itself() { return observation.instances.at(id(3)); }
  ConditionResult judged() const {
    const FleetView view{policy, observation, state};
    return judge_rule(view, view.members.at(id(3)), policy.also_when[0], true);
  }
};

TEST(Rules, UptimeCountsFromTheLastBootAgeFromTheLaunch) {
  Ruled fleet{when(Kind::uptime, 24h)};
  EXPECT_EQ(fleet.judged().holds, Holds::yes) << "launched a day ago, to the minute";
  EXPECT_EQ(fleet.decide().actions.at(0).instance_id, id(1)) << "all are equal, so the first by id goes";
  fleet.state.members[id(3)].booted_at = fleet.observation.taken_at - 23h;
  const auto no = fleet.judged();
  EXPECT_EQ(no.holds, Holds::no);
  EXPECT_EQ(no.verdict.until, fleet.observation.taken_at + 1h);
  EXPECT_EQ(no.verdict.numbers.at(Number::lasted_seconds), 23 * 3600);
  fleet.policy.also_when[0].all[0].kind = Kind::age;
  EXPECT_EQ(fleet.judged().verdict.reason, Reason::reason_remains) << "a reboot makes nothing younger";
  fleet.policy.treatments = {Step{.treatment = Treatment::stop_start, .document = {}}};
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  fleet.three_itself().launch_time += 1s;
  EXPECT_EQ(fleet.judged().holds, Holds::no);
}

TEST(Rules, ATagAsksOncePerValue) {
  Ruled fleet{when(Kind::tag, {}, kRemediateTag)};
  EXPECT_EQ(fleet.judged().holds, Holds::no);
  fleet.three_itself().tags[kRemediateTag] = "now";
  EXPECT_EQ(why_not(fleet), Reason::start);
  const auto plan = fleet.tick();
  EXPECT_EQ(fleet.three().cause.tag, "now");
  EXPECT_EQ(fleet.three().cause.rule, "rule");
  EXPECT_NE(fleet.three().cause.text.find("now"), std::string::npos);
  EXPECT_EQ(fleet.three().cause.metric, "");
  fleet.state.open.clear();
  fleet.state.members[id(3)].served_tag = "now";
  EXPECT_EQ(fleet.judged().holds, Holds::no);
  fleet.three_itself().tags[kRemediateTag] = "again";
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  for (const auto* no : {"", "no", "No "}) {
    fleet.three_itself().tags[kRemediateTag] = no;
    EXPECT_EQ(fleet.judged().holds, Holds::no) << no;
  }
}

TEST(Rules, ATagThatAnotherFleetHasServedAsksForNothing) {
  Ruled fleet{when(Kind::tag, {}, kRemediateTag)};
  fleet.three_itself().tags[kRemediateTag] = "now";
  fleet.observation.other_fleets[id(3)] = {.fleet = "old-name",
                                           .served = {{"tag evenkeel:remediate=now", Treatment::reboot}}};
  EXPECT_EQ(why_not(fleet), Reason::already_served);
  EXPECT_NE(fleet.judged().verdict.text.find("served in fleet old-name"), std::string::npos);
  fleet.three_itself().tags[kRemediateTag] = "again";
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Rules, EachKeyOfATagIsServedByItself) {
  FleetForTest fleet;
  fleet.policy.reboot_when = {};
  fleet.policy.also_when = {{"deploy", 0, {{Condition::Kind::tag, {}, {}, "deploy"}}},
                            {"patch", 0, {{Condition::Kind::tag, {}, {}, "patch"}}}};
  auto& tags = fleet.observation.instances.at(id(3)).tags;
  tags = {{"deploy", "one"}, {"patch", "one"}};
  for (const char* rule : {"deploy", "patch"}) {
    const auto plan = fleet.tick();
    ASSERT_EQ(plan.members.at(id(3)).reason, Reason::start) << "the same value under another key asks too";
    EXPECT_EQ(fleet.three().cause.rule, rule);
    fleet.state.open.clear();
  }
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::already_served);
  tags["deploy"] = "two";
  EXPECT_EQ(fleet.tick().members.at(id(3)).reason, Reason::start);
  fleet.state.open.clear();
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::already_served)
      << "the one does not make the other ask again";
}

TEST(Rules, AScheduledEventByItsCodeOrAny) {
  Ruled fleet{when(Kind::scheduled_event)};
  fleet.policy.treatments = {Step{.treatment = Treatment::stop_start, .document = {}}};
  EXPECT_EQ(fleet.judged().holds, Holds::unknown) << "its status was not read";
  fleet.three_itself().status.emplace();
  EXPECT_EQ(fleet.judged().holds, Holds::no);
  fleet.three_itself().status->events.push_back(
      {"instance-stop", "worn\nout", fleet.observation.taken_at + 1h});
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  EXPECT_NE(fleet.judged().verdict.text.find("worn\\x0aout"), std::string::npos);
  fleet.policy.also_when[0].all[0].name = "instance-reboot";
  EXPECT_EQ(fleet.judged().holds, Holds::no);
  fleet.three_itself().status->events.push_back({"instance-reboot", "", {}});
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
}

TEST(Rules, AStatusCheckThatHasBeenImpairedLongEnough) {
  Ruled fleet{when(Kind::status_check, 10min)};
  const Time now = fleet.observation.taken_at;
  EXPECT_EQ(fleet.judged().holds, Holds::unknown);
  for (const auto& [check, holds] : {std::pair{StatusCheck::unknown, Holds::unknown},
                                     {StatusCheck::insufficient_data, Holds::unknown},
                                     {StatusCheck::initializing, Holds::no},
                                     {StatusCheck::ok, Holds::no}}) {
    fleet.three_itself().status = InstanceStatus{check, now - 1h, {}};
    EXPECT_EQ(fleet.judged().holds, holds) << name(check);
  }
  fleet.three_itself().status = InstanceStatus{StatusCheck::impaired, now - 10min, {}};
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  fleet.three_itself().status->impaired_since = now - 9min;
  EXPECT_EQ(fleet.judged().verdict.until, now + 1min);
  fleet.three_itself().status->impaired_since.reset();
  EXPECT_EQ(fleet.judged().holds, Holds::no) << "nobody knows since when";
}

TEST(Rules, UnhealthyForLongEnoughAndStill) {
  Ruled fleet{when(Kind::target_unhealthy, 15min)};
  const Time now = fleet.observation.taken_at;
  fleet.state.members[id(3)].unhealthy_since = now - 15min;
  EXPECT_EQ(fleet.judged().holds, Holds::no) << "it is healthy again";
  fleet.place(1, 3).state = TargetState::unhealthy;
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  fleet.state.members[id(3)].unhealthy_since.reset();
  EXPECT_EQ(fleet.judged().verdict.until, now + 15min) << "seen so for the first time";
}

TEST(Rules, AnAlarmOfTheMember) {
  Ruled fleet{when(Kind::alarm, {}, "oom-{instance_id}")};
  const auto filled = "oom-" + id(3);
  EXPECT_EQ(fleet.judged().holds, Holds::unknown);
  EXPECT_EQ(fleet.judged().verdict.reason, Reason::alarm_unreadable);
  fleet.observation.alarms[filled] = {};
  EXPECT_EQ(fleet.judged().holds, Holds::unknown) << "it matches none";
  for (const auto quiet : {AlarmState::ok, AlarmState::insufficient_data}) {
    fleet.observation.alarms[filled] = {{filled, quiet}};
    EXPECT_EQ(fleet.judged().holds, Holds::no) << name(quiet);
  }
  fleet.observation.alarms[filled] = {{filled, AlarmState::alarm}};
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  EXPECT_EQ(alarm_of("{instance_id}-{instance_id}", "{instance_id}"), "{instance_id}-{instance_id}");
}

Condition cpu() {
  Condition condition;
  condition.metric.metric_namespace = "AWS/EC2";
  condition.metric.metric = "CPUUtilization";
  condition.metric.above = 90;
  condition.metric.datapoints = 3;
  return condition;
}

TEST(Rules, AnotherMetricIsAskedForAndJudged) {
  Ruled fleet{cpu()};
  auto plan = fleet.decide();
  ASSERT_EQ(plan.questions.size(), 1U);
  EXPECT_EQ(plan.questions[0].kind, Question::Kind::signal);
  ASSERT_TRUE(plan.questions[0].condition.has_value());
  EXPECT_EQ(plan.questions[0].condition->metric, "CPUUtilization");
  EXPECT_EQ(plan.questions[0].instance_ids.size(), 8U);

  FleetForTest other;
  for (int i = 1; i <= 8; ++i) other.memory(i, i == 3 ? 95 : 20);
  fleet.observation.other_signals[metric_key(cpu().metric)] = other.observation.signals;
  plan = fleet.decide();
  EXPECT_TRUE(plan.questions.empty());
  ASSERT_EQ(plan.actions.size(), 2U);
  EXPECT_EQ(plan.actions[0].instance_id, id(3));
  const auto& cause = plan.next.open.at(0).cause;
  EXPECT_EQ(cause.metric, "CPUUtilization");
  EXPECT_EQ(cause.value, 95);
  EXPECT_EQ(cause.above, 90);
  EXPECT_EQ(cause.sampled_at, other.observation.signals[id(3)].samples.back().at);
}

TEST(Rules, ConditionsOfOneMetricShareOneReading) {
  FleetForTest fleet;
  Condition same;
  same.metric = fleet.policy.reboot_when;
  same.metric.above = 35;
  same.metric.over = 10min;
  same.metric.max_age = 3min;
  fleet.policy.also_when = {Rule{"old-and-full", 0, {same, when(Kind::uptime, 24h)}}, Rule{"hot", 0, {cpu()}},
                            Rule{"hotter", 0, {cpu(), when(Kind::age, 1h)}}};
  fleet.policy.also_when[2].all[0].metric.over = 7min;
  fleet.policy.also_when[2].all[0].metric.above = 95;
  fleet.observation.signals.clear();
  const auto plan = fleet.decide();
  ASSERT_EQ(plan.questions.size(), 2U);
  EXPECT_FALSE(plan.questions[0].condition.has_value()) << "reboot_when's own";
  EXPECT_EQ(plan.questions[0].lookback, 10min + 3min + 3min);
  EXPECT_EQ(plan.questions[1].condition->over, 7min);
}

TEST(Rules, HysteresisOfARuleIsReadFromItsSamples) {
  Ruled fleet{cpu()};
  fleet.policy.also_when[0].all[0].metric.back_below = 60;
  auto& signals = fleet.observation.other_signals[metric_key(cpu().metric)];
  FleetForTest other;
  for (int i = 1; i <= 8; ++i) other.memory(i, 20);
  signals = other.observation.signals;
  auto& samples = signals[id(3)].samples;
  const auto set = [&](std::vector<double> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      samples[samples.size() - values.size() + i].value = values[i];
  };
  set({95, 95, 95, 70, 65});
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  set({95, 95, 95, 60, 65});
  EXPECT_EQ(fleet.judged().holds, Holds::no) << "it came down in between";
  set({20, 95, 95, 70, 65});
  EXPECT_EQ(fleet.judged().holds, Holds::no) << "two of three that it takes";
  set({95, 95, 95, 70, 60});
  EXPECT_EQ(fleet.judged().holds, Holds::no);
  set({95, 20, 20, 95, 20, 95, 95});
  EXPECT_EQ(fleet.judged().holds, Holds::yes) << "three of the last five";
}

TEST(Rules, HysteresisOfRebootWhenIsRemembered) {
  FleetForTest fleet;
  fleet.policy.reboot_when.back_below = 55;
  fleet.memory(3, 60);
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::below_limit);
  fleet.state.members[id(3)].above_since = fleet.observation.taken_at - 1h;
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.actions.size(), 2U);
  EXPECT_EQ(plan.members.at(id(3)).numbers.at(Number::back_below), 55);
  fleet.memory(3, 55);
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::below_limit);
  EXPECT_FALSE(fleet.decide().next.members.contains(id(3))) << "it has come down";
}

TEST(Rules, AllConditionsMustHold) {
  Ruled fleet{when(Kind::uptime, 24h)};
  fleet.policy.also_when[0].all.push_back(when(Kind::tag, {}, kRemediateTag));
  EXPECT_EQ(fleet.judged().holds, Holds::no);
  fleet.three_itself().tags[kRemediateTag] = "now";
  const auto yes = fleet.judged();
  EXPECT_EQ(yes.holds, Holds::yes);
  EXPECT_EQ(yes.tag, "now");
  EXPECT_NE(yes.verdict.text.find(" and "), std::string::npos);
  fleet.policy.also_when[0].all.push_back(when(Kind::scheduled_event));
  fleet.policy.also_when[0].all.push_back(when(Kind::alarm, {}, "x"));
  const auto unknown = fleet.judged();
  EXPECT_EQ(unknown.holds, Holds::unknown);
  EXPECT_EQ(unknown.verdict.reason, Reason::observation_incomplete) << "the first that is unknown";
  fleet.policy.also_when[0].all.push_back(when(Kind::age, 48h));
  EXPECT_EQ(fleet.judged().holds, Holds::no) << "one no is enough";
}

TEST(Rules, TheHighestPriorityThatHoldsIsTheCause) {
  FleetForTest fleet;
  fleet.memory(3, 90);
  fleet.policy.also_when = {Rule{"low", -1, {when(Kind::uptime, 1h)}},
                            Rule{"same", 0, {when(Kind::uptime, 1h)}}};
  EXPECT_EQ(fleet.decide().next.open.at(0).cause.rule, "") << "among equals reboot_when";
  fleet.policy.also_when.push_back(Rule{"high", 5, {when(Kind::uptime, 1h)}});
  fleet.policy.also_when.push_back(Rule{"as high", 5, {when(Kind::uptime, 1h)}});
  const auto plan = fleet.decide();
  EXPECT_EQ(plan.next.open.at(0).cause.rule, "high");
  EXPECT_EQ(plan.members.at(plan.next.open[0].instance_id).numbers.at(Number::priority), 5);
}

TEST(Rules, WhatIsUnknownIsSaid) {
  FleetForTest fleet;
  fleet.policy.also_when = {Rule{"young", 0, {when(Kind::age, 48h)}},
                            Rule{"oom", 0, {when(Kind::alarm, {}, "oom")}}};
  auto verdict = fleet.decide().members.at(id(3));
  EXPECT_EQ(verdict.reason, Reason::below_limit);
  EXPECT_NE(verdict.text.find("oom: there is no state of the alarm oom"), std::string::npos) << verdict.text;
  fleet.policy.reboot_when = {};
  verdict = fleet.decide().members.at(id(3));
  EXPECT_EQ(verdict.reason, Reason::alarm_unreadable);
  fleet.policy.also_when.pop_back();
  verdict = fleet.decide().members.at(id(3));
  EXPECT_EQ(verdict.reason, Reason::below_limit);
  EXPECT_EQ(verdict.text, "young: launched for 1d; the rule asks for 2d");
  fleet.policy.also_when.clear();
  EXPECT_TRUE(fleet.decide().actions.empty()) << "nothing ever asks";
}

TEST(Rules, WithoutAnInstanceNothingIsKnown) {
  Ruled fleet{when(Kind::age, 1h)};
  fleet.observation.instances.erase(id(3));
  EXPECT_EQ(fleet.judged().holds, Holds::unknown);
  EXPECT_EQ(fleet.judged().verdict.reason, Reason::instance_unknown);
}

TEST(Rules, AMetricThatWasNotReadIsUnknown) {
  Ruled fleet{cpu()};
  EXPECT_EQ(fleet.judged().verdict.reason, Reason::signal_not_due);
  fleet.observation.other_signals[metric_key(cpu().metric)][id(1)] = {};
  EXPECT_EQ(fleet.judged().verdict.reason, Reason::signal_not_due);
}

TEST(Rules, ARuleWithoutAMetricAsksForNone) {
  Ruled fleet{when(Kind::age, 48h)};
  EXPECT_TRUE(fleet.decide().questions.empty());
  EXPECT_EQ(fleet.decide().next.signal_read_at, std::nullopt);
}

TEST(Rules, ATagIsServedAlsoWhileTheSignalIsNotDue) {
  FleetForTest fleet;
  fleet.observation.signals.clear();
  fleet.state.signal_read_at = fleet.observation.taken_at - 20s;
  fleet.policy.also_when = {Rule{"asked", 100, {when(Kind::tag, {}, kRemediateTag)}}};
  fleet.observation.instances[id(3)].tags[kRemediateTag] = "now";
  const auto plan = fleet.decide();
  EXPECT_TRUE(plan.questions.empty());
  EXPECT_EQ(plan.actions.size(), 2U);
  EXPECT_EQ(plan.members.at(id(4)).reason, Reason::signal_not_due);
  EXPECT_NE(plan.members.at(id(4)).text.find("read 20s ago"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::decide
