// How much the fleet has to carry: the metric of keep.load_below.
#pragma once

#include <string>

#include "aws/cloudwatch.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// Reads it into `loads`. Per target group: of every group of the fleet, by its arn. Per instance: of the
// members that the question names, by their id, as a signal is read. Each of them has an entry afterwards.
void read_loads(const Question& question, const LoadCeiling& ceiling, wire::Caller& caller, Cache& cache,
                Observation& observation);

// What tells a target group's series from all others: exactly its own id and its load balancer's, as they
// stand in the arns, and no Availability Zone. Empty: it has no load balancer, or an arn of another shape.
aws::cloudwatch::Dimensions load_dimensions(const TargetGroup& group);

}  // namespace evenkeel::observe
