// `status`, `history` and `explain --at`: what the terminal shows of a state that was written before.
#include <fmt/core.h>

#include "base/text.h"
#include "cli/exit_codes.h"
#include "cli/testing/terminal.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {
namespace {

using namespace std::chrono_literals;

class Remembered : public TerminalTest {
 protected:
  Remembered() {
    state.fleet = "web";
    state.last_tick_at = clock.now() - 41s;
    state.members_last_seen = 8;
    state.summary = {.members = 8, .serving = 7, .out = 1, .may_leave = 0, .held_back_by = {}};
  }

  Remediation& open(Phase phase) {
    FleetPolicy policy;
    policy.name = "web";
    policy.treatments = {Step{Treatment::command, 2, {.name = "Recycle", .parameters = {}}}, Step{}};
    state.pinned = policy;
    Remediation one;
    one.id = "i-00000001@1";
    one.instance_id = "i-00000001";
    one.started_at = clock.now() - 10min;
    one.phase_since = clock.now() - 4min;
    one.deadline = clock.now() + 11min;
    one.cause = {.metric = "Memory %", .value = 71.5, .above = 65};
    one.phase = phase;
    one.treatment = Treatment::command;
    one.attempt = 1;
    one.snapshot = {{.target_group_arn = "arn:tg1", .target_group_name = "tg1", .port = 80}};
    state.open = {one};
    return state.open.front();
  }

  void store(const std::vector<Event>& events = {}) {
    auto journal = record::open_sqlite(path("evenkeel.db"));
    ASSERT_TRUE(journal) << journal.error().message;
    ++state.revision;
    state.written_by = fmt::format("nonce-{}", state.revision);
    const auto written = (*journal)->replace(state, events);
    ASSERT_TRUE(written) << written.error().message;
  }
  Event event(Duration ago, const std::string& id, const std::string& kind, const std::string& text,
              const std::string& remediation = "", const std::string& word = "") const {
    return {clock.time - ago, "web", id, remediation, from_word<EventKind>(kind).value(), text, word};
  }
  bool printed(const std::string& text) const { return out.str().find(text) != std::string::npos; }

