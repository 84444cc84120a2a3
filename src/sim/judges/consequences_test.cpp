// What the checkers make of Auto Scaling's answers to what we do.
#include <algorithm>
#include <gtest/gtest.h>

#include "sim/judges/checkers.h"
#include "sim/testing/scaled_fleet.h"

namespace evenkeel::sim {
namespace {

CheckerReport judged(const ScaledFleet& fleet) {
  Promise promise;
  promise.target_group_arns = {fleet.group};
  promise.out_at_most = 2;
  return judge(fleet.account, promise);
}

// Two in zone a, one in b.
struct Uneven : ScaledFleet {
  Uneven() : ScaledFleet(3) {
    for (std::size_t i = 0; i < 3; ++i) server(i).zone = i == 2 ? "b" : "a";
    pass(1min);
  }
};

TEST(Consequences, AreAnUninvolvedMemberTerminatedToEvenOutZonesAfterOurStandby) {
  Uneven ours, outsiders;
  ours.enter(2);
  outsiders.account.enter_standby(outsiders.ids[2], Actor::outsider);
  for (auto* fleet : {&ours, &outsiders}) fleet->pass(10min);
  ASSERT_EQ(judged(ours).consequences, 1);
  EXPECT_NE(judged(ours).findings.at(0).find("to even out zones that Evenkeel's Standby had made uneven"),
            std::string::npos);
  EXPECT_EQ(outsiders.facts(FactKind::scale_in).size(), 1U);
  EXPECT_EQ(judged(outsiders).consequences, 0);
}

TEST(Consequences, AreNoneOfZonesThatWereUnevenAnyway) {
  ScaledFleet fleet(5);
  for (std::size_t i = 0; i < 5; ++i) fleet.server(i).zone = i == 4 ? "b" : "a";
  fleet.account.switches.az_rebalance = false;
  fleet.pass(1min);
  fleet.enter(0);
  fleet.account.switches.az_rebalance = true;
  fleet.pass(10min);
  EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 1U);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreNoneOfZonesThatAnOutsiderMadeUnevenAfterOurStandby) {
  ScaledFleet fleet(6);
  for (std::size_t i = 0; i < 6; ++i) fleet.server(i).zone = i % 2 == 0 ? "a" : "b";
  fleet.pass(1min);
  fleet.enter(0);
  fleet.pass(1min);
  fleet.account.scale_in("", fleet.ids[2]);  // 1 against 3
  fleet.pass(10min);
  EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 2U);
  EXPECT_EQ(judged(fleet).consequences, 0);
  fleet.leave_standby(0);
  fleet.pass(10min);
  EXPECT_EQ(judged(fleet).consequences, 0);
  ScaledFleet other(6);
  for (std::size_t i = 0; i < 6; ++i) other.server(i).zone = i % 2 == 0 ? "a" : "b";
  other.pass(1min);
  other.enter(0);
  other.enter(2);
  other.pass(10min);
  EXPECT_EQ(judged(other).consequences, 1);
}

TEST(Consequences, AreNoneOfZonesThatAnOutsiderMadeUnevenAfterOurReturn) {
  ScaledFleet fleet(6);
  for (std::size_t i = 0; i < 6; ++i) fleet.server(i).zone = i % 2 == 0 ? "a" : "b";
  fleet.pass(1min);
  fleet.enter(0);
  fleet.pass(2min);
  fleet.leave_standby(0);
  fleet.pass(1min);
  for (const std::size_t i : {2U, 4U}) fleet.account.scale_in("", fleet.ids[i]);
  fleet.pass(10min);
  EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 3U);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreNoneOfAStoppedMemberThatAnOutsiderBroughtOutOfStandby) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(2min);
  fleet.account.exit_standby(fleet.ids[0], Actor::outsider);
  fleet.pass(5min);
  EXPECT_EQ(fleet.facts(FactKind::replace).size(), 1U);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreNoneWhereAzRebalanceIsSuspended) {
  Uneven fleet;
  fleet.account.suspend_process(fleet.name, "AZRebalance");
  fleet.enter(2);
  fleet.pass(10min);
  fleet.leave_standby(2);
  fleet.pass(30min);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreTheReplacementOfWhatWeStopped) {
  ScaledFleet fleet;
  fleet.take_out(fleet.ids[0]);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(2min);
  EXPECT_EQ(judged(fleet).consequences, 1);
  ScaledFleet other;
  other.take_out(other.ids[0]);
  other.account.stop_instances({other.ids[1]}, Actor::outsider);
  other.pass(2min);
  EXPECT_EQ(other.facts(FactKind::replace).size(), 1U);
  EXPECT_EQ(judged(other).consequences, 0);
}

