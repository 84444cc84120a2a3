// Whether a look was taken where the fleet is: only there does absence count.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"

namespace evenkeel::decide {

// A state that doesn't know its place takes the first one that AWS tells: a new state, one that an operator has
// told to (OperatorRequest::here), or one that finds there what it remembers.
void adopt_identity(FleetState& state, const Observation& observation, std::vector<Event>& events);

// The look was taken in the account and region that the state belongs to. False where either is unknown.
bool in_right_place(const FleetState& state, const Observation& observation);

// For people: why it isn't known to be the right place; empty: it is, or nothing at all is known of places.
std::string why_place_is_doubted(const FleetState& state, const Observation& observation);

}  // namespace evenkeel::decide
