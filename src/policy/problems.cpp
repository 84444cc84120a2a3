#include "policy/problems.h"

#include <fmt/core.h>
#include <utility>

#include "base/text.h"

namespace evenkeel::policy {
namespace {

constexpr std::size_t kShown = 20;

}  // namespace

void Problems::add(Place place, std::string key, std::string text) {
  found_.emplace(place, Problem{place, std::move(key), std::move(text)});
}

Error Problems::report(std::string_view file_name, Places places) const {
  const auto file = printable(file_name);
  std::string text;
  std::size_t shown = 0;
  for (const auto& [place, problem] : found_) {
    if (shown == kShown) {
      text += fmt::format("\n{}: {} more problems", file, found_.size() - kShown);
      break;
    }
    if (shown++ > 0) text += '\n';
    const auto* form = places == Places::in_words ? "{}, line {}, column {}: " : "{}:{}:{}: ";
    text += fmt::format(fmt::runtime(form), file, place.line, place.column);
    text += problem.key + (problem.key.empty() ? "" : ": ") + problem.text;
  }
  return {ErrorKind::invalid, text, {}};
}

}  // namespace evenkeel::policy
