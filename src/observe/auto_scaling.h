// The policy's Auto Scaling group (docs/aws.md, Auto Scaling).
#pragma once

#include "aws/autoscaling.h"
#include "observe/observation_builder.h"

namespace evenkeel::observe {

// The group as it stands, where the policy names one. Without it in the observation a problem says why.
void read_auto_scaling(ObservationBuilder& builder);

// What is under way in the group: its instance refresh and its activities. Two calls, made once; what can't
// be read stays unknown.
void read_scaling_under_way(wire::Caller& caller, Observation& observation);

// One as it stands, without what is under way in it. Where its sizes count units, a member whose weight AWS
// doesn't say has none.
AutoScalingGroup seen_group(const aws::autoscaling::Group& group);

}  // namespace evenkeel::observe
