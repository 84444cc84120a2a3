#include "decide/requests.h"

#include <gtest/gtest.h>

#include "decide/testing/decide.h"
#include "decide/testing/fleet.h"
#include "model/identity.h"

namespace evenkeel::decide {
namespace {

const Time kDated = *parse_iso8601("2026-11-22T12:00:00Z");

OperatorRequest pause_request(std::optional<Duration> lasting = {}, std::optional<Time> until = {}) {
  return {OperatorRequest::Kind::pause, "", "release", "ann", lasting, until};
}
OperatorRequest resume_request() { return {OperatorRequest::Kind::resume, "", "released", "bob"}; }
OperatorRequest restore_request(const std::string& id, bool now = false) {
  return {OperatorRequest::Kind::restore, id, "", "bob", {}, {}, false, now};
}

FleetState requested(std::vector<OperatorRequest> requests) {
  FleetState state;
  state.fleet = "web";
  state.requests = std::move(requests);
  return state;
}

TEST(OperatorRequests, APauseIsDatedByTheTick) {
  auto state = requested({pause_request(2h)});
  const auto told = apply_requests(state, kDated);
  EXPECT_TRUE(state.requests.empty());
  EXPECT_EQ(state.pause, (Pause{"release", "ann", kDated, kDated + 2h}));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].text, "paused until 2026-11-22T14:00:00Z by ann: release");
  EXPECT_EQ(told[0].at, kDated);
  EXPECT_TRUE(told[0].notified);
}

TEST(OperatorRequests, APauseWhoseEndIsPastIsToldAndHoldsNothing) {
  auto state = requested({pause_request({}, kDated - 1min)});
  const auto told = apply_requests(state, kDated);
  EXPECT_FALSE(state.pause);
  EXPECT_EQ(told.at(0).text, "a pause until 2026-11-22T11:59:00Z was over before it began by ann: release");
}

TEST(OperatorRequests, TheyAreAppliedInTheirOrder) {
  auto state = requested({pause_request(), resume_request()});
  EXPECT_FALSE(pause_is_requested(state));
  EXPECT_EQ(apply_requests(state, kDated).size(), 2U);
  EXPECT_FALSE(state.pause);
  state = requested({resume_request(), pause_request()});
  EXPECT_TRUE(pause_is_requested(state));
  apply_requests(state, kDated);
  EXPECT_TRUE(state.pause);
}

TEST(OperatorRequests, AResumeDatesTheBreakersResetAndClearsTheClock) {
  auto state = requested({resume_request()});
  state.breaker = Breaker{"3 of 8 jumped", kDated - 1h};
  state.last_tick_at = kDated + 24h;
  state.clock_doubt = ClockDoubt{kDated, kDated, 1};
  apply_requests(state, kDated);
  EXPECT_FALSE(state.breaker);
  EXPECT_EQ(state.breaker_reset_at, kDated);
  EXPECT_EQ(state.last_tick_at, kDated);
  EXPECT_FALSE(state.clock_doubt);
}

TEST(OperatorRequests, AFleetThatHasMovedIsTakenWhereItIsFoundAndNothingEnds) {
  auto moved = resume_request();
  moved.here = true;
  auto state = requested({pause_request(), moved});
  EXPECT_TRUE(pause_is_requested(state));
  state.identity = Identity{"aws", "123456789012", "eu-west-1"};
  state.breaker = Breaker{"3 of 8 jumped", kDated - 1h};
  EXPECT_TRUE(accepts_any_place(state)) << "this tick already looks wherever it is";
  const auto told = apply_requests(state, kDated);
  EXPECT_TRUE(state.pause);
  EXPECT_TRUE(state.breaker);
  EXPECT_TRUE(accepts_any_place(state));
  EXPECT_EQ(told.at(1).kind, EventKind::place);
  EXPECT_EQ(told.at(1).text, "account and region accepted by bob: released");
}

TEST(OperatorRequests, AResumeTakesItAsMeantWhoIsMissing) {
  auto state = requested({resume_request()});
  state.groups_seen["arn:tg1"] = {
      .members = {id(1), id(2)}, .missing = {{id(2), kDated - 1h}}, .overlooked = {id(2)}};
  const auto told = apply_requests(state, kDated);
  EXPECT_TRUE(state.groups_seen["arn:tg1"].missing.empty());
  EXPECT_EQ(told.at(0).text,
            "ended the wait for servers that left their target groups (" + id(2) + ") by bob: released");
}

TEST(OperatorRequests, ARestoreHasTheWholeTimeFromTheTickOn) {
  auto state = requested({restore_request(id(1))});
  auto& open = state.open.emplace_back();
  open.instance_id = id(1);
  open.phase = Phase::held;
  open.held_because = "it does not come back";
  open.snapshot = {{"arn", "tg1", 443, false, false}};
  open.intents = {{.effect = Effect::register_,
                   .nonce = "n",
                   .at = kDated - 1h,
                   .target_group_arn = "arn",
                   .detail = ""}};
  const auto told = apply_requests(state, kDated);
  EXPECT_EQ(open.phase, Phase::rejoining);
  EXPECT_EQ(open.phase_since, kDated);
  EXPECT_EQ(open.deadline, kDated + Timing{}.rejoin);
  EXPECT_FALSE(open.treat);
  EXPECT_TRUE(open.intents.empty());
  EXPECT_EQ(open.held_because, "");
  EXPECT_EQ(told.at(0).text, "return requested by bob");
}

TEST(OperatorRequests, OnlyARestoreNowDoesNotWaitAndALaterOneDoesNotTakeThatBack) {
  FleetState state;
  auto& open = state.open.emplace_back();
  open.instance_id = id(1);
  open.snapshot = {{"arn", "tg1", 443, false, false}};
  state.requests = {restore_request(id(1))};
  apply_requests(state, kDated);
  EXPECT_FALSE(open.without_waiting);
  state.requests = {restore_request(id(1), true)};
  EXPECT_EQ(apply_requests(state, kDated).at(0).text,
            "return requested by bob, without waiting for a treatment that may still act");
  EXPECT_TRUE(open.without_waiting);
  state.requests = {restore_request(id(1))};
  apply_requests(state, kDated);
  EXPECT_TRUE(open.without_waiting);
}

TEST(OperatorRequests, ARestoreOfWhatHasEndedMeanwhileIsTold) {
  auto state = requested({restore_request(id(1))});
  EXPECT_EQ(apply_requests(state, kDated).at(0).text,
            "nothing is under way any more that could be put back by bob");
}

TEST(OperatorRequests, AnUndatedPauseHoldsBackStarts) {
  FleetForTest fleet;
  fleet.memory(1, 80);
  fleet.state.requests = {pause_request()};
  const auto plan = decide(fleet.policy, fleet.observation, fleet.state, "n");
  ASSERT_FALSE(plan.fleet.empty());
  EXPECT_EQ(plan.fleet.front().reason, Reason::paused);
  EXPECT_TRUE(plan.actions.empty());
}

}  // namespace
}  // namespace evenkeel::decide
