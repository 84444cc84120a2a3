// Put back untreated: what is said of why, and what it waits for.
#include <gtest/gtest.h>

#include "decide/fleet_for_test.h"

namespace evenkeel::decide {
namespace {

TEST(Restore, WaitsForAQueuedRebootUnlessItIsWantedNow) {
  for (const bool now : {false, true}) {
    FleetForTest fleet;
    fleet.policy.timing.soak = 1min;
    fleet.reboot_of_three();
    fleet.three().treat = false;
    fleet.three().phase = Phase::rejoining;
    fleet.three().without_waiting = now;
    fleet.pass(1min);
    const auto plan = fleet.tick();
    EXPECT_EQ(plan.actions.size(), now ? 2U : 0U);
    EXPECT_EQ(std::ranges::count(plan.events, "waits", &Event::kind), now ? 0 : 1);
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    fleet.registered(3, TargetState::healthy);
    for (int minute = 2; minute <= 4; ++minute) {
      fleet.pass(1min);
      fleet.tick();
    }
    EXPECT_EQ(fleet.state.open.size(), 1U) << "it may still go down, and is not done before";
  }
}

}  // namespace
}  // namespace evenkeel::decide
