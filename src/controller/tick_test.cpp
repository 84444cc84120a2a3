// Goal: the order of a tick. Durable before done, nothing done after a lost race, outcomes never lost.
#include "controller/tick.h"

#include <gtest/gtest.h>
#include <set>

#include "controller/other_fleets.h"
#include "controller/testing/ticking.h"
#include "model/identity.h"

namespace evenkeel::controller {
namespace {

TEST_F(Ticking, TheIntentIsDurableBeforeTheCallAndTheOutcomeAfter) {
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(sent, std::vector<std::string>{"DeregisterTargets"});
  EXPECT_EQ(writes_when_sent, 1);
  EXPECT_EQ(journal.writes, 2);
  ASSERT_EQ(stored().open.size(), 1U);
  EXPECT_EQ(stored().open[0].intents.at(0).outcome, OutcomeKind::accepted);
  EXPECT_EQ(stored().revision, 2);
  EXPECT_FALSE(journal.history("web", id(1), 10)->empty());
}

TEST_F(Ticking, ALostRaceDoesNothing) {
  journal.before_write = [&](int write) {
    if (write != 1) return;
    FleetState other;
    other.fleet = "web";
    other.revision = 1;
    ASSERT_TRUE(journal.store->replace(other, {}));
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->lost_race);
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(stored().open.empty());
}

TEST_F(Ticking, AnOutcomeFindsItsIntentInAStateThatMovedOn) {
  journal.before_write = [&](int write) {
    if (write != 2) return;
    auto moved = journal.store->load("web").value().value();
    ++moved.revision;
    moved.pause = Pause{"deploy", "ann", {}};
    ASSERT_TRUE(journal.store->replace(moved, {}));
  };
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_TRUE(stored().pause.has_value());
  EXPECT_EQ(stored().open.at(0).intents.at(0).outcome, OutcomeKind::accepted);
}

TEST_F(Ticking, ATickThatTookTooLongSendsNothing) {
  journal.before_write = [&](int write) {
    if (write == 1) account.clock.time += 1min;
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(stored().open.at(0).intents.at(0).outcome, OutcomeKind::not_sent);
  journal.before_write = nullptr;
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent.size(), 1U) << "the next tick looks again";
}

TEST_F(Ticking, ATickIsOverBeforeItsDeadlineHoweverSlowAWSIs) {
  const Time began = account.clock.time;
  for (const Duration slow : {Duration{3s}, Duration{5s}, Duration{9s}}) {
    per_call = slow;
    account.clock.time = began;
    static_cast<void>(tick(policy, parts));
    EXPECT_LE(account.clock.time, began + kTickWithin) << slow.count();
  }
}

TEST_F(Ticking, AReadThatTookTooLongStartsNothing) {
  per_call = 7s;  // six reads come before the last question
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(stored().open.empty());
}

TEST_F(Ticking, ReadingThatTookTooLongStillRestores) {
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  per_call = 7s;
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, ADeadlineOfItsOwnIsKept) {
  const Time began = account.clock.time;
  parts.deadline = began + 10s;
  per_call = 2s;
  static_cast<void>(tick(policy, parts));
  EXPECT_LE(account.clock.time, began + 10s);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Ticking, AStoreWithoutRoomForOneMoreHoldsBackStartsAlone) {
  journal.full = true;
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(report->plan.fleet.front().reason, Reason::state_full);
  EXPECT_EQ(stored().revision, 1);
}

TEST_F(Ticking, AStoreThatCannotBeWrittenStopsStartsAndNotTheWayBack) {
  journal.read_only = true;
  const auto start = tick(policy, parts);
  ASSERT_TRUE(start) << "what a start comes to is no error of the tick";
  ASSERT_TRUE(start->not_recorded);
  EXPECT_EQ(start->not_recorded->message, "the disk is full");
  EXPECT_EQ(start->plan.fleet.front().reason, Reason::start_not_decided);
  EXPECT_TRUE(start->plan.next.open.empty()) << "nothing is taken out, and nothing says so";
  for (const auto& [member, verdict] : start->plan.members)
    EXPECT_NE(verdict.reason, Reason::start) << member;
  EXPECT_TRUE(sent.empty());
  journal.read_only = false;
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  journal.read_only = true;
  const auto back = tick(policy, parts);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, record::kReadOnlyCode);
  EXPECT_NE(back.error().message.find(id(1) + " register: accepted"), std::string::npos)
      << back.error().message;
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, ATableThatTakesNoWriteDoesNotStopTheWayBack) {
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  const auto before = sent.size();
  journal.refuse = [&](int) { return Error{ErrorKind::denied, "PutItem is denied", record::kStoreCode}; };
  EXPECT_FALSE(tick(policy, parts));
  EXPECT_EQ(sent.size(), before) << "whether it was stored is not known";
  journal.refuse = [&](int) {
    return Error{ErrorKind::denied, "PutItem is denied", record::kNotWrittenCode};
  };
  const auto back = tick(policy, parts);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, record::kNotWrittenCode);
  EXPECT_NE(back.error().message.find(id(1) + " register: accepted"), std::string::npos)
      << back.error().message;
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, WithoutAStoreNothingIsSentWhenAnotherTickCouldWrite) {
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  const auto before = sent.size();
  const auto writes = journal.writes;
  journal.before_write = [&](int write) {
    if (write != writes + 1) return;
    auto moved = journal.store->load("web").value().value();
    ++moved.revision;
    ASSERT_TRUE(journal.store->replace(moved, {}));
    journal.read_only = true;
  };
  EXPECT_FALSE(tick(policy, parts));
  EXPECT_EQ(sent.size(), before);
}

