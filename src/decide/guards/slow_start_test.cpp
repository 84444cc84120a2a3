#include "decide/guards/slow_start.h"

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

struct SlowStarts : FleetForTest {
  Time before = observation.taken_at - 1h;

  SlowStarts() {
    group(0).attributes->slow_start = 5min;
    for (int i = 1; i <= 8; ++i) state.healthy_since[key(0, i)] = before;
  }
  std::string key(int of_group, int member) {
    return group(of_group).arn + "|" + id(member) + (of_group == 0 ? ":443" : ":80");
  }
  std::map<std::string, Time> seen() const { return healthy_since(observation, state.healthy_since); }
};

TEST(SlowStart, WhoStaysHealthyKeepsItsTime) {
  SlowStarts fleet;
  EXPECT_EQ(fleet.seen(), fleet.state.healthy_since);
}

TEST(SlowStart, AServerThatBecomesUnhealthyBeginsAgain) {
  SlowStarts fleet;
  fleet.place(0, 3).state = TargetState::unhealthy;
  EXPECT_FALSE(fleet.seen().contains(fleet.key(0, 3)));
  EXPECT_EQ(fleet.seen().size(), 7U);
  fleet.state.healthy_since = fleet.seen();
  fleet.place(0, 3).state = TargetState::healthy;
  EXPECT_EQ(fleet.seen().at(fleet.key(0, 3)), fleet.observation.taken_at);
  EXPECT_EQ(fleet.seen().at(fleet.key(0, 4)), fleet.before);
}

TEST(SlowStart, AnotherPortIsAnotherPlace) {
  SlowStarts fleet;
  fleet.place(0, 3).port = 44;  // "…:44" is the beginning of "…:443"
  EXPECT_EQ(fleet.seen().at(fleet.group(0).arn + "|" + id(3) + ":44"), fleet.observation.taken_at);
  EXPECT_FALSE(fleet.seen().contains(fleet.key(0, 3)));
}

TEST(SlowStart, TheOrderOfTheGroupsDoesNotMatter) {
  SlowStarts fleet;
  fleet.group(1).attributes->slow_start = 5min;
  for (int i = 1; i <= 8; ++i) fleet.state.healthy_since[fleet.key(1, i)] = fleet.before + 1min;
  const auto expected = fleet.state.healthy_since;
  std::swap(fleet.group(0), fleet.group(1));
  EXPECT_EQ(fleet.seen(), expected);
}

TEST(SlowStart, AGroupThatCouldNotBeReadKeepsWhatWasKnown) {
  SlowStarts fleet;
  fleet.state.healthy_since["another-group|" + id(1) + ":443"] = fleet.before;
  fleet.group(0).registrations.reset();
  const auto seen = fleet.seen();
  EXPECT_EQ(seen.size(), 8U);
  EXPECT_EQ(seen.at(fleet.key(0, 8)), fleet.before);
}

TEST(SlowStart, WithoutItNothingIsRemembered) {
  SlowStarts fleet;
  fleet.group(0).attributes->slow_start = 0s;
  EXPECT_TRUE(fleet.seen().empty());
  fleet.group(0).attributes.reset();
  EXPECT_TRUE(fleet.seen().empty());
}

}  // namespace
}  // namespace evenkeel::decide
