#include "observe/stamp.h"

#include <gtest/gtest.h>

namespace evenkeel::observe {
namespace {

using namespace std::chrono_literals;

const Time kRight = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h;

Observation seen(std::initializer_list<Duration> off, std::optional<Duration> local) {
  Observation observation;
  if (local) observation.local_at = kRight + *local;
  Stamp stamp{observation};
  for (const auto by : off) stamp.saw(kRight + by);
  return observation;
}

TEST(Stamp, TheEarliestPermitsAndTheNewestSignsRestores) {
  const auto times = seen({2s, 0s, 7s}, 0s);
  EXPECT_EQ(times.taken_at, kRight);
  EXPECT_EQ(times.signs_restores(), kRight + 7s);
  EXPECT_EQ(times.spread, 7s);
}

TEST(Stamp, AServiceWithAnOldDateNeitherStopsTheClockNorSpoilsASignature) {
  for (const auto& local :
       {std::optional<Duration>{0s}, std::optional<Duration>{7 * 24h}, std::optional<Duration>{}}) {
    const auto times = seen({1s, -1h, 3s, -1h}, local);
    EXPECT_EQ(times.taken_at, kRight + 1s);
    EXPECT_EQ(times.signs_restores(), kRight + 3s);
    EXPECT_EQ(times.spread, 1h + 3s) << "it still holds back every start";
  }
}

TEST(Stamp, AServiceWithADateOfTheFutureIsLeftOutWhereThisMachinesClockIsRight) {
  const auto times = seen({24h, 1s, 3s}, 20s);
  EXPECT_EQ(times.taken_at, kRight + 1s);
  EXPECT_EQ(times.signs_restores(), kRight + 3s);
  EXPECT_EQ(times.spread, 24h - 1s);
}

TEST(Stamp, WhenAllAgreeThisMachinesClockIsNotAsked) {
  const auto times = seen({0s, 1s}, -7 * 24h);
  EXPECT_EQ(times.taken_at, kRight);
}

TEST(Stamp, ADoubtfulDateKeepsTheTimeThatWasPutInItsPlace) {
  Observation observation;
  Stamp stamp{observation};
  stamp.saw(kRight + 24h);
  observation.doubtful_date = observation.taken_at;
  observation.taken_at = kRight;
  stamp.saw(kRight + 24h + 2s);
  EXPECT_EQ(observation.taken_at, kRight);
  EXPECT_EQ(observation.signs_restores(), kRight + 24h);
}

}  // namespace
}  // namespace evenkeel::observe
