#include "decide/clock.h"

#include <gtest/gtest.h>

#include "decide/testing/decide.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

struct ClockOfAFleet : FleetForTest {
  Time right = observation.taken_at;
  ClockOfAFleet() { observation.local_at = right; }

  // A tick whose answers carry these Dates, `later` after the last one.
  std::vector<Event> tick(Duration later, Duration off, Duration local_off = {}) {
    right += later;
    observation.doubtful_date.reset();
    observation.taken_at = right + off;
    observation.local_at = right + local_off;
    auto told = reckon_clock(state, observation);
    state.last_tick_at = std::max(state.last_tick_at, observation.taken_at);  // as decide() does
    return told;
  }
  std::optional<Reason> held_back() const {
    const auto plan = decide();
    return plan.fleet.empty() ? std::nullopt : std::optional(plan.fleet.front().reason);
  }
};

TEST(AwsTime, OneTickADayAheadHoldsBackItselfAlone) {
  ClockOfAFleet fleet;
  fleet.tick(1min, 0min);
  const Time before = fleet.state.last_tick_at;
  fleet.tick(1min, 24h);
  EXPECT_EQ(fleet.observation.taken_at, before) << "time stands still, so no deadline passes";
  EXPECT_EQ(fleet.observation.doubtful_date, fleet.right + 24h);
  EXPECT_EQ(fleet.held_back(), Reason::clock_ahead);
  EXPECT_EQ(fleet.state.last_tick_at, before);
  fleet.tick(1min, 0min);
  EXPECT_EQ(fleet.held_back(), std::nullopt);
  EXPECT_FALSE(fleet.state.clock_doubt);
}

TEST(AwsTime, AJumpThatLastsIsBelievedAndSoIsTheWayBack) {
  ClockOfAFleet fleet;
  fleet.tick(1min, 0min);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(fleet.tick(1min, 24h).empty());
  EXPECT_TRUE(fleet.observation.doubtful_date);
  const auto told = fleet.tick(1min, 24h);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, EventKind::clock);
  EXPECT_EQ(told[0].text,
            "AWS's clock is 1d3m ahead of the last tick's, and 3 ticks over 2m agree: it counts from now on");
  EXPECT_EQ(fleet.state.last_tick_at, fleet.right + 24h);
  fleet.state.signal_read_at = fleet.right + 24h;
  // And back: nothing is started for two minutes, not for a day.
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(fleet.tick(1min, 0min).empty());
    EXPECT_EQ(fleet.held_back(), Reason::clock_backwards);
  }
  EXPECT_EQ(fleet.tick(1min, 0min).size(), 1U);
  EXPECT_EQ(fleet.held_back(), std::nullopt);
  EXPECT_EQ(fleet.state.last_tick_at, fleet.right);
  EXPECT_EQ(fleet.state.signal_read_at, fleet.right);
}

TEST(AwsTime, AJumpIsNoTimeForWhichItWasBlind) {
  ClockOfAFleet fleet;
  fleet.tick(1min, 0min);
  fleet.state.ability.kind = Ability::Kind::blind;
  fleet.state.ability.since = fleet.right - 5min;
  for (int i = 0; i < 3; ++i) fleet.tick(1min, 24h);
  EXPECT_EQ(fleet.observation.taken_at - fleet.state.ability.since, 5min);
  for (int i = 0; i < 3; ++i) fleet.tick(1min, 0min);
  EXPECT_EQ(fleet.observation.taken_at, fleet.state.ability.since) << "nor does it begin in the future";
}

TEST(AwsTime, DatesThatStandStillAreNeverBelieved) {
  ClockOfAFleet fleet;
  fleet.tick(1min, 0min);
  for (int i = 1; i <= 20; ++i) {
    EXPECT_TRUE(fleet.tick(1min, -1h - i * 1min).empty());  // one old answer out of a cache, over and over
    EXPECT_EQ(fleet.held_back(), Reason::clock_backwards);
  }
}

TEST(AwsTime, TwoTicksFarApartDoNotConfirmAJump) {
  ClockOfAFleet fleet;
  fleet.tick(1min, 0min);
  EXPECT_TRUE(fleet.tick(1min, 24h).empty());
  EXPECT_TRUE(fleet.tick(10min, 24h).empty());
  EXPECT_TRUE(fleet.observation.doubtful_date);
  EXPECT_EQ(fleet.tick(10min, 24h).size(), 1U);
}

TEST(AwsTime, WhatBringsBackIsSignedWithTheNewestDate) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.three().treat = false;
  fleet.three().phase = Phase::rejoining;
  fleet.gone(3);
  fleet.pass(2min);
  fleet.observation.newest_at = fleet.observation.taken_at + 40s;
  const auto plan = fleet.tick();
  ASSERT_FALSE(plan.actions.empty());
  for (const auto& action : plan.actions) EXPECT_EQ(action.at, fleet.observation.newest_at);
}

TEST(AwsTime, DatesThatContradictOneAnotherAreNeverBelieved) {
  ClockOfAFleet fleet;
  fleet.tick(1min, 0min);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(fleet.tick(1min, i % 2 == 0 ? 24h : 72h).empty());
    EXPECT_TRUE(fleet.observation.doubtful_date);
  }
}

TEST(AwsTime, TwoDaysWithoutATickAreNoJump) {
  ClockOfAFleet fleet;
  fleet.tick(48h, 0min);
  EXPECT_EQ(fleet.held_back(), std::nullopt);
}

TEST(AwsTime, ALaptopAWeekAheadIsNotAsked) {
  ClockOfAFleet fleet;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(fleet.tick(1min, 0min, 7 * 24h).empty());
    EXPECT_EQ(fleet.held_back(), std::nullopt);
    EXPECT_EQ(fleet.observation.taken_at, fleet.right);
  }
}

TEST(AwsTime, AResetOfTheFutureDoesNotBlindTheBreaker) {
  ClockOfAFleet fleet;
  fleet.state.breaker_reset_at = fleet.right + 7 * 24h;
  fleet.tick(1min, 0min);
  EXPECT_EQ(fleet.state.breaker_reset_at, fleet.right);
}

TEST(AwsTime, WhatIsUnderWayIsBroughtBackWithItsTimeLeft) {
  FleetState state;
  const Time now = *parse_iso8601("2026-11-22T12:00:00Z");
  state.last_tick_at = now + 24h;
  auto& open = state.open.emplace_back();
  open.phase_since = now + 24h;
  open.deadline = now + 24h + 15min;
  open.intents.push_back(
      {.effect = Effect::register_, .nonce = "n", .at = now + 24h, .target_group_arn = "", .detail = ""});
  state.recent.emplace_back().ended_at = now + 23h;
  bring_back(state, now);
  EXPECT_EQ(state.last_tick_at, now);
  EXPECT_EQ(open.phase_since, now);
  EXPECT_EQ(open.deadline, now + 15min);
  EXPECT_EQ(open.intents[0].at, now);
  EXPECT_EQ(state.recent[0].ended_at, now);
}

}  // namespace
}  // namespace evenkeel::decide
