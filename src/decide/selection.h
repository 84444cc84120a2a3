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
  int level = 0;  // the treatment at which the chosen one begins
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

// Whether the reason only keeps the member from leaving, and means nothing where nothing asks for it: it serves, and
// is as it should be.
bool only_keeps_from_leaving(Reason reason);
// Whether what a rule says of a member is known, and no.
bool is_a_known_no(const Verdict& of_rules);
// Of a member with such a reason: that no rule asks for it, and why. Nothing: one asks, or that is not known.
std::optional<Verdict> why_not_asked(const FleetView& fleet, const std::string& instance_id,
                                     const Verdict& verdict);

}  // namespace evenkeel::decide
