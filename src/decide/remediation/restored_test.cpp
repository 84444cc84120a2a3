// Put back untreated: what is said of why, and what it waits for.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

TEST(Draining, WhatNoTickSawDrainedIsNotCalledNotDrained) {
  for (const auto asleep : {1min, 60min}) {
    for (const bool drained : {true, false}) {
      FleetForTest fleet;
      fleet.start_of_three();
      fleet.state_of(3, TargetState::draining, TargetReason::deregistration_in_progress);
      fleet.pass(fleet.three().deadline - fleet.observation.taken_at - 1min);
      fleet.tick();
      const auto last = fleet.observation.taken_at;
      if (drained) fleet.gone(3);
      fleet.pass(asleep);
      const auto deadline = fleet.three().deadline;
      fleet.tick();
      if (drained && asleep == 1min) {
        EXPECT_NE(fleet.three().phase, Phase::rejoining) << "it is ready just in time";
        continue;
      }
      EXPECT_EQ(fleet.three().phase, Phase::rejoining);
      EXPECT_EQ(fleet.three().why_untreated,
                drained && asleep > 5min
                    ? fmt::format("no tick ended from {} to {}, and it had to be seen drained by {}",
                                  iso8601(last), iso8601(fleet.observation.taken_at), iso8601(deadline))
                    : fmt::format("not drained by {}: still in tg1:443 (draining), tg1-80:80 (draining)",
                                  iso8601(deadline)));
    }
  }
}

TEST(Draining, EachTickSaysWhatItWaitsFor) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::draining, TargetReason::deregistration_in_progress);
  fleet.three().why_untreated = "an instance refresh of web-asg is InProgress";
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().why_untreated, "still in tg1:443 (draining), tg1-80:80 (draining)");
}

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
    EXPECT_EQ(std::ranges::count(plan.events, EventKind::waits, &Event::kind), now ? 0 : 1);
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    fleet.registered(3, TargetState::healthy);
    for (int minute = 2; minute <= 4; ++minute) {
      fleet.pass(1min);
      fleet.tick();
    }
    EXPECT_EQ(fleet.state.open.size(), 1U) << "it may still go down, and is not done before";
  }
}

TEST(Draining, NamesTheGroupsOwnThresholdWhereThatIsWhatAsks) {
  FleetForTest fleet;
  fleet.policy.keep.healthy = {.count = 2, .percent = 0};
  for (auto& group : fleet.observation.target_groups) group.attributes->fail_open_count = 4;
  fleet.start_of_three();
  fleet.state_of(3, TargetState::draining);
  for (int i = 4; i <= 6; ++i) fleet.state_of(i, TargetState::unhealthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_NE(fleet.three().why_untreated.find("4 are left healthy in tg1; its fail-open threshold asks for 5"),
            std::string::npos)
      << fleet.three().why_untreated;
}

}  // namespace
}  // namespace evenkeel::decide
