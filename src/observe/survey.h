// The closer look at one member, before it is drained and again before it is rebooted.
#pragma once

#include <string>

#include "model/observation.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// Whoever only looks makes no call that could change anything, and takes for granted what only such a call
// could tell.
enum class Probing { yes, no };

// Asks every other target group of the member's region for it (there is no call from an instance to its
// groups), asks EC2 by DryRun whether it may be rebooted, asks to register nobody in its groups to learn
// whether it could be put back (docs/adr/0011), and reads the attributes of the fleet's groups afresh.
void survey(const std::string& instance_id, Probing probing, wire::Caller& caller, Cache& cache,
            Observation& observation);

}  // namespace evenkeel::observe
