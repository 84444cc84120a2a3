// Every reason is served once by a treatment, and it is looked afterwards whether it is gone.
#include "decide/rules/served.h"

#include <gtest/gtest.h>

#include "decide/bookkeeping.h"
#include "decide/rules/events.h"
#include "decide/rules/rules.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

using Kind = Condition::Kind;

Step treated_by(Treatment treatment) { return Step{.treatment = treatment, .document = {}}; }

// A fleet whose only reason is this condition, and its treatments.
struct Asked3 : FleetForTest {
  explicit Asked3(Kind kind, std::vector<Treatment> treatments, const std::string& name = "") {
    policy.reboot_when = {};
    observation.signals.clear();
    policy.also_when = {Rule{"rule", 0, {{.kind = kind, .metric = {}, .longer_than = {}, .name = name}}}};
    policy.treatments.clear();
    for (const auto treatment : treatments) policy.treatments.push_back(treated_by(treatment));
    for (auto& [instance_id, instance] : observation.instances) {
      instance.ebs_root = true;
      instance.status = InstanceStatus{StatusCheck::ok, {}, {}};
    }
  }
  Instance& itself() { return observation.instances.at(id(3)); }
  std::vector<ScheduledEvent>& events() { return itself().status->events; }
  MemberRecord& record() { return state.members[id(3)]; }
  ConditionResult judged(int member = 3) const {
    const FleetView view{policy, observation, state};
    return judge_rule(view, view.members.at(id(member)), policy.also_when[0], true);
  }
  Reason reason(int member = 3) const { return judged(member).verdict.reason; }
  // A remediation that began 10 minutes ago has ended now, as close_ended() takes it.
  PastRemediation& end(Ending ending, Treatment treatment, const std::string& identity) {
    Remediation done;
    done.id = fmt::format("{}@{}", id(3), state.recent.size());
    done.instance_id = id(3);
    done.started_at = observation.taken_at - 10min;
    done.phase_since = observation.taken_at;
    done.phase = Phase::done;
    done.ending = ending;
    done.treatment = treatment;
    done.cause.rule = "rule";
    done.cause.identity = identity;
    done.intents = intents;
    auto ended = past(done);
    note_served(done, policy, state, ended);
    state.recent.push_back(std::move(ended));
    return state.recent.back();
  }
  std::vector<Event> judge() {
    std::vector<Event> told;
    judge_reasons(state, FleetView{policy, observation, state}, told);
    return told;
  }
  std::vector<Intent> intents;
};

Intent refused(Effect effect) {
  Intent intent;
  intent.effect = effect;
  intent.outcome = OutcomeKind::refused;
  return intent;
}

const ScheduledEvent kRetirement{"instance-retirement", "worn out", std::nullopt, "e1"};

TEST(Events, AreEndedByWhatMovesTheInstance) {
  for (const std::string_view code : kWords<EventCode>) {
    EXPECT_FALSE(ends_event(Treatment::none, code, true)) << code;
    EXPECT_FALSE(ends_event(Treatment::command, code, true)) << code;
    EXPECT_FALSE(ends_event(Treatment::reboot, code, false)) << code;
    EXPECT_EQ(ends_event(Treatment::reboot, code, true), code == "system-reboot") << code;
    EXPECT_TRUE(ends_event(Treatment::stop_start, code, false)) << code;
    EXPECT_TRUE(ends_event(Treatment::replace, code, false)) << code;
  }
  EXPECT_FALSE(ends_event(Treatment::stop_start, "a-new-code", true)) << "unknown never permits";
  EXPECT_TRUE(ends_event(Treatment::replace, "a-new-code", false));
  EXPECT_EQ(what_ends_event("a-new-code"), "replace");
}

TEST(Events, BeginAtTheFirstLevelThatEndsThem) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::command, Treatment::reboot, Treatment::stop_start}};
  fleet.events() = {{"system-reboot", "", std::nullopt, "e1"}};
  EXPECT_EQ(fleet.judged().level, 2);
  fleet.itself().reboot_migrates = true;
  EXPECT_EQ(fleet.judged().level, 1);
  fleet.events() = {{"instance-reboot", "", std::nullopt, "e1"}};
  EXPECT_EQ(fleet.judged().level, 2) << "a reboot in place leaves it in the calendar";
  fleet.tick();
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  ASSERT_EQ(fleet.state.open.size(), 1U);
  EXPECT_EQ(fleet.three().level, 2);
  EXPECT_EQ(fleet.three().treatment, Treatment::stop_start);
  EXPECT_EQ(fleet.three().cause.identity, "event e1");
  EXPECT_EQ(fleet.record().level, 0) << "the next memory leak begins below";
}

