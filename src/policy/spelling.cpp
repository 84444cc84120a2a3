#include "policy/spelling.h"

#include <algorithm>

#include "base/distance.h"

namespace evenkeel::policy {
namespace {

std::string plain(std::string_view word) {
  std::string text(word);
  std::ranges::replace(text, '-', '_');
  return text;
}

}  // namespace

std::optional<std::string> nearest(std::string_view written, std::span<const std::string> words) {
  if (written.empty() || written.size() > 64) return std::nullopt;
  std::optional<std::string> best;
  std::size_t fewest = 0;
  for (const auto& word : words) {
    const auto steps = edit_distance(plain(written), plain(word));
    const auto tolerated = std::max<std::size_t>(1, std::min(written.size(), word.size()) / 3);
    if (steps <= tolerated && (!best || steps < fewest)) {
      best = word;
      fewest = steps;
    }
  }
  return best;
}

}  // namespace evenkeel::policy
