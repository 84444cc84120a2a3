// keep.load_below: whether those that are left could carry the load while one more member is away.
//
// The load to be carried is the high end of the recent past, the 95th percentile of the periods' values (the
// nearest rank, nothing interpolated), and, where the load clearly rises (forecast.h), what it will have
// risen by until the member is back.
#pragma once

#include <optional>
#include <string>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// What is to be carried, by a target group or by the whole fleet.
struct Projection {
  bool known = false;
  std::string why;  // for people: why it isn't known
  double high = 0;
  double growth = 0;
  double total() const { return high + growth; }
};

// How far ahead and how far back is looked.
struct Reach {
  Duration away{};
  Duration window{};
};

// What doesn't depend on who leaves: worked out once per decision.
struct Load {
  Reach reach;
  Projection fleet;  // LoadCeiling::Per::instance
};

// How long a member will be away: the longest of the fleet's remediations that came back within the last day.
// Without one: the longest deregistration delay, timing.settle, timing.soak and five minutes for the boot.
Duration time_away(const FleetView& fleet);

// What has to be asked before load_guard can judge; empty: nothing, or it has been asked.
std::optional<Question> load_question(const FleetView& fleet);

Load project_load(const FleetView& fleet);

// load_unknown, too_much_load, or nothing. Per target group: its load over those that would be left serving
// in it, in each of the member's groups; per instance: the load of all who serve over those that would be
// left. With `explain`, a pass is told too, as a verdict with reason `start`.
std::optional<Verdict> load_guard(const FleetView& fleet, const Load& load, const Member& member,
                                  bool explain);

}  // namespace evenkeel::decide
