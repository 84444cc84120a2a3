// Internal to scenario.cpp and stage.cpp: what may happen to the world, one table of words, arguments and
// functions.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/words.h"

namespace evenkeel::sim {

// The names that a scenario has declared so far.
struct Declared {
  std::set<std::string> servers, groups, fleets, auto_scaling_groups, zones, classic;
};

bool is_event(std::string_view word);
// "stop, start-server …": all of them.
std::string known_events();
// Reads words[first…] as an event; the error names the place, what is wrong and how the line is written.
Result<WorldEvent> read_event(const Words& words, std::size_t first, Duration at, bool at_start,
                              const Declared& declared);

// Has the scenario's events happen: at once those of the start, at their time the others.
void schedule_events(Account& account, std::shared_ptr<const Scenario> scenario);

}  // namespace evenkeel::sim
