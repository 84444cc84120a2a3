// Text for people and for wires: times, durations, escaping, joining.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace evenkeel {

// "2026-11-22T06:45:00Z". Milliseconds are shown (".250Z") only where there are any.
std::string iso8601(Time time);
// Reads "2026-11-22T06:45:00Z", with or without a fraction; nothing else.
std::optional<Time> parse_iso8601(std::string_view text);
// "20261122T064500Z": what X-Amz-Date wants.
std::string amz_date(Time time);
// Reads an HTTP Date header, "Sun, 22 Nov 2026 06:45:00 GMT".
std::optional<Time> parse_http_date(std::string_view text);
std::string http_date(Time time);

// "90s", "5m", "2h", "1d", and sums like "1h30m". Whole numbers; the unit is required.
std::optional<Duration> parse_duration(std::string_view text);
// The shortest exact form of the same grammar: "1h30m", "5m", "0s". Fractions of a second are dropped.
std::string format_duration(Duration duration);

// A number without a useless tail: 65 -> "65", 65.25 -> "65.25", at most two decimals.
std::string format_number(double value);

// Makes untrusted text safe to print on a terminal or in one log line: control characters, escapes and broken
// UTF-8 become \xNN; more than `limit` bytes are cut and end in "…".
std::string printable(std::string_view untrusted, std::size_t limit = 200);

std::string join(std::span<const std::string> parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);

// Every `what` gives way to `by`, which is not searched again. Nothing happens where `what` is empty.
void replace_all(std::string& text, std::string_view what, std::string_view by);

}  // namespace evenkeel
