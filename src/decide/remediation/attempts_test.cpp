// A treatment is tried as often as the policy says, and never while an earlier one may still act.
#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/escalating.h"

namespace evenkeel::decide {
namespace {

TEST(Attempts, ACommandIsTriedAsOftenAsThePolicySays) {
  Escalating fleet{{step(Treatment::command, 2)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  EXPECT_EQ(fleet.three().level, 0);
  fleet.pass(1min);  // the first has ended, so nothing of it can still act
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::command});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  fleet.tick();
  EXPECT_FALSE(fleet.three().treat) << "twice is enough";
}

TEST(Attempts, ASecondCommandWaitsForOneThatStillRuns) {
  Escalating fleet{{step(Treatment::command, 2)}};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::running);
  fleet.pass(kRequestValidity + 5min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::draining) << "not ended in time: a second try is allowed";
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_NE(fleet.three().why_untreated.find("may still act"), std::string::npos);
  fleet.command(CommandResult::State::failed);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::command});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Attempts, ARebootEndsADocumentThatStillRuns) {
  Escalating fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::running);
  fleet.pass(kRequestValidity + 5min);
  fleet.tick();
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

// Reboots until the phase is over, and gives the time from the first request to the second; zero: there was none.
Duration between_reboots(Escalating& fleet, OutcomeKind outcome) {
  fleet.reboot_of_three(outcome);
  const Time first = fleet.observation.taken_at;
  while (fleet.three().phase != Phase::rejoining && fleet.observation.taken_at - first < 3h) {
    fleet.pass(1min);
    const auto plan = fleet.tick(outcome);
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    if (effects(plan) == std::vector{Effect::reboot}) return fleet.observation.taken_at - first;
  }
  return {};
}

TEST(Attempts, ARebootIsTriedAgainOnceTheFirstCanNoLongerAct) {
  Escalating accepted{{step(Treatment::reboot, 2)}};
  EXPECT_EQ(between_reboots(accepted, OutcomeKind::accepted), kRebootUnseen);
  Escalating quick{{step(Treatment::reboot, 2)}};
  quick.policy.timing.boot = 2min;  // far shorter than an accepted reboot may wait in EC2's queue
  EXPECT_EQ(between_reboots(quick, OutcomeKind::accepted), kRebootUnseen);
  Escalating lost{{step(Treatment::reboot, 2)}};
  EXPECT_EQ(between_reboots(lost, OutcomeKind::unknown),
            kRequestValidity + kRebootQueue + lost.policy.timing.boot + 1min);
  Escalating once{{step(Treatment::reboot, 1)}};
  EXPECT_EQ(between_reboots(once, OutcomeKind::accepted), 0min);
}

TEST(Attempts, TheLastIsLookedForUntilItCanActNoMore) {
  Escalating fleet{{step(Treatment::reboot)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  EXPECT_TRUE(effects(fleet.tick()).empty()) << "it may still be in EC2's queue";
  EXPECT_EQ(fleet.three().phase, Phase::booting);
  auto unseen = fleet;
  unseen.pass(kRebootUnseen - unseen.policy.timing.boot);
  EXPECT_EQ(effects(unseen.tick()), (std::vector{Effect::register_, Effect::register_}));
  fleet.pass(5min);
  fleet.memory(3, 30);
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 30s;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_})) << "it has booted";
}

TEST(Attempts, OneThatComesUpLateIsNotRebootedAgain) {
  Escalating fleet{{step(Treatment::reboot, 2)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::draining);
  fleet.pass(1min);
  fleet.memory(3, 30);
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 30s;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().booted_at.has_value());
  EXPECT_TRUE(fleet.three().treat) << "by our reboot";
}

TEST(Attempts, AStopIsTriedAgainOnceTheFirstCanNoLongerAct) {
  Escalating fleet{{step(Treatment::stop_start, 2)}};
  fleet.drained_three();
  fleet.tick(OutcomeKind::unknown);
  const Time first = fleet.observation.taken_at;
  Plan plan;
  for (int minute = 0; minute < 60 && effects(plan) != std::vector{Effect::stop}; ++minute) {
    fleet.pass(1min);
    plan = fleet.tick(OutcomeKind::unknown);
    ASSERT_EQ(fleet.broken, std::vector<std::string>{});
  }
  EXPECT_EQ(effects(plan), std::vector{Effect::stop});
  EXPECT_GE(fleet.observation.taken_at - first, kRequestValidity);
  EXPECT_EQ(fleet.three().attempt, 2);
}

TEST(Attempts, AreThosePolicyAllowsNow) {
  Escalating fleet{{step(Treatment::reboot, 2)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::draining);
  fleet.policy.treatments[0].attempts = 1;  // an operator has changed their mind
  fleet.pass(kRebootUnseen - fleet.policy.timing.boot);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  EXPECT_EQ(fleet.three().why_untreated, "treatments allows 1 attempt of reboot, and 1 has been made");
}

}  // namespace
}  // namespace evenkeel::decide
