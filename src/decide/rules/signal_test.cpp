#include "decide/rules/signal.h"

#include <gtest/gtest.h>
#include <limits>

#include "base/text.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

const Time kNow = *parse_iso8601("2026-11-22T12:00:00Z");

MetricCondition condition() {
  MetricCondition condition;
  condition.metric = "Memory % Committed Bytes In Use";
  condition.above = 65;
  condition.datapoints = 3;
  return condition;
}

// One value a minute, the last one two minutes ago.
Signal signal(const std::vector<double>& values) {
  Signal made{.state = SignalState::fresh, .samples = {}, .detail = ""};
  Time at = kNow - 1min - static_cast<int>(values.size()) * 1min;
  for (const double value : values) made.samples.push_back({at += 1min, value});
  return made;
}

TEST(Judge, EnoughOfTheWindowMustAgree) {
  EXPECT_TRUE(judge(condition(), signal({50, 60, 66, 67, 68}), kNow).above);
  const auto few = judge(condition(), signal({50, 60, 64, 67, 68}), kNow);
  EXPECT_FALSE(few.above);
  EXPECT_EQ(few.verdict.reason, Reason::not_sustained);
}

TEST(Judge, OnlyTheWindowCounts) {
  EXPECT_EQ(judge(condition(), signal({70, 70, 70, 50, 50, 50, 66}), kNow).verdict.reason,
            Reason::not_sustained);
}

TEST(Judge, AMemberThatHasComeDownIsLeftAlone) {
  EXPECT_EQ(judge(condition(), signal({90, 90, 90, 90, 64}), kNow).verdict.reason, Reason::below_limit);
}

TEST(Judge, TheSentenceSaysHowManySamplesAgree) {
  EXPECT_EQ(judge(condition(), signal({70, 70, 70, 70, 70}), kNow).verdict.text, "70 is above 65 for 5m");
  EXPECT_EQ(judge(condition(), signal({70, 60, 70, 60, 70}), kNow).verdict.text,
            "70 is above 65, and so are 3 of the 5 samples in 5m");
}

TEST(Judge, AStaleSignalNamesTheKeyThatAllowsMore) {
  const Signal stale{
      .state = SignalState::stale, .samples = {}, .detail = "the newest sample is 12m old, 5m is allowed"};
  EXPECT_EQ(judge(condition(), stale, kNow).verdict.text,
            "signal stale: the newest sample is 12m old, 5m is allowed (max_age)");
}

TEST(Judge, MissingSamplesDoNotCountAsAgreement) {
  auto gappy = signal({70, 70, 70, 70, 70});
  gappy.samples.erase(gappy.samples.begin(), gappy.samples.begin() + 3);
  EXPECT_EQ(judge(condition(), gappy, kNow).verdict.reason, Reason::not_sustained);
}

