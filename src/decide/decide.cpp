#include "decide/decide.h"

#include <utility>

#include "decide/remediation/open.h"
#include "decide/start.h"

namespace evenkeel::decide {

Plan decide(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
            const std::string& tick_nonce) {
  auto step = advance_open(policy, observation, state, tick_nonce);
  auto questions = std::move(step.questions);
  auto plan = choose_start(policy, observation, std::move(step));
  plan.questions.insert(plan.questions.begin(), questions.begin(), questions.end());
  return plan;
}

}  // namespace evenkeel::decide
