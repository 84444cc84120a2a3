// The policy's Auto Scaling group (docs/aws.md, Auto Scaling).
#pragma once

#include "observe/reading.h"

namespace evenkeel::observe {

// The group as it stands, where the policy names one. Without it in the observation a problem says why.
void read_auto_scaling(Reading& reading);

// What is under way in the group: its instance refresh and its activities. Two calls, made once; what can't
// be read stays unknown.
void read_scaling_under_way(wire::Caller& caller, Observation& observation);

}  // namespace evenkeel::observe
