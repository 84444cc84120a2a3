// Reads the account for check: nothing it sends can change anything.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/facts.h"
#include "model/policy.h"
#include "wire/caller.h"

namespace evenkeel::check {

// Called with what is being read, "targets" … for people who wait.
using ReadProgress = std::function<void(std::string_view what)>;

// Everything the rules want to know about one fleet. What can't be read is left unknown, with its error, and
// every denial is remembered as the IAM action that is missing. An error only where AWS could not be reached
// at all, or refuses the credentials.
Result<Facts> read(const FleetPolicy& policy, wire::Caller& caller, const ReadProgress& progress);

// The metrics nearest to one that no member has, best first: the same name in any namespace, then what its own
// namespace has. Those that could not be read are left out.
std::vector<aws::cloudwatch::Metric> read_nearest(const MetricCondition& condition, wire::Caller& caller);

}  // namespace evenkeel::check
