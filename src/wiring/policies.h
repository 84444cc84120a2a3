// Where the policy is, by the address that --policy and EVENKEEL_POLICY give.
#pragma once

#include <string>

#include "base/result.h"
#include "model/policy.h"
#include "wire/credentials_source.h"

namespace evenkeel::wiring {

// Reads and checks the policy at `address`: the path of a file. Errors: `invalid` with file, line and column
// of every mistake; of the place it is read from as of that place.
Result<Policy> load_policy(const std::string& address, const wire::Sources& sources,
                           const std::string& region);

}  // namespace evenkeel::wiring
