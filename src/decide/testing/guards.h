// What holds back member 3, for the guards' tests.
#pragma once

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {

// Of member 3, which is far above the limit: the first reason that holds it back; `start` when it goes.
inline Verdict verdict_of_three(const FleetForTest& fleet) {
  FleetForTest ill = fleet;
  if (!ill.observation.signals.empty()) ill.memory(3, 90);
  const auto plan = ill.decide();
  EXPECT_EQ(texts(violations(ill.policy, ill.observation, ill.state, plan)), std::vector<std::string>{});
  const auto started =
      std::ranges::any_of(plan.actions, [](const Action& a) { return a.instance_id == id(3); });
  auto verdict = plan.members.at(id(3));
  EXPECT_EQ(started, verdict.reason == Reason::start);
  return verdict;
}

inline Reason why_not(const FleetForTest& fleet) { return verdict_of_three(fleet).reason; }

}  // namespace evenkeel::decide
