// A zone of the tz database as a table (model/calendar.h). The database is read by Abseil: from the folder that
// TZDIR names, else from /usr/share/zoneinfo. "UTC" needs none.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/calendar.h"

namespace evenkeel::policy {

// The years whose clock changes a zone's table holds; after them its last offset holds on.
inline constexpr std::chrono::year kFirstYear{2015};
inline constexpr std::chrono::year kLastYear{2045};

// `not_found` for a name that the database doesn't have, `unavailable` when there is no database. The message
// says what to do.
Result<TimeZone> load_time_zone(const std::string& name);

// The name that was probably meant, of those that exist: another spelling, or a city without its continent.
std::optional<std::string> zone_meant_by(const std::string& name);

}  // namespace evenkeel::policy
