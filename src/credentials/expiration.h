// Until when temporary credentials last, as AWS and the tools that hand them out write it.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace evenkeel::credentials {

// ISO 8601 with "T" or a blank between date and time, with or without a fraction, and a zone, with or without a
// blank before it: "Z", "UTC", "+02:00" or "+0200". Nothing: no such time, or one without a zone.
std::optional<Time> parse_expiration(std::string_view text);

}  // namespace evenkeel::credentials
