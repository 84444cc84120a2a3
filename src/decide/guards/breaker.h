// The breaker: what looks like one cause hitting many members is for an operator, not for a rolling reboot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decide/fleet_view.h"

namespace evenkeel::decide {

// More members that jumped over the limit within two metric periods than keep.crossing_percent lets (at least
// one may).
struct Crossing {
  Time first{};
  int together = 0;
  int may = 0;
};
std::optional<Crossing> too_many_crossed(const FleetPolicy& policy, std::vector<Time> jumps, int members);

// For people: why the breaker must trip now; empty: it need not. Four causes:
// - more than keep.crossing_percent of the fleet (at least one may) jumped over the limit within two metric
// periods;
// - of the last remediations whose effect is known (four at least, six at most), fewer than half helped;
// - of one rule of also_when that no metric tells, none of the last three helped;
// - nothing is remembered, but the account shows members that Evenkeel or another tool took out: the state
//   may have been lost.
std::optional<std::string> breaker_trips(const FleetView& fleet);

}  // namespace evenkeel::decide
