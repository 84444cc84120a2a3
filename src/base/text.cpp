#include "base/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/core.h>

namespace evenkeel {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char*, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct DateParts {
  int year, month, day, hour, minute, second, millisecond;
};

DateParts parts(Time time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

std::optional<Time> assemble(int year, int month, int day, int hour, int minute, int second,
                             int millisecond) {
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Time{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + Duration{millisecond};
}

// Exactly `length` digits at `at`, or nothing.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t length) {
  if (at + length > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, length)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// How many bytes the well-formed UTF-8 sequence at the start of `text` has; 0 when it is broken.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : (lead & 0xF0U) == 0xE0      ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80) return 0;
  }
  // Overlong forms (an ESC in three bytes), surrogates, and what lies beyond U+10FFFF.
  const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90)) {
    return 0;
  }
  return length;
}

bool harmless(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead >= 0x20 && lead != 0x7F;
  // C1 controls (U+0080..U+009F) act like escapes on some terminals; U+202A..U+202E and U+2066..U+2069
  // reorder text.
  if (lead == 0xC2) return static_cast<unsigned char>(sequence[1]) >= 0xA0;
  if (lead == 0xE2 && static_cast<unsigned char>(sequence[1]) == 0x80) {
    const auto last = static_cast<unsigned char>(sequence[2]);
    return last < 0xA8 || last > 0xAE;
  }
  if (lead == 0xE2 && static_cast<unsigned char>(sequence[1]) == 0x81) {
    const auto last = static_cast<unsigned char>(sequence[2]);
    return last < 0xA6 || last > 0xA9;
  }
  return true;
}

}  // namespace

std::string iso8601(Time time) {
  const DateParts p = parts(time);
  const auto base =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", p.year, p.month, p.day, p.hour, p.minute, p.second);
  return p.millisecond == 0 ? base + "Z" : fmt::format("{}.{:03}Z", base, p.millisecond);
}

std::optional<Time> parse_iso8601(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  std::string_view rest = text.substr(19);
  int millisecond = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    int scale = 100;
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') return std::nullopt;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      millisecond += (rest[0] - '0') * scale;
      scale /= 10;
      rest.remove_prefix(1);
    }
  }
  if (rest != "Z" && rest != "+00:00") return std::nullopt;
  return assemble(*year, *month, *day, *hour, *minute, *second, millisecond);
}

std::string amz_date(Time time) {
  const DateParts p = parts(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", p.year, p.month, p.day, p.hour, p.minute, p.second);
}

std::string http_date(Time time) {
  const DateParts p = parts(time);
  const std::chrono::weekday weekday{floor<days>(time)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kWeekdays[weekday.c_encoding()], p.day,
                     kMonths[static_cast<std::size_t>(p.month - 1)], p.year, p.hour, p.minute, p.second);
}

std::optional<Time> parse_http_date(std::string_view text) {
  // "Sun, 22 Nov 2026 06:45:00 GMT": fixed columns (RFC 9110, IMF-fixdate).
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", " || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto day = digits(text, 5, 2), year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2), minute = digits(text, 20, 2), second = digits(text, 23, 2);
  if (!day || !year || !hour || !minute || !second) return std::nullopt;
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (text.substr(8, 3) == kMonths[month]) {
      return assemble(*year, static_cast<int>(month) + 1, *day, *hour, *minute, *second, 0);
    }
  }
  return std::nullopt;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Duration total{0};
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc{} || text[0] == '-' || count > 1'000'000) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return std::nullopt;
    switch (text[0]) {
      case 's':
        total += seconds{count};
        break;
      case 'm':
        total += minutes{count};
        break;
      case 'h':
        total += hours{count};
        break;
      case 'd':
        total += days{count};
        break;
      default:
        return std::nullopt;
    }
    text.remove_prefix(1);
    if (total > days{1'000'000}) return std::nullopt;
  }
  return total;
}

std::string format_duration(Duration duration) {
  auto left = std::chrono::duration_cast<seconds>(duration).count();
  if (left == 0) return "0s";
  if (left < 0) return "-" + format_duration(seconds{-left});
  std::string text;
  for (const auto& [size, unit] : {std::pair{86400L, 'd'}, {3600L, 'h'}, {60L, 'm'}, {1L, 's'}}) {
    if (left >= size) text += fmt::format("{}{}", left / size, unit);
    left %= size;
  }
  return text;
}

std::string format_number(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  if (std::abs(value) >= 1e15) return fmt::format("{:g}", value);  // more digits than a double has
  std::string text = fmt::format("{:.2f}", value);  // std::to_chars would bring 0.1 MB of tables with it
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string printable(std::string_view untrusted, std::size_t limit) {
  std::string text;
  while (!untrusted.empty()) {
    if (text.size() >= limit) return text + "…";
    std::size_t length = utf8_length(untrusted);
    if (length > 0 && harmless(untrusted.substr(0, length))) {
      text += untrusted.substr(0, length);
    } else {
      length = length == 0 ? 1 : length;
      for (const char c : untrusted.substr(0, length)) {
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
    untrusted.remove_prefix(length);
  }
  return text;
}

std::string join(std::span<const std::string> parts_to_join, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts_to_join.size(); ++i) {
    if (i > 0) text += separator;
    text += parts_to_join[i];
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> found;
  while (true) {
    const auto at = text.find(separator);
    found.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return found;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r')))
    text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace evenkeel
