// One short line that says what a tick came to, and the names by which operators read what is done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "controller/tick.h"
#include "decide/fleet_view.h"
#include "model/policy.h"
#include "record/journal.h"

namespace evenkeel::cli {

// A member with its verdict and, where its signal was judged, the signal's value.
struct Row {
  std::string instance_id;
  const Verdict* verdict = nullptr;
  bool has_value = false;
  double value = 0;
};

// The members in the order in which people want to see them: those that are acted on, then who is in line,
// then by value from the worst, then those without a value; ties by id. Points into the plan.
std::vector<Row> ranked(const Plan& plan);

// "web: takes out i-…: 71 % is above 65 % for 5m", "web: nothing to do: highest is i-… at 41 % (limit 65 %)". Says
// why nothing is started where that is so.
std::string summary(const FleetPolicy& fleet, const controller::TickReport& report);

// "deregister i-… from tg1:443": an action or an intent, for people. The group's name where the state knows
// it.
std::string describe(const Action& action, const Plan& plan);

// "blind for 12m, could not act if it had to: …"
std::string blind_words(const Ability& ability, Time now);

// For people: of each server that is out that this tick did not bring forward, and could not read what its way back
// goes by.
std::vector<std::string> not_brought_forward(const controller::TickReport& report);
// What is out of the fleet while none of its ticks ends, in a sentence to follow why; empty: nothing, or not known.
std::string left_out(record::Journal& journal, const std::string& fleet);

// A blind fleet: kUsage when nothing but names that don't exist makes it blind, else kAws. Else kDone.
ExitCode exit_code_of(const Ability& ability);
// Of a tick: kLostRace, or the largest of what the fleet needs, what it is blind to, and what could not be read of a
// server that is out.
ExitCode exit_code_of(const controller::TickReport& report);

// Whether the fleet waits for an operator: a member is held, the breaker is open, the plan was refused.
bool needs_person(const FleetState& state);
bool needs_person(const controller::TickReport& report);

}  // namespace evenkeel::cli
