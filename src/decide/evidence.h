// What an observation shows about a remediation under way. Three-valued where it must be: unknown is never
// yes.
#pragma once

#include <optional>
#include <string>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel::decide {

enum class Presence { drained, registered, unknown };

// Drained: in every group of the snapshot the target is gone, or `unused` with reason Target.NotRegistered;
// and no other group that was read has the instance on any port.
Presence presence(const Remediation& remediation, const Observation& observation);

// Healthy at every place of the snapshot that still exists (at least one).
bool healthy_everywhere(const Remediation& remediation, const Observation& observation);

// The reboot's intent, or nullptr.
const Intent* reboot_intent(const Remediation& remediation);

// For people: what shows that the machine came up after the reboot's intent; empty: nothing does. It takes
// two weak signs (safety.md §4.3): the metric fell clearly, below nine tenths of what it was and below the
// limit, which an application's restart would also do; a gap of more than two periods in it; a console output
// newer than the intent; `settle` has passed, longer than EC2 takes to force a hanging shutdown.
std::optional<std::string> boot_evidence(const Remediation& remediation, const FleetPolicy& policy,
                                         const Observation& observation);

// Before a reboot: what shows that the member has already come up anew since it was taken out, by somebody
// else's hand or by ours before the state was rolled back. Two signs together: the fall alone may be the
// missing traffic, and some consoles are written to all the time.
std::optional<std::string> booted_without_us(const Remediation& remediation, const FleetPolicy& policy,
                                             const Observation& observation);

// The newest sample taken after the boot was seen.
std::optional<double> value_after_boot(const Remediation& remediation, const Observation& observation);

}  // namespace evenkeel::decide
