#include "policy/time_zone.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "policy/zone_names.h"

namespace evenkeel::policy {
namespace {

TEST(TimeZones, TableBeginsIn2015AndEndsWith2045) {
  const auto zone = load_time_zone("Europe/Berlin");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->shifts.size(), 1U + 2 * 31);
  EXPECT_EQ(iso8601(zone->shifts.front().from), "2015-01-01T00:00:00Z");
  EXPECT_EQ(zone->shifts.front().offset, std::chrono::hours{1});
  EXPECT_EQ(iso8601(zone->shifts.back().from), "2045-10-29T01:00:00Z");
}

TEST(TimeZones, ShiftsRiseAndEachChangesTheOffset) {
  for (const char* name : kZoneNames) {
    const auto zone = load_time_zone(name);
    ASSERT_TRUE(zone) << name << ": " << zone.error().message;
    ASSERT_FALSE(zone->shifts.empty()) << name;
    for (std::size_t i = 1; i < zone->shifts.size(); ++i) {
      EXPECT_LT(zone->shifts[i - 1].from, zone->shifts[i].from) << name;
      EXPECT_NE(zone->shifts[i - 1].offset, zone->shifts[i].offset) << name;
    }
  }
}

TEST(TimeZones, UnknownNamesAreRefusedWithTheOneThatWasMeant) {
  const auto refusal = [](const std::string& name) {
    const auto zone = load_time_zone(name);
    return zone ? "none" : zone.error().message;
  };
  EXPECT_EQ(refusal("Europe/Berlim"),
            "the tz database has no such time zone (did you mean \"Europe/Berlin\"?)");
  EXPECT_EQ(refusal("Berlin"), "the tz database has no such time zone (did you mean \"Europe/Berlin\"?)");
  EXPECT_EQ(refusal("america/new york"),
            "the tz database has no such time zone (did you mean \"America/New_York\"?)");
  EXPECT_EQ(refusal("Mars/Olympus"), "the tz database has no such time zone");
}

TEST(TimeZones, WhatIsNoNameOfAZoneIsNeverRead) {
  for (const char* name : {"", "/etc/passwd", "file:/etc/passwd", "libc:Europe/Berlin", "../zoneinfo/UTC",
                           "Europe/../Europe/Berlin", "localtime", "posixrules", "UTC0", "Fixed/UTC+01:00:00",
                           "right/Europe/Berlin", "posix/Europe/Berlin", "Fixed/UTC+01:00:00"}) {
    EXPECT_FALSE(load_time_zone(name)) << name;
  }
}

TEST(TimeZones, UtcNeedsNoTable) {
  const auto utc = load_time_zone("UTC");
  ASSERT_TRUE(utc);
  EXPECT_EQ(*utc, TimeZone{});
  EXPECT_TRUE(utc->shifts.empty());
}

}  // namespace
}  // namespace evenkeel::policy
