// Which of the names that exist a mistyped one was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/cloudwatch.h"

namespace evenkeel::check {

// The names nearest to `name`, best first, at most `most`.
std::vector<std::string> nearest(std::string_view name, std::vector<std::string> names, std::size_t most);

// The metrics nearest to that name, best first, each namespace and name once: the name itself, then those with
// an InstanceId before those without.
std::vector<aws::cloudwatch::Metric> nearest_metrics(const std::string& name,
                                                     std::vector<aws::cloudwatch::Metric> others,
                                                     std::size_t most);

// For people: "Memory % Committed Bytes In Use {InstanceId, objectname} in CWAgent".
std::string described(const aws::cloudwatch::Metric& metric);

}  // namespace evenkeel::check
