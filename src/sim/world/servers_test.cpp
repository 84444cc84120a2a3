#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

// Passes until the server's life is so, at most an hour; how long that took.
Duration pass_until_server(SmallFleet& fleet, std::size_t index, Life life) {
  const Time from = fleet.account.now();
  while (fleet.server(index).life != life && fleet.account.now() < from + 1h) fleet.pass(1s);
  return fleet.account.now() - from;
}

TEST(Servers, AreRebootedByAQueueAShutdownAndABootWithFreshMemory) {
  SmallFleet fleet(2);
  fleet.take_out(fleet.ids[0]);
  fleet.server(0).memory = 90;
  ASSERT_FALSE(fleet.account.reboot({fleet.ids[0]}));
  EXPECT_EQ(fleet.server(0).life, Life::running);
  EXPECT_EQ(pass_until_server(fleet, 0, Life::stopping_for_reboot), fleet.account.switches.reboot_queue);
  EXPECT_EQ(pass_until_server(fleet, 0, Life::booting), 10s);
  const auto boot = pass_until_server(fleet, 0, Life::running);
  EXPECT_GE(boot, 54s);
  EXPECT_LE(boot, 67s);
  EXPECT_NEAR(fleet.server(0).memory, fleet.server(0).memory_at_boot, 0.5);
  EXPECT_EQ(fleet.account.counters().reboots, 1);
  EXPECT_EQ(fleet.account.counters().undrained_reboots, 0);
}

TEST(Servers, KeepTheirLaunchTimeInARebootAndWriteTheirConsoleAgain) {
  SmallFleet fleet(1);
  const Time launched = fleet.server(0).launched_at;
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(3min);
  EXPECT_EQ(fleet.server(0).launched_at, launched);
  EXPECT_GT(*fleet.server(0).console_at, kNoon);
}

TEST(Servers, TakeANewLaunchTimeWhenTheyAreStoppedAndStarted) {
  SmallFleet fleet(1);
  fleet.account.stop(fleet.ids[0]);
  fleet.pass(1min);
  fleet.account.start(fleet.ids[0]);
  EXPECT_EQ(fleet.server(0).launched_at, kNoon + 1min);
}

TEST(Servers, CountARebootWhileRegisteredAsUndrained) {
  SmallFleet fleet(2);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(1min);
  EXPECT_EQ(fleet.account.counters().undrained_reboots, 1);
}

TEST(Servers, IgnoreTheRebootOfATerminatedOneSilently) {
  SmallFleet fleet(2);
  fleet.account.terminate(fleet.ids[0]);
  EXPECT_FALSE(fleet.account.reboot({fleet.ids[0]}));
  fleet.pass(5min);
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
  EXPECT_EQ(fleet.facts(FactKind::reboot_ignored).size(), 1U);
  EXPECT_EQ(fleet.account.counters().reboots, 0);
}

TEST(Servers, IgnoreARebootThatReachesThemAfterTheirEnd) {
  SmallFleet fleet(2);
  fleet.account.reboot({fleet.ids[0]});
  fleet.account.terminate(fleet.ids[0]);
  fleet.pass(5min);
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
  EXPECT_EQ(fleet.facts(FactKind::reboot_effect).size(), 0U);
}

TEST(Servers, RefuseTheRebootOfAStoppedOrUnknownOneAndThenRebootNoneOfThem) {
  SmallFleet fleet(2);
  fleet.account.stop(fleet.ids[0]);
  EXPECT_EQ(fleet.account.reboot({fleet.ids[1], fleet.ids[0]})->code, "IncorrectInstanceState");
  EXPECT_EQ(fleet.account.reboot({fleet.ids[1], "i-0123456789abcdef0"})->code, "InvalidInstanceID.NotFound");
  fleet.pass(5min);
  EXPECT_EQ(fleet.facts(FactKind::reboot_effect).size(), 0U);
}

TEST(Servers, TakeASecondRebootInFullWhileTheyStillBoot) {
  SmallFleet fleet(1);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(30s);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(10min);
  EXPECT_EQ(fleet.facts(FactKind::reboot_effect).size(), 2U);
  EXPECT_EQ(fleet.facts(FactKind::boot_done).size(), 1U);
}

TEST(Servers, AreCutOffAfterTheForcedShutdownWhenTheyHang) {
  SmallFleet fleet(1);
  fleet.account.crash(fleet.ids[0]);
  fleet.account.reboot({fleet.ids[0]});
  pass_until_server(fleet, 0, Life::stopping_for_reboot);
  EXPECT_EQ(pass_until_server(fleet, 0, Life::booting), fleet.account.switches.forced_shutdown);
}

TEST(Servers, StayDownForEverWhenTheirBootNeverEndsUnlessAnOperatorRepairsThem) {
  SmallFleet fleet(1);
  fleet.server(0).boot_never_ends = true;
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(3h);
  EXPECT_EQ(fleet.server(0).life, Life::booting);
  fleet.account.repair(fleet.ids[0]);
  EXPECT_LT(pass_until_server(fleet, 0, Life::running), 2min);
}

TEST(Servers, LeakWithTheRequestsTheyServeAndHangWhenTheirMemoryIsFull) {
  SmallFleet fleet(1, 50);
  fleet.server(0).memory = 90;
  fleet.server(0).leak_per_million_requests = 1e6 * 10 / (50 * 600.0);
  fleet.pass(5min);
  EXPECT_NEAR(fleet.server(0).memory, 95, 0.7);
  fleet.pass(6min);
  EXPECT_EQ(fleet.server(0).life, Life::hung);
  EXPECT_EQ(fleet.account.counters().crashes, 1);
}

TEST(Servers, DoNotLeakWithoutRequests) {
  SmallFleet fleet(1);
  fleet.server(0).leak_per_million_requests = 1e6;
  fleet.pass(1h);
  EXPECT_LT(fleet.server(0).memory, 32);
}

TEST(Servers, AreRestartedByThePersonOnCallAfterTheyHang) {
  SmallFleet fleet(1);
  fleet.account.crash(fleet.ids[0]);
  EXPECT_EQ(pass_until_server(fleet, 0, Life::booting), fleet.account.repair_after);
  EXPECT_LT(pass_until_server(fleet, 0, Life::running), 70s);
  EXPECT_EQ(fleet.account.counters().repairs, 1);
}

TEST(Servers, AreShownForAnHourAfterTheirEnd) {
  SmallFleet fleet(2);
  fleet.account.terminate(fleet.ids[0]);
  fleet.pass(59min);
  EXPECT_TRUE(fleet.account.visible_servers().contains(fleet.ids[0]));
  fleet.pass(2min);
  EXPECT_FALSE(fleet.account.visible_servers().contains(fleet.ids[0]));
  EXPECT_EQ(fleet.account.reboot({fleet.ids[0]})->code, "InvalidInstanceID.NotFound");
}

}  // namespace
}  // namespace evenkeel::sim
