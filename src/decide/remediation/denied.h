// What AWS refuses to let us do, for want of a permission. Most of it is asked for without an effect before a member
// leaves; of the rest only a refusal tells, and it is remembered.
#pragma once

#include "decide/guards/guards.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::decide {

using namespace std::chrono_literals;

// What can't be asked for without doing it is tried again so long after it was refused.
inline constexpr Duration kTriedAgainAfter = 1h;
// A refusal counts for so long at the most.
inline constexpr Duration kDenialCounts = 7 * 24h;

// Takes the outcome into `state`: a refusal for want of a permission counts until the same is accepted.
void remember_denial(FleetState& state, const Intent& intent, const Outcome& outcome, Time now);

// Forgets what is too long ago, what the policy no longer does, and what AWS would allow by now as far as this
// tick has asked.
void forget_denials(FleetState& state, const FleetPolicy& policy, const Observation& observation);

// "AWS refused … at …: …", with what happens next.
std::string denial_words(const Denial& denial, const std::string& fleet);

// The closer look at a member before it leaves; at the way out too where AWS has refused that.
Question survey_question(const FleetState& state, const std::string& instance_id);

// Whether every start would end in something that was refused and can only be tried.
Ruling action_denied(const FleetView& fleet, bool explain);

}  // namespace evenkeel::decide
