// Windows at every clock change of two decades, minute by minute, against a definition that only searches:
// the wall clock's readings come from the C library, the zone's table from the policy's reader.
#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/text.h"
#include "decide/guards/windows.h"
#include "policy/time_zone.h"

namespace evenkeel {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;

constexpr minutes kAround = days{4};
constexpr minutes kCompared = 4h;

// What a wall clock shows at each minute from four days before a clock change to four days after, as minutes
// since 1970 as if it showed UTC.
struct WallClock {
  Time begin{};
  std::vector<std::int64_t> readings;

  WallClock(const std::string& zone, Time change) : begin(change - kAround) {
    setenv("TZ", zone.c_str(), 1);
    tzset();
    for (minutes at{0}; at < 2 * kAround; at += 1min) {
      const auto seconds =
          static_cast<std::time_t>(floor<std::chrono::seconds>(begin + at).time_since_epoch().count());
      std::tm civil{};
      localtime_r(&seconds, &civil);
      readings.push_back(seconds / 60 + civil.tm_gmtoff / 60);
    }
  }

  // The minute at which the clock shows `reading` first or last; where it never does, at which it jumps over
  // it.
  std::size_t minute_of(std::int64_t reading, bool last) const {
    std::size_t found = readings.size();
    for (std::size_t i = 0; i < readings.size(); ++i) {
      if (readings[i] != reading) continue;
      found = i;
      if (!last) return found;
    }
    for (std::size_t i = 1; found == readings.size() && i < readings.size(); ++i) {
      if (readings[i - 1] < reading && readings[i] > reading) return i;
    }
    return found;
  }

  // Which minutes the window has open.
  std::vector<bool> open_minutes(const Window& window) const {
    std::vector<bool> open(readings.size(), false);
    const auto first_day = readings.front() / 1440 + 1;
    const auto last_day = readings.back() / 1440 - 2;
    for (auto day = first_day; day <= last_day; ++day) {
      const auto weekday = (day + 3) % 7;  // 1970-01-01 was a Thursday
      if ((window.days >> weekday & 1U) == 0) continue;
      const auto from = day * 1440 + floor<minutes>(window.from).count();
      const auto to = (window.to <= window.from ? day + 1 : day) * 1440 + floor<minutes>(window.to).count();
      const auto end = minute_of(to, true);
      for (auto i = minute_of(from, false); i < end; ++i) open[i] = true;
    }
    return open;
  }
};

std::vector<Window> windows_to_try(SeededRandom& random, const TimeZone& zone) {
  std::vector<Window> windows;
  for (const auto& [from, to] : {std::pair<minutes, minutes>{22h, 5h},
                                 {2h, 3h},
                                 {150min, 165min},
                                 {1h, 2h},
                                 {0h, 24h},
                                 {2h, 2h},
                                 {23h + 30min, 30min},
                                 {3h, 2h},
                                 {90min, 150min},
                                 {0h, 2h + 15min}}) {
    windows.push_back({.days = 0x7f, .from = from, .to = to, .zone = zone});
  }
  for (int i = 0; i < 4; ++i) {
    windows.push_back({.days = 1U + static_cast<unsigned>(random.below(127)),
                       .from = minutes{random.below(1440)},
                       .to = minutes{random.below(1441)},
                       .zone = zone});
  }
  return windows;
}

void expect_as_searched(const FleetPolicy& policy, const std::vector<bool>& open, const WallClock& clock) {
  const auto first = static_cast<std::size_t>((kAround - kCompared).count());
  const auto last = static_cast<std::size_t>((kAround + kCompared).count());
  for (auto i = first; i < last; ++i) {
    const Time now = clock.begin + minutes{i};
    const auto opening = decide::opening(policy, now);
    ASSERT_EQ(opening.open, open[i]) << iso8601(now) << " " << decide::describe(policy.windows[0]);
    if (i % 16 == 0) {
      ASSERT_EQ(decide::opening(policy, now + 59'999ms).open, open[i]) << iso8601(now);
    }
    auto change = i;
    while (change < last && open[change] == open[i]) ++change;
    if (change == last) continue;
    ASSERT_EQ(opening.next_change, clock.begin + minutes{change}) << iso8601(now);
  }
}

class WindowsAcrossClockChanges : public testing::TestWithParam<const char*> {};

TEST_P(WindowsAcrossClockChanges, AreOpenAsTheWallClockSays) {
  const std::string name = GetParam();
  const auto zone = policy::load_time_zone(name);
  ASSERT_TRUE(zone) << zone.error().message;
  SeededRandom random(2026);
  int changes = 0;
  for (const auto& shift : zone->shifts) {
    const auto year = std::chrono::year_month_day(floor<days>(shift.from)).year();
    if (year < std::chrono::year{2020} || year > std::chrono::year{2040}) continue;
    ++changes;
    const WallClock clock(name, shift.from);
    for (const auto& window : windows_to_try(random, *zone)) {
      FleetPolicy policy;
      policy.windows = {window};
      expect_as_searched(policy, clock.open_minutes(window), clock);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GE(changes, name == "Asia/Tehran" ? 6 : 40);
}

INSTANTIATE_TEST_SUITE_P(Zones, WindowsAcrossClockChanges,
                         testing::Values("Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                         "America/Santiago", "Asia/Tehran", "Africa/Casablanca"),
                         [](const auto& zone) {
                           std::string word = zone.param;
                           std::erase_if(word, [](char letter) { return letter == '/' || letter == '_'; });
                           return word;
                         });

}  // namespace
}  // namespace evenkeel