TEST(Events, ThatNoTreatmentEndsStartNothingAndSaySo) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::reboot}};
  fleet.events() = {{"instance-reboot", "", std::nullopt, "e1"}};
  const auto plan = fleet.tick();
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.members.at(id(3)).reason, Reason::reason_remains);
  EXPECT_NE(plan.members.at(id(3)).text.find("add stop_start or replace"), std::string::npos)
      << plan.members.at(id(3)).text;
}

TEST(Events, ALevelThatTheMemberCanNotReachIsJudgedByItsOwnGuards) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::reboot, Treatment::stop_start}};
  fleet.events() = {kRetirement};
  fleet.itself().ebs_root = false;
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::cannot_stop);
}

TEST(Events, OneThatAnotherFleetHasServedIsAnsweredByAStrongerTreatmentAlone) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start}};
  fleet.events() = {kRetirement};
  auto& other = fleet.observation.other_fleets[id(3)];
  other = {.fleet = "old-name", .served = {{"event e1", Treatment::stop_start}}};
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::reason_remains);
  other.served = {{"event e1", Treatment::reboot}};
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::start);
  other.served = {{"event e0", Treatment::replace}};
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::start);
}

TEST(Events, OneThatIsServedLeavesTheNextOneItsTurn) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start}};
  fleet.events() = {kRetirement, {"instance-stop", "", std::nullopt, "e2"}};
  fleet.end(Ending::back, Treatment::stop_start, "event e1");
  EXPECT_EQ(fleet.judged().identity, "event e2");
  fleet.events().pop_back();
  EXPECT_EQ(fleet.reason(), Reason::already_served);
}

TEST(Events, WithoutAnIdAreToldByTheirDate) {
  const auto day = parse_iso8601("2026-11-30T00:00:00Z").value();
  EXPECT_EQ(identity_of({"instance-stop", "", day}), "event instance-stop of 2026-11-30T00:00:00Z");
  EXPECT_NE(identity_of({"instance-stop", "", day}), identity_of({"instance-stop", "", day + 1h}));
  EXPECT_EQ(identity_of({"instance-stop", "", day, "e1"}),
            identity_of({"instance-stop", "", day + 1h, "e1"}));
}

TEST(Served, AnEventMayStayListedForHoursAndIsServedOnceAllTheSame) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start, Treatment::replace}};
  fleet.events() = {kRetirement};
  auto& ended = fleet.end(Ending::back, Treatment::stop_start, "event e1");
  EXPECT_EQ(fleet.reason(), Reason::already_served);
  EXPECT_EQ(fleet.judged().verdict.until, fleet.observation.taken_at + 4h);
  fleet.pass(4h - 1s);
  EXPECT_TRUE(fleet.judge().empty());
  EXPECT_EQ(ended.gone, std::nullopt);
  fleet.events().clear();
  ASSERT_EQ(fleet.judge().size(), 1U) << "gone is gone, and need not be waited for";
  EXPECT_EQ(ended.gone, true);
  EXPECT_TRUE(fleet.record().served.at(0).gone);
  fleet.events() = {kRetirement};
  EXPECT_EQ(fleet.reason(), Reason::already_served) << "listed once more by a server that lags behind";
}

TEST(Served, WhatIsAskedAfterwardsIsSaidAndIsWhatIsDone) {
  const auto said = [](Asked3& fleet, const std::string& identity) {
    Remediation done;
    done.cause.rule = "rule";
    done.cause.identity = identity;
    return asked_afterwards(done, fleet.policy, fleet.observation.taken_at);
  };
  Asked3 event{Kind::scheduled_event, {Treatment::stop_start}};
  const auto& ended = event.end(Ending::back, Treatment::stop_start, "event e1");
  EXPECT_EQ(said(event, "event e1"), "whether its reason is gone shows by " + iso8601(*ended.judge_until));
  EXPECT_EQ(said(event, ""), "its reason was no metric, so nothing is measured");
  EXPECT_EQ(event.end(Ending::back, Treatment::stop_start, "").judge_until, std::nullopt);
  Asked3 tag{Kind::tag, {Treatment::reboot}, kRemediateTag};
  EXPECT_EQ(said(tag, "tag now"), "it was asked for by a tag, so nothing is measured");
  EXPECT_EQ(tag.end(Ending::back, Treatment::reboot, "tag now").judge_until, std::nullopt);
  Asked3 uptime{Kind::uptime, {Treatment::reboot}};
  EXPECT_EQ(said(uptime, "uptime 1"), "its time since boot or launch begins again");
}

