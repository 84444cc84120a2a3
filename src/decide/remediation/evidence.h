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

// The instance's registration at that place of a snapshot; nullptr when it is not there or can't be read.
const Registration* registration_at(const SnapshotTarget& target, const std::string& instance_id,
                                    const Observation& observation);

// Gone from, or `unused` and not registered at, every place that Auto Scaling doesn't look after; false where
// that can't be read.
bool drained_from_our_places(const Remediation& remediation, const Observation& observation);

// Healthy at every place of the snapshot that still exists (at least one).
bool healthy_everywhere(const Remediation& remediation, const Observation& observation);

// Command, reboot or stop.
bool treats(Effect effect);
// In its target group no more, or draining there.
bool is_leaving(const Registration& registration);

// The intent of the latest treatment that was sent: command, reboot or stop; or nullptr.
const Intent* treatment_intent(const Remediation& remediation);

// The condition by whose metric a member was chosen: reboot_when, or that of the rule; nullptr when the cause
// has no metric, or the policy no such rule any more.
const MetricCondition* condition_of(const std::string& rule_name, const std::string& metric,
                                    const FleetPolicy& policy);
const MetricCondition* condition_of(const Remediation& remediation, const FleetPolicy& policy);

// What was read of it; nullptr: not read, or the cause has no metric. `condition` is one of the policy's own.
const Signal* signal_of(const std::string& instance_id, const MetricCondition& condition,
                        const FleetPolicy& policy, const Observation& observation);
const Signal* signal_of(const Remediation& remediation, const FleetPolicy& policy,
                        const Observation& observation);
inline bool has_signal(const Remediation& remediation, const FleetPolicy& policy) {
  return condition_of(remediation, policy) != nullptr;
}
// At or below this the cause is gone.
double down_at(const Remediation& remediation, const FleetPolicy& policy);

// For people: what shows that the machine came up after the treatment's intent, from the values it was judged
// by; empty: nothing does. It takes two signs (docs/adr/0008-what-proves-a-boot.md). The first is a fall of the
// metric: it ends with samples below nine tenths of what it was and below the limit, none of them stale or
// implausible. An application's restart would do that as well, so one of these must go with it: a gap of more
// than two periods, after which every sample is low; a console output newer than the intent and two low samples;
// every sample of `settle` low, which is longer than EC2 takes to force a hanging shutdown. Without a fall a new
// console counts once `settle` has passed.
std::optional<std::string> boot_evidence(const Remediation& remediation, const FleetPolicy& policy,
                                         const Observation& observation);

// Before a reboot: what shows that the member has already booted again since it was taken out, by an external
// change or by Evenkeel before the state was rolled back. Two signs together: the fall alone may be the
// missing traffic, and some consoles are written to all the time. To refuse a reboot one low sample is enough.
std::optional<std::string> booted_without_us(const Remediation& remediation, const FleetPolicy& policy,
                                             const Observation& observation);

// The newest sample taken after the treatment.
std::optional<double> value_after_treatment(const Remediation& remediation, const FleetPolicy& policy,
                                            const Observation& observation);

}  // namespace evenkeel::decide
