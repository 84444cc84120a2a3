// Until when what was asked of AWS for a member may still act on it. Returning it to service, ending its
// remediation and treating it again all wait for that; an operator may override it for the return.
#pragma once

#include <string>

#include "base/clock.h"
#include "decide/remediation/plan_builder.h"
#include "model/fleet_state.h"

namespace evenkeel::decide {

// Deregistering and entering Standby.
bool takes_out(Effect effect);

// Until when this one request may still act: AWS takes it as long as its signature is valid, EC2 queues an
// accepted reboot, Systems Manager delivers a document late and runs it for `within` of its document. The
// past (Time{}): it can't, or it has acted already. Registering and leaving Standby only bring back; evidence
// that is captured changes nothing.
Time may_act_until(const Intent& intent, const FleetPolicy& policy);

// The same of one of the remediation's: also the past when its effect has shown itself.
Time may_act_until(const Intent& intent, const Remediation& remediation, const Observation& observation,
                   const FleetPolicy& policy);

// The latest of the remediation's treatments, those that a later one has replaced included. Time{}: what was
// asked for has shown itself, or nothing was.
Time treatments_may_act_until(const Remediation& remediation, const Observation& observation,
                              const FleetPolicy& policy);

// The same before `next` begins: a document that runs holds back only another document, for what destroys
// more ends it. Asks what became of a document where that is not known.
Time may_act_until(const Remediation& remediation, PlanBuilder& builder, Treatment next);

// The latest of all that may still change where the member stands or what it does: treatments and removals.
// Until then its end is not proved.
Time anything_may_act_until(const Remediation& remediation, const Observation& observation,
                            const FleetPolicy& policy);

// For people: what may act. Where this state has asked for no treatment, a newer one may have.
std::string words_of_treatment(const Intent* treatment);

}  // namespace evenkeel::decide
