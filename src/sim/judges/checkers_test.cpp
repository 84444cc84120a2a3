// Each promise is broken once on purpose, and kept once: a checker that never fires proves nothing.
#include "sim/judges/checkers.h"

#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

struct Judged : SmallFleet {
  explicit Judged(int servers = 4) : SmallFleet(servers) {
    promise.target_group_arns = {group};
    promise.healthy_at_least = servers - 1;
    pass(1min);
  }
  CheckerReport judge() const { return sim::judge(account, promise); }
  void put_back(std::size_t index) {
    account.register_target(group, ids[index], 443);
    pass_until(ids[index], "healthy");
  }
  Promise promise;
};

TEST(Checkers, FindNothingInAWholeRemediationThatKeepsThePromise) {
  Judged fleet;
  for (std::size_t i = 0; i < 2; ++i) {
    fleet.take_out(fleet.ids[i]);
    fleet.account.reboot({fleet.ids[i]});
    fleet.pass(5min);
    fleet.put_back(i);
  }
  fleet.pass(10h);
  const auto judgement = fleet.judge();
  EXPECT_EQ(judgement.undrained_reboots, 0);
  EXPECT_EQ(judgement.double_reboots, 0);
  EXPECT_EQ(judgement.forgotten, 0);
  EXPECT_EQ(judgement.guard_violations, 0);
  EXPECT_TRUE(judgement.findings.empty());
}

TEST(Checkers, FindARebootWhileTheTargetStillDrains) {
  Judged fleet;
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(20s);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(10min);
  EXPECT_EQ(fleet.judge().undrained_reboots, 1);
}

