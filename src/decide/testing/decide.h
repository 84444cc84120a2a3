// Both halves of a tick in one, for tests and benchmarks: (policy, observation, state) → plan. Between them a tick writes
// and sends what restores (controller/tick.h); here nothing is sent.
#pragma once

#include <string>
#include <utility>

#include "decide/remediation/open.h"
#include "decide/start.h"

namespace evenkeel::decide {

inline Plan decide(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
                   const std::string& tick_nonce) {
  auto step = advance_open(policy, observation, state, tick_nonce);
  auto questions = std::move(step.questions);
  auto plan = choose_start(policy, observation, std::move(step));
  plan.questions.insert(plan.questions.begin(), questions.begin(), questions.end());
  return plan;
}

}  // namespace evenkeel::decide
