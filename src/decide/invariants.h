// Checks a plan against what must always hold, before anything of it is done: in every test and in production
// too. Written apart from the code that makes plans, from safety.md §1 alone, so that one mistake doesn't
// hide another.
#pragma once

#include <string>
#include <vector>

#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

// One sentence per violation, each starting with the invariant's name (C1, R2, F1 …); empty: the plan is
// sound.
std::vector<std::string> violations(const FleetPolicy& policy, const Observation& observation,
                                    const FleetState& before, const Plan& plan);

}  // namespace evenkeel::decide
