// The guards: what must hold before one more member may leave. Each returns the verdict that says no, with
// its numbers, or nothing. To add one: write it here, call it in guards.cpp's list, give it a Reason and a
// test.
#pragma once

#include <optional>
#include <vector>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// Everything that holds back every member at once, the most important first. Empty: a place is free.
std::vector<Verdict> fleet_guards(const FleetView& fleet);

// What holds back this member, whatever its signal says.
std::optional<Verdict> member_guards(const FleetView& fleet, const Member& member);

// Whether enough would be left serving in every group that the member serves in.
std::optional<Verdict> capacity_guard(const FleetView& fleet, const Member& member);

// What the closer look at the member found against it. `survey` is the answer to a question of this tick.
std::optional<Verdict> survey_guard(const Survey& survey);

}  // namespace evenkeel::decide
