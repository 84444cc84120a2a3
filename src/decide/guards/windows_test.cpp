#include "decide/guards/windows.h"

#include <gtest/gtest.h>
#include <string>

#include "base/text.h"

namespace evenkeel::decide {
namespace {

using std::chrono::days;
using std::chrono::year;

Time time(const std::string& text) { return parse_iso8601(text).value(); }

TimeZone berlin() {
  return {.name = "Europe/Berlin",
          .shifts = {{time("2015-01-01T00:00:00Z"), 1h},
                     {time("2026-03-29T01:00:00Z"), 2h},
                     {time("2026-10-25T01:00:00Z"), 1h},
                     {time("2027-03-28T01:00:00Z"), 2h}}};
}

Window window(Duration from, Duration to, unsigned bits = 0x7f, const TimeZone& zone = {}) {
  return {.days = bits, .from = from, .to = to, .zone = zone};
}

FleetPolicy with(std::vector<Window> windows, std::vector<Freeze> freezes = {}) {
  FleetPolicy policy;
  policy.windows = std::move(windows);
  policy.freezes = std::move(freezes);
  return policy;
}

// "open until …", or "closed until …".
std::string state(const FleetPolicy& policy, const std::string& now) {
  const auto found = opening(policy, time(now));
  return (found.open ? "open until " : "closed until ") +
         (found.next_change ? iso8601(*found.next_change) : "who knows when");
}

TEST(Windows, WithoutAnyItIsAlwaysOpen) { EXPECT_EQ(opening({}, time("2026-11-22T12:00:00Z")), Opening{}); }

TEST(Windows, OpenAtTheirFirstMomentAndAreShutAtTheirLast) {
  const auto policy = with({window(22h, 23h)});
  EXPECT_EQ(state(policy, "2026-11-22T21:59:59.999Z"), "closed until 2026-11-22T22:00:00Z");
  EXPECT_EQ(state(policy, "2026-11-22T22:00:00Z"), "open until 2026-11-22T23:00:00Z");
  EXPECT_EQ(state(policy, "2026-11-22T22:59:59.999Z"), "open until 2026-11-22T23:00:00Z");
  EXPECT_EQ(state(policy, "2026-11-22T23:00:00Z"), "closed until 2026-11-23T22:00:00Z");
}

TEST(Windows, OverMidnightBelongToTheDayOnWhichTheyOpen) {
  const auto friday = with({window(22h, 5h, 1U << 4U)});
  EXPECT_EQ(state(friday, "2026-11-20T04:00:00Z"), "closed until 2026-11-20T22:00:00Z") << "friday, early";
  EXPECT_EQ(state(friday, "2026-11-20T23:00:00Z"), "open until 2026-11-21T05:00:00Z");
  EXPECT_EQ(state(friday, "2026-11-21T04:59:00Z"), "open until 2026-11-21T05:00:00Z");
  EXPECT_EQ(state(friday, "2026-11-21T22:00:00Z"), "closed until 2026-11-27T22:00:00Z");
}

TEST(Windows, ThatMeetAreOne) {
  const auto policy = with({window(22h, 24h), window(0h, 5h), window(4h, 6h)});
  EXPECT_EQ(state(policy, "2026-11-22T22:00:00Z"), "open until 2026-11-23T06:00:00Z");
  EXPECT_EQ(state(with({window(2h, 2h)}), "2026-11-22T22:00:00Z"), "open until who knows when")
      << "whole days, one after the other";
  EXPECT_EQ(state(with({window(0h, 24h, 0x1f), window(0h, 24h, 0x60)}), "2026-11-22T22:00:00Z"),
            "open until who knows when");
}

TEST(Windows, AreByTheWallClockOfTheirZone) {
  const auto policy = with({window(22h, 5h, 0x7f, berlin())});
  EXPECT_EQ(state(policy, "2026-07-01T19:59:00Z"), "closed until 2026-07-01T20:00:00Z");
  EXPECT_EQ(state(policy, "2026-12-01T20:00:00Z"), "closed until 2026-12-01T21:00:00Z");
  const TimeZone kiritimati{"Pacific/Kiritimati", {{Time{}, 14h}}};
  EXPECT_EQ(state(with({window(1h, 2h, 1U, kiritimati)}), "2026-11-22T10:00:00Z"),
            "closed until 2026-11-22T11:00:00Z")
      << "monday there, sunday here";
}

TEST(Windows, AtASkippedTimeTheMomentOfTheChangeCounts) {
  const auto at = [](Duration from, Duration to) { return with({window(from, to, 0x7f, berlin())}); };
  const auto* before = "2026-03-29T00:59:00Z";
  EXPECT_EQ(state(at(150min, 4h), before), "closed until 2026-03-29T01:00:00Z");
  EXPECT_EQ(state(at(1h, 150min), before), "open until 2026-03-29T01:00:00Z");
  EXPECT_EQ(state(at(135min, 165min), before), "closed until 2026-03-30T00:15:00Z") << "not that night";
  EXPECT_EQ(state(at(22h, 5h), before), "open until 2026-03-29T03:00:00Z");
}

TEST(Windows, InARepeatedHourNoneIsShut) {
  const auto at = [](Duration from, Duration to) { return with({window(from, to, 0x7f, berlin())}); };
  EXPECT_EQ(state(at(2h, 3h), "2026-10-24T23:59:00Z"), "closed until 2026-10-25T00:00:00Z");
  EXPECT_EQ(state(at(2h, 3h), "2026-10-25T00:00:00Z"), "open until 2026-10-25T02:00:00Z") << "two hours";
  EXPECT_EQ(state(at(1h, 150min), "2026-10-25T00:45:00Z"), "open until 2026-10-25T01:30:00Z");
  EXPECT_EQ(state(at(22h, 150min), "2026-10-25T00:45:00Z"), "open until 2026-10-25T01:30:00Z");
}

TEST(Freezes, LastFromTheirFirstMidnightToTheirLast) {
  const Freeze christmas{year{2026} / 12 / 20, year{2027} / 1 / 2, berlin(), "Christmas"};
  const auto policy = with({}, {christmas});
  EXPECT_EQ(state(policy, "2026-12-19T22:59:59Z"), "open until 2026-12-19T23:00:00Z");
  EXPECT_EQ(state(policy, "2026-12-19T23:00:00Z"), "closed until 2027-01-02T23:00:00Z");
  EXPECT_EQ(state(policy, "2027-01-02T22:59:59Z"), "closed until 2027-01-02T23:00:00Z");
  EXPECT_EQ(state(policy, "2027-01-02T23:00:00Z"), "open until who knows when");
  const auto opened = opening(policy, time("2026-12-24T12:00:00Z"));
  EXPECT_EQ(opened.reason, Reason::frozen);
  EXPECT_EQ(opened.text,
            "frozen by freezes: 2026-12-20 to 2027-01-02 Europe/Berlin (Christmas); it ends 2027-01-03 00:00 "
            "Europe/Berlin");
}

TEST(Freezes, GoBeforeWindowsAndEndWhereOneIsOpen) {
  const Freeze freeze{year{2026} / 12 / 20, year{2026} / 12 / 21, {}, ""};
  const auto policy = with({window(22h, 5h, 0x7f, berlin())}, {freeze});
  EXPECT_EQ(state(policy, "2026-12-19T23:00:00Z"), "open until 2026-12-20T00:00:00Z");
  EXPECT_EQ(state(policy, "2026-12-20T12:00:00Z"), "closed until 2026-12-22T00:00:00Z")
      << "in the middle of a window";
  EXPECT_EQ(opening(policy, time("2026-12-20T12:00:00Z")).reason, Reason::frozen);
  EXPECT_EQ(
      opening(policy, time("2026-12-20T12:00:00Z")).text,
      "frozen by freezes: 2026-12-20 to 2026-12-21 UTC; the next window opens 2026-12-22 01:00 Europe/Berlin (daily "
      "22:00 to 05:00 Europe/Berlin)");
}

TEST(Freezes, ThatMeetAreOne) {
  const auto policy = with({}, {{year{2026} / 12 / 20, year{2026} / 12 / 24, {}, ""},
                                {year{2026} / 12 / 25, year{2026} / 12 / 26, {}, ""},
                                {year{2026} / 12 / 21, year{2026} / 12 / 22, {}, ""}});
  EXPECT_EQ(state(policy, "2026-12-21T00:00:00Z"), "closed until 2026-12-27T00:00:00Z");
}

TEST(Windows, NothingWithinTheHorizonIsSaidToBeNothing) {
  const Freeze years{year{2026} / 1 / 1, year{2028} / 12 / 31, {}, ""};
  const auto found = opening(with({window(22h, 5h)}, {years}), time("2026-11-22T12:00:00Z"));
  EXPECT_FALSE(found.open);
  EXPECT_FALSE(found.next_change);
  EXPECT_EQ(found.text,
            "frozen by freezes: 2026-01-01 to 2028-12-31 UTC; nothing can start within the next 400 days");
  const Freeze year_long{year{2026} / 1 / 1, year{2027} / 12 / 25, {}, ""};
  EXPECT_EQ(state(with({window(22h, 5h)}, {year_long}), "2026-11-22T12:00:00Z"),
            "closed until 2027-12-26T00:00:00Z")
      << "399 days ahead, where the window of the night before is still open";
}

TEST(Windows, SayWhichAndWhen) {
  const auto found = opening(with({window(22h, 5h, 0x1f, berlin()), window(0h, 24h, 0x40, berlin())}),
                             time("2026-11-20T12:00:00Z"));
  EXPECT_EQ(found.reason, Reason::outside_window);
  EXPECT_EQ(
      found.text,
      "outside all windows of the policy; the next window opens 2026-11-20 22:00 Europe/Berlin (mon-fri 22:00 to 05:00 "
      "Europe/Berlin)");
  EXPECT_EQ(describe(window(0h, 24h, 0b1000101)), "mon,wed,sun 00:00 to 24:00 UTC");
  EXPECT_EQ(describe(window(0h, 24h, 0b0000011)), "mon,tue 00:00 to 24:00 UTC");
}

TEST(Windows, OffsetsHoldFromTheirMomentOn) {
  EXPECT_EQ(offset_at(berlin(), time("1999-01-01T00:00:00Z")), 1h) << "the first holds before its time too";
  EXPECT_EQ(offset_at(berlin(), time("2026-03-29T00:59:59Z")), 1h);
  EXPECT_EQ(offset_at(berlin(), time("2026-03-29T01:00:00Z")), 2h);
  EXPECT_EQ(offset_at(berlin(), time("2099-01-01T00:00:00Z")), 2h) << "the last holds on";
  EXPECT_EQ(offset_at({}, time("2026-03-29T01:00:00Z")), 0h);
  EXPECT_EQ(local_words(berlin(), time("2026-03-29T23:30:00Z")), "2026-03-30 01:30 Europe/Berlin");
}

}  // namespace
}  // namespace evenkeel::decide