TEST(Checkers, FindARebootOfAMemberThatIsRegisteredInAnotherGroup) {
  Judged fleet;
  const auto other = fleet.add_group("tg-other", 8080);
  fleet.place(fleet.ids[0], other, 8080);
  fleet.take_out(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(1min);
  const auto judgement = fleet.judge();
  EXPECT_EQ(judgement.undrained_reboots, 1);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_NE(judgement.findings[0].find("web-1: rebooted while still registered or draining in 1 places"),
            std::string::npos);
}

TEST(Checkers, DoNotChargeUsForAnOutsidersReboot) {
  Judged fleet;
  fleet.account.reboot({fleet.ids[0]}, Actor::outsider);
  fleet.pass(10min);
  EXPECT_TRUE(fleet.judge().findings.empty());
}

TEST(Checkers, FindARegistrationWhereNothingOfOursHadTakenItFrom) {
  for (const bool recorded : {false, true}) {
    Judged fleet;
    fleet.account.deregister_target(fleet.group, fleet.ids[0], 443, Actor::outsider);
    fleet.pass(10min);
    fleet.put_back(0);
    if (recorded) fleet.promise.about_to_take.insert({fleet.ids[0], {fleet.group, 443}});
    EXPECT_EQ(fleet.judge().forgotten, recorded ? 0 : 1) << "a request that never arrived";
    EXPECT_EQ(fleet.judge().findings.empty(), recorded);
  }
}

TEST(Checkers, ExcuseARebootOfWhatAnOutsiderRegisteredAfterTheLastLook) {
  for (const auto& [before, found] : {std::pair{Duration{10s}, 0}, {Duration{20s}, 1}}) {
    Judged fleet;
    fleet.take_out(fleet.ids[0]);
    fleet.account.register_target(fleet.group, fleet.ids[0], 443, Actor::outsider);
    fleet.pass(before - Duration{6s});
    fleet.account.reboot({fleet.ids[0]});
    fleet.pass(10min);
    EXPECT_EQ(fleet.judge().undrained_reboots, found) << before;
  }
}

TEST(Checkers, FindTwoRebootsInOneOutage) {
  Judged fleet;
  fleet.take_out(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(30min);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(30min);
  EXPECT_EQ(fleet.judge().double_reboots, 1);
}

TEST(Checkers, AllowASecondRebootThatIsPromisedButNotAtOnce) {
  for (const auto& [apart, found] : {std::pair{30min, 0}, {2min, 1}}) {
    Judged fleet;
    fleet.promise.reboots_at_most = 2;
    fleet.take_out(fleet.ids[0]);
    fleet.account.reboot({fleet.ids[0]});
    fleet.pass(apart);
    fleet.account.reboot({fleet.ids[0]});
    fleet.pass(30min);
    EXPECT_EQ(fleet.judge().double_reboots, found) << apart.count();
  }
}

TEST(Checkers, FindTwoRebootsInOneOutageEvenIfItWasBackInOneOfTwoGroups) {
  Judged fleet;
  const auto second = fleet.add_group("tg1-80", 80);
  fleet.place(fleet.ids[0], second, 80);
  fleet.account.deregister_target(second, fleet.ids[0], 80);
  fleet.take_out(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(5min);
  fleet.put_back(0);
  fleet.take_out(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(5min);
  EXPECT_EQ(fleet.judge().double_reboots, 1);
}

TEST(Checkers, TakeARebootAfterItWasBackForANewOutage) {
  Judged fleet;
  for (int i = 0; i < 3; ++i) {
    fleet.take_out(fleet.ids[0]);
    fleet.account.reboot({fleet.ids[0]});
    fleet.pass(5min);
    fleet.put_back(0);
  }
  EXPECT_EQ(fleet.judge().double_reboots, 0);
}

TEST(Checkers, FindAMemberThatWasTakenOutAndForgotten) {
  Judged fleet;
  fleet.take_out(fleet.ids[0]);
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 0);
  fleet.pass(1h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(Checkers, FindAMemberThatIsMissingInOneOfItsTwoGroups) {
  Judged fleet;
  const auto second = fleet.add_group("tg1-80", 80);
  fleet.place(fleet.ids[0], second, 80);
  fleet.account.deregister_target(second, fleet.ids[0], 80);
  fleet.take_out(fleet.ids[0]);
  fleet.put_back(0);
  fleet.pass(3h);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(Checkers, FindAMemberThatWasRestoredOnTheWrongPort) {
  Judged fleet;
  fleet.take_out(fleet.ids[0]);
  fleet.account.register_target(fleet.group, fleet.ids[0], 8443);
  fleet.pass(1min);
  EXPECT_EQ(fleet.judge().forgotten, 1);
}

TEST(Checkers, DoNotCallATerminatedOrHangingMemberForgotten) {
  Judged fleet;
  fleet.take_out(fleet.ids[0]);
  fleet.account.terminate(fleet.ids[0]);
  fleet.take_out(fleet.ids[1]);
  fleet.server(1).boot_never_ends = true;
  fleet.account.reboot({fleet.ids[1]});
  fleet.pass(10h);
  EXPECT_EQ(fleet.judge().forgotten, 0);
}

TEST(Checkers, DoNotCallAMemberForgottenWhoseGroupIsGoneOrThatAnOutsiderTookOut) {
  Judged fleet;
  fleet.account.deregister_target(fleet.group, fleet.ids[1], 443, Actor::outsider);
  fleet.take_out(fleet.ids[0]);
  fleet.account.delete_target_group(fleet.group);
  fleet.pass(10h);
  EXPECT_EQ(fleet.judge().forgotten, 0);
}

TEST(Checkers, FindADeregistrationThatLeavesTooFewHealthy) {
  Judged fleet;
  fleet.account.crash(fleet.ids[3]);
  fleet.pass(1min);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  const auto judgement = fleet.judge();
  EXPECT_EQ(judgement.guard_violations, 1);
  ASSERT_EQ(judgement.findings.size(), 1U);
  EXPECT_NE(judgement.findings[0].find("left 2 healthy there; promised are 3"), std::string::npos);
}

TEST(Checkers, LetAnUnhealthyMemberLeaveAFleetThatIsTooSmallAlready) {
  Judged fleet;
  fleet.promise.healthy_at_least = 4;
  fleet.account.crash(fleet.ids[3]);
  fleet.pass(1min);
  fleet.account.deregister_target(fleet.group, fleet.ids[3], 443);
  EXPECT_EQ(fleet.judge().guard_violations, 0);
}

TEST(Checkers, FindTooManyMembersOutAtOnce) {
  Judged fleet;
  fleet.promise.healthy_at_least = 0;
  fleet.take_out(fleet.ids[0]);
  fleet.account.deregister_target(fleet.group, fleet.ids[1], 443);
  EXPECT_EQ(fleet.judge().guard_violations, 1);
  fleet.promise.out_at_most = 2;
  EXPECT_EQ(fleet.judge().guard_violations, 0);
}

TEST(Checkers, DoNotCountAMemberAsOutThatWasTerminatedMeanwhile) {
  Judged fleet;
  fleet.promise.healthy_at_least = 0;
  fleet.take_out(fleet.ids[0]);
  fleet.account.terminate(fleet.ids[0]);
  fleet.account.deregister_target(fleet.group, fleet.ids[1], 443);
  EXPECT_EQ(fleet.judge().guard_violations, 0);
}

TEST(Checkers, CountAMemberAsOutUntilItIsHealthyAgain) {
  Judged fleet;
  fleet.promise.healthy_at_least = 0;
  fleet.take_out(fleet.ids[0]);
  fleet.account.register_target(fleet.group, fleet.ids[0], 443);
  fleet.account.deregister_target(fleet.group, fleet.ids[1], 443);
  EXPECT_EQ(fleet.judge().guard_violations, 1);
}

}  // namespace
}  // namespace evenkeel::sim
