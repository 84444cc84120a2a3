// The closer look at one member, before it is drained and again before it is treated.
#pragma once

#include <string>

#include "model/observation.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// Whoever only looks makes no call that could change anything, and takes for granted what only such a call
// could tell.
enum class Probing { yes, no };

// Asks every target group of the member's region that isn't the fleet's for it (there is no call from an
// instance to its groups), asks EC2 for its scheduled events and by DryRun for every treatment of the ladder
// that is EC2's (where none is, nothing stands against them), asks to register nobody in its groups and to
// bring nobody back from Standby, where it leaves so, to learn whether it could be put back (docs/adr/0011),
// and reads the attributes of the fleet's groups afresh.
void survey(const std::string& instance_id, const FleetPolicy& policy, Probing probing, wire::Caller& caller,
            Cache& cache, Observation& observation);

}  // namespace evenkeel::observe
