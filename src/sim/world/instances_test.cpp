// Stops, starts, status checks and scheduled events.
#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

Duration pass_until(SmallFleet& fleet, Life life) {
  const Time from = fleet.account.now();
  while (fleet.server(0).life != life && fleet.account.now() < from + 10min) fleet.pass(1s);
  return fleet.account.now() - from;
}

struct Stopped : SmallFleet {
  Stopped() : SmallFleet(2) {
    pass(1min);
    take_out(ids[0]);
    account.stop_instances({ids[0]});
  }
};

TEST(Instances, StopAndStartThroughTheirStatesWithANewLaunchTimeAndFreshMemory) {
  Stopped fleet;
  fleet.server(0).memory = 90;
  EXPECT_EQ(fleet.server(0).life, Life::stopping);
  EXPECT_EQ(pass_until(fleet, Life::stopped), 30s);
  fleet.pass(1min);
  EXPECT_EQ(fleet.account.start_instances({fleet.ids[0]}), std::nullopt);
  EXPECT_EQ(fleet.server(0).life, Life::pending);
  EXPECT_EQ(fleet.server(0).launched_at, fleet.account.now());
  EXPECT_EQ(pass_until(fleet, Life::booting), 10s);
  EXPECT_LE(pass_until(fleet, Life::running), 66s);
  EXPECT_LT(fleet.server(0).memory, 35);
  EXPECT_EQ(fleet.facts(FactKind::stop_accepted).at(0).count, 0);
  EXPECT_EQ(fleet.facts(FactKind::stop).at(0).actor, Actor::evenkeel);
  EXPECT_EQ(fleet.facts(FactKind::start).at(0).actor, Actor::evenkeel);
}

TEST(Instances, AHangingSystemTakesAForcedStop) {
  SmallFleet fleet(2);
  fleet.account.crash(fleet.ids[0]);
  fleet.account.stop_instances({fleet.ids[0]});
  EXPECT_EQ(pass_until(fleet, Life::stopped), fleet.account.switches.forced_shutdown);
}

TEST(Instances, CanNotBeStartedWhileTheyStopNorRegisteredBeforeTheyRun) {
  Stopped fleet;
  const auto early = fleet.account.start_instances({fleet.ids[0]});
  ASSERT_TRUE(early);
  EXPECT_EQ(early->code, "IncorrectInstanceState");
  EXPECT_EQ(early->message,
            "The instance '" + fleet.ids[0] + "' is not in a state from which it can be started.");
  EXPECT_EQ(fleet.account.register_target(fleet.group, fleet.ids[0], 443)->code, "InvalidTarget");
  EXPECT_EQ(fleet.account.reboot({fleet.ids[0]})->code, "IncorrectInstanceState");
  pass_until(fleet, Life::stopped);
  fleet.account.start_instances({fleet.ids[0]});
  EXPECT_EQ(fleet.account.stop_instances({fleet.ids[0]})->code, "IncorrectInstanceState");
  EXPECT_EQ(fleet.account.register_target(fleet.group, fleet.ids[0], 443)->code, "InvalidTarget");
}

TEST(Instances, TakeARepeatedStopOrStartForDone) {
  Stopped fleet;
  EXPECT_EQ(fleet.account.stop_instances({fleet.ids[0]}), std::nullopt);
  pass_until(fleet, Life::stopped);
  EXPECT_EQ(fleet.account.stop_instances({fleet.ids[0]}), std::nullopt);
  EXPECT_EQ(fleet.facts(FactKind::stop_accepted).size(), 1U);
  EXPECT_EQ(fleet.account.start_instances({fleet.ids[1]}), std::nullopt);
  EXPECT_TRUE(fleet.facts(FactKind::start).empty());
}