TEST_F(Ticking, AFleetOfTheStateThatCannotBeReadStopsNoOther) {
  ASSERT_TRUE(tick(policy, parts));
  journal.unreadable = "web";
  FleetPolicy other = policy;
  other.name = "other";
  const auto fleets = fleets_to_tick({{other}}, journal).fleets;
  ASSERT_EQ(fleets.size(), 2U);
  EXPECT_EQ(fleets.front().name, "other");
  EXPECT_EQ(tick(fleets.back(), parts).error().kind, ErrorKind::corrupt);
}

TEST_F(Ticking, ATickThatWasAskedForTooLongAgoStartsNothingAndSaysSo) {
  parts.late_by = 3min;
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(sent.empty());
  ASSERT_FALSE(report->plan.fleet.empty());
  EXPECT_EQ(report->plan.fleet.front().reason, Reason::asked_late);
}

TEST_F(Ticking, ADryTickReadsEverythingAndWritesNothing) {
  policy.keep.out.count = 1;
  ASSERT_TRUE(record_request("web", kPauseRequest, parts));
  const auto before = journal.writes;
  const auto report = dry_tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->observation.signals.size(), 3U)
      << "a person who asks is shown the signal, place or no place";
  EXPECT_EQ(report->plan.members.at(id(2)).reason, Reason::below_limit);
  EXPECT_EQ(report->plan.members.at(id(1)).reason, Reason::paused);
  EXPECT_EQ(journal.writes, before);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Ticking, APauseStopsStartsAndResumeEndsItAndTheBreaker) {
  ASSERT_TRUE(record_request("web", kPauseRequest, parts));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_TRUE(sent.empty());
  const auto ended = record_request("web", kResumeRequest, parts);
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, std::vector<std::string>{"the pause of ann: deploy"});
  account.clock.time += 1min;
  auto state = stored();
  state.signal_read_at.reset();
  ++state.revision;
  ASSERT_TRUE(journal.replace(state, {}));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(Ticking, ResumeRemembersWhenTheBreakerWasReset) {
  FleetState state;
  state.fleet = "web";
  state.revision = 1;
  state.breaker = Breaker{"3 of 8 jumped", {}};
  ASSERT_TRUE(journal.replace(state, {}));
  ASSERT_TRUE(record_request("web", kResumeRequest, parts));
  EXPECT_TRUE(stored().breaker.has_value()) << "the next tick dates it";
  account.clock.time += 7 * 24h;  // this machine's clock; AWS's Date stays
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_FALSE(stored().breaker.has_value());
  EXPECT_EQ(stored().breaker_reset_at, report->observation.taken_at);
}

TEST_F(Ticking, APersonsRestorePutsItBackUnrebooted) {
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(record_request("web", restore_request(2), parts).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  EXPECT_EQ(stored().open.at(0).phase, Phase::draining) << "the next tick begins it";
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_EQ(stored().open.at(0).phase, Phase::rejoining);
  EXPECT_FALSE(stored().open.at(0).treat);
  EXPECT_TRUE(stored().requests.empty());
  EXPECT_EQ(report->events.at(0).kind, EventKind::restore);
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, ARestoreWithNowhereToGoIsHandedOver) {
  ASSERT_TRUE(tick(policy, parts));
  auto state = stored();
  state.open[0].snapshot[0].vanished = true;
  ++state.revision;
  ASSERT_TRUE(journal.replace(state, {}));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_TRUE(stored().open.empty());
  EXPECT_EQ(stored().recent.at(0).ending, Ending::handed_over);
}

TEST_F(Ticking, APauseThatIsStoredInTheMidstOfATickStopsItsStart) {
  journal.before_write = [&](int write) {
    if (write != 1) return;
    ASSERT_TRUE(record_request("web", kPauseRequest, parts));
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->lost_race);
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(pause_is_requested(stored()));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(stored().pause->since, stored().last_tick_at);
}

TEST_F(Ticking, ARestoreThatLosesItsRaceSendsNothingAndIsNoError) {
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  sent.clear();
  journal.writes = 0;
  journal.before_write = [&](int write) {
    if (write != 1) return;
    ASSERT_TRUE(record_request("web", kPauseRequest, parts));
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->lost_race);
  EXPECT_TRUE(sent.empty());
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, NoRequestHoldsThisMachinesTime) {
  account.clock.time += 7 * 24h;
  ASSERT_TRUE(record_request("web", {OperatorRequest::Kind::pause, "", "deploy", "ann", 2h}, parts));
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report);
  EXPECT_EQ(stored().pause->since, report->observation.taken_at);
  EXPECT_EQ(stored().pause->until, report->observation.taken_at + 2h);
  EXPECT_LT(stored().pause->since, account.clock.time - 6 * 24h);
}

