// The closer look at one member, before it is drained and again before it is treated.
#pragma once

#include <string>
#include <vector>

#include "aws/elbv2.h"
#include "model/observation.h"
#include "model/policy.h"
#include "observe/cache.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// A caller that only looks makes no call that could change anything, and takes for granted what only such a call
// could tell.
enum class Probing { yes, no };

// Asks every target group of the member's region that isn't the fleet's for it (there is no call from an
// instance to its groups) and the Classic Load Balancers, asks EC2 for its scheduled events and by DryRun for
// every treatment of the policy that is EC2's (where none is, nothing stands against them), asks to register an
// instance that does not exist in its groups and to bring one back from Standby, where it leaves so, to learn
// whether it could be put back (docs/adr/0011), and reads the attributes of the fleet's groups afresh.
// `way_out`: also asks to deregister such an instance, to learn whether it could be taken out.
void survey(const std::string& instance_id, const FleetPolicy& policy, Probing probing, bool way_out,
            wire::Caller& caller, Cache& cache, Observation& observation);

// Asks those of `all`, the region's target groups, that the observation doesn't have and in which a member could be.
// Classic Load Balancers are not looked at.
void read_targets_elsewhere(const std::vector<aws::elbv2::TargetGroup>& all, wire::Caller& caller,
                            Observation& observation, Elsewhere& found);

// For the last look: which Classic Load Balancers list them by now, where the region has any.
void look_at_classic_again(const std::vector<std::string>& instance_ids, const FleetPolicy& policy,
                           wire::Caller& caller, Observation& observation);

}  // namespace evenkeel::observe