TEST(Served, WhatIsNotGoneEscalatesAndAfterTheLastLevelNeedsAnOperator) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start, Treatment::replace}};
  fleet.scaling();
  fleet.events() = {kRetirement};
  auto& ended = fleet.end(Ending::back, Treatment::stop_start, "event e1");
  fleet.pass(4h);
  ASSERT_EQ(fleet.judge().size(), 1U);
  EXPECT_EQ(ended.gone, false);
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  EXPECT_EQ(fleet.judged().level, 1);
  fleet.state.recent.clear();  // a day later
  EXPECT_EQ(fleet.judged().level, 1) << "the record remembers it";
  fleet.end(Ending::untreated, Treatment::replace, "event e1");
  fleet.end(Ending::untreated, Treatment::replace, "event e1");
  EXPECT_EQ(fleet.reason(), Reason::reason_remains);
  EXPECT_EQ(fleet.record().served.at(0).times, 2);
  fleet.policy.treatments.pop_back();
  EXPECT_EQ(fleet.reason(), Reason::reason_remains) << "a shorter ladder begins nothing anew";
}

TEST(Served, UnknownIsWaitedForADayAndIsNeitherGoneNorThere) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start}};
  auto& ended = fleet.end(Ending::back, Treatment::stop_start, "event e1");
  fleet.itself().status.reset();
  fleet.pass(4h + 24h - 1s);
  EXPECT_TRUE(fleet.judge().empty());
  fleet.pass(1s);
  EXPECT_EQ(fleet.judge().size(), 1U);
  EXPECT_EQ(ended.gone, std::nullopt);
  EXPECT_EQ(ended.judge_until, std::nullopt);
}

TEST(Served, IsJudgedForAsLongAsThePolicySays) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start}};
  fleet.policy.timing.judge = 30min;
  fleet.events() = {kRetirement};
  EXPECT_EQ(fleet.end(Ending::back, Treatment::stop_start, "event e1").judge_until,
            fleet.observation.taken_at + 30min);
}

TEST(Served, ARefusalStaysAndOneDrainThatTookTooLongMayPass) {
  Asked3 fleet{Kind::status_check, {Treatment::stop_start}};
  const auto since = fleet.observation.taken_at - 1h;
  fleet.itself().status = InstanceStatus{StatusCheck::impaired, since, {}};
  const auto identity = fleet.judged().identity;
  EXPECT_EQ(identity, "status check impaired since " + iso8601(since));
  fleet.end(Ending::untreated, Treatment::stop_start, identity);
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
  fleet.pass(1h);
  fleet.end(Ending::untreated, Treatment::stop_start, identity);
  EXPECT_EQ(fleet.reason(), Reason::reason_remains) << "twice in a day is no bad luck";

  Asked3 other{Kind::status_check, {Treatment::stop_start}};
  other.itself().status = InstanceStatus{StatusCheck::impaired, since, {}};
  other.intents = {refused(Effect::deregister)};
  EXPECT_EQ(other.end(Ending::untreated, Treatment::stop_start, identity).gone, std::nullopt);
  other.state.recent.clear();
  other.intents = {refused(Effect::stop)};
  EXPECT_EQ(other.end(Ending::untreated, Treatment::stop_start, identity).gone, false);
  EXPECT_EQ(other.reason(), Reason::reason_remains);
}

TEST(Served, ARefusedTreatmentOfAMetricIsTriedAgainRarely) {
  Asked3 fleet{Kind::uptime, {Treatment::stop_start}};
  fleet.policy.reboot_when = FleetForTest{}.policy.reboot_when;
  fleet.policy.also_when.clear();
  for (int member = 1; member <= 8; ++member) fleet.memory(member, member == 3 ? 80 : 40);
  fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U);
  auto& open = fleet.three();
  open.phase = Phase::done;
  open.phase_since = fleet.observation.taken_at;
  open.ending = Ending::untreated;
  open.intents = {refused(Effect::stop)};
  close_ended(fleet.state, fleet.policy, fleet.observation);
  EXPECT_EQ(fleet.state.recent.at(0).gone, false);
  fleet.pass(2h);
  const auto no = fleet.decide().members.at(id(3));
  EXPECT_EQ(no.reason, Reason::reason_remains) << no.text;
  EXPECT_EQ(no.until, fleet.record().served.at(0).at + 24h);
  EXPECT_NE(no.text.find("did not come about"), std::string::npos) << no.text;
  EXPECT_EQ(no.text.find("was tried"), std::string::npos) << no.text;
  fleet.pass(22h);
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::start);
  fleet.record().served.at(0).times = 3;
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::reason_remains) << "and then more rarely";
}

