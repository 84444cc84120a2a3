// Whether one more member leaves now, and which: the worst above the limit that every guard lets go.
#pragma once

#include "decide/fleet_view.h"
#include "decide/progress.h"

namespace evenkeel::decide {

struct Selection {
  const Member* chosen = nullptr;  // nullptr: nobody starts
  Cause cause;
  std::vector<Verdict> fleet;
  std::map<std::string, Verdict> members;
  std::vector<Question> questions;
  bool read_whole_fleet = false;  // the signal of the whole fleet was read for this decision
};

Selection select(const FleetView& fleet);

}  // namespace evenkeel::decide
