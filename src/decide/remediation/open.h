// The restore half of a tick: every open remediation one step on. It is decided first, completely, and from
// what a restore needs alone: nothing here asks, reads or decides anything of a start, and its result has no
// place for what a start may come to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

struct OpenStep {
  FleetState next;
  std::vector<Action> actions;  // restores first
  std::vector<Event> events;
  // What would help it on: answer these and decide again. Without an answer the step stands as it is: the
  // members concerned wait.
  std::vector<Question> questions;
};

// `only_restores`: why no server is taken out or treated in this tick. Restores go on, and a remediation that waits
// for a step that is held back gets this reason.
OpenStep advance_open(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
                      const std::string& nonce, const std::optional<Verdict>& only_restores = std::nullopt);

// The state after `state`, with nothing changed.
OpenStep unchanged(const FleetState& state, const std::string& nonce);

// Takes this remediation's part out of the step: it stays as it was before, and nothing is done to it.
void keep_as_it_was(OpenStep& step, const FleetState& before, const std::string& remediation_id);

}  // namespace evenkeel::decide
