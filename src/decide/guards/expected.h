// Who is expected in a target group, and who of them is not there. Absence proves nothing by itself: a member
// that is expected and missing is out, not gone, and a group that suddenly lacks half of its members or more is
// not believed at once (docs/adr/0027-absence-is-not-proof.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/fleet_state.h"
#include "model/observation.h"

namespace evenkeel::decide {

// A member that runs and was deregistered everywhere is out for so long; then that is taken as meant.
inline constexpr Duration kMeantAfter = std::chrono::hours{6};
// Between two looks that are further apart than this, much may have happened that the state doesn't know. More
// than the longest period that `run --every` takes.
inline constexpr Duration kUnwatched = std::chrono::hours{2};

// What is expected after this look: FleetState::groups_seen for the next state. Looks that are not believed
// leave the expectation as it is, and are counted.
std::map<std::string, GroupSeen> look_at_groups(const Observation& observation, const FleetState& state);

// The rest goes by a state into which this look has been taken (look_at_groups).

// Instances that are expected in the group, one of the fleet's, and not registered there; sorted. Those under
// remediation are left out. Empty where the targets could not be read.
std::vector<std::string> missing_from(const TargetGroup& group, const Observation& observation,
                                      const FleetState& looked);

// For people: why this look at the group is not believed; empty: it is.
std::string doubt(const TargetGroup& group, const FleetState& looked);

// The observation without the targets of groups that are not believed: they count as unread.
std::optional<Observation> without_doubted(const Observation& observation, const FleetState& looked);

// Members that left while no tick looked for hours, for people, sorted; empty: none. The state may be an old
// copy.
std::vector<std::string> overlooked(const FleetState& state);

// An operator says that the missing servers are meant to be missing: returns which they were, sorted.
std::vector<std::string> accept_missing(FleetState& state);

}  // namespace evenkeel::decide
