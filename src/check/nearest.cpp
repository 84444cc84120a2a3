#include "check/nearest.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <tuple>

#include "base/distance.h"
#include "base/text.h"
#include "observe/signals.h"

namespace evenkeel::check {

std::vector<std::string> nearest(std::string_view name, std::vector<std::string> names, std::size_t most) {
  std::ranges::stable_sort(names, {}, [&](const std::string& other) { return edit_distance(name, other); });
  if (names.size() > most) names.resize(most);
  return names;
}

std::vector<aws::cloudwatch::Metric> nearest_metrics(const std::string& name,
                                                     std::vector<aws::cloudwatch::Metric> others,
                                                     std::size_t most) {
  std::ranges::stable_sort(others, {}, [&](const aws::cloudwatch::Metric& metric) {
    return std::tuple(metric.name != name, edit_distance(metric.name, name),
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
