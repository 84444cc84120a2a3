// What is written of fleets beside their ticks, for operators who ask for the status: that ticks fail, and that a
// fleet is no longer in the policy. Nothing decides by it.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "model/fleet_state.h"
#include "record/journal.h"

namespace evenkeel::controller {

// A tick of the fleet failed at `local`, by this machine's clock. Best effort: where the state can't be read or
// written, or another process has just written it, nothing is noted.
void note_failure(const std::string& fleet, const Error& error, Time local, record::Journal& journal);

// The store knows the fleet and the policy doesn't. Where something of it is open, or no process has ticked it for
// kLeftAfter, it is known from now on to have left the policy: another process may have another policy. Best effort.
inline constexpr Duration kLeftAfter = std::chrono::hours{1};
void note_left(FleetState state, Time local, record::Journal& journal);

}  // namespace evenkeel::controller
