// What a member's past says about the remedy: whether it helps at all, and whether it helps for shorter and
// shorter. A remedy that doesn't help is not repeated: the next treatment of the policy is taken, or an
// operator asked.
#pragma once

#include <optional>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// Whether it ended its reason: the metric came down, the event is not listed any more … Not where AWS refused the
// treatment. Empty: not known (yet).
std::optional<bool> helped(const PastRemediation& past);

// Why the treatment that MemberRecord names is not to be tried again; empty: it may be.
// - remedy_does_not_help: of the last three remediations by this treatment or a stronger one whose effect is
//   known, two did not help;
// - relapsing: three intervals between remediations, each at most three quarters of the one before. What
//   begins a stronger treatment clears MemberRecord::relapses: they were another treatment's.
std::optional<Verdict> level_is_spent(const FleetView& fleet, const Member& member);

// At which treatment the member's next remediation begins: where the reason that asks needs it (Member::rung),
// else at MemberRecord::rung, or one above when that is spent and there is one.
int level_for(const FleetView& fleet, const Member& member);

// level_is_spent, when the policy has no stronger treatment.
std::optional<Verdict> levels_are_spent(const FleetView& fleet, const Member& member);

}  // namespace evenkeel::decide
