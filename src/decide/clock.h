// AWS's time against that of the ticks before (docs/adr/0033-one-clock.md).
#pragma once

#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"

namespace evenkeel::decide {

// Dates that contradict the last tick's are believed once so many ticks in a row, over so long, agree on them.
inline constexpr int kBelievedAfterTicks = 3;
inline constexpr Duration kBelievedAfter = std::chrono::minutes{2};
// More than this after the last tick, and as far from this machine's clock, is a jump that AWS's Dates alone show.
inline constexpr Duration kJump = std::chrono::hours{6};

// Before anything is decided. Dates that jump ahead don't count yet: the observation gets the last tick's time and
// its doubtful_date. Dates before the last tick's count from then on once they are believed, and what the state has
// of the future is brought back. Returns what is to be told.
std::vector<Event> reckon_clock(FleetState& state, Observation& observation);

// No time in the state is later than `now`, and what lasts from such a time lasts from now.
void bring_back(FleetState& state, Time now);

}  // namespace evenkeel::decide
