// The pure core: (policy, observation, state) → plan. The same arguments give the same plan, byte for byte.
//
// A plan with questions is not a plan yet: answer them in the observation and decide again; it never asks the
// same question twice. Nothing here reads a clock, the network or randomness: `tick_nonce` is this tick's own
// random name.
#pragma once

#include <string>

#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

Plan decide(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
            const std::string& tick_nonce);

}  // namespace evenkeel::decide
