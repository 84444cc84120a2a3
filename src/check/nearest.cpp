#include "check/nearest.h"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>
#include <set>
#include <tuple>

#include "base/text.h"
#include "observe/signals.h"

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

std::vector<aws::cloudwatch::Metric> nearest_metrics(const std::string& name,
                                                     std::vector<aws::cloudwatch::Metric> others,
                                                     std::size_t most) {
  std::ranges::stable_sort(others, {}, [&](const aws::cloudwatch::Metric& metric) {
    return std::tuple(metric.name != name, distance(metric.name, name),
                      observe::instance_id(metric) == nullptr);
  });
  std::set<std::pair<std::string, std::string>> shown;
  std::vector<aws::cloudwatch::Metric> near;
  for (auto& metric : others) {
    if (near.size() == most) break;
    if (shown.emplace(metric.metric_namespace, metric.name).second) near.push_back(std::move(metric));
  }
  return near;
}

std::string described(const aws::cloudwatch::Metric& metric) {
  std::vector<std::string> names;
  for (const auto& [name, value] : metric.dimensions) names.push_back(printable(name));
  std::ranges::sort(names);
  return fmt::format("{} {{{}}} in {}", printable(metric.name), join(names, ", "),
                     printable(metric.metric_namespace));
}

}  // namespace evenkeel::check
