// What acting showed, back into the state.
#pragma once

#include <span>
#include <vector>

#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

struct AppliedOutcomes {
  FleetState next;
  std::vector<Event> events;
};

// Writes each outcome into its intent, found by remediation and nonce, and returns the state to store next.
// `state` is the one that made the actions durable, or a later one; an outcome whose intent is no longer
// there is dropped. An accepted reboot enters `booting`.
AppliedOutcomes apply_outcomes(const FleetPolicy& policy, const FleetState& state,
                               std::span<const Outcome> outcomes, Time now);

}  // namespace evenkeel::decide
