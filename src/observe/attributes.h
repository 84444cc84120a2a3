// Target group attributes into an observation.
#pragma once

#include "model/observation.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

enum class Freshness { cached, afresh };

// Fills in every group's attributes, side by side, from the cache where it is young enough and that is asked
// for. A group whose attributes can't be read is left without, with a problem saying why.
void read_attributes(wire::Caller& caller, Cache& cache, Freshness freshness, Observation& observation);

}  // namespace evenkeel::observe
