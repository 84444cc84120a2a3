// Whether one more member leaves now, and which: the first in line of those that something asks for and that
// every guard permits.
//
// The line: by the rule's priority; then those in a zone where no server is out; then by the policy's order;
// then by id. Only for the first in line the dear questions are asked: first the fleet's load, once, then its
// survey.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

struct Selection {
  const Member* chosen = nullptr;  // nullptr: no server starts
  Cause cause;
  int rung = 0;  // the treatment at which the chosen one begins
  std::vector<Verdict> fleet;
  std::map<std::string, Verdict> members;
  std::vector<Question> questions;
  bool read_whole_fleet = false;  // every metric of the whole fleet was read for this decision
  // Whether reboot_when holds, hysteresis included: of members of which that is a change or a yes. One that
  // isn't in it keeps what MemberRecord::above_since says.
  std::map<std::string, bool> above;
};

// With `off`: no server starts, for these reasons, and nothing is asked.
Selection select(const FleetView& fleet, std::span<const Verdict> off = {});

// The readings of metrics that the rules need and that this observation doesn't have of every member that
// runs and is registered.
std::vector<Question> signal_questions(const FleetView& fleet);

}  // namespace evenkeel::decide