TEST_F(Ticking, OnlyALostRaceOfARequestIsTriedAgain) {
  int lost = 0;
  journal.refuse = [&](int) -> std::optional<Error> {
    if (++lost > 2) return std::nullopt;
    return Error{ErrorKind::conflict, "somebody was faster", record::kStoreCode};
  };
  ASSERT_TRUE(record_request("web", kPauseRequest, parts));
  EXPECT_EQ(journal.writes, 3);
  EXPECT_EQ(stored().requests.size(), 1U);
  for (const auto kind :
       {ErrorKind::rejected, ErrorKind::unavailable, ErrorKind::maybe_happened, ErrorKind::denied}) {
    journal.writes = 0;
    journal.refuse = [&](int) { return Error{kind, "no", record::kStoreCode}; };
    EXPECT_EQ(record_request("web", kResumeRequest, parts).error().kind, kind);
    EXPECT_EQ(journal.writes, 1) << "it may have been stored, and would be asked for twice";
  }
}

TEST_F(Ticking, RequestsThatNoTickDatesAreLimited) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(record_request("web", kPauseRequest, parts));
  EXPECT_EQ(record_request("web", kPauseRequest, parts).error().kind, ErrorKind::rejected);
}

TEST_F(Ticking, AFleetThatLeftThePolicyIsTickedWhileSomethingIsOpen) {
  ASSERT_TRUE(tick(policy, parts));
  const auto fleets = fleets_to_tick(Policy{}, journal, account.clock.time).fleets;
  ASSERT_EQ(fleets.size(), 1U);
  EXPECT_TRUE(fleets.at(0).retired);
  EXPECT_EQ(fleets.at(0).target_groups, policy.target_groups);
  ASSERT_TRUE(tick(fleets.at(0), parts));
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, FleetsWithAServerOutAreFirstAndTheOthersTakeTurns) {
  ASSERT_TRUE(tick(policy, parts));
  Policy many;
  for (int i = 0; i < 20; ++i) {
    many.fleets.push_back(policy);
    many.fleets.back().name = i == 7 ? "web" : "other-" + std::to_string(i);
  }
  std::set<std::string> second;
  for (int minute = 0; minute < 19; ++minute) {
    const auto fleets = fleets_to_tick(many, journal, account.clock.time + minute * 1min).fleets;
    ASSERT_EQ(fleets.size(), 20U);
    EXPECT_EQ(fleets.at(0).name, "web");
    second.insert(fleets.at(1).name);
  }
  EXPECT_EQ(second.size(), 19U);
}

TEST_F(Ticking, ARestoreForgetsThatAnEarlierRegistrationWasAccepted) {
  ASSERT_TRUE(tick(policy, parts));
  auto state = stored();
  Intent earlier;
  earlier.effect = Effect::register_;
  earlier.target_group_arn = kArn;
  earlier.at = account.clock.time;
  earlier.outcome = OutcomeKind::accepted;
  state.open[0].intents.push_back(earlier);
  state.open[0].phase = Phase::held;
  ++state.revision;
  ASSERT_TRUE(journal.replace(state, {}));
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent.back(), "RegisterTargets") << "a person asked for it";
}

TEST_F(Ticking, ActingHasTimeThatReadingHasNot) {
  const Time began = account.clock.time;
  parts.deadline = began + 20s;  // reading has until 11 s, acting until 18 s
  journal.before_write = [&](int write) {
    if (write == 1) account.clock.time = began + 13s;
  };
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent, std::vector<std::string>{"DeregisterTargets"});
}

