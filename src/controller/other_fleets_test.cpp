#include "controller/other_fleets.h"

#include <gtest/gtest.h>

namespace evenkeel::controller {
namespace {

using namespace std::chrono_literals;

const Identity kHere{"aws", "123456789012", "eu-west-1"};
const Time kNow = Time{} + std::chrono::days{20'000};

FleetState state(const std::string& fleet) {
  FleetState made;
  made.fleet = fleet;
  made.identity = kHere;
  made.groups_seen["arn:tg1"].members = {"i-1"};
  auto& open = made.open.emplace_back();
  open.instance_id = "i-1";
  open.started_at = kNow;
  open.snapshot = {{"arn:tg1", "tg1", 443}};
  made.recent.push_back({.id = "i-2@x",
                         .instance_id = "i-2",
                         .started_at = kNow - 2h,
                         .ended_at = kNow - 1h,
                         .ending = Ending::cured,
                         .metric = "mem",
                         .value_before = 80,
                         .value_after = 30});
  made.members["i-3"].ended_at = kNow - 30h;
  return made;
}

struct AddingOthers : testing::Test {
  OtherFleets others;
  Observation observation;
  void SetUp() override { observation.identity = kHere; }
};

TEST_F(AddingOthers, WhatWasStoppedUnderAFormerNameStaysSo) {
  auto& group = observation.target_groups.emplace_back();
  group.arn = "arn:tg1";
  group.of_fleet = true;
  auto former = state("web");
  former.open.clear();
  former.pause = Pause{"database migration", "ann", kNow - 1h, kNow + 1h};
  former.breaker = Breaker{"everybody jumped", kNow - 1h};
  const auto stops = [&] {
    observation.former_stops.clear();
    others.add_others("new", observation);
    return observation.former_stops;
  };
  others.note(former, true);
  EXPECT_TRUE(stops().empty()) << "the policy has it: its own affair";
  others.note(former, false);
  const auto stopped = stops();
  ASSERT_EQ(stopped.size(), 2U);
  EXPECT_TRUE(stopped[0].paused);
  EXPECT_EQ(stopped[0].fleet, "web");
  EXPECT_EQ(stopped[0].reason, "database migration");
  EXPECT_EQ(stopped[0].until, kNow + 1h);
  EXPECT_FALSE(stopped[1].paused);
  EXPECT_EQ(stopped[1].reason, "everybody jumped");
  former.requests.emplace_back().kind = OperatorRequest::Kind::resume;
  others.note(former, false);
  EXPECT_TRUE(stops().empty());
  former.requests.clear();
  others.note(former, false);
  group.arn = "arn:other";
  EXPECT_TRUE(stops().empty()) << "other servers";
}

TEST_F(AddingOthers, TellsWhatTheyHaveOutAndHaveDone) {
  others.note(state("old"), false);
  others.add_others("new", observation);
  const InOtherFleet open{.fleet = "old",
                          .open = true,
                          .ended_at = std::nullopt,
                          .started_at = {kNow},
                          .target_groups = {"arn:tg1"}};
  EXPECT_EQ(observation.other_fleets.at("i-1"), open);
  EXPECT_EQ(observation.other_fleets.at("i-2").ended_at, kNow - 1h);
  EXPECT_EQ(observation.other_fleets.at("i-2").started_at, std::vector{kNow - 2h});
  EXPECT_EQ(observation.other_fleets.at("i-3").ended_at, kNow - 30h);
  EXPECT_TRUE(observation.groups_of_others.empty()) << "a fleet that left the policy claims nothing";
}

TEST_F(AddingOthers, TellsEveryRemediationThatTheirStatesKnow) {
  auto old = state("old");
  old.open[0].id = "i-1@x";
  auto& left = old.left_marks.emplace_back();
  left.remediation_id = "i-4@x";
  others.note(old, false);
  FleetState fresh;
  fresh.fleet = "fresh";
  others.note(fresh, true);
  others.add_others("new", observation);
  EXPECT_EQ(observation.remediations_of_others, (std::map<std::string, std::set<std::string>>{
                                                    {"fresh", {}}, {"old", {"i-1@x", "i-2@x", "i-4@x"}}}));
}

TEST_F(AddingOthers, TellsWhichReasonsTheyHaveServed) {
  auto made = state("old");
  made.open[0].cause.identity = "tag evenkeel:remediate=now";
  made.members["i-3"].served = {{.reason = "event e1", .at = kNow - 30h, .treatment = Treatment::reboot}};
  others.note(made, false);
  made.fleet = "older";
  made.open.clear();
  made.members["i-3"].served[0].treatment = Treatment::stop_start;
  others.note(made, false);
  others.add_others("new", observation);
  EXPECT_TRUE(observation.other_fleets.at("i-1").served.contains("tag evenkeel:remediate=now"));
  EXPECT_EQ(observation.other_fleets.at("i-3").served.at("event e1"), Treatment::stop_start)
      << "the strongest";
}

TEST_F(AddingOthers, NothingOfTheFleetItself) {
  others.note(state("web"), true);
  others.add_others("web", observation);
  EXPECT_TRUE(observation.other_fleets.empty());
  EXPECT_TRUE(observation.groups_of_others.empty());
}

TEST_F(AddingOthers, GroupsOfFleetsInThePolicyAreClaimedWhereTheyAre) {
  others.note(state("api"), true);
  others.add_others("web", observation);
  EXPECT_EQ(observation.groups_of_others.at("arn:tg1"), "api");
  observation.groups_of_others.clear();
  observation.identity->region = "eu-central-1";
  others.add_others("web", observation);
  EXPECT_TRUE(observation.groups_of_others.empty()) << "an Auto Scaling group of that name may be there, too";
}

TEST_F(AddingOthers, TheLastStateCounts) {
  others.note(state("api"), true);
  FleetState later;
  later.fleet = "api";
  others.note(later, true);
  others.add_others("web", observation);
  EXPECT_TRUE(observation.other_fleets.empty());
}

TEST_F(AddingOthers, WhatCouldNotBeReadIsSaidToAllButItself) {
  others.note_unread("api", "not what was written");
  others.add_others("api", observation);
  EXPECT_TRUE(observation.other_fleets_unknown.empty()) << "its own tick says so";
  others.add_others("web", observation);
  EXPECT_EQ(observation.other_fleets_unknown,
            std::vector<std::string>{"the state of fleet api could not be read: not what was written"});
  observation.other_fleets_unknown.clear();
  others.note(state("api"), true);
  others.add_others("web", observation);
  EXPECT_TRUE(observation.other_fleets_unknown.empty()) << "by its own tick it is known";
  others.note_unlisted("denied");
  others.add_others("web", observation);
  EXPECT_EQ(observation.other_fleets_unknown,
            std::vector<std::string>{"which fleets the store has could not be read: denied"});
}

TEST_F(AddingOthers, OfTwoTheOneInWhichItIsOpenIsNamed) {
  auto ended = state("a");
  ended.open.clear();
  ended.recent.front().instance_id = "i-1";
  others.note(ended, false);
  others.note(state("b"), true);
  others.add_others("web", observation);
  const auto& one = observation.other_fleets.at("i-1");
  EXPECT_EQ(one.fleet, "b");
  EXPECT_TRUE(one.open);
  EXPECT_EQ(one.started_at.size(), 2U);
  EXPECT_EQ(one.ended_at, kNow - 1h);
}

}  // namespace
}  // namespace evenkeel::controller
