// Zonal shifts and the outage of a zone.
#include <gtest/gtest.h>

#include "sim/testing/fleet.h"

namespace evenkeel::sim {
namespace {

struct Zoned : SmallFleet {
  explicit Zoned(double requests_per_server = 0) : SmallFleet(4, requests_per_server) {
    for (std::size_t i = 0; i < 4; ++i) server(i).zone = i < 2 ? "a" : "b";
    pass(1min);
  }
};

TEST(ZonalShift, SendsNoTrafficToTheZoneWhileAnotherHasAny) {
  Zoned fleet(30);
  for (std::size_t i = 0; i < 4; ++i) fleet.server(i).leak_per_million_requests = 100;
  fleet.account.shift_zone("a");
  const double before_a = fleet.server(0).memory, before_b = fleet.server(2).memory;
  fleet.pass(10min);
  EXPECT_LT(fleet.server(0).memory, before_a + 1.5);
  EXPECT_GT(fleet.server(2).memory, before_b + 2.5);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
  fleet.account.crash(fleet.ids[2]);
  fleet.account.crash(fleet.ids[3]);
  fleet.pass(2min);
  const auto dropped = fleet.account.counters().dropped;
  fleet.pass(5min);
  EXPECT_GE(fleet.account.counters().dropped, dropped);
  EXPECT_GT(fleet.server(0).memory, before_a + 0.3);
}

TEST(ZonalShift, EndsWithTheTrafficBack) {
  Zoned fleet(30);
  fleet.account.shift_zone("a");
  fleet.pass(1min);
  fleet.account.unshift_zone("a");
  for (std::size_t i = 0; i < 4; ++i) fleet.server(i).leak_per_million_requests = 200;
  const double before = fleet.server(0).memory;
  fleet.pass(10min);
  EXPECT_GT(fleet.server(0).memory, before + 2);
}

TEST(ZoneOutage, FailsTheHealthChecksOfTheZoneUntilItEnds) {
  Zoned fleet;
  fleet.account.begin_zone_outage("a");
  fleet.pass(1min);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(fleet.health(fleet.ids[i]), i < 2 ? "unhealthy/Target.Timeout" : "healthy");
    EXPECT_EQ(fleet.server(i).life, Server::Life::running);
  }
  fleet.account.end_zone_outage("a");
  fleet.pass(1min);
  EXPECT_EQ(fleet.health(fleet.ids[0]), "healthy");
}

TEST(ZoneOutage, DropsWhatIsRoutedThereWithoutBlamingUs) {
  Zoned fleet(60);  // two servers alone can't bear it
  fleet.account.deregister_target(fleet.group, fleet.ids[0], 443);
  fleet.pass(2min);
  EXPECT_EQ(fleet.account.counters().dropped, 0);
  fleet.account.begin_zone_outage("a");
  fleet.pass(5min);
  EXPECT_GT(fleet.account.counters().dropped, 0);
  EXPECT_EQ(fleet.account.counters().dropped_by_our_doing, 0);
}

}  // namespace
}  // namespace evenkeel::sim
