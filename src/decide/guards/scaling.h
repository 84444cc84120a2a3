// The guards that look at what a member's Auto Scaling group would make of its leaving, being treated and coming
// back.
#pragma once

#include "decide/guards/guards.h"

namespace evenkeel::decide {

// The treatment with which it would begin.
Treatment treatment_of(const FleetView& fleet, const Member& member);
// What is replaced leaves by being terminated.
bool leaves_by_standby(const FleetView& fleet, const Member& member);

// Whether it would be taken from everything that its group sends requests by.
Ruling traffic_sources(const FleetView& fleet, const Member& member, bool explain);
// Whether AWS lets it into Standby: the group's sizes count instances …
Ruling standby(const FleetView& fleet, const Member& member, bool explain);
// … or units, where AWS doesn't say whether Standby takes one from them or the member's weight.
Ruling capacity_units(const FleetView& fleet, const Member& member, bool explain);
Ruling registering(const FleetView& fleet, const Member& member, bool explain);
Ruling launch(const FleetView& fleet, const Member& member, bool explain);
// Whether its Standby would leave a zone so short that Auto Scaling evens out the zones, terminating a server
// that has nothing to do with it.
Ruling az_rebalance(const FleetView& fleet, const Member& member, bool explain);
// Whether the group would replace it while its health checks begin again.
Ruling grace_period(const FleetView& fleet, const Member& member, bool explain);

}  // namespace evenkeel::decide
