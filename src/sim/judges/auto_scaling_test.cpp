// What the checkers make of Standby, stops and sizes: each promise broken once on purpose, and kept once.
#include <gtest/gtest.h>

#include "sim/judges/checkers.h"
#include "sim/testing/scaled_fleet.h"

namespace evenkeel::sim {
namespace {

struct JudgedStandby : ScaledFleet {
  JudgedStandby() {
    promise.target_group_arns = {group};
    promise.healthy_at_least = 3;
  }
  CheckerReport judge() const { return sim::judge(account, promise); }
  void enter_and_wait(std::size_t index) {
    enter(index);
    pass(2min);
  }
  Promise promise;
};

TEST(CheckersOfStandby, FindNothingInAWholeRemediationThatKeepsThePromise) {
  JudgedStandby fleet;
  for (std::size_t i = 0; i < 3; ++i) {
    fleet.enter_and_wait(i);
    fleet.account.reboot({fleet.ids[i]});
    fleet.pass(5min);
    EXPECT_FALSE(fleet.leave_standby(i));
    fleet.pass(2min);
  }
  fleet.pass(10h);
  const auto judgement = fleet.judge();
  EXPECT_TRUE(judgement.findings.empty()) << judgement.findings.at(0);
  EXPECT_EQ(judgement.size_changes, 0);
}

TEST(CheckersOfStandby, FindARebootAndAStopWhileTheDrainLasts) {
  JudgedStandby fleet;
  fleet.enter(0);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(10s);
  EXPECT_EQ(fleet.judge().undrained_reboots, 1);
  JudgedStandby other;
  other.enter(0);
  other.account.stop_instances({other.ids[0]});
  EXPECT_EQ(other.judge().undrained_reboots, 1);
  JudgedStandby drained;
  drained.enter_and_wait(0);
  drained.account.stop_instances({drained.ids[0]});
  drained.pass(1min);
  EXPECT_EQ(drained.judge().undrained_reboots, 0);
}

TEST(CheckersOfStandby, FindAMemberThatWasLeftThere) {
  JudgedStandby fleet;
  fleet.enter_and_wait(0);
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 0);
  fleet.pass(2h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(CheckersOfStandby, DoNotCallForgottenWhatLaunchHoldsThere) {
  JudgedStandby fleet;
  fleet.enter_and_wait(0);
  fleet.account.suspend_process(fleet.name, "Launch");
  fleet.pass(3h);
  EXPECT_EQ(fleet.judge().forgotten, 0) << "AWS lets nobody out of Standby";
  fleet.account.resume_process(fleet.name, "Launch");
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 0);
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
  JudgedStandby late;
  late.enter_and_wait(0);
  late.pass(2h);
  late.account.suspend_process(late.name, "Launch");
  EXPECT_EQ(late.judge().forgotten, 1) << "forgotten before Launch was suspended";
}

TEST(CheckersOfStandby, CallForgottenWhatIsOutOfStandbyAndRegisteredNowhereWhateverIsSuspended) {
  JudgedStandby fleet;
  fleet.enter_and_wait(0);
  fleet.account.suspend_process(fleet.name, "AddToLoadBalancer");
  fleet.leave_standby(0);
  fleet.pass(1min);
  fleet.account.suspend_process(fleet.name, "Launch");
  fleet.pass(3h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(CheckersOfStandby, FindAMemberThatWasLeftThereThoughItIsRegisteredNowhere) {
  JudgedStandby fleet;
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443, Actor::outsider);
  fleet.pass(2min);
  fleet.enter_and_wait(0);
  fleet.pass(3h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(CheckersOfStandby, FindAMemberThatWasLeftStopped) {
  JudgedStandby fleet;
  fleet.enter_and_wait(0);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(3h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
  fleet.account.start(fleet.ids[0]);
  fleet.pass(5min);
  fleet.leave_standby(0);
  fleet.pass(5min);
  EXPECT_EQ(fleet.judge().forgotten, 0);
}

TEST(CheckersOfStandby, FindAStandbyThatLeavesTooFewHealthyOrIsOneTooMany) {
  JudgedStandby fleet;
  fleet.promise.healthy_at_least = 4;
  fleet.enter_and_wait(0);
  EXPECT_EQ(fleet.judge().guard_violations, 1);
  fleet.promise.healthy_at_least = 0;
  EXPECT_EQ(fleet.judge().guard_violations, 0);
  fleet.enter(1);
  EXPECT_EQ(fleet.judge().guard_violations, 1);
  fleet.promise.out_at_most = 2;
  EXPECT_EQ(fleet.judge().guard_violations, 0);
}

TEST(CheckersOfStandby, CountAMemberOnceThatIsInStandbyAndDeregisteredElsewhere) {
  JudgedStandby fleet;
  const auto other = fleet.add_group("tg-other", 8080);
  fleet.place(fleet.ids[0], other, 8080);
  fleet.enter_and_wait(0);
  fleet.account.deregister_target(other, fleet.ids[0], 8080);
  fleet.pass(2min);
  EXPECT_EQ(fleet.judge().guard_violations, 0);
  fleet.leave_standby(0);
  fleet.pass(3h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(CheckersOfStandby, CountAMemberAsOutThatIsRegisteredNowhere) {
  JudgedStandby fleet;
  fleet.promise.healthy_at_least = 0;
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443, Actor::outsider);
  fleet.pass(2min);
  fleet.enter_and_wait(0);
  fleet.account.deregister_target(fleet.group, fleet.ids[1], 443);
  EXPECT_EQ(fleet.judge().guard_violations, 1);
}

TEST(CheckersOfStandby, DoNotCountWhatAnOutsiderMovedThere) {
  JudgedStandby fleet;
  fleet.account.enter_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(10h);
  EXPECT_TRUE(fleet.judge().findings.empty());
}

TEST(CheckersOfStandby, DoNotCallForgottenWhatAnOperatorKeepsThereUntilItIsBack) {
  JudgedStandby fleet;
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(1min);
  fleet.account.enter_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(10h);
  EXPECT_EQ(fleet.judge().forgotten, 0)
      << "to register it would send requests to what an operator has parked";
  fleet.account.suspend_process(fleet.account.auto_scaling_groups.begin()->first, "AddToLoadBalancer");
  fleet.account.exit_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 0) << "back for an hour";
  fleet.pass(2h);
  EXPECT_EQ(fleet.judge().forgotten, 1) << "in service again, and still registered nowhere";
}

TEST(CheckersOfStandby, CallForgottenWhatWasSoBeforeAnOperatorParkedIt) {
  JudgedStandby fleet;
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(3h);
  fleet.account.enter_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(CheckersOfStandby, FindAReturnFromAStandbyThatWasNotOurs) {
  JudgedStandby fleet;
  fleet.account.enter_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(2min);
  fleet.leave_standby(0);
  EXPECT_EQ(fleet.judge().guard_violations, 1);
}

TEST(CheckersOfStandby, LetAPersonReturnOrDetachWhatWeTook) {
  JudgedStandby fleet;
  fleet.enter_and_wait(0);
  fleet.account.exit_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(5min);
  fleet.enter_and_wait(1);
  fleet.account.detach(fleet.ids[1]);
  fleet.pass(10h);
  EXPECT_TRUE(fleet.judge().findings.empty());
}

TEST(CheckersOfSizes, FindAStandbyThatKeptTheDesiredSize) {
  JudgedStandby fleet;
  fleet.enter(0, false);
  EXPECT_EQ(fleet.judge().size_changes, 1);
}

TEST(CheckersOfSizes, LetAnOpenStandbyBeOneSmaller) {
  JudgedStandby fleet;
  fleet.enter_and_wait(0);
  EXPECT_EQ(fleet.judge().size_changes, 0);
}

TEST(CheckersOfSizes, FindATerminationThatLeavesTheDesiredSizeSmaller) {
  JudgedStandby standby, asked, kept;
  standby.enter_and_wait(0);
  standby.account.terminate_in_group(standby.ids[0], false);
  EXPECT_EQ(standby.judge().size_changes, 1);
  asked.account.terminate_in_group(asked.ids[0], true);
  EXPECT_EQ(asked.judge().size_changes, 1);
  kept.account.terminate_in_group(kept.ids[0], false);
  kept.pass(10min);
  EXPECT_EQ(kept.judge().size_changes, 0);
  EXPECT_TRUE(kept.judge().findings.empty());
}

}  // namespace
}  // namespace evenkeel::sim
