// Times of day, days, dates and time zones.
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>

#include "base/text.h"
#include "policy/reading.h"
#include "policy/time_zone.h"

namespace evenkeel::policy {
namespace {

constexpr std::array kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

int digits(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

unsigned day_index(std::string_view day) {
  return static_cast<unsigned>(std::ranges::find(kDays, day) - kDays.begin());
}

// "mon", or "fri-mon": round the end of the week.
unsigned days_of(const std::string& range) {
  const auto first = day_index(range.substr(0, 3));
  const auto last = range.size() > 3 ? day_index(range.substr(4)) : first;
  unsigned mask = 1U << first;
  for (unsigned day = first; day != last;) {
    day = (day + 1) % kDays.size();
    mask |= 1U << day;
  }
  return mask;
}

}  // namespace

bool read(const YamlNode& node, const TimeOfDayRule& rule, const std::string& path, Problems& problems,
          Duration& into) {
  const char* pattern = rule.may_be_midnight_at_the_end ? kTimeOfDayOrEndPattern : kTimeOfDayPattern;
  if (node.kind != YamlNode::Kind::text || !matches(node.text, pattern)) {
    return refuse(node, rule, path, problems);
  }
  const std::string_view text = node.text;
  into = std::chrono::hours{digits(text.substr(0, 2))} + std::chrono::minutes{digits(text.substr(3))};
  return true;
}

bool read(const YamlNode& node, const DaysRule& rule, const std::string& path, Problems& problems,
          unsigned& into) {
  if (node.kind != YamlNode::Kind::list || node.values.empty()) {
    const bool text = node.kind == YamlNode::Kind::text;
    return refuse(node, rule, path, problems,
                  text ? fmt::format("write [{}]", printable(node.text, 60)) : "");
  }
  bool good = true;
  unsigned days = 0;
  for (std::size_t i = 0; i < node.values.size(); ++i) {
    const YamlNode& item = node.values[i];
    const auto item_path = fmt::format("{}[{}]", path, i);
    if (item.kind != YamlNode::Kind::text || !matches(item.text, kDayPattern)) {
      problems.add(item.place, item_path,
                   fmt::format("found {}; must be one of mon, tue, wed, thu, fri, sat, sun, or a range of "
                               "them such as mon-fri",
                               found(item)));
      good = false;
      continue;
    }
    const unsigned more = days_of(item.text);
    if ((days & more) != 0) {
      problems.add(
          item.place, item_path,
          fmt::format("\"{}\" has a day that is already in this list; name each day once", item.text));
      good = false;
    }
    days |= more;
  }
  if (good) into = days;
  return good;
}

bool read(const YamlNode& node, const DateRule& rule, const std::string& path, Problems& problems,
          std::chrono::year_month_day& into) {
  if (node.kind != YamlNode::Kind::text || !matches(node.text, kDatePattern)) {
    return refuse(node, rule, path, problems);
  }
  const std::string_view text = node.text;
  const std::chrono::year_month_day day{std::chrono::year{digits(text.substr(0, 4))},
                                        std::chrono::month{static_cast<unsigned>(digits(text.substr(5, 2)))},
                                        std::chrono::day{static_cast<unsigned>(digits(text.substr(8)))}};
  if (!day.ok()) return refuse(node, rule, path, problems);
  into = day;
  return true;
}

bool read(const YamlNode& node, const ZoneRule& rule, const std::string& path, Problems& problems,
          TimeZone& into) {
  if (node.kind != YamlNode::Kind::text || !matches(node.text, kZonePattern)) {
    const auto meant = node.kind == YamlNode::Kind::text ? zone_meant_by(node.text) : std::nullopt;
    return refuse(node, rule, path, problems, meant ? fmt::format("did you mean \"{}\"?", *meant) : "");
  }
  auto zone = load_time_zone(node.text);
  if (!zone) return refuse(node, rule, path, problems, zone.error().message);
  into = std::move(*zone);
  return true;
}

}  // namespace evenkeel::policy
