// What operators asked for, dated and done.
#pragma once

#include <vector>

#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::decide {

// Gives every wish of the state the time `now`, AWS's, and does it; none is left. A pause holds from then on. A
// resume ends pause, breaker, the wait for servers that are missing from their target groups and any doubt of the
// clock; with `here` it only says that the fleet has moved. A restore sets its remediation on its way back. Returns
// what happened.
std::vector<Event> apply_requests(FleetState& state, Time now);

// "paused until 2026-12-24T18:00:00Z by ann: release": what a wish asks for, in the words of the history.
std::string request_text(const OperatorRequest& request, std::optional<Time> until);

}  // namespace evenkeel::decide