TEST(Consequences, AreNoneOfAnImpairedMemberThatWeRebooted) {
  ScaledFleet fleet;
  fleet.account.impair(fleet.ids[0], true);
  fleet.pass(1min);
  fleet.take_out(fleet.ids[0]);
  fleet.pass(2min);
  fleet.account.reboot({fleet.ids[0]}, Actor::evenkeel);
  fleet.pass(5min);
  EXPECT_EQ(fleet.facts(FactKind::replace).size(), 1U);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreNoneOfAStopInStandby) {
  ScaledFleet fleet;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(5min);
  fleet.account.start_instances({fleet.ids[0]});
  fleet.pass(5min);
  fleet.leave_standby(0);
  fleet.pass(20min);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreTheReplacementOfWhatWeDeregistered) {
  ScaledFleet fleet(4, "EC2,ELB");
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(10min);
  EXPECT_EQ(judged(fleet).consequences, 1);
}

TEST(Consequences, AreNoneOfAMemberThatDiedOrWasStoppedWhileItWasOut) {
  for (const bool dies : {false, true}) {
    ScaledFleet fleet;
    fleet.take_out(fleet.ids[0]);
    if (dies) {
      fleet.account.crash(fleet.ids[0]);
    } else {
      fleet.account.stop(fleet.ids[0]);
    }
    fleet.pass(10min);
    EXPECT_EQ(fleet.facts(FactKind::replace).size(), 1U);
    EXPECT_EQ(judged(fleet).consequences, 0) << dies;
  }
}

TEST(Consequences, AreNoneOfAReplacementInAZoneThatIsOut) {
  for (const bool out : {false, true}) {
    ScaledFleet fleet(4, "EC2,ELB");
    if (out) fleet.account.begin_zone_outage(fleet.server(0).zone);
    fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
    fleet.pass(10min);
    EXPECT_GT(fleet.facts(FactKind::replace).size(), 0U);
    EXPECT_EQ(judged(fleet).consequences, out ? 0 : 1);
  }
}

TEST(Consequences, AreTheOneTooManyAfterAStandbyThatKeptTheSize) {
  ScaledFleet fleet;
  fleet.scaling().max_size = 6;
  fleet.enter(0, false);
  fleet.pass(5min);
  fleet.leave_standby(0);
  fleet.pass(5min);
  EXPECT_EQ(judged(fleet).consequences, 1);
  EXPECT_EQ(judged(fleet).size_changes, 1);
}

TEST(Consequences, AreNoneWhenAnOperatorMadeTheGroupSmallerWhileOneReturnedOrAfter) {
  for (const auto later : {Duration{5s}, Duration{1min}}) {
    ScaledFleet fleet;
    fleet.enter(0);
    fleet.pass(5min);
    fleet.leave_standby(0);
    fleet.pass(later);
    fleet.account.resize(fleet.name, std::nullopt, std::nullopt, 3);
    fleet.pass(5min);
    EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 1U);
    EXPECT_EQ(judged(fleet).consequences, 0) << later;
  }
}

// One of four was in Standby and is back; a launch copies the first one, which counts two where the group has weights.
struct OneBackFromStandby : ScaledFleet {
  explicit OneBackFromStandby(bool in_units) {
    std::ranges::sort(ids);
    if (in_units) scaling().weights = {{"m5.large", 1}, {"m5.xlarge", 2}};
    for (std::size_t i = 0; i < 4; ++i) {
      server(i).type = i == 0 ? "m5.xlarge" : "m5.large";
      scaling().find(ids[i])->weight = in_units && i == 0 ? 2 : 1;
    }
    scaling().desired = in_units ? 5 : 4;
    scaling().max_size = 20;
    pass(1min);
    enter(1);
    pass(2min);
    leave_standby(1);
    pass(1min);
  }
};

TEST(Consequences, AreNoneOfAReplacementThatCountsMoreUnitsThanWhatItReplaces) {
  OneBackFromStandby fleet(true);
  fleet.account.impair(fleet.ids[2], true);
  fleet.pass(10min);
  EXPECT_EQ(fleet.facts(FactKind::replace).size(), 1U);
  EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), 1U);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreNoneOfATerminationInPlaceOfWhichALargerOneIsLaunched) {
  for (const bool in_units : {true, false}) {
    OneBackFromStandby fleet(in_units);
    fleet.account.terminate_in_group(fleet.ids[1], false);
    fleet.pass(10min);
    EXPECT_EQ(fleet.facts(FactKind::scale_in).size(), in_units ? 2U : 1U);
    EXPECT_EQ(judged(fleet).consequences, 0) << in_units;
  }
}

