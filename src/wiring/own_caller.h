// Calls for what belongs to Evenkeel itself and to no fleet: its topic, its parameters, its table.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "wire/caller.h"

namespace evenkeel::wiring {

// Signs as the process itself (credentials/chain.h). Region: the given one; empty: the environment's,
// the profile's, the instance's own. Fetches no credentials yet. What `sources` refers to must outlive the
// caller. Errors: `invalid` no region, a broken endpoint or AWS configuration.
Result<std::unique_ptr<wire::Caller>> own_caller(const credentials::Sources& sources,
                                                 const std::string& region);

}  // namespace evenkeel::wiring