TEST(Judge, ImplausibleValuesAreNotBelieved) {
  for (const double wrong :
       {101.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(judge(condition(), signal({70, 70, 70, 70, wrong}), kNow).verdict.reason,
              Reason::signal_ambiguous);
  }
  for (const auto* name : {"mem_used_percent", "disk_used_percent", "CPUUtilization"}) {
    auto percent = condition();
    percent.metric = name;
    EXPECT_EQ(judge(percent, signal({250, 250, 250, 250, 250}), kNow).verdict.reason,
              Reason::signal_ambiguous)
        << name;
    percent.statistic = Statistic::sum;
    EXPECT_TRUE(judge(percent, signal({250, 250, 250, 250, 250}), kNow).above) << name;
  }
  auto future = signal({70, 70, 70, 70, 70});
  future.samples.back().at = kNow + 5min;
  EXPECT_EQ(judge(condition(), future, kNow).verdict.reason, Reason::signal_ambiguous);
  auto bytes = condition();
  bytes.metric = "Memory Committed Bytes";
  EXPECT_TRUE(judge(bytes, signal({1000, 1000, 1000, 1000, 1000}), kNow).above);
}

TEST(Jump, ASlowCrossingIsNoJump) {
  EXPECT_FALSE(jumped_at(condition(), signal({62, 63, 64, 65, 66, 67, 68})));
  EXPECT_FALSE(jumped_at(condition(), signal({50, 50, 50})));
}

TEST(Jump, FromFarBelowToAboveWithinTwoPeriods) {
  const auto jumped = signal({40, 40, 40, 60, 80, 80});
  EXPECT_EQ(jumped_at(condition(), jumped), jumped.samples[4].at);
  EXPECT_TRUE(jumped_at(condition(), jumped, jumped.samples[4].at));
  EXPECT_FALSE(jumped_at(condition(), jumped, jumped.samples[4].at + 1s)) << "that is too long ago";
}

TEST(Breaker, ManyJumpingTogetherTripIt) {
  FleetForTest fleet;
  for (int member = 1; member <= 2; ++member) {
    auto& samples = fleet.observation.signals[id(member)].samples;
    samples.rbegin()[0].value = samples.rbegin()[1].value = samples.rbegin()[2].value = 80;
  }
  const auto plan = fleet.tick();
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  ASSERT_TRUE(plan.next.breaker.has_value());
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_EQ(plan.members.at(id(1)).reason, Reason::breaker_open);
  EXPECT_NE(plan.next.breaker->reason.find("2 of 8 members jumped"), std::string::npos);
}

TEST(Breaker, OneJumpMayHappenInASmallFleet) {
  FleetForTest fleet;
  auto& samples = fleet.observation.signals[id(1)].samples;
  samples.rbegin()[0].value = samples.rbegin()[1].value = samples.rbegin()[2].value = 80;
  EXPECT_FALSE(fleet.decide().next.breaker.has_value());
}

TEST(Breaker, AFleetThatLeaksSteadilyIsServed) {
  FleetForTest fleet;
  for (int member = 1; member <= 8; ++member) {
    double value = 64.5 + member * 0.1;
    for (auto& sample : fleet.observation.signals[id(member)].samples) sample.value = value += 0.4;
  }
  const auto plan = fleet.decide();
  EXPECT_FALSE(plan.next.breaker.has_value());
  EXPECT_EQ(plan.actions.at(0).instance_id, id(8));
}

TEST(Breaker, JumpsBeforeItsResetAreOver) {
  FleetForTest fleet;
  for (int member = 1; member <= 4; ++member) {
    auto& samples = fleet.observation.signals[id(member)].samples;
    for (std::size_t i = 4; i < samples.size(); ++i) samples[i].value = 80;
  }
  EXPECT_TRUE(fleet.decide().next.breaker.has_value());
  fleet.state.breaker_reset_at = fleet.observation.taken_at;
  const auto plan = fleet.decide();
  EXPECT_FALSE(plan.next.breaker.has_value());
  EXPECT_EQ(plan.actions.size(), 2U);
}

TEST(Breaker, ARemedyThatFailsAcrossTheFleetTripsIt) {
  FleetForTest fleet;
  for (int i = 1; i <= 4; ++i) {
    PastRemediation past;
    past.id = fmt::format("past-{}", i);
    past.instance_id = id(i);
    past.started_at = fleet.observation.taken_at - 10h;
    past.ended_at = past.started_at + 20min;
    past.ending = i == 1 ? Ending::cured : Ending::not_cured;
    fleet.state.recent.push_back(past);
  }
  EXPECT_TRUE(fleet.decide().next.breaker.has_value());
  fleet.state.recent[1].ending = Ending::cured;
  EXPECT_FALSE(fleet.decide().next.breaker.has_value());
}

TEST(Breaker, NothingRememberedButAServerOutMeansTheStateMayBeLost) {
  FleetForTest fleet;
  fleet.state = FleetState{};
  EXPECT_FALSE(fleet.decide().next.breaker.has_value());
  fleet.state_of(8, TargetState::draining);
  EXPECT_TRUE(fleet.decide().next.breaker.has_value());
  fleet.observation.other_fleets[id(8)] = {.fleet = "old-name", .open = true};
  EXPECT_FALSE(fleet.decide().next.breaker.has_value()) << "the fleet was renamed, and that one remembers it";
}

}  // namespace
}  // namespace evenkeel::decide