TEST(Instances, AreNotStoppedWhereTheRootDeviceOrTheProtectionForbidsIt) {
  SmallFleet fleet(3);
  fleet.server(0).instance_store = true;
  fleet.server(1).stop_protected = true;
  EXPECT_EQ(fleet.account.stop_instances({fleet.ids[2], fleet.ids[0]})->code, "UnsupportedOperation");
  EXPECT_EQ(fleet.account.stop_instances({fleet.ids[1]})->code, "OperationNotPermitted");
  EXPECT_EQ(fleet.account.stop_instances({"i-00000000"})->code, "InvalidInstanceID.NotFound");
  EXPECT_EQ(fleet.server(2).life, Life::running);
}

TEST(Instances, DoNotStartWithoutCapacity) {
  Stopped fleet;
  pass_until(fleet, Life::stopped);
  fleet.account.switches.no_capacity = true;
  const auto refusal = fleet.account.start_instances({fleet.ids[0]});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 500);
  EXPECT_EQ(refusal->code, "InsufficientInstanceCapacity");
  EXPECT_EQ(fleet.server(0).life, Life::stopped);
  fleet.account.switches.no_capacity = false;
  EXPECT_FALSE(fleet.account.start_instances({fleet.ids[0]}));
}

TEST(Instances, CountAStopThatFoundARegistrationAsUndrained) {
  SmallFleet fleet(2);
  fleet.account.stop_instances({fleet.ids[0]});
  EXPECT_EQ(fleet.account.counters().stops, 1);
  EXPECT_EQ(fleet.account.counters().undrained_reboots, 1);
  fleet.account.stop_instances({fleet.ids[1]}, Actor::outsider);
  EXPECT_EQ(fleet.account.counters().stops, 1);
  EXPECT_EQ(fleet.account.counters().undrained_reboots, 1);
}

