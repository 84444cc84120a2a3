// Words for what the state and the plan hold as values: what a phase waits for, why a member was chosen, what
// is done to a member. Everything is printable.
#pragma once

#include <optional>
#include <string>

#include "model/fleet_state.h"
#include "model/policy.h"

namespace evenkeel::cli {

// "until the load balancer has drained it", "until SSM's document X has ended", "an operator". `policy` is the
// one under which it was started: it names the documents and the soak time; nullptr: unknown.
// While something that was asked for it may still act, at `now`, that is waited for as well, and is said.
std::string waits_for(const Remediation& remediation, const FleetPolicy* policy, Time now);

// "71.5 % of 65 %", "asked: tag evenkeel:remediate is now": why it was chosen.
std::string because(const Cause& cause);

// "reboot", "stop and start", "replace", "run a command", "cycle only".
std::string describe(Treatment treatment);

// Whether a treatment was sent. An earlier build did not store it; its ending may say so.
bool is_treated(const PastRemediation& ended);

// "reboot (twice), then stop and start": the treatments in the policy's order.
std::string treatments_text(const FleetPolicy& policy);

// "treatment 2 of 3: stop and start, attempt 1 of 2"; "reboot, not yet" before it was sent. Empty where the policy has
// one treatment with one attempt that was sent, or is unknown, or where it goes back without having been treated.
std::string escalation_level(const Remediation& remediation, const FleetPolicy* policy);

}  // namespace evenkeel::cli
