// Under which policy an open remediation goes on: the one it was started with, tightened by today's and never
// loosened (docs/adr/0029-an-open-remediation-keeps-its-policy.md).
#pragma once

#include <string>

#include "model/fleet_state.h"
#include "model/policy.h"

namespace evenkeel::decide {

// What it was started with says which metric shows an effect, which evidence is captured, and how long all may
// take. Of the treatments only what both allow is left; one that today's policy doesn't have keeps its place with no
// attempts: what it has begun ends, and it treats nothing more. Alarms, calendars and freezes of both
// hold back. Windows, like the name, are today's. Numbers of `keep` are the stricter of the two where both are counts
// or both are shares; else the older ones, beside which the guards judge today's in any case.
FleetPolicy in_force(const FleetPolicy& started_under, const FleetPolicy& today);

// The same for one remediation: its own policy, or in a state from before each had its own, the pinned one.
FleetPolicy in_force(const Remediation& remediation, const FleetState& state, const FleetPolicy& today);

// Remembers the policy, and returns by which name (Remediation::policy).
std::string remember_policy(FleetState& state, const FleetPolicy& policy);
// Forgets those under which nothing is open.
void forget_policies(FleetState& state);

}  // namespace evenkeel::decide