TEST(Instances, AnImpairedOneServesOnAndARebootFixesIt) {
  SmallFleet fleet(2);
  fleet.pass(1min);
  fleet.account.impair(fleet.ids[0]);
  fleet.account.impair(fleet.ids[1], true);
  fleet.pass(10min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
  EXPECT_EQ(fleet.server(0).impaired_since, kNoon + 1min);
  fleet.account.reboot(fleet.ids);
  fleet.pass(5min);
  EXPECT_EQ(fleet.server(0).impaired_since, std::nullopt);
  EXPECT_NE(fleet.server(1).system_impaired_since, std::nullopt);
  fleet.account.stop_instances({fleet.ids[1]});
  fleet.pass(1min);
  fleet.account.start_instances({fleet.ids[1]});
  EXPECT_EQ(fleet.server(1).system_impaired_since, std::nullopt);
}

TEST(Instances, AreRebootedOrStoppedWhenTheirEventIsDue) {
  SmallFleet fleet(4);
  const char* codes[] = {"system-reboot", "instance-stop", "system-maintenance", "instance-retirement"};
  for (std::size_t i = 0; i < 4; ++i) fleet.account.schedule_event(fleet.ids[i], codes[i], 10min);
  fleet.account.cancel_event(fleet.ids[3]);
  EXPECT_TRUE(fleet.server(3).events.at(0).description.starts_with("[Canceled] "));
  fleet.pass(9min);
  EXPECT_FALSE(fleet.server(0).events.at(0).over());
  fleet.pass(61s);
  EXPECT_EQ(fleet.server(0).life, Life::stopping_for_reboot);
  EXPECT_EQ(fleet.server(1).life, Life::stopped);
  EXPECT_EQ(fleet.server(2).life, Life::running);
  EXPECT_EQ(fleet.server(3).life, Life::running);
  EXPECT_EQ(fleet.facts(FactKind::event).size(), 3U);
  EXPECT_EQ(fleet.facts(FactKind::reboot_effect).at(0).actor, Actor::outsider);
  EXPECT_TRUE(fleet.server(0).events.at(0).description.starts_with("[Completed] "));
  fleet.pass(24h * 8);
  EXPECT_TRUE(fleet.server(0).events.empty());
}

std::vector<std::string> open_events(SmallFleet& fleet, std::size_t index) {
  std::vector<std::string> codes;
  for (const auto& event : fleet.server(index).events) {
    if (!event.over()) codes.push_back(event.code);
  }
  return codes;
}

TEST(ScheduledEvents, StayOpenAfterAUsersReboot) {
  SmallFleet fleet(1);
  fleet.account.schedule_event(fleet.ids[0], "instance-reboot", 10h);
  fleet.account.schedule_event(fleet.ids[0], "system-reboot", 10h);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(5min);
  EXPECT_EQ(fleet.facts(FactKind::reboot_effect).size(), 1U);
  EXPECT_EQ(open_events(fleet, 0), (std::vector<std::string>{"instance-reboot", "system-reboot"}));
  fleet.pass(10h);  // and so EC2 reboots it as announced
  EXPECT_TRUE(open_events(fleet, 0).empty());
  EXPECT_EQ(fleet.facts(FactKind::event).size(), 2U);
  EXPECT_EQ(fleet.facts(FactKind::reboot_effect).back().actor, Actor::outsider);
}

TEST(ScheduledEvents, OfASystemRebootEndWithAUsersRebootWhereRebootMigrationIsEnabled) {
  SmallFleet fleet(1);
  fleet.server(0).reboot_migration = true;
  for (const char* code : {"instance-reboot", "system-reboot", "instance-retirement"})
    fleet.account.schedule_event(fleet.ids[0], code, 10h);
  fleet.account.reboot({fleet.ids[0]});
  fleet.pass(5min);
  EXPECT_EQ(open_events(fleet, 0), (std::vector<std::string>{"instance-reboot", "instance-retirement"}));
}

TEST(ScheduledEvents, AllEndWithAStopAndStartAndDoNotHappenAnyMore) {
  SmallFleet fleet(1);
  for (const char* code :
       {"instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", "instance-stop"})
    fleet.account.schedule_event(fleet.ids[0], code, 10h);
  EXPECT_NE(fleet.server(0).events[0].id, fleet.server(0).events[1].id);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(5min);
  EXPECT_EQ(open_events(fleet, 0).size(), 5U);
  fleet.account.start_instances({fleet.ids[0]});
  fleet.pass(1s);
  EXPECT_TRUE(open_events(fleet, 0).empty());
  EXPECT_EQ(fleet.server(0).events.size(), 5U);
  fleet.pass(11h);
  EXPECT_TRUE(fleet.facts(FactKind::event).empty());
  EXPECT_EQ(fleet.server(0).life, Life::running);
  fleet.pass(24h * 8);
  EXPECT_TRUE(fleet.server(0).events.empty());
}

TEST(ScheduledEvents, MayBeShownAsOpenForAWhileAfterTheyHaveEnded) {
  SmallFleet fleet(1);
  fleet.account.switches.event_lag = 30min;
  fleet.account.schedule_event(fleet.ids[0], "instance-stop", 10min);
  fleet.account.stop_instances({fleet.ids[0]});
  fleet.pass(5min);
  fleet.account.start_instances({fleet.ids[0]});
  fleet.pass(29min);
  EXPECT_EQ(open_events(fleet, 0).size(), 1U);
  EXPECT_EQ(fleet.server(0).life, Life::running);  // its time has passed, but it had ended
  fleet.pass(2min);
  EXPECT_TRUE(open_events(fleet, 0).empty());
}

TEST(ScheduledEvents, OfARetirementTerminateAnInstanceThatCanNotBeStopped) {
  SmallFleet fleet(2);
  fleet.server(0).instance_store = true;
  for (const auto& id : fleet.ids) fleet.account.schedule_event(id, "instance-retirement", 10min);
  fleet.pass(11min);
  EXPECT_EQ(fleet.server(0).life, Life::terminated);
  EXPECT_EQ(fleet.server(1).life, Life::stopped);
}

}  // namespace
}  // namespace evenkeel::sim
