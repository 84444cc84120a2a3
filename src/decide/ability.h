// Whether a fleet could act if it had to: the one place that decides it. What shows it (exit codes, logs,
// metrics, alarms, notifications, status) reads FleetState::ability and judges nothing itself.
#pragma once

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// A fleet that has been blind for so long is told to people, and told again once it sees.
inline constexpr Duration kBlindIsReported = std::chrono::minutes{10};

// Sets plan.next.ability from the verdicts that `plan` has by now, from what `fleet` could not see and from which of
// its members could ever leave. `held_back_by`: the guards of the whole fleet, a just started member counted as out. What
// this tick did not look at stays as `before` has it. Adds the event `blind` in the first tick that finds the
// fleet blind for kBlindIsReported, and `sees` when a blindness that was told is over.
void judge_ability(Plan& plan, const FleetView& fleet, const std::vector<Verdict>& held_back_by,
                   const FleetState& before);

}  // namespace evenkeel::decide
