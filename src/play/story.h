// A run of a scenario, told: for people at length, as a narrative line by line, and as JSON.
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/json_views.h"
#include "play/run.h"

namespace evenkeel::play {

struct Play {
  const sim::Scenario& scenario;
  std::uint64_t seed = 1;
  double limit = 100;  // of the first fleet's policy
  ScenarioRun without, with;
};

// What happened with Evenkeel, one line each; what a scenario file holds after "----".
std::string narrative(const sim::Scenario& scenario, const ScenarioRun& run);

// The one object of `simulate --json`: the run with Evenkeel, and under "without" the same keys without it.
cli::OrderedJson view(const Play& play);

// Both runs side by side, as pictures, as a story and as a table.
std::string story_text(const Play& play, const cli::Context& context);

}  // namespace evenkeel::play
