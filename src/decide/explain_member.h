// The whole chain that explains one member: every guard and every rule with its numbers, whether it lets the
// member go or not, never stopping at the first that doesn't. For `explain`; deciding doesn't use it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

// In the order in which they are judged:
// - the fleet's guards: "paused" "breaker" "window" "alarms" …;
// - the member's: "running" "registered" "hold_tag" "history" …; an unknown member has one check, "known";
// - capacity: one "healthy GROUP" for each group it is in and one "healthy GROUP ZONE" for each group and
// zone;
// - "rule reboot_when" and "rule NAME" for each of also_when: it passes when the rule asks for the member;
// - "load" where the policy has keep.load_below, and "survey": what was not asked in this observation does
// not pass.
// The member leaves when all guards pass and one rule does, and no other member is before it in the line.
std::vector<Check> explain_member(const FleetPolicy& policy, const Observation& observation,
                                  const FleetState& state, const std::string& instance_id);

// What a chain without gaps needs to have been answered in the observation, and isn't. Nothing of it is asked
// for a member that the fleet doesn't have.
std::vector<Question> questions_to_explain(const FleetPolicy& policy, const Observation& observation,
                                           const FleetState& state, const std::string& instance_id);

// When it could go at the earliest: the latest `until` of the guards that don't pass, and, where no rule
// passes, the earliest of the rules'. Empty: something of it is not foreseeable, or nothing holds it back.
std::optional<Time> could_act_at(const std::vector<Check>& checks);

}  // namespace evenkeel::decide
