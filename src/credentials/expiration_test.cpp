#include "credentials/expiration.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace evenkeel::credentials {
namespace {

TEST(Expiration, IsReadInEveryFormThatToolsWrite) {
  const auto noon = parse_iso8601("2026-11-22T12:00:00Z");
  for (const char* text :
       {"2026-11-22T12:00:00Z", "2026-11-22t12:00:00z", "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00UTC",
        "2026-11-22 12:00:00 UTC", "2026-11-22 12:00:00Z", "2026-11-22T12:00:00+00:00",
        "2026-11-22T12:00:00+0000", "2026-11-22 12:00:00 +0000", "2026-11-22 12:00:00.000000+00:00",
        "2026-11-22T13:30:00+01:30", "2026-11-22T13:30:00+0130", "2026-11-22T07:00:00-05:00",
        "2026-11-21 23:00:00-1300"})
    EXPECT_EQ(parse_expiration(text), noon) << text;
  EXPECT_EQ(parse_expiration("2026-11-22T12:00:00.25+01:00"), *noon - std::chrono::hours{1} + Duration{250});
}

TEST(Expiration, IsNothingWhereTheZoneIsMissingOrTheTimeIsNone) {
  for (const char* text :
       {"", "soon", "2026-11-22T12:00:00", "2026-11-22 12:00:00", "2026-11-22T12:00:00.5",
        "2026-11-22T12:00:00 ", "2026-11-22T12:00:00CET", "2026-11-22T12:00:00+1:00",
        "2026-11-22T12:00:00+xx:00", "2026-11-22T12:00:00+00:0x", "2026-11-22T12:00:00+00:60",
        "2026-11-22T12:00:00+2400", "2026-11-22T12:00:00  UTC", "2026-11-22_12:00:00Z",
        "2026-13-22T12:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T12:00:00Z+01:00",
        "2026-11-22T12:00:00+01-00", "1795330000"})
    EXPECT_EQ(parse_expiration(text), std::nullopt) << text;
  EXPECT_EQ(parse_expiration("2026-11-22T12:00:00." + std::string(1000, '0') + "Z"), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::credentials
