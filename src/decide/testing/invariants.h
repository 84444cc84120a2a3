// What the tests of the invariants share.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {

// Whether the named invariant is among those found broken, with these words.
inline testing::AssertionResult breaks(const char* invariant, const FleetForTest& fleet, const Plan& plan,
                                       const std::string& words = {}) {
  const auto found = violations(fleet.policy, fleet.observation, fleet.state, plan);
  for (const auto& violation : found) {
    if (violation.invariant == invariant && violation.text.starts_with(std::string(invariant) + ":") &&
        violation.text.contains(words))
      return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << invariant << " " << words
                                     << " is not among: " << join(texts(found), "; ");
}

// A sound plan, into which a test plants one misdeed.
struct Invariants : testing::Test {
  FleetForTest fleet;
  Plan plan;

  void starting() {
    fleet.memory(3, 80);
    plan = fleet.decide();
    ASSERT_EQ(plan.actions.size(), 2U);
    ASSERT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
  }
  void rebooting() {
    fleet.drained_three();
    ++fleet.ticks;
    plan = fleet.decide();
    ASSERT_EQ(effects(plan), std::vector{Effect::reboot});
    ASSERT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
  }
  // … that leaves by Standby of "web-asg".
  void entering_standby() {
    fleet.scaling();
    for (auto& [member, instance] : fleet.observation.instances) instance.auto_scaling_group = "web-asg";
    for (int index : {0, 1}) {
      fleet.group(index).attached = true;
      fleet.group(index).port = index == 0 ? 443 : 80;
    }
    fleet.memory(3, 80);
    plan = fleet.decide();
    ASSERT_EQ(effects(plan), std::vector{Effect::enter_standby});
    ASSERT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
  }
  // The remediation of a sound plan ends like that instead.
  void ends(Ending ending) {
    rebooting();
    plan.next.recent.push_back(past(plan.next.open[0]));
    plan.next.recent.back().ending = ending;
    plan.next.open.clear();
    plan.actions.clear();
  }
};

}  // namespace evenkeel::decide
