// The start half of a tick: whether one more member leaves, and the verdict of every member. It is decided after
// the restore half; whatever it comes to is a reason, never an error.
#pragma once

#include <span>
#include <string>

#include "decide/remediation/open.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

// The plan goes on from the step: it has the step's actions and events too. With `off` no server starts, for
// these reasons, and nothing is asked.
Plan choose_start(const FleetPolicy& policy, const Observation& observation, OpenStep step,
                  std::span<const Verdict> off = {});

}  // namespace evenkeel::decide
