#include "credentials/expiration.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace evenkeel::credentials {
namespace {

constexpr std::size_t kSeparator = 10;  // behind "2026-11-22"
constexpr std::size_t kZone = 19;       // behind "2026-11-22T06:45:00": here at the earliest
constexpr std::size_t kLongestTime = 64;

// Ahead of UTC by so much.
std::optional<Duration> zone_offset(const std::string& zone) {
  if (lower(zone) == "z" || lower(zone) == "utc") return Duration::zero();
  std::string digits = zone;
  if (digits.size() == 6 && digits[3] == ':') digits.erase(3, 1);
  const bool shaped =
      digits.size() == 5 && (digits[0] == '+' || digits[0] == '-') &&
      std::all_of(digits.begin() + 1, digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!shaped) return std::nullopt;
  const auto number = [&](std::size_t at) { return (digits[at] - '0') * 10 + digits[at + 1] - '0'; };
  if (number(1) > 23 || number(3) > 59) return std::nullopt;
  const Duration ahead = std::chrono::hours{number(1)} + std::chrono::minutes{number(3)};
  return digits[0] == '+' ? ahead : -ahead;
}

}  // namespace

std::optional<Time> parse_expiration(std::string_view text) {
  if (text.size() <= kZone || text.size() > kLongestTime) return std::nullopt;
  std::string local{text};
  if (local[kSeparator] == ' ' || local[kSeparator] == 't') local[kSeparator] = 'T';
  const auto zone = local.find_first_not_of("0123456789.", kZone);
  if (zone == std::string::npos) return std::nullopt;
  const auto offset = zone_offset(local.substr(zone + (local[zone] == ' ' ? 1 : 0)));
  const auto time = parse_iso8601(local.substr(0, zone) + "Z");
  if (!offset || !time) return std::nullopt;
  return *time - *offset;
}

}  // namespace evenkeel::credentials