TEST(Served, AnotherTransitionOfTheAlarmIsAnotherReasonAndTheSameFault) {
  Asked3 fleet{Kind::alarm, {Treatment::reboot, Treatment::stop_start}, "oom-{instance_id}"};
  const auto name = "oom-" + id(3);
  const auto first = fleet.observation.taken_at - 1h;
  fleet.observation.alarms[name] = {{name, AlarmState::alarm, first}};
  const auto identity = fleet.judged().identity;
  EXPECT_EQ(identity, "alarm " + name + " " + iso8601(first));
  auto& ended = fleet.end(Ending::back, Treatment::reboot, identity);
  fleet.observation.alarms[name] = {{name, AlarmState::alarm, first + 90min}};
  EXPECT_EQ(fleet.reason(), Reason::already_served) << "the first one is still being judged";
  fleet.pass(1h);
  fleet.judge();
  EXPECT_EQ(ended.gone, false) << "it came back meanwhile";
  EXPECT_EQ(fleet.judged().level, 1);
  fleet.observation.alarms[name] = {{name, AlarmState::ok, first + 2h}};
  ended.judge_until = fleet.observation.taken_at;
  ended.gone.reset();
  fleet.judge();
  EXPECT_EQ(ended.gone, true);
  EXPECT_TRUE(fleet.record().served.empty()) << "and so the next one asks anew";
}

TEST(Served, AnAlarmOfTheWholeFleetIsTriedOnOneMemberFirst) {
  Asked3 fleet{Kind::alarm, {Treatment::reboot}, "slow"};
  fleet.observation.alarms["slow"] = {{"slow", AlarmState::alarm, fleet.observation.taken_at - 1h}};
  EXPECT_EQ(fleet.judged(5).holds, Holds::yes);
  fleet.end(Ending::back, Treatment::reboot, fleet.judged().identity);
  EXPECT_EQ(fleet.reason(5), Reason::next_in_line);
  EXPECT_EQ(fleet.judged(5).verdict.until, fleet.observation.taken_at + 1h);
  fleet.pass(1h);
  fleet.judge();
  EXPECT_EQ(fleet.judged(5).holds, Holds::yes);
  EXPECT_EQ(fleet.reason(3), Reason::reason_remains);
  fleet.policy.keep.out.count = 2;
  fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U);
  fleet.tick();
  EXPECT_EQ(fleet.state.open.size(), 1U) << "although two may be out";
}

TEST(Served, AnAlarmOfTheWholeFleetPacesARuleWhateverStandsBesideIt) {
  for (const auto kind : {Kind::metric, Kind::tag, Kind::uptime, Kind::scheduled_event}) {
    Asked3 fleet{Kind::alarm, {Treatment::stop_start}, "slow"};
    fleet.observation.alarms["slow"] = {{"slow", AlarmState::alarm, fleet.observation.taken_at - 1h}};
    Condition beside{.kind = kind, .metric = {}, .longer_than = {}, .name = ""};
    beside.metric = FleetForTest{}.policy.reboot_when;
    if (kind == Kind::tag) beside.name = kRemediateTag;
    fleet.policy.also_when[0].all.push_back(beside);
    for (auto& [instance_id, instance] : fleet.observation.instances) {
      instance.tags[kRemediateTag] = "now";
      instance.status->events = {{"instance-stop", "", std::nullopt, "of " + instance_id}};
    }
    const auto high = [&] {
      for (int member = 1; member <= 8; ++member) fleet.memory(member, 80);
      fleet.observation.other_signals[metric_key(beside.metric)] = fleet.observation.signals;
    };
    high();
    EXPECT_EQ(fleet.judged(5).holds, Holds::yes) << static_cast<int>(kind) << fleet.judged(5).verdict.text;
    const auto& ended = fleet.end(Ending::back, Treatment::stop_start, fleet.judged().identity);
    ASSERT_TRUE(ended.judge_until) << static_cast<int>(kind);
    EXPECT_EQ(fleet.reason(5), Reason::next_in_line) << static_cast<int>(kind);
    fleet.pass(*ended.judge_until - fleet.observation.taken_at);
    high();
    const auto told = fleet.judge();
    ASSERT_EQ(told.size(), 1U) << static_cast<int>(kind);
    EXPECT_EQ(told[0].word, "not_gone") << told[0].text;
  }
}

