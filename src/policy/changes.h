// What is different in a policy that was read again, for people.
#pragma once

#include <string>
#include <vector>

#include "model/policy.h"

namespace evenkeel::policy {

// The keys of a fleet whose values differ: "keep.healthy", "windows". A list is one key.
std::vector<std::string> changed_keys(const FleetPolicy& before, const FleetPolicy& after);

// "web: keep.healthy, timing.boot; shop is new; api is gone, and only restored from now on". Empty: nothing differs.
std::string changes(const Policy& before, const Policy& after);

}  // namespace evenkeel::policy
