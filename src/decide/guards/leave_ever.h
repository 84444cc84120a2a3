// Whether any member could leave, whatever is measured: the guards, asked of members that nothing asks for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decide/guards/guards.h"

namespace evenkeel::decide {

// What keeps members from leaving for good: by the policy, or by what it speaks of. Empty: nothing does.
std::vector<BlindTo> never_to_leave(const Plan& plan, const FleetView& fleet,
                                    const std::vector<Verdict>& held_back_by);

// Of a fleet of which no member may leave now: "N of M: " and the reason of most of them. Empty: one may.
std::string why_none_may_leave(const FleetView& fleet);

}  // namespace evenkeel::decide
