// Treatments on a fleet of eight, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {

inline Step step(Treatment treatment, int attempts = 1) {
  Step one{.treatment = treatment, .attempts = attempts, .document = {}};
  if (treatment == Treatment::command)
    one.document = {.name = "RecyclePool", .parameters = {}, .within = 5min};
  return one;
}

struct Escalating : FleetForTest {
  explicit Escalating(std::vector<Step> steps) {
    policy.treatments = std::move(steps);
    for (auto& [member, instance] : observation.instances) instance.ebs_root = true;
  }

  Instance& machine() { return observation.instances.at(id(3)); }

  // The latest command's intent gets that result.
  void command(CommandResult::State became, const std::string& output = "") {
    const auto& intents = three().intents;
    for (const auto& intent : intents) {
      if (intent.effect != Effect::command && intent.effect != Effect::capture) continue;
      observation.commands[intent.nonce] = {
          .state = became,
          .command_id = "c-1",
          .status = became == CommandResult::State::success ? "Success" : "Failed",
          .output = output};
    }
  }
};

}  // namespace evenkeel::decide
