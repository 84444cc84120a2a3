// The table of a time zone against another reader of the same database: the C library.
#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>

#include "policy/time_zone.h"

namespace evenkeel {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

using std::chrono::sys_days;

constexpr Time kFrom = sys_days{std::chrono::year{2020} / 1 / 1};
constexpr Time kTo = sys_days{std::chrono::year{2041} / 1 / 1};

// What the C library makes of the same database: the other witness.
Duration offset_by_the_c_library(Time time) {
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  std::tm civil{};
  localtime_r(&seconds, &civil);
  return std::chrono::seconds{civil.tm_gmtoff};
}

std::vector<TimeZone::Shift> changes_by_the_c_library(const std::string& name) {
  setenv("TZ", name.c_str(), 1);
  tzset();
  std::vector<TimeZone::Shift> changes;
  for (Time hour = kFrom; hour < kTo; hour += 1h) {
    const auto after = offset_by_the_c_library(hour + 1h);
    if (offset_by_the_c_library(hour) == after) continue;
    Time low = hour;
    Time high = hour + 1h;
    while (high - low > 1s) {
      const Time middle = low + std::chrono::floor<std::chrono::seconds>((high - low) / 2);
      (offset_by_the_c_library(middle) == after ? high : low) = middle;
    }
    changes.push_back({high, after});
  }
  return changes;
}

Duration offset_at(const TimeZone& zone, Time time) {
  Duration offset = zone.shifts.front().offset;
  for (const auto& shift : zone.shifts) {
    if (shift.from <= time) offset = shift.offset;
  }
  return offset;
}

TEST(TimeZones, EveryChangeFrom2020To2040IsTheOneThatTheCLibraryKnows) {
  for (const auto& [name, at_least] : {std::pair{"Europe/Berlin", 42},
                                       {"America/New_York", 42},
                                       {"Australia/Lord_Howe", 42},
                                       {"America/Sao_Paulo", 0},
                                       {"Asia/Tehran", 6},
                                       {"Africa/Casablanca", 40},
                                       {"Asia/Kathmandu", 0},
                                       {"America/Santiago", 42},
                                       {"Africa/Cairo", 30}}) {
    SCOPED_TRACE(name);
    const auto zone = policy::load_time_zone(name);
    ASSERT_TRUE(zone) << zone.error().message;
    EXPECT_EQ(zone->name, name);
    std::vector<TimeZone::Shift> ours;
    for (const auto& shift : zone->shifts) {
      if (shift.from > kFrom && shift.from < kTo) ours.push_back(shift);
    }
    const auto theirs = changes_by_the_c_library(name);
    EXPECT_GE(theirs.size(), static_cast<std::size_t>(at_least));
    EXPECT_EQ(ours, theirs);
    EXPECT_EQ(offset_at(*zone, kFrom), offset_by_the_c_library(kFrom));
  }
}

// In a process of its own, because Abseil keeps what it once read.
TEST(TimeZones, WithoutADatabaseThereIsUtcAndARemedy) {
  const auto without_database = [] {
    setenv("TZDIR", "/nowhere", 1);
    const auto utc = policy::load_time_zone("UTC");
    const auto zone = policy::load_time_zone("Indian/Kerguelen");
    const bool told = !zone && zone.error().kind == ErrorKind::unavailable &&
                      zone.error().message ==
                          "no time zone but UTC is known, because the tz database can't be read; install the "
                          "package tzdata, or let TZDIR name a folder that has the database";
    std::_Exit(utc && utc->shifts.empty() && told ? 0 : 1);
  };
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(without_database(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace evenkeel
