#include "check/nearest.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace evenkeel::check {

int distance(std::string_view a, std::string_view b) {
  const std::string left = lower(a), right = lower(b);
  std::vector<int> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (const char character : left) {
    int diagonal = row[0]++;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const int change = diagonal + (character == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::vector<std::string> nearest(std::string_view name, std::vector<std::string> names, std::size_t most) {
  std::ranges::stable_sort(names, {}, [&](const std::string& other) { return distance(name, other); });
  if (names.size() > most) names.resize(most);
  return names;
}

}  // namespace evenkeel::check