// Out, rebooted, never up, and back all the same.
struct HungAfterOurReboot : ScaledFleet {
  HungAfterOurReboot() : ScaledFleet(4, "EC2,ELB") {
    server(0).boot_never_ends = true;
    enter(0);
    pass(2min);
    account.reboot({ids[0]}, Actor::evenkeel);
    pass(15min);
    leave_standby(0);
  }
};

TEST(Consequences, AreNoneOfABootThatHung) {
  HungAfterOurReboot fleet;
  fleet.pass(20min);
  EXPECT_EQ(fleet.facts(FactKind::boot_hangs).size(), 1U);
  EXPECT_EQ(fleet.facts(FactKind::replace).size(), 1U);
  EXPECT_EQ(judged(fleet).consequences, 0);
}

TEST(Consequences, AreTheReplacementOfWhatWePutBackTooEarly) {
  ScaledFleet fleet(4, "EC2,ELB");
  fleet.server(0).boot_time = 1h;
  fleet.enter(0);
  fleet.pass(2min);
  fleet.account.reboot({fleet.ids[0]}, Actor::evenkeel);
  fleet.pass(2min);
  fleet.leave_standby(0);
  fleet.pass(20min);
  EXPECT_EQ(fleet.facts(FactKind::replace).size(), 1U);
  EXPECT_EQ(judged(fleet).consequences, 1);
}

TEST(Retained, CountsNoMoreAsOut) {
  HungAfterOurReboot fleet;
  fleet.scaling().terminate_hook = TerminateHook::abandons;
  fleet.scaling().retains = true;
  fleet.pass(20min);
  ASSERT_EQ(fleet.facts(FactKind::retained).size(), 1U);
  for (const std::size_t i : {1U, 2U}) fleet.enter(i);
  fleet.pass(1min);
  EXPECT_EQ(judged(fleet).guard_violations, 0);
  fleet.enter(3);
  fleet.pass(1min);
  EXPECT_EQ(judged(fleet).guard_violations, 1) << "a third one";
}

TEST(Retained, IsWhatWeTerminatedAndTheLifecyclePolicyKept) {
  for (const Actor actor : {Actor::evenkeel, Actor::outsider}) {
    ScaledFleet fleet;
    fleet.scaling().terminate_hook = TerminateHook::abandons;
    fleet.scaling().retains = true;
    fleet.account.terminate_in_group(fleet.ids[0], false, actor);
    fleet.pass(10min);
    EXPECT_EQ(judged(fleet).retained, actor == Actor::evenkeel ? 1 : 0);
    fleet.account.terminate_in_group(fleet.ids[0], false, actor);
    fleet.pass(10min);
    EXPECT_EQ(judged(fleet).retained, 0);
  }
}

TEST(UndrainedReboots, NameAClassicLoadBalancerThatTheInstanceStillServes) {
  SmallFleet fleet(2);
  TargetGroup balancer;
  balancer.name = "old";
  balancer.classic = true;
  balancer.load_balancer_arns = {classic_arn_of("old")};
  const auto arn = fleet.account.add_target_group(balancer);
  fleet.place(fleet.ids[0], arn, 443);
  fleet.pass(1min);
  fleet.take_out(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(1min);
  Promise promise;
  promise.target_group_arns = {fleet.group};
  const auto judgement = judge(fleet.account, promise);
  EXPECT_EQ(judgement.undrained_reboots, 1);
  EXPECT_NE(judgement.findings.at(0).find("in 1 places, one of them old"), std::string::npos);
}

TEST(UndrainedReboots, FindAStopOfAnInstanceThatServesByAnotherAddress) {
  SmallFleet fleet(2);
  Server server;
  server.addresses_each = 2;
  const auto id = fleet.account.add_server(server);
  TargetGroup group;
  group.name = "by-address";
  group.target_type = "ip";
  group.load_balancer_arns = {"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"};
  const auto arn = fleet.account.add_target_group(group);
  fleet.account.register_target(arn, fleet.account.servers.at(id).addresses[0][1], std::nullopt,
                                Actor::outsider);
  fleet.pass(1min);
  fleet.account.stop_instances({id});
  Promise promise;
  EXPECT_EQ(judge(fleet.account, promise).undrained_reboots, 1);
}

}  // namespace
}  // namespace evenkeel::sim
