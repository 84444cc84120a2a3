#include "policy/time_zone.h"

#include <algorithm>
#include <cctz/time_zone.h>
#include <fmt/core.h>
#include <span>
#include <vector>

#include "base/text.h"
#include "policy/spelling.h"
#include "policy/zone_names.h"

namespace evenkeel::policy {
namespace {

using cctz::time_point;
using seconds = std::chrono::seconds;

// In every edition of the database, whatever was packed of it.
constexpr const char* kAlwaysThere = "Etc/UTC";

constexpr std::chrono::sys_days kBegin = kFirstYear / 1 / 1;
constexpr std::chrono::sys_days kEnd = (kLastYear + std::chrono::years{1}) / 1 / 1;

// cctz would take these for something else than a zone of the database; "right" counts leap seconds.
bool is_no_zone(const std::string& name) {
  return name.empty() || name.starts_with('/') || name.find(':') != std::string::npos ||
         name.find("..") != std::string::npos || name == "localtime" || name == "posixrules" ||
         name == "Factory" || name.starts_with("right/") || name.starts_with("posix/");
}

std::optional<cctz::time_zone> loaded(const std::string& name) {
  cctz::time_zone zone;
  if (is_no_zone(name) || !cctz::load_time_zone(name, &zone)) return std::nullopt;
  return zone;
}

Duration offset_at(const cctz::time_zone& zone, time_point<seconds> time) {
  return seconds{zone.lookup(time).offset};
}

}  // namespace

Result<TimeZone> load_time_zone(const std::string& name) {
  if (name == "UTC") return TimeZone{};
  const auto zone = loaded(name);
  if (!zone) {
    if (!loaded(kAlwaysThere)) {
      return fail(ErrorKind::unavailable,
                  "no time zone but UTC is known, because the tz database can't be read; install the package "
                  "tzdata, or let TZDIR name a folder that has the database");
    }
    const auto meant = zone_meant_by(name);
    return fail(ErrorKind::not_found,
                fmt::format("the tz database has no such time zone{}",
                            meant ? fmt::format(" (did you mean \"{}\"?)", *meant) : ""));
  }
  TimeZone result{.name = name, .shifts = {}};
  time_point<seconds> time = kBegin;
  result.shifts.push_back({time, offset_at(*zone, time)});
  cctz::time_zone::civil_transition transition;
  while (zone->next_transition(time, &transition)) {
    time = zone->lookup(transition.to).trans;
    if (time >= kEnd) break;
    const auto offset = offset_at(*zone, time);
    if (offset != result.shifts.back().offset) result.shifts.push_back({time, offset});
  }
  return result;
}

std::optional<std::string> zone_meant_by(const std::string& name) {
  std::vector<std::string> names;
  std::vector<std::string> cities;
  for (const char* known : kZoneNames) {
    names.emplace_back(known);
    cities.push_back(names.back().substr(names.back().rfind('/') + 1));
  }
  auto written = name;
  std::ranges::replace(written, ' ', '_');
  auto meant = nearest(written, names);
  if (!meant || lower(*meant) != lower(written)) {
    const auto city = std::ranges::find(cities, lower(written), [](const auto& word) { return lower(word); });
    if (city != cities.end()) meant = names[static_cast<std::size_t>(city - cities.begin())];
  }
  return meant && loaded(*meant) ? meant : std::nullopt;
}

}  // namespace evenkeel::policy
