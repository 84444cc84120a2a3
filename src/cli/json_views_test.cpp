#include "cli/json_views.h"

#include <gtest/gtest.h>

#include "cli/summary.h"

namespace evenkeel::cli {
namespace {

using namespace std::chrono_literals;

const Time kNow = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 6h;

Remediation remediation() {
  Remediation one;
  one.id = "i-1@1";
  one.instance_id = "i-1";
  one.started_at = one.phase_since = kNow;
  one.deadline = kNow + 10min;
  one.cause = {"Memory %", 71.5, 65, kNow - 1min};
  one.snapshot = {{"arn:tg1", "tg1", 443, false}};
  return one;
}

TEST(JsonViews, TextThatIsNoUtf8IsReplacedNotThrown) {
  Event event{kNow, "web", "i-\xff", "", EventKind::start, "a \"quoted\"\nline\x1b[31m"};
  const auto text = dump(view(event), false);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  const auto read = nlohmann::json::parse(text);
  EXPECT_EQ(read["instance_id"], "i-\xEF\xBF\xBD");
  EXPECT_EQ(read["text"], event.text);
  EXPECT_TRUE(read["remediation_id"].is_null());
  EXPECT_EQ(read["at"], "2026-11-22T06:00:00Z");
}

TEST(JsonViews, AnOpenRemediationHasADeadlineAndNoEnding) {
  auto one = remediation();
  auto json = view(one, nullptr, kNow);
  EXPECT_EQ(json["deadline"], "2026-11-22T06:10:00Z");
  EXPECT_TRUE(json["ending"].is_null());
  EXPECT_TRUE(json["value_after"].is_null());
  one.phase = Phase::done;
  one.ending = Ending::cured;
  one.value_after = 31.25;
  json = view(one, nullptr, kNow);
  EXPECT_TRUE(json["deadline"].is_null());
  EXPECT_EQ(json["ending"], "cured");
  EXPECT_EQ(json["value_after"], 31.25);
  EXPECT_EQ(json["snapshot"][0]["port"], 443);
}

TEST(JsonViews, AFleetThatWasNeverTickedHasNoTickAge) {
  FleetState state;
  state.fleet = "web";
  EXPECT_TRUE(view(state, kNow)["last_tick_age_seconds"].is_null());
  state.last_tick_at = kNow - 90s;
  EXPECT_EQ(view(state, kNow)["last_tick_age_seconds"], 90.0);
}

TEST(JsonViews, ATickListsEveryMemberWithItsReason) {
  FleetPolicy fleet;
  fleet.name = "web";
  controller::TickReport report;
  report.observation.taken_at = kNow;
  report.plan.members["i-1"] = {
      Reason::below_limit, "41 is not above 65", {{Number::value, 41}, {Number::limit, 65}}};
  report.plan.members["i-2"] = {Reason::signal_missing, "no samples", {}};
  const auto json = view(fleet, report);
  ASSERT_EQ(json["members"].size(), 2U);
  EXPECT_EQ(json["members"][0]["instance_id"], "i-1");
  EXPECT_EQ(json["members"][0]["numbers"]["value"], 41);
  EXPECT_EQ(json["members"][1]["reason"], "signal_missing");
}

class Summary : public ::testing::Test {
 protected:
  Summary() {
    fleet.name = "web";
    fleet.reboot_when.metric = "Memory % Committed Bytes In Use";
    fleet.reboot_when.above = 65;
  }
  void member(const std::string& id, Reason reason, double value, std::string text = "because") {
    report.plan.members[id] = {reason, std::move(text), {{Number::value, value}, {Number::limit, 65}}};
  }
  FleetPolicy fleet;
  controller::TickReport report;
};

TEST_F(Summary, NamesTheWorstWhenNoneIsOverTheLimit) {
  member("i-1", Reason::below_limit, 30);
  member("i-2", Reason::below_limit, 41.5);
  EXPECT_EQ(summary(fleet, report), "web: nothing to do: highest is i-2 at 41.5 % (limit 65 %)");
}

TEST_F(Summary, TellsWhatHoldsTheFleetBackBeforeAnyMember) {
  member("i-1", Reason::next_in_line, 80);
  report.plan.fleet.push_back({Reason::paused, "paused by ada: release", {}});
  EXPECT_EQ(summary(fleet, report), "web: nothing started: paused by ada: release");
}

TEST_F(Summary, TellsWhatHoldsTheWorstMemberBack) {
  member("i-1", Reason::cooldown, 80, "rebooted 20m ago");
  member("i-2", Reason::below_limit, 50);
  EXPECT_EQ(summary(fleet, report), "web: nothing started: i-1 at 80 % (limit 65 %): rebooted 20m ago");
}

class WhatIsOut : public Summary {
 protected:
  WhatIsOut() {
    Remediation out;
    out.id = "i-1@x";
    out.instance_id = "i-1";
    out.phase = Phase::draining;
    out.phase_since = kNow;
    out.snapshot = {{.target_group_arn = "arn:tg1", .target_group_name = "tg1", .port = 80}};
    report.plan.next.open = {out};
    report.observation.taken_at = kNow;
  }
  Remediation& out() { return report.plan.next.open.front(); }
  void unread(Problem::Kind kind, const std::string& name) {
    report.observation.problems.push_back({kind, name, "HTTP 403"});
  }
};

TEST_F(WhatIsOut, ThatIsNotBroughtForwardForWantOfAReadIsSaidAndEndsWith3) {
  EXPECT_EQ(exit_code_of(report), kDone);
  unread(Problem::Kind::targets, "tg1");
  EXPECT_EQ(exit_code_of(report), kAws)
      << "a fleet that is only restored is blind to nothing, and can't restore";
  EXPECT_EQ(
      summary(fleet, report),
      "web: i-1 (draining since 2026-11-22T06:00:00Z) can't continue, because this could not be read: targets of "
      "tg1: HTTP 403");
  report.plan.next.open.clear();
  EXPECT_EQ(exit_code_of(report), kDone) << "nothing is out";
}

TEST_F(WhatIsOut, AReadThatItsWayBackDoesNotGoByIsNotItsAffair) {
  unread(Problem::Kind::targets, "another");
  unread(Problem::Kind::alarms, "");
  unread(Problem::Kind::attributes, "tg1");
  unread(Problem::Kind::console, "i-2");
  unread(Problem::Kind::signal, "");
  EXPECT_EQ(exit_code_of(report), kDone) << "it does not boot";
  EXPECT_TRUE(not_brought_forward(report).empty());
}

TEST_F(WhatIsOut, OfTwoProofsOfABootOneMayBeLeft) {
  out().phase = Phase::booting;
  unread(Problem::Kind::signal, "");
  EXPECT_EQ(exit_code_of(report), kAws);
  EXPECT_TRUE(not_brought_forward(report).front().contains("lacks one of the two signs"));
  unread(Problem::Kind::console, "i-1");
  EXPECT_TRUE(not_brought_forward(report).front().contains("can't continue"));
}

TEST_F(WhatIsOut, ThatWasBroughtForwardAllTheSameIsNotSaidToStay) {
  unread(Problem::Kind::instances, "");
  report.carried_out.emplace_back().remediation_id = "i-1@x";
  EXPECT_TRUE(not_brought_forward(report).empty());
  EXPECT_EQ(exit_code_of(report), kAws) << "AWS could not be read all the same";
}

TEST_F(Summary, NamesTheWorstThatWouldGoAndWhyItStays) {
  report.plan.members["i-1"] = {Reason::hold_tag, "its tag says yes", {{Number::value, 80}}};
  report.plan.members["i-1"].wanted = true;
  member("i-2", Reason::below_limit, 30);
  EXPECT_EQ(summary(fleet, report), "web: nothing started: i-1 at 80 % stays: its tag says yes");
  report.plan.fleet = {{Reason::outside_window, "outside every window", {}}};
  EXPECT_EQ(summary(fleet, report), "web: nothing started: i-1 at 80 % stays: outside every window");
}

TEST_F(Summary, SaysFirstThatAFleetIsBlind) {
  member("i-1", Reason::below_limit, 30);
  report.observation.taken_at = kNow;
  report.plan.next.ability = {Ability::Kind::blind,
                              kNow - std::chrono::minutes{12},
                              {},
                              {{Blindness::metric_unread, "mem", "denied"}}};
  EXPECT_EQ(summary(fleet, report), "web: blind for 12m, could not act if it had to: denied");
  report.plan.next.open.push_back(remediation());
  EXPECT_EQ(summary(fleet, report),
            "web: blind for 12m, could not act if it had to: denied; i-1 has been draining for 0s of 10m");
}

TEST_F(Summary, ABlindFleetEndsWith2ForNamesAloneAndElseWith3) {
  auto& ability = report.plan.next.ability;
  EXPECT_EQ(exit_code_of(report), kDone);
  ability.kind = Ability::Kind::waiting;
  EXPECT_EQ(exit_code_of(report), kDone);
  ability = {Ability::Kind::blind, kNow, {}, {{Blindness::target_group_absent, "tg9", "no tg9"}}};
  EXPECT_EQ(exit_code_of(report), kUsage);
  ability.blind_to.push_back({Blindness::targets_unread, "tg1", "denied"});
  EXPECT_EQ(exit_code_of(report), kAws);
  report.plan.next.breaker = Breaker{"3 of 8 crossed together", kNow};
  EXPECT_EQ(exit_code_of(report), kAws);
  report.lost_race = true;
  EXPECT_EQ(exit_code_of(report), kLostRace);
}

TEST_F(Summary, TellsThatNoMemberCouldBeJudged) {
  report.plan.members["i-1"] = {Reason::signal_missing, "signal missing: no samples", {}};
  report.plan.members["i-2"] = {Reason::signal_missing, "signal missing: no samples", {}};
  EXPECT_EQ(summary(fleet, report), "web: nothing to do: 2 of 2 members: signal missing: no samples");
}

TEST_F(Summary, TellsWhatIsUnderWay) {
  member("i-1", Reason::in_remediation, 80);
  report.plan.next.open.push_back(remediation());
  report.observation.taken_at = kNow + 130s;
  EXPECT_EQ(summary(fleet, report), "web: i-1 has been draining for 2m10s of 10m");
}

TEST_F(Summary, RanksTheActedOnFirstThenByValueThenTheUnmeasured) {
  report.plan.members["i-0"] = {Reason::signal_missing, "", {}};
  member("i-1", Reason::below_limit, 30);
  member("i-2", Reason::below_limit, 60);
  member("i-3", Reason::start, 70);
  member("i-4", Reason::in_remediation, 20);
  std::vector<std::string> ids;
  for (const auto& row : ranked(report.plan)) ids.push_back(row.instance_id);
  EXPECT_EQ(ids, (std::vector<std::string>{"i-3", "i-4", "i-2", "i-1", "i-0"}));
}

TEST_F(Summary, NeedsAPersonForAHeldMemberAnOpenBreakerAndARefusedPlan) {
  EXPECT_FALSE(needs_person(report));
  auto refused = report;
  refused.violations.push_back("two reboots");
  EXPECT_TRUE(needs_person(refused));
  auto broken = report;
  broken.plan.next.breaker = Breaker{"3 of 8 crossed together", kNow};
  EXPECT_TRUE(needs_person(broken));
  report.plan.next.open.push_back(remediation());
  EXPECT_FALSE(needs_person(report));
  report.plan.next.open.back().phase = Phase::held;
  EXPECT_TRUE(needs_person(report));
}

}  // namespace
}  // namespace evenkeel::cli
