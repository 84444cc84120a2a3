// The members' metric, read from CloudWatch.
#pragma once

#include <span>
#include <string>

#include "aws/cloudwatch.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// Whose series it is: its InstanceId, or nullptr.
const std::string* instance_id(const aws::cloudwatch::Metric& metric);

// Whether two series of one member say the same, to a hundredth, wherever both have a sample of one moment.
bool agree(std::span<const aws::cloudwatch::Sample> a, std::span<const aws::cloudwatch::Sample> b);

// Reads the metric of the members that `question` names. The series are discovered (ListMetrics): whatever
// dimensions come along, a member's series is one whose InstanceId is its id. Of several series for one
// member those without samples are passed over, those that agree count as one (the fullest), and those that
// contradict each other make the signal ambiguous. The period under way is left out: it isn't final.
void read_signals(const Question& question, const MetricCondition& condition, wire::Caller& caller,
                  Cache& cache, Observation& observation);

}  // namespace evenkeel::observe