// A damaged state: two remediations of one server, both about to reboot it.
TEST_F(Ticking, AnUnsoundPlanIsNotCarriedOutExceptForItsRestores) {
  ASSERT_TRUE(tick(policy, parts));
  auto state = stored();
  for (auto& intent : state.open[0].intents) intent.at -= 5min;
  state.open.push_back(state.open[0]);  // twice under one name, so what is done for it is, too
  ++state.revision;
  ASSERT_TRUE(journal.replace(state, {}));
  sent.clear();
  int reboots = 0;
  instead = [&](std::map<std::string, std::string>& form) -> std::optional<wire::Response> {
    const auto& action = form["Action"];
    if (action == "DescribeTargetHealth") {
      auto answer = describe(action);
      const auto at = answer.body.find("<member><Target><Id>" + id(1));
      answer.body.erase(at, answer.body.find("<member><Target><Id>" + id(2)) - at);
      return answer;
    }
    if (action == "RebootInstances" && !form.contains("DryRun")) ++reboots;
    return std::nullopt;
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->violations.empty());
  for (const auto& action : report->plan.actions) EXPECT_TRUE(action.restores) << name(action.effect);
  EXPECT_EQ(reboots, 0);
  EXPECT_EQ(report->plan.fleet.front().reason, Reason::plan_violates_invariants);
}

// ---- one account and region, and several fleets in one store

TEST_F(Ticking, InAnotherAccountNothingIsWrittenUntilAPersonSaysThatTheFleetHasMoved) {
  ASSERT_TRUE(tick(policy, parts));
  auto moved = stored();
  moved.identity->account = "999988887777";
  ++moved.revision;
  ASSERT_TRUE(journal.store->replace(moved, {}));
  const auto writes = journal.writes;
  const auto error = tick(policy, parts).error();
  EXPECT_EQ(error.code, kWrongAccount);
  EXPECT_EQ(journal.writes, writes);
  EXPECT_EQ(stored(), moved);
  EXPECT_EQ(dry_tick(policy, parts).error().code, kWrongAccount);
  OperatorRequest moves{OperatorRequest::Kind::resume, "", "new account", "ann"};
  moves.here = true;
  EXPECT_EQ(
      record_request("web", moves, parts).value(),
      std::vector<std::string>{"web belonged to account 999988887777, region eu-west-1; the next tick takes "
                               "the account and region that it finds"});
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->applied_requests.size(), 1U);
  EXPECT_EQ(report->applied_requests[0].text, "account and region accepted by ann: new account");
  EXPECT_TRUE(std::ranges::any_of(report->events, [](const Event& event) {
    return event.kind == EventKind::place && event.text.starts_with("the fleet is in account 123456789012");
  }));
  EXPECT_EQ(stored().identity->account, "123456789012");
}

TEST_F(Ticking, AFleetThatWasRenamedTakesNoOtherServerOut) {
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_EQ(sent.size(), 1U);
  policy.name = "renamed";
  OtherFleets others;
  const auto fleets = fleets_to_tick({{policy}}, journal, account.clock.time, &others).fleets;
  ASSERT_EQ(fleets.size(), 2U);
  parts.others = &others;
  const auto report = tick(fleets.at(1), parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(report->plan.members.at(id(1)).reason, Reason::in_another_fleet);
  EXPECT_EQ(report->plan.next.summary.out, 1);
}

TEST_F(Ticking, WhereTheFleetsCanNotBeListedNothingStarts) {
  journal.unlistable = true;
  OtherFleets others;
  const auto found = fleets_to_tick({{policy}}, journal, account.clock.time, &others);
  EXPECT_EQ(found.problems.size(), 1U);
  ASSERT_EQ(found.fleets.size(), 1U);
  parts.others = &others;
  const auto held = tick(policy, parts);
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(held->plan.fleet.at(0).text.contains("dynamodb:Query is denied"))
      << held->plan.fleet.at(0).text;
}

TEST_F(Ticking, WhereTheFleetsCanNotBeListedWhatIsOutComesBack) {
  ASSERT_TRUE(tick(policy, parts));
  ASSERT_EQ(sent, std::vector<std::string>{"DeregisterTargets"});
  OtherFleets others;
  others.note_unlisted("dynamodb:Query is denied");
  parts.others = &others;
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Ticking, AFleetThatLeftThePolicyIsRestoredAlthoughItsPolicyIsNotRemembered) {
  ASSERT_TRUE(tick(policy, parts));
  auto old = stored();
  old.pinned.reset();
  old.policies.clear();
  ++old.revision;
  ASSERT_TRUE(journal.store->replace(old, {}));
  const auto fleets = fleets_to_tick(Policy{}, journal, account.clock.time).fleets;
  ASSERT_EQ(fleets.size(), 1U);
  EXPECT_EQ(fleets.at(0).region, "eu-west-1");
  ASSERT_TRUE(tick(fleets.at(0), parts));
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

}  // namespace
}  // namespace evenkeel::controller
