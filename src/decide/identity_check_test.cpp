// Goal: a state belongs to one place; what is unknown of it starts nothing.
#include "decide/identity_check.h"

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

const Identity kOther{"aws", "999988887777", "eu-west-1"};

bool held_by_place(const Plan& plan) {
  return std::ranges::find(plan.fleet, Reason::wrong_account, &Verdict::reason) != plan.fleet.end();
}

TEST(FleetIdentity, ANewStateTakesThePlaceThatItSees) {
  FleetForTest fleet;
  fleet.state = {};
  fleet.state.fleet = "web";
  EXPECT_FALSE(held_by_place(fleet.tick()));
  EXPECT_EQ(fleet.state.identity, fleet.observation.identity);
}

TEST(FleetIdentity, AnOldStateTakesItOnlyWhereItFindsWhatItRemembers) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.state.identity.reset();
  fleet.state.members["i-0feedfeedfeedfeed"].served_tag = "now";
  auto plan = fleet.tick();
  EXPECT_TRUE(held_by_place(plan));
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_FALSE(fleet.state.identity);
  fleet.state.members[id(1)].served_tag = "now";
  plan = fleet.tick();
  EXPECT_FALSE(held_by_place(plan));
  EXPECT_EQ(plan.actions.size(), 2U);
  EXPECT_EQ(fleet.state.identity, fleet.observation.identity);
}

TEST(FleetIdentity, AnUnknownPlaceStartsNothing) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.identity.reset();
  const auto plan = fleet.tick();
  EXPECT_TRUE(held_by_place(plan));
  EXPECT_TRUE(plan.actions.empty());
}

TEST(FleetIdentity, AnotherPlaceStartsNothingAndIsNotTaken) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.observation.identity = kOther;
  const auto plan = fleet.tick();
  EXPECT_TRUE(held_by_place(plan));
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_NE(fleet.state.identity, kOther);
}

TEST(FleetIdentity, APersonMayAcceptAnotherPlace) {
  FleetForTest fleet;
  fleet.state.identity = Identity{};
  fleet.state.members["i-0feedfeedfeedfeed"].served_tag = "now";
  fleet.observation.identity = kOther;
  const auto plan = fleet.tick();
  EXPECT_FALSE(held_by_place(plan));
  EXPECT_EQ(fleet.state.identity, kOther);
  EXPECT_EQ(plan.events.at(0).text, "the fleet is in account 999988887777, region eu-west-1 from now on");
}

TEST(FleetIdentity, AnAbsenceElsewhereEndsNothing) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.gone(3);
  fleet.observation.instances.erase(id(3));
  fleet.observation.identity.reset();
  for (int tick = 0; tick < 120; ++tick) {
    fleet.pass(1min);
    fleet.tick();
  }
  ASSERT_EQ(fleet.state.open.size(), 1U) << "it was not asked where it is";
}

}  // namespace
}  // namespace evenkeel::decide
