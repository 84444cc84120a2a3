// The life of a remediation, one step a tick: draining → treatment → rejoining → soaking → done, or held.
// Every phase has a deadline and a way out; docs/operating.md draws them. The phases themselves are in
// leaving, treating, stop_start and returning.
#pragma once

#include "decide/fleet_view.h"
#include "decide/remediation/plan_builder.h"

namespace evenkeel::decide {

// Moves one open remediation as far as this observation allows.
void advance(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet);

}  // namespace evenkeel::decide
