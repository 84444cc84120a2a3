// What becomes of a remediation when its instance is gone, or seen as another one.
#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

TEST(Instance, GoneForGoodEndsTheRemediation) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.gone(3);
  fleet.pass(1min);
  fleet.observation.instances[id(3)].state = InstanceState::terminated;
  fleet.tick();
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::terminated);
}

TEST(Instance, OneAbsenceProvesNothing) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.gone(3);
  const auto instance = fleet.observation.instances[id(3)];
  fleet.observation.instances.erase(id(3));
  for (int sighting = 0; sighting < 5; ++sighting) {
    fleet.pass(1min);
    EXPECT_TRUE(fleet.tick().actions.empty());
    ASSERT_EQ(fleet.state.open.size(), 1U);
  }
  fleet.observation.instances[id(3)] = instance;
  fleet.tick();
  EXPECT_EQ(fleet.three().absent_sightings, 0);
  fleet.observation.instances.erase(id(3));
  for (int sighting = 0; sighting < 60; ++sighting) {
    fleet.pass(1min);
    fleet.tick();
    ASSERT_EQ(fleet.state.open.size(), 1U);
  }
  EXPECT_EQ(fleet.three().phase, Phase::held) << "it may be seen again";
  fleet.pass(1min);
  fleet.tick();
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::terminated);
}

TEST(Instance, AnotherIncarnationIsNotRebooted) {
  FleetForTest fleet;
  fleet.drained_three();
  fleet.observation.instances[id(3)].launch_time = fleet.observation.taken_at - 1min;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

}  // namespace
}  // namespace evenkeel::decide
