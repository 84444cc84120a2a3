// A line is drawn only through what lies on one.
#include "decide/rules/forecast.h"

#include <gtest/gtest.h>
#include <vector>

#include "base/text.h"

namespace evenkeel::decide {
namespace {

using namespace std::chrono_literals;

const Time kStart = *parse_iso8601("2026-11-22T09:00:00Z");

template <typename Value>
std::vector<Sample> samples(int count, Value&& value) {
  std::vector<Sample> made;
  for (int minute = 0; minute < count; ++minute) made.push_back({kStart + minute * 1min, value(minute)});
  return made;
}

// Between -1 and 1, the same in every run.
double noise(int i) { return ((i * 7919 + 104729) % 2001) / 1000.0 - 1; }

TEST(Trend, OfALeakIsItsSlope) {
  const auto line = trend(samples(60, [](int i) { return 60 + i * 0.1; }), 1min);
  ASSERT_TRUE(line.has_value());
  EXPECT_NEAR(line->per_hour, 6, 1e-9);
  EXPECT_NEAR(line->level, 65.9, 1e-9);
  EXPECT_EQ(line->at, kStart + 59min);
  EXPECT_EQ(reaches(*line, 68.9), kStart + 59min + 30min);
}

TEST(Trend, IsNotMovedByNoiseOrByAFewWildSamples) {
  const auto noisy = trend(samples(180, [](int i) { return 50 + i * 0.1 + noise(i); }), 1min);
  ASSERT_TRUE(noisy.has_value());
  EXPECT_NEAR(noisy->per_hour, 6, 0.5);
  const auto wild = trend(samples(60, [](int i) { return i % 9 == 4 ? 99 : 50 + i * 0.1; }), 1min);
  ASSERT_TRUE(wild.has_value());
  EXPECT_NEAR(wild->per_hour, 6, 0.3);
}

TEST(Trend, OfNoiseAloneIsNone) {
  EXPECT_FALSE(trend(samples(180, [](int i) { return 50 + noise(i); }), 1min));
  EXPECT_FALSE(trend(samples(20, [](int i) { return 50 + noise(i); }), 1min));
}

TEST(Trend, OfAStepIsNone) {
  for (const int at : {30, 60, 90}) {
    EXPECT_FALSE(trend(samples(120, [&](int i) { return i < at ? 40.0 : 80.0; }), 1min)) << at;
  }
}

TEST(Trend, OfSawTeethIsNone) {
  EXPECT_FALSE(trend(samples(180, [](int i) { return 40 + i % 90 * 0.4; }), 1min));
  EXPECT_FALSE(trend(samples(180, [](int i) { return 40 + i % 60 * 0.4; }), 1min));
  EXPECT_FALSE(trend(samples(180, [](int i) { return 40.0 + i % 7; }), 1min));
}

TEST(Trend, OfAFlatLineIsNone) {
  EXPECT_FALSE(trend(samples(60, [](int) { return 50.0; }), 1min));
}

TEST(Trend, TakesTenSamplesOverFivePeriods) {
  const auto leak = [](int i) { return 60.0 + i; };
  EXPECT_FALSE(trend(samples(9, leak), 1min));
  EXPECT_TRUE(trend(samples(10, leak), 1min));
  EXPECT_FALSE(trend(samples(10, leak), 2min)) << "nine minutes are less than five periods";
  EXPECT_FALSE(trend({}, 1min));
}

TEST(Trend, SamplesOfOneMomentSayNothing) {
  auto together = samples(12, [](int i) { return 60.0 + i; });
  together[1].at = together[0].at;
  EXPECT_NEAR(trend(together, 1min)->per_hour, 60, 1);
}

TEST(Reaches, NotWhenItFallsAndNotInMoreThanAYear) {
  const auto falls = trend(samples(60, [](int i) { return 60 - i * 0.1; }), 1min);
  ASSERT_TRUE(falls.has_value());
  EXPECT_FALSE(reaches(*falls, 100));
  EXPECT_FALSE(reaches({.per_hour = 1e-9, .level = 50, .at = kStart}, 100));
  EXPECT_EQ(reaches({.per_hour = 1, .level = 101, .at = kStart}, 100), kStart) << "it is there already";
}

}  // namespace
}  // namespace evenkeel::decide
