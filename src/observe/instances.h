// What EC2 says of the members, and of those that are being remediated.
#pragma once

#include "aws/ec2.h"
#include "model/observation.h"
#include "observe/observation_builder.h"

namespace evenkeel::observe {

// Every instance that is registered by its id, belongs to the Auto Scaling group or is open. The
// registrations must have been read before.
void read_instances(ObservationBuilder& builder);

// Fills in EC2's status of each of them where a rule needs it: one call a hundred. An instance whose status
// didn't come stays without, and then they aren't complete.
void read_statuses(ObservationBuilder& builder);

// With the tags that the policy's rules name.
Instance seen_instance(const aws::ec2::Instance& instance, const FleetPolicy& policy);

InstanceStatus instance_status(const aws::ec2::InstanceStatus& status);

}  // namespace evenkeel::observe
