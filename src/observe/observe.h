// Reads the world into one Observation, stamped with AWS's own time and honest about what is missing.
#pragma once

#include "aws/dated.h"
#include "base/result.h"
#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "observe/survey.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// What every tick reads, and all that a restore needs: the Auto Scaling group, target groups, their
// attributes (cached) and targets, the instances. Also the groups of open remediations that the policy
// doesn't name any more. What can't be read is left empty in the observation and said in its `problems`. An
// error only when no answer at all told the time, or, with the code kWrongAccount, when the credentials are for
// another account or region than the state's: then nothing more was asked.
Result<Observation> observe(const FleetPolicy& policy, const FleetState& state, wire::Caller& caller,
                            Cache& cache);

// What only a start needs, in addition: where the policy asks for them the instances' statuses, alarms and
// calendars, who carries the tag that marks who is out; and what is under way in the Auto Scaling group, unless
// `state` holds back every start anyway.
void observe_for_start(const FleetPolicy& policy, const FleetState& state, wire::Caller& caller, Cache& cache,
                       Observation& observation);

// Reads what a plan asked for into the observation. Every id asked for has an entry afterwards, if only
// `failed`.
void answer(const Question& question, const FleetPolicy& policy, wire::Caller& caller, Cache& cache,
            Observation& observation, Probing probing = Probing::yes);

}  // namespace evenkeel::observe
