#include "policy/spelling.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace evenkeel::policy {
namespace {

std::string plain(std::string_view word) {
  auto text = lower(word);
  std::ranges::replace(text, '-', '_');
  return text;
}

// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) steps[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) steps[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      steps[i][j] = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
      }
    }
  }
  return steps[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view written, std::span<const std::string> words) {
  if (written.empty() || written.size() > 64) return std::nullopt;
  std::optional<std::string> best;
  std::size_t fewest = 0;
  for (const auto& word : words) {
    const auto steps = distance(plain(written), plain(word));
    const auto tolerated = std::max<std::size_t>(1, std::min(written.size(), word.size()) / 3);
    if (steps <= tolerated && (!best || steps < fewest)) {
      best = word;
      fewest = steps;
    }
  }
  return best;
}

}  // namespace evenkeel::policy
