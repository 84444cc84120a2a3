#include "cli/forms.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::cli {
namespace {

bool is_one_line(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && printable(text, 4 * text.size()) == text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_of_a_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::unexpected<Error> refuse_field(std::string_view field, std::string_view text, std::string_view must) {
  return fail(ErrorKind::invalid,
              fmt::format("{}: found \"{}\"; must be {}", field, printable(text, 60), must));
}

bool InstanceIdForm::fits(std::string_view text) {
  if (!text.starts_with("i-") || text.size() < 10 || text.size() > 19) return false;
  return std::ranges::all_of(text.substr(2), is_hexadecimal);
}

// As the policy has it (policy/fields.cpp). A hyphen in front would be an option of the command line.
bool FleetNameForm::fits(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_of_a_name);
}

bool ReasonForm::fits(std::string_view text) { return is_one_line(text, 1000); }

bool AuthorForm::fits(std::string_view text) { return is_one_line(text, 100); }

Result<Time> read_time(std::string_view field, std::string_view text) {
  if (const auto time = parse_iso8601(text)) return *time;
  return refuse_field(field, text, "a time in UTC, such as 2026-12-24T18:00:00Z");
}

Result<Duration> read_lasting(std::string_view field, std::string_view text) {
  const auto lasting = text.size() <= 32 ? parse_duration(text) : std::nullopt;
  if (lasting && *lasting > Duration::zero() && *lasting <= kLongestPause) return *lasting;
  return refuse_field(field, text,
                      "a duration up to 366d, such as 90m or 2d; leave it out for a pause that only "
                      "`evenkeel resume` ends");
}

Result<std::vector<FleetName>> read_fleets(std::string_view field, const std::vector<std::string>& texts) {
  std::vector<FleetName> names;
  for (const auto& text : texts) names.push_back(TRY(FleetName::read(field, text)));
  return names;
}

std::vector<std::string> texts(const std::vector<FleetName>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(name.text());
  return all;
}

}  // namespace evenkeel::cli
