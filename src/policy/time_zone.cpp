#include "policy/time_zone.h"

#include <absl/time/time.h>
#include <algorithm>
#include <fmt/core.h>
#include <span>
#include <vector>

#include "base/text.h"
#include "policy/spelling.h"
#include "policy/zone_names.h"

namespace evenkeel::policy {
namespace {

// In every edition of the database, whatever was packed of it.
constexpr const char* kAlwaysThere = "Etc/UTC";

constexpr std::chrono::sys_days kBegin = kFirstYear / 1 / 1;
constexpr std::chrono::sys_days kEnd = (kLastYear + std::chrono::years{1}) / 1 / 1;

// Abseil would take these for something else than a zone of the database; "right" counts leap seconds.
bool is_no_zone(const std::string& name) {
  return name.empty() || name.starts_with('/') || name.find(':') != std::string::npos ||
         name.find("..") != std::string::npos || name == "localtime" || name == "posixrules" ||
         name == "Factory" || name == "UTC0" || name.starts_with("Fixed/") || name.starts_with("right/") ||
         name.starts_with("posix/");
}

std::optional<absl::TimeZone> loaded(const std::string& name) {
  absl::TimeZone zone;
  if (is_no_zone(name) || !absl::LoadTimeZone(name, &zone)) return std::nullopt;
  return zone;
}

TimeZone::Shift shift_at(const absl::TimeZone& zone, std::chrono::sys_seconds time) {
  return {time, std::chrono::seconds{zone.At(absl::FromUnixSeconds(time.time_since_epoch().count())).offset}};
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
  result.shifts.push_back(shift_at(*zone, kBegin));
  auto time = absl::FromUnixSeconds(std::chrono::sys_seconds{kBegin}.time_since_epoch().count());
  absl::TimeZone::CivilTransition transition;
  while (zone->NextTransition(time, &transition)) {
    time = zone->At(transition.to).trans;
    const auto shift =
        shift_at(*zone, std::chrono::sys_seconds{std::chrono::seconds{absl::ToUnixSeconds(time)}});
    if (shift.from >= kEnd) break;
    if (shift.offset != result.shifts.back().offset) result.shifts.push_back(shift);
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
