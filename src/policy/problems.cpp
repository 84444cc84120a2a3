#include "policy/problems.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>
#include <vector>

#include "base/text.h"
#include "policy/reading.h"

namespace evenkeel::policy {
namespace {

constexpr std::size_t kShown = 20;
constexpr const char* kUnquoted =
    "is wrong, or doesn't fit the rest; what stands here is not repeated, for it is in no file: docs/policy.md "
    "has what is allowed";

// "fleets[0].nme.x" → "fleets[0].(a key that no policy has)".
std::string without_unknown_keys(const std::string& key) {
  std::vector<std::string> kept;
  for (const auto& part : split(key, '.')) {
    if (!is_key(part.substr(0, part.find('[')))) {
      kept.emplace_back("(a key that no policy has)");
      break;
    }
    kept.push_back(part);
  }
  return key.empty() ? "" : join(kept, ".");
}

}  // namespace

void Problems::add(PolicyProblem problem) {
  const Position place = problem.place;
  found_.emplace(place, std::move(problem));
}

void Problems::add(Position place, std::string key, std::string text, std::string unquoted) {
  add(PolicyProblem{place, std::move(key), std::move(text), std::move(unquoted)});
}

bool Problems::about(std::string_view key) const {
  return std::ranges::any_of(found_, [&](const auto& found) {
    const std::string_view other = found.second.key;
    return other.starts_with(key) &&
           (other.size() == key.size() || other[key.size()] == '.' || other[key.size()] == '[');
  });
}

Error Problems::report(std::string_view file_name, PositionStyle places) const {
  const auto file = printable(file_name);
  std::string text;
  std::size_t shown = 0;
  for (const auto& [place, problem] : found_) {
    if (shown == kShown) {
      text += fmt::format("\n{}: {} more problems", file, found_.size() - kShown);
      break;
    }
    if (shown++ > 0) text += '\n';
    const auto* form = places == PositionStyle::in_words ? "{}, line {}, column {}: " : "{}:{}:{}: ";
    text += fmt::format(fmt::runtime(form), file, place.line, place.column);
    const bool quotes = places == PositionStyle::as_editors_write;
    const auto key = quotes ? problem.key : without_unknown_keys(problem.key);
    const auto& said = quotes ? problem.text : problem.unquoted;
    text += key + (key.empty() ? "" : ": ") + (said.empty() ? kUnquoted : said);
  }
  return {ErrorKind::invalid, text, {}};
}

}  // namespace evenkeel::policy
