// What every store says about revisions, in the same words.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "model/fleet_state.h"

namespace evenkeel::record {

// `invalid` unless the state has a fleet's name, and a revision that is higher than `over`, which is 0 or
// more.
Result<void> check_storable(const FleetState& next, std::int64_t over);

// `conflict`: the stored state is at revision `stored`, not `over`.
Error lost_race(const std::string& fleet, std::int64_t stored, std::int64_t over);

}  // namespace evenkeel::record