  FleetState state;
};

TEST_F(Remembered, StatusTellsWhoIsOutAndWhatItWaitsForAndWhatIsLeftFree) {
  open(Phase::commanding);
  store();
  EXPECT_EQ(run({"status"}), kDone) << err.str();
  EXPECT_TRUE(printed("web: 7 of 8 serve, 1 out; last tick 41s ago, at 2026-11-21T23:59:19Z\n")) << out.str();
  EXPECT_TRUE(printed("1 of 1 places taken; no more servers may leave now\n")) << out.str();
  EXPECT_TRUE(
      printed("commanding for 4m, waits until SSM's document Recycle has ended; its deadline is "
              "2026-11-22T00:11:00Z\n"))
      << out.str();
  EXPECT_TRUE(printed("71.5 % of 65 %; treatment 1 of 2: run a command, attempt 1 of 2\n")) << out.str();
  EXPECT_EQ(dead.tried, 0);
}

TEST_F(Remembered, StatusTellsWhatWasWaitedForAtTheLastTickByAwsClock) {
  auto& one = open(Phase::rejoining);
  one.intents = {Intent{.effect = Effect::reboot,
                        .nonce = "n",
                        .at = state.last_tick_at - 5min,
                        .target_group_arn = "",
                        .outcome = OutcomeKind::accepted,
                        .may_land_late = false,
                        .detail = ""}};
  store();
  clock.time += 1h;  // this machine's, which may be anything
  run({"status"});
  EXPECT_TRUE(printed("can act no more, which is at")) << out.str();
  run({"status", "--json"});
  EXPECT_TRUE(json()["fleets"][0]["open"][0]["waits"].get<std::string>().contains("can act no more"))
      << out.str();
}

TEST_F(Remembered, StatusSaysThatTicksFailAndCallsNothingAble) {
  state.ability = {Ability::Kind::able, clock.now() - 1h, {}};
  state.failing = Failing{clock.now() - 10min, clock.now() - 1min, 10, "elasticloadbalancing:X: HTTP 403"};
  store();
  EXPECT_EQ(run({"status"}), kNeedsPerson);
  EXPECT_TRUE(printed("ticks fail: all 10 since")) << out.str();
  EXPECT_TRUE(printed("elasticloadbalancing:X: HTTP 403"));
  EXPECT_FALSE(printed("able since"));
  EXPECT_EQ(run({"status", "--json"}), kNeedsPerson);
  EXPECT_EQ(json()["fleets"][0]["failing"]["ticks"], 10);
  state.failing.reset();
  store();
  EXPECT_EQ(run({"status"}), kDone);
  EXPECT_TRUE(printed("able since"));
}

TEST_F(Remembered, StatusSaysThatNothingHasTickedForLong) {
  state.last_tick_at = clock.now() - 2h;
  store();
  EXPECT_EQ(run({"status"}), kDone) << out.str();
  state.last_tick_at -= 1min;
  store();
  EXPECT_EQ(run({"status"}), kNeedsPerson);
  EXPECT_TRUE(printed("no tick for 2h1m")) << out.str();
}

TEST_F(Remembered, StatusForgetsAFleetThatLeftThePolicyOnceNothingOfItIsOut) {
  open(Phase::soaking);
  state.left_policy_at = clock.now() - 1h;
  store();
  run({"status"});
  EXPECT_TRUE(printed("left the policy on")) << out.str();
  state.open.clear();
  store();
  EXPECT_EQ(run({"status"}), kDone);
  EXPECT_FALSE(printed("web")) << out.str();
  run({"status", "--fleet", "web"});
  EXPECT_TRUE(printed("left the policy on")) << out.str();
}

TEST_F(Remembered, StatusOfAHeldMemberNamesThePersonAndTheReason) {
  open(Phase::held).held_because = "not healthy by 00:00";
  store();
  EXPECT_EQ(run({"status"}), kNeedsPerson);
  EXPECT_TRUE(printed("held for 4m, waits for an operator\n")) << out.str();
  EXPECT_TRUE(printed("held: not healthy by 00:00\n")) << out.str();
}

TEST_F(Remembered, StatusTellsHowManyMoreMayLeaveAndWhatHoldsThemBack) {
  state.summary = {.members = 8, .serving = 8, .out = 0, .may_leave = 2, .held_back_by = {}};
  store();
  EXPECT_EQ(run({"status"}), kDone);
  EXPECT_TRUE(printed("2 more may leave now\n")) << out.str();
  EXPECT_TRUE(printed("nothing under way\n"));
  state.summary.may_leave = -1;
  state.summary.held_back_by = {"no window is open until 22:00"};
  store();
  EXPECT_EQ(run({"status"}), kDone);
  EXPECT_TRUE(printed("web: how many of 8 serve is not known, 0 out as far as is known; last tick"))
      << out.str();
  EXPECT_TRUE(printed("how many more may leave is not known\n")) << out.str();
  EXPECT_TRUE(printed("the last look could not read all that it needs")) << out.str();
  EXPECT_TRUE(printed("no server may leave: no window is open until 22:00\n")) << out.str();
  EXPECT_EQ(run({"status", "--json"}), kDone);
  EXPECT_TRUE(json()["fleets"][0]["glance"]["may_leave"].is_null());
  EXPECT_TRUE(json()["fleets"][0]["glance"]["serving"].is_null());
}

TEST_F(Remembered, StatusSaysThatWhatIsOutMayNotBeBroughtForwardWhereTheLastLookLackedSomething) {
  open(Phase::draining);
  state.left_policy_at = clock.now() - 1h;  // only restored: it is blind to nothing
  state.summary.may_leave = -1;
  store();
  EXPECT_EQ(run({"status"}), kNeedsPerson);
  EXPECT_TRUE(printed("what is under way may not be brought forward")) << out.str();
  state.summary.may_leave = 0;
  store();
  EXPECT_EQ(run({"status"}), kDone) << out.str();
}

TEST_F(Remembered, AnEndedPauseIsShownAsOver) {
  state.pause = Pause{"deploy", "ann", clock.now() - 2h, clock.now() - 1h};
  store();
  EXPECT_EQ(run({"status"}), kDone);
  EXPECT_TRUE(printed("the pause by ann is over since 2026-11-21T23:00:00Z: deploy\n")) << out.str();
  EXPECT_EQ(run({"status", "--json"}), kDone);
  EXPECT_EQ(json()["fleets"][0]["pause"]["over"], true);
  EXPECT_EQ(json()["fleets"][0]["pause"]["until"], "2026-11-21T23:00:00Z");
}

TEST_F(Remembered, HistoryHidesChangesOfReasonsUnlessAskedForAll) {
  std::vector<Event> events = {event(3h, "i-00000001", "start", "Memory % at 71", "i-00000001@1")};
  for (int i = 0; i < 200; ++i) {
    events.push_back(event(2h, "i-00000002", "verdict", "cooldown: treated just now"));
    events.push_back(event(2h, "", "fleet", "paused: by ann"));
  }
  events.push_back(event(1h, "i-00000001", "done", "cured: back", "i-00000001@1"));
  store(events);
  ASSERT_EQ(run({"history", "--limit", "2", "--json"}), kDone);
  ASSERT_EQ(json()["events"].size(), 2U) << out.str();
  EXPECT_EQ(json()["events"][0]["kind"], "start");
  EXPECT_EQ(json()["events"][1]["kind"], "done");
  ASSERT_EQ(run({"history", "--limit", "2", "--json", "--all"}), kDone);
  EXPECT_EQ(json()["events"][0]["kind"], "fleet");
}

class ExplainAt : public Remembered {
 protected:
  void SetUp() override {
    store({event(6h, "i-00000002", "verdict", "cooldown: treated 5m ago"),
           event(5h, "", "fleet", "outside_window: it opens at 22:00"),
           event(4h, "i-00000001", "start", "Memory % at 71", "i-00000001@1"),
           event(3h + 30min, "i-00000001", "phase", "rebooting", "i-00000001@1"),
           event(3h, "i-00000001", "done", "cured: back", "i-00000001@1"),
           event(2h, "i-00000002", "verdict", "31: it is not above 65", "", "below_limit"),
           event(1h, "", "fleet", "nothing holds it back")});
  }
  int explain(const std::string& id, Duration ago, bool as_json = false) {
    std::vector<std::string> line{"explain", id, "--at", iso8601(clock.now() - ago)};
    if (as_json) line.emplace_back("--json");
    return run(line);
  }
};

TEST_F(ExplainAt, TellsTheReasonThatHeldThenAndWhatHeldBackTheFleet) {
  EXPECT_EQ(explain("i-00000002", 4h), kDone) << err.str();
  EXPECT_TRUE(printed("i-00000002 in web at 2026-11-21T20:00:00Z")) << out.str();
  EXPECT_TRUE(printed(
      "of its own: cooldown: treated 5m ago\n    which may have changed meanwhile, for the whole fleet "
      "was held back; told at 2026-11-21T18:00:00Z\n"))
      << out.str();
  EXPECT_LT(out.str().find("outside_window"), out.str().find("cooldown")) << "what held it back stands first";
  EXPECT_TRUE(printed("outside_window: it opens at 22:00\n    so since 2026-11-21T19:00:00Z\n")) << out.str();
  EXPECT_EQ(explain("i-00000002", 30min, true), kDone);
  EXPECT_EQ(json()["fleets"][0]["verdict"]["reason"], "below_limit");
  EXPECT_EQ(json()["fleets"][0]["verdict"]["may_have_changed"], false);
  EXPECT_EQ(json()["fleets"][0]["holds_back"]["text"], "nothing holds it back");
  EXPECT_EQ(explain("i-00000002", 4h, true), kDone);
  EXPECT_EQ(json()["fleets"][0]["verdict"]["may_have_changed"], true);
  EXPECT_EQ(json()["fleets"][0]["verdict"]["reason"], "cooldown") << "what an earlier build stored is shown";
  EXPECT_EQ(dead.tried, 0);
}

TEST_F(Remembered, ExplainAtSaysOnceWhatHeldBackTheMemberAndTheFleetAlike) {
  store({event(4h, "", "fleet", "too_many_out: 1 server is already out", "", "too_many_out"),
         event(4h, "i-00000002", "verdict", "too_many_out: 1 server is already out", "", "too_many_out")});
  EXPECT_EQ(run({"explain", "i-00000002", "--at", iso8601(clock.now() - 3h)}), kDone) << err.str();
  const auto first = out.str().find("1 server is already out");
  ASSERT_NE(first, std::string::npos) << out.str();
  EXPECT_EQ(out.str().find("1 server is already out", first + 1), std::string::npos) << out.str();
  EXPECT_TRUE(printed("the whole fleet: too_many_out")) << out.str();
}

TEST_F(ExplainAt, BeforeAnythingWasToldItSaysSo) {
  EXPECT_EQ(explain("i-00000002", 7h), kDone) << err.str();
  EXPECT_TRUE(printed("no reason was told of it by then")) << out.str();
}

TEST_F(ExplainAt, OfAMemberOfWhichNothingWasToldItSaysWhatHeldBackTheFleet) {
  state.groups_seen["arn:tg1"].members = {"i-00000008"};
  store({});
  EXPECT_EQ(explain("i-00000008", 4h), kDone) << err.str();
  EXPECT_TRUE(printed("the whole fleet: outside_window: it opens at 22:00")) << out.str();
}

TEST_F(ExplainAt, ShowsTheWholeRemediationThatWasUnderWay) {
  EXPECT_EQ(explain("i-00000001", 3h + 45min, true), kDone);
  const auto events = json()["fleets"][0]["events"];
  ASSERT_EQ(events.size(), 3U) << out.str();
  EXPECT_EQ(events[0]["kind"], "start");
  EXPECT_EQ(events[2]["kind"], "done");
  EXPECT_EQ(json()["fleets"][0]["under_way"]["text"], "Memory % at 71");
  EXPECT_EQ(explain("i-00000001", 3h + 15min), kDone);
  EXPECT_TRUE(printed("  under way: rebooting\n    so since 2026-11-21T20:30:00Z\n")) << out.str();
  EXPECT_FALSE(printed("no reason was told")) << out.str();
  EXPECT_EQ(explain("i-00000001", 1h), kDone);
  EXPECT_FALSE(printed("under way")) << out.str();
}

TEST_F(ExplainAt, RefusesATimeThatIsNoneAndAMemberThatIsNotKnown) {
  EXPECT_EQ(run({"explain", "i-00000001", "--at", "yesterday"}), kUsage);
  EXPECT_NE(err.str().find("must be a time in UTC, such as"), std::string::npos) << err.str();
  EXPECT_EQ(explain("i-00000002", -1h), kUsage);
  EXPECT_NE(err.str().find("lies in the future"), std::string::npos) << err.str();
  EXPECT_EQ(explain("i-00000009", 1h), kUsage);
  EXPECT_NE(err.str().find("i-00000009: the history says nothing of it"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace evenkeel::cli
