// Checks a plan against what must always hold, before anything of it is done: in every test and in production
// too. A second specification: written apart from the code that makes plans, from docs/safety.md alone, so that one
// mistake doesn't hide another.
#pragma once

#include <string>
#include <vector>

#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

struct Violation {
  std::string invariant;       // C1, R2, F1 …
  std::string remediation_id;  // whose step breaks it, one that starts included; empty: the whole plan does
  std::string text;            // for people: one sentence that starts with the invariant's name
};

// Empty: the plan is sound.
std::vector<Violation> violations(const FleetPolicy& policy, const Observation& observation,
                                  const FleetState& before, const Plan& plan);

std::vector<std::string> texts(const std::vector<Violation>& violations);

}  // namespace evenkeel::decide
