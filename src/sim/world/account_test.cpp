// Time, the past, and counters: what the account does as a whole.
#include <gtest/gtest.h>

#include "sim/testing/fleet.h"
#include "sim/world/clock.h"

namespace evenkeel::sim {
namespace {

TEST(Account, NeverGoesBackInTime) {
  SmallFleet fleet(1);
  fleet.pass(1min);
  fleet.account.advance_to(kNoon);
  EXPECT_EQ(fleet.account.now(), kNoon + 1min);
}

TEST(Account, IsTheSameWorldForTheSameSeedHoweverTimeIsCut) {
  SmallFleet coarse(3, 60), fine(3, 60);
  for (auto* fleet : {&coarse, &fine}) {
    fleet->server(0).leak_per_million_requests = 2000;
    fleet->server(0).memory = 60;
  }
  coarse.pass(30min);
  while (fine.account.now() < kNoon + 30min) fine.pass(250ms);
  EXPECT_EQ(coarse.account.counters().requests, fine.account.counters().requests);
  EXPECT_EQ(coarse.account.counters().dropped, fine.account.counters().dropped);
  EXPECT_EQ(coarse.server(0).memory, fine.server(0).memory);
  EXPECT_EQ(coarse.account.counters().crashes, 1);
}

TEST(Account, HasScheduledEventsHappenAtTheirTimeAndInOrder) {
  SmallFleet fleet(1);
  std::vector<std::pair<int, Time>> happened;
  fleet.account.schedule(kNoon + 90s, [&](Account& account) { happened.emplace_back(2, account.now()); });
  fleet.account.schedule(kNoon + 30s, [&](Account& account) { happened.emplace_back(1, account.now()); });
  VirtualClock clock(fleet.account);
  const Duration minute = 1min;
  clock.sleep(minute);
  EXPECT_EQ(happened.size(), 1U);
  clock.sleep(minute);
  const std::vector<std::pair<int, Time>> expected = {{1, kNoon + 30s}, {2, kNoon + 90s}};
  EXPECT_EQ(happened, expected);
}

TEST(Account, CountsTheFewestMembersHealthyInEveryOneOfTheirGroups) {
  SmallFleet fleet(4);
  const auto second = fleet.add_group("tg1-80", 80);
  for (const auto& id : fleet.ids) fleet.place(id, second, 80);
  fleet.pass(1min);
  EXPECT_EQ(fleet.account.counters().min_healthy, 4);
  fleet.account.deregister_target(second, fleet.ids[0], 80);
  fleet.account.crash(fleet.ids[1]);
  fleet.pass(1min);
  EXPECT_EQ(fleet.account.counters().min_healthy, 2);
  fleet.pass(2h);
  EXPECT_EQ(fleet.account.counters().min_healthy, 2);
}

TEST(Account, DoesNotTakeTheWarmUpForAnOutage) {
  SmallFleet fleet(2);
  for (auto& target : fleet.target_group().targets) target.state.clear();
  fleet.pass(5min);
  EXPECT_EQ(fleet.account.counters().min_healthy, 2);
}

TEST(Account, SumsDropsUpOverAMinuteInOneFact) {
  SmallFleet fleet(1, 150);
  fleet.pass(10min - 1s);
  EXPECT_EQ(fleet.facts(FactKind::drop).size(), 10U);
}

TEST(Account, ShowsStaleReadsWhereTheLagSaysSo) {
  SmallFleet fleet(2);
  fleet.account.switches.describe_lag = 30s;
  fleet.pass(1min);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.account.terminate(fleet.ids[1]);
  fleet.pass(29s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
  EXPECT_EQ(fleet.account.visible_servers().at(fleet.ids[1]).life, Server::Life::running);
  fleet.pass(2s);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "draining/Target.DeregistrationInProgress");
  EXPECT_EQ(fleet.account.visible_servers().at(fleet.ids[1]).life, Server::Life::terminated);
}

TEST(Account, ShowsThePresentWithoutLag) {
  SmallFleet fleet(2);
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "draining/Target.DeregistrationInProgress");
}

}  // namespace
}  // namespace evenkeel::sim
