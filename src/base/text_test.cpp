#include "base/text.h"

#include <gtest/gtest.h>
#include <limits>

#include "base/random.h"

namespace evenkeel {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;

constexpr Time kMorning = sys_days{year{2026} / 11 / 22} + 6h + 45min;

TEST(Iso8601, ShowsMillisecondsOnlyWhereThereAreAny) {
  EXPECT_EQ(iso8601(kMorning), "2026-11-22T06:45:00Z");
  EXPECT_EQ(iso8601(kMorning + 250ms), "2026-11-22T06:45:00.250Z");
  EXPECT_EQ(iso8601(kMorning + 5ms), "2026-11-22T06:45:00.005Z");
  EXPECT_EQ(iso8601(Time{} - 1ms), "1969-12-31T23:59:59.999Z");
}

TEST(Iso8601, ReadsWhatAwsWrites) {
  EXPECT_EQ(parse_iso8601("2026-11-22T06:45:00Z"), kMorning);
  EXPECT_EQ(parse_iso8601("2026-11-22T06:45:00.000Z"), kMorning);
  EXPECT_EQ(parse_iso8601("2026-11-22T06:45:00.25Z"), kMorning + 250ms);
  EXPECT_EQ(parse_iso8601("2026-11-22T06:45:00.123456789Z"), kMorning + 123ms);
  EXPECT_EQ(parse_iso8601("2026-11-22T06:45:00+00:00"), kMorning);
  EXPECT_EQ(parse_iso8601("2024-02-29T00:00:00Z"), Time{sys_days{year{2024} / 2 / 29}});
  EXPECT_EQ(parse_iso8601("2016-12-31T23:59:60Z"), Time{sys_days{year{2017} / 1 / 1}}) << "a leap second";
  EXPECT_EQ(parse_iso8601("2038-01-19T03:14:08Z"), Time{2147483648s});
}

TEST(Iso8601, ReadsNothingElse) {
  for (const char* text :
       {"", "2026", "2026-11-22", "2026-11-22T06:45:00", "2026-11-22T06:45Z", "2026-11-22 06:45:00Z",
        "2026-11-22T06:45:00+01:00", "2026-11-22T06:45:00.Z", "2026-11-22T06:45:00Zx", "2026-13-22T06:45:00Z",
        "2025-02-29T06:45:00Z", "2026-11-22T24:00:00Z", "2026-11-22T06:60:00Z", "2026-11-22T06:45:61Z",
        "2026/11/22T06:45:00Z", "-026-11-22T06:45:00Z", "2026-11-22t06:45:00Z"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

TEST(Iso8601, EveryTimeComesBack) {
  SeededRandom random(1);
  for (int i = 0; i < 5000; ++i) {
    const Time time{Duration{random.below(250'000'000'000'000)}};
    ASSERT_EQ(parse_iso8601(iso8601(time)), time) << iso8601(time);
  }
}

TEST(AmzDate, IsTheCompactForm) { EXPECT_EQ(amz_date(kMorning + 250ms), "20261122T064500Z"); }

TEST(HttpDate, IsReadAndWritten) {
  EXPECT_EQ(http_date(kMorning), "Sun, 22 Nov 2026 06:45:00 GMT");
  EXPECT_EQ(parse_http_date("Sun, 22 Nov 2026 06:45:00 GMT"), kMorning);
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT"), Time{sys_days{year{2017} / 1 / 1}});
  SeededRandom random(2);
  for (int i = 0; i < 5000; ++i) {
    const Time time{std::chrono::seconds{random.below(250'000'000'000)}};
    ASSERT_EQ(parse_http_date(http_date(time)), time) << http_date(time);
  }
}

TEST(HttpDate, ReadsNothingElse) {
  for (const char* text :
       {"", "Sun, 22 Nov 2026 06:45:00 UTC", "Sun, 22 Nov 2026 06:45:00 +0000",
        "Sun, 2 Nov 2026 06:45:00 GMT", "Sunday, 22-Nov-26 06:45:00 GMT", "Sun Nov 22 06:45:00 2026",
        "Sun, 22 nov 2026 06:45:00 GMT", "Sun, 31 Feb 2026 06:45:00 GMT", "Sun, 22 Nov 2026 25:45:00 GMT",
        "Sun, 22-Nov-2026 06:45:00 GMT", "Sun, 22 Nov 2026 06.45.00 GMT", "Sun  22 Nov 2026 06:45:00 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(Durations, AreReadWithTheirUnits) {
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), days{1});
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Durations, ReadNothingElse) {
  for (const char* text : {"", "5", "m", "5 m", " 5m", "5m ", "1.5h", "-5m", "-0s", "+5m", "5M", "5ms", "1w",
                           "1h30", "99999999999999999999s", "1000001s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
  std::string endless;
  for (int i = 0; i < 200'000; ++i) endless += "999999d";
  EXPECT_EQ(parse_duration(endless), std::nullopt) << "a sum that no integer holds";
}

TEST(Durations, AreWrittenInTheShortestExactForm) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(5min), "5m");
  EXPECT_EQ(format_duration(days{1} + 1s), "1d1s");
  EXPECT_EQ(format_duration(1999ms), "1s");
  EXPECT_EQ(format_duration(-90min), "-1h30m");
  EXPECT_EQ(format_duration(-500ms), "0s");
  EXPECT_EQ(format_duration(-1500ms), "-1s");
}

TEST(Durations, ComeBackAsTheyWere) {
  SeededRandom random(3);
  for (int i = 0; i < 5000; ++i) {
    const Duration duration = std::chrono::seconds{random.next() >> (34 + random.below(30))};
    ASSERT_EQ(parse_duration(format_duration(duration)), duration) << format_duration(duration);
  }
}

TEST(Numbers, HaveNoUselessTail) {
  using Limits = std::numeric_limits<double>;
  EXPECT_EQ(format_number(65), "65");
  EXPECT_EQ(format_number(100), "100");
  EXPECT_EQ(format_number(65.25), "65.25");
  EXPECT_EQ(format_number(65.5), "65.5");
  EXPECT_EQ(format_number(65.999), "66");
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(-0.001), "0");
  EXPECT_EQ(format_number(-2.5), "-2.5");
  EXPECT_EQ(format_number(1e308), "1e+308");
  EXPECT_EQ(format_number(-1.5e15), "-1.5e+15");
  EXPECT_EQ(format_number(123456789012.25), "123456789012.25");
  EXPECT_EQ(format_number(Limits::quiet_NaN()), "NaN");
  EXPECT_EQ(format_number(Limits::infinity()), "inf");
  EXPECT_EQ(format_number(-Limits::infinity()), "-inf");
}

TEST(Printable, LeavesHarmlessTextAlone) {
  const std::string text = "i-0abc (\"tg1\") 5 % ä € 漢 😀 \\ '";
  EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesWhatATerminalWouldInterpret) {
  EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(printable("a\nb\r\t"), "a\\x0ab\\x0d\\x09");
  EXPECT_EQ(printable(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "U+009B acts like ESC [";
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "U+202E turns the text around";
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\xe2\\x81\\xa6") << "U+2066 isolates";
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\xe2\\x80\\xa8") << "U+2028 ends a line";
}

TEST(Printable, EscapesBrokenUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("a\xc3"), "a\\xc3");
  EXPECT_EQ(printable("\xc3("), "\\xc3(");
  EXPECT_EQ(printable("\x80"), "\\x80");
  EXPECT_EQ(printable("\xc0\x9b"), "\\xc0\\x9b") << "an ESC in two bytes";
  EXPECT_EQ(printable("\xe0\x80\x9b"), "\\xe0\\x80\\x9b") << "an ESC in three bytes";
  EXPECT_EQ(printable("\xf0\x80\x80\x9b"), "\\xf0\\x80\\x80\\x9b") << "an ESC in four bytes";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half a surrogate pair";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
}

TEST(Printable, CutsWhatIsLong) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
  EXPECT_EQ(printable("", 0), "");
  EXPECT_LE(printable(std::string(1'000'000, '\x1b')).size(), 210U);
}

TEST(Lists, AreJoinedAndSplit) {
  EXPECT_EQ(join(std::vector<std::string>{}, ", "), "");
  EXPECT_EQ(join(std::vector<std::string>{"a"}, ", "), "a");
  EXPECT_EQ(join(std::vector<std::string>{"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join(std::vector<std::string>{"", "b", ""}, ","), ",b,");
  EXPECT_EQ(split("a,b,,c", ','), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
  EXPECT_EQ(split(",", ','), (std::vector<std::string>{"", ""}));
  for (const char* text : {"", ",", "a", ",a", "a,", ",,a,,b"}) EXPECT_EQ(join(split(text, ','), ","), text);
}

TEST(Words, AreTrimmedAndLowered) {
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(lower("AbC-Ä-9"), "abc-Ä-9") << "ASCII only";
}

TEST(ReplaceAll, DoesNotSearchWhatItPutIn) {
  std::string text = "a-b--";
  replace_all(text, "-", "--");
  EXPECT_EQ(text, "a--b----");
  replace_all(text, "--", "");
  EXPECT_EQ(text, "ab");
  replace_all(text, "", "x");
  EXPECT_EQ(text, "ab");
}

}  // namespace
}  // namespace evenkeel
