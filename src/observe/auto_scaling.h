// The policy's Auto Scaling group (aws-facts.md §3).
#pragma once

#include "observe/reading.h"

namespace evenkeel::observe {

// The group as it stands, where the policy names one. Without it in the observation a problem says why.
void read_auto_scaling(Reading& reading);

// What is under way in the group: its instance refresh and its activities. Two calls, made only where
// somebody might start, or be replaced; what isn't asked for or can't be read stays unknown. The
// registrations must have been read before: a share of the members may be out.
void read_scaling_under_way(Reading& reading);

}  // namespace evenkeel::observe
