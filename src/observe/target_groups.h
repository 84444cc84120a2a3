// The fleet's target groups and who is registered in them.
#pragma once

#include <optional>

#include "aws/elbv2.h"
#include "observe/observation_builder.h"

namespace evenkeel::observe {

// Those that the policy names, or else those attached to its Auto Scaling group, which must have been read
// before; and those to which an open remediation has to go back.
void read_groups(ObservationBuilder& builder);

// Fills in every group's registrations, side by side. A group that AWS says doesn't exist goes over to
// `absent_groups`.
void read_registrations(ObservationBuilder& builder);

// Names the targets by address by the instances that have them.
void name_targets(Observation& observation);

// Reads the registrations of every known group once more. What can't be read this time is unknown.
void read_registrations_again(wire::Caller& caller, Observation& observation);

// What its health check takes to call a target healthy that it has just begun to ask; unknown: not said.
std::optional<Duration> to_healthy(const aws::elbv2::TargetGroup& group);

Registration registration(const aws::elbv2::TargetHealth& target);

}  // namespace evenkeel::observe
