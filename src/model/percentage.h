// Which metrics are shares of a hundred.
#pragma once

#include <string_view>

#include "model/policy.h"

namespace evenkeel {

// By its name alone, as CloudWatch tells no more: it has a "%" or the word percent, percentage or pct in it
// ("Memory % Committed Bytes In Use", "mem_used_percent", "PercentIOLimit"), or ends with Utilization.
bool counts_percent(std::string_view metric);

// Each value lies between 0 and 100. A sum of percentages doesn't.
bool is_percentage(std::string_view metric, Statistic statistic);
inline bool is_percentage(const MetricCondition& condition) {
  return is_percentage(condition.metric, condition.statistic);
}

// Not to be had of a percentage, up to a rounding error.
bool outside_percent(double value);

}  // namespace evenkeel
