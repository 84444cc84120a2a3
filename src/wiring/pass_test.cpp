#include "wiring/pass.h"

#include <gtest/gtest.h>
#include <stdexcept>

#include "record/sqlite_journal.h"
#include "wiring/testing/sources.h"

namespace evenkeel::wiring {
namespace {

FleetPolicy fleet_named(const std::string& name) {
  FleetPolicy fleet;
  fleet.name = name;
  fleet.region = "eu-west-1";
  fleet.target_groups = {"tg-" + name};
  return fleet;
}

TEST(Pass, AMistakeOfOursInOneFleetsTickLeavesTheOtherTicksAlone) {
  int asked = 0;
  Outside outside{[&](const wire::Request&) -> wire::Response {
    if (++asked == 1) throw std::out_of_range("map::at");
    return wire::respond(403, "");
  }};
  const auto journal = record::open_sqlite(":memory:").value();
  Regions regions{outside.sources(), *journal};
  const Policy policy{.fleets = {fleet_named("web"), fleet_named("api")}};
  std::map<std::string, Error> failed;
  PassSettings settings;
  settings.until = outside.clock.now() + Duration{50'000};
  const auto end = make_pass(policy, settings, *journal, regions, outside.clock, [&](const FleetTick& tick) {
    if (!tick.report) failed.emplace(tick.fleet.name, tick.report.error());
  });
  ASSERT_TRUE(end);
  ASSERT_EQ(failed.size(), 2U) << "both were ticked";
  EXPECT_EQ(std::ranges::count_if(failed,
                                  [](const auto& one) {
                                    return one.second.code == controller::kMistakeCode &&
                                           one.second.message.contains("map::at");
                                  }),
            1);
}

}  // namespace
}  // namespace evenkeel::wiring
