// What the next state remembers besides the open remediations: of each member, of what has ended, of what was
// told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// Ends a pause whose time is over.
void end_pause(FleetState& state, Time now, std::vector<Event>& events);

// Moves ended remediations to the recent ones, with what their members' records need. What timing.judge
// leaves open is still judged.
void close_ended(FleetState& state, const FleetPolicy& policy, const Observation& observation);

// Judges what has ended and is still being judged, by the signals that this observation brought: cured, not
// cured, or, without a sample in time, left as unknown.
void judge_ended(FleetState& state, const FleetPolicy& policy, const Observation& observation,
                 std::vector<Event>& events);

// A remediation begins: how soon that is after the member's last one, and which tag's value it serves.
void remember_start(FleetState& state, const Remediation& remediation);

// Since when members are unhealthy, where a rule asks for it; tags that were taken off again; members that
// are gone. `above`: whether reboot_when asks for a member, hysteresis included; no entry: unknown.
void remember_members(FleetState& state, const FleetView& fleet, const std::map<std::string, bool>& above);

// One event for each member whose reason is another than the one last told, at most fifty at a time, and one
// when what holds back the whole fleet has changed.
void report_changes(Plan& plan, Time now);

FleetSummary summary_of(const FleetView& fleet, const std::vector<Verdict>& held_back_by);

}  // namespace evenkeel::decide