TEST(Served, ARuleIsJudgedByThePartsThatShowWhetherItHelped) {
  Asked3 fleet{Kind::alarm, {Treatment::reboot}, "slow"};
  fleet.policy.also_when[0].all.push_back(
      {.kind = Kind::uptime, .metric = {}, .longer_than = 6h, .name = ""});
  fleet.itself().launch_time = fleet.observation.taken_at - 24h;
  fleet.observation.alarms["slow"] = {{"slow", AlarmState::alarm, fleet.observation.taken_at - 1h}};
  auto& ended = fleet.end(Ending::back, Treatment::reboot, fleet.judged().identity);
  fleet.record().booted_at = fleet.observation.taken_at;
  fleet.pass(1h);
  auto told = fleet.judge();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].text, "not_gone: after reboot it is still there: in ALARM: slow")
      << "that it is up for an hour alone says nothing of the alarm";
  ended.judge_until = fleet.observation.taken_at;
  fleet.observation.alarms["slow"] = {{"slow", AlarmState::ok, fleet.observation.taken_at}};
  told = fleet.judge();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].text, "gone: the alarm slow is OK");
}

TEST(Served, AnUptimeIsEndedByTheBootAndADrainAloneEndsNone) {
  Asked3 fleet{Kind::uptime, {Treatment::none}};
  EXPECT_EQ(fleet.reason(), Reason::reason_remains);
  fleet.policy.treatments = {treated_by(Treatment::reboot)};
  const auto identity = fleet.judged().identity;
  EXPECT_EQ(identity, "boot " + iso8601(fleet.itself().launch_time));
  auto& ended = fleet.end(Ending::back, Treatment::reboot, identity);
  fleet.record().booted_at = fleet.observation.taken_at;
  fleet.policy.also_when[0].all[0].longer_than = 1h;
  EXPECT_TRUE(fleet.judge().empty()) << "nothing worth telling";
  EXPECT_EQ(ended.judge_until, std::nullopt);
  EXPECT_TRUE(fleet.record().served.empty());
}

TEST(Served, ATagIsARequestAndIsServedByWhateverBecameOfIt) {
  Asked3 fleet{Kind::tag, {Treatment::reboot}, kRemediateTag};
  fleet.itself().tags[kRemediateTag] = "now";
  EXPECT_EQ(fleet.judged().identity, std::string("tag ") + kRemediateTag + "=now");
  fleet.intents = {refused(Effect::reboot)};
  fleet.end(Ending::untreated, Treatment::reboot, fleet.judged().identity);
  EXPECT_TRUE(fleet.record().served.empty());
  fleet.record().served_tag = "now";
  EXPECT_EQ(fleet.reason(), Reason::already_served);
  fleet.itself().tags[kRemediateTag] = "once more";
  EXPECT_EQ(fleet.judged().holds, Holds::yes);
}

TEST(Served, APlanThatServesAReasonTwiceByOneTreatmentBreaksAnInvariant) {
  Asked3 fleet{Kind::scheduled_event, {Treatment::stop_start}};
  fleet.events() = {kRetirement};
  auto plan = fleet.decide();
  ASSERT_EQ(plan.next.open.size(), 1U);
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
  fleet.record().served = {{"event e1", fleet.observation.taken_at - 5h, Treatment::reboot, 1, false}};
  EXPECT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty()) << "it has climbed";
  fleet.record().served[0].treatment = Treatment::stop_start;
  EXPECT_EQ(violations(fleet.policy, fleet.observation, fleet.state, plan).size(), 1U);
}

TEST(TheBreaker, TripsWhenThreeServedTheSameRuleInVain) {
  Asked3 fleet{Kind::alarm, {Treatment::reboot}, "slow"};
  fleet.observation.alarms["slow"] = {{"slow", AlarmState::ok}};
  for (int member = 1; member <= 3; ++member) {
    PastRemediation past;
    past.id = past.instance_id = id(member);
    past.started_at = past.ended_at = fleet.observation.taken_at - 2h;
    past.ending = Ending::back;
    past.rule = "rule";
    past.gone = false;
    fleet.state.recent.push_back(past);
    EXPECT_EQ(fleet.decide().next.breaker.has_value(), member == 3) << member;
  }
  fleet.state.recent[0].gone = true;
  EXPECT_FALSE(fleet.decide().next.breaker.has_value());
  fleet.state.recent[0].gone.reset();
  EXPECT_FALSE(fleet.decide().next.breaker.has_value()) << "two are too few to tell";
  fleet.state.recent[0].gone = false;
  fleet.state.breaker_reset_at = fleet.observation.taken_at;
  EXPECT_FALSE(fleet.decide().next.breaker.has_value());
}

}  // namespace
}  // namespace evenkeel::decide
