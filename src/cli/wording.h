// Words for what the state and the plan hold as values: what a phase waits for, why somebody was chosen, what
// is done to a member. Everything is printable.
#pragma once

#include <optional>
#include <string>

#include "model/fleet_state.h"
#include "model/policy.h"

namespace evenkeel::cli {

// "until the load balancer has drained it", "until SSM's document X has ended", "a person". `policy` is the
// one under which it was started: it names the documents and the soak time; nullptr: unknown.
std::string waits_for(const Remediation& remediation, const FleetPolicy* policy);

// "71.5 % of 65 %", "asked: tag evenkeel:remediate is now": why it was chosen.
std::string because(const Cause& cause);

// "reboot", "stop and start", "replace", "run a command", "cycle only".
std::string words(Treatment treatment);

// "reboot (twice), then stop and start": the ladder.
std::string ladder(const FleetPolicy& policy);

// "rung 2 of 3: stop and start, attempt 1 of 2". Empty where the ladder has one rung with one attempt, or is
// unknown.
std::string rung(const Remediation& remediation, const FleetPolicy* policy);

}  // namespace evenkeel::cli
