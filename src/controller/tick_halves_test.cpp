// Goal: restores first, and a treatment only right after a last look. Method: a member that is out and drained.
#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <stdexcept>

#include "controller/send.h"
#include "controller/testing/ticking.h"

namespace evenkeel::controller {
namespace {

// The member that is out drained, its answer to be rebooted in this tick.
struct Drained : Ticking {
  std::vector<std::string> order;  // every action that was asked for, in order
  bool registered_again = false;   // after the first look
  int reboots = 0;

  void SetUp() override {
    Ticking::SetUp();
    ASSERT_TRUE(tick(policy, parts));
    auto state = stored();
    for (auto& intent : state.open[0].intents) intent.at -= 5min;
    ++state.revision;
    ASSERT_TRUE(journal.replace(state, {}));
    sent.clear();
    instead = [this](std::map<std::string, std::string>& form) -> std::optional<wire::Response> {
      const auto& action = form["Action"];
      order.push_back(action);
      if (action == "RebootInstances" && !form.contains("DryRun")) {
        ++reboots;
        return wire::ec2_answer(action, "<return>true</return>");
      }
      if (action != "DescribeTargetHealth") return std::nullopt;
      auto answer = describe(action);
      if (registered_again && std::ranges::count(order, action) > 1) return answer;
      const auto at = answer.body.find("<member><Target><Id>" + id(1));
      answer.body.erase(at, answer.body.find("<member><Target><Id>" + id(2)) - at);
      return answer;
    };
  }
};

TEST_F(Drained, ItsPlacesAreReadOnceMoreRightBeforeTheReboot) {
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(reboots, 1);
  const auto reboot = std::ranges::find(order.rbegin(), order.rend(), "RebootInstances");
  ASSERT_NE(reboot, order.rend());
  EXPECT_EQ(*std::next(reboot), "DescribeTargetHealth") << "nothing is read in between";
}

TEST_F(Drained, OneThatWasRegisteredAgainMeanwhileIsNotRebooted) {
  registered_again = true;
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(reboots, 0);
}

struct DrainedSlowly : Drained, testing::WithParamInterface<int> {
  Duration slow() const { return GetParam() * 1s; }
};

// The store takes its time to make the reboot durable.
TEST_P(DrainedSlowly, ALookThatIsTooLongAgoSendsNoReboot) {
  const auto writes = journal.writes;
  journal.before_write = [&](int write) {
    if (write == writes + 1) account.clock.time += slow();
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(reboots, slow() <= kSendWithin ? 1 : 0);
  EXPECT_EQ(report->outcomes.at(0).kind,
            slow() <= kSendWithin ? OutcomeKind::accepted : OutcomeKind::not_sent);
}

// Every answer of AWS takes its time.
TEST_P(DrainedSlowly, SlowAnswersNeverMakeAnOldLookGood) {
  per_call = slow();
  const Time began = account.clock.time;
  Time looked{};
  Duration longest{};
  instead = [&, as_before = instead](std::map<std::string, std::string>& form) {
    const Time asked = account.clock.time - per_call;
    if (form["Action"] == "DescribeTargetHealth") looked = asked;
    if (form["Action"] == "RebootInstances" && !form.contains("DryRun")) longest = asked - looked;
    return as_before(form);
  };
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_LE(longest, kSendWithin);
  EXPECT_LE(account.clock.time, began + kTickWithin);
}

INSTANTIATE_TEST_SUITE_P(Seconds, DrainedSlowly, testing::Values(0, 1, 2, 4, 6, 9));

TEST_F(Drained, WhatIsOpenIsSeenToBeforeAnythingOfAStartIsRead) {
  policy.gates.alarms = {"web-busy"};
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  order.clear();
  ASSERT_TRUE(tick(policy, parts));
  const auto at = [&](const char* action) { return std::ranges::find(order, action) - order.begin(); };
  EXPECT_LT(at("RegisterTargets"), at("DescribeAlarms"));
  EXPECT_LT(at("DescribeAlarms"), std::ssize(order)) << "it is read afterwards";
}

TEST_F(Drained, AMistakeOfOursOnTheWayToAStartEndsNoRestore) {
  policy.gates.alarms = {"web-busy"};
  ASSERT_TRUE(record_request("web", restore_request(1), parts));
  const auto before = instead;
  instead = [&](std::map<std::string, std::string>& form) -> std::optional<wire::Response> {
    if (form["Action"] == "DescribeAlarms") throw std::out_of_range("map::at");
    return before(form);
  };
  sent.clear();
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(sent, std::vector<std::string>{"RegisterTargets"});
  ASSERT_EQ(report->plan.fleet.size(), 1U);
  EXPECT_EQ(report->plan.fleet[0].reason, Reason::start_not_decided);
  EXPECT_NE(report->plan.fleet[0].text.find("map::at"), std::string::npos);
  EXPECT_FALSE(report->violations.empty()) << "a person is told";
  EXPECT_EQ(stored().open.at(0).intents.back().outcome, OutcomeKind::accepted) << "what was sent is recorded";
}

TEST_F(Drained, AStoreThatCannotListItsFleetsTicksThoseOfThePolicy) {
  journal.unlistable = true;
  const auto found = fleets_to_tick({{policy}}, journal);
  ASSERT_EQ(found.fleets.size(), 1U);
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_NE(found.problems[0].find("denied"), std::string::npos);
}

TEST_F(Drained, AFleetThatLeftThePolicyWithoutItsOwnIsRestoredByItsSnapshot) {
  auto state = stored();
  state.pinned.reset();
  ++state.revision;
  ASSERT_TRUE(journal.replace(state, {}));
  const auto found = fleets_to_tick(Policy{}, journal);
  ASSERT_EQ(found.fleets.size(), 1U);
  EXPECT_TRUE(found.fleets[0].retired);
  EXPECT_FALSE(found.fleets[0].policy_unread) << "this policy names no fleet";
  EXPECT_TRUE(fleets_to_tick({.fleets = {}, .unread = true}, journal).fleets[0].policy_unread);
  ASSERT_TRUE(tick(found.fleets[0], parts));
  EXPECT_EQ(sent.back(), "RegisterTargets");
}

TEST_F(Drained, AStoreWithoutRoomForATreatmentStillRestores) {
  journal.refuse = [&](int) -> std::optional<Error> {
    const auto state = stored();
    return reboots == 0 && state.open.at(0).phase == Phase::draining
               ? std::optional(Error{ErrorKind::rejected, "no room", record::kStoreCode})
               : std::nullopt;
  };
  const auto report = tick(policy, parts);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(reboots, 0);
  ASSERT_FALSE(report->plan.fleet.empty());
}

struct Marking : Ticking {
  std::string refusal;  // of CreateTags
  std::vector<std::string> order;

  void SetUp() override {
    Ticking::SetUp();
    policy.witness_tag = true;
    instead = [this](std::map<std::string, std::string>& form) -> std::optional<wire::Response> {
      const auto& action = form["Action"];
      if (form["Filter.1.Name"] == "tag-key") return wire::ec2_answer(action, "<reservationSet/>");
      if (form["DryRun"] == "true") return wire::ec2_error(412, "DryRunOperation", "would have succeeded");
      if (action == "CreateTags" || action == "DeregisterTargets") order.push_back(action);
      if (action != "CreateTags") return std::nullopt;
      if (!refusal.empty()) return wire::ec2_error(403, refusal, "no");
      return wire::ec2_answer(action, "<return>true</return>");
    };
  }
};

TEST_F(Marking, TheTagIsThereBeforeTheMemberLeaves) {
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(order, (std::vector<std::string>{"CreateTags", "DeregisterTargets"}));
  EXPECT_EQ(stored().open.at(0).intents.at(0).outcome, OutcomeKind::accepted);
}

TEST_F(Marking, WithoutItTheMemberStaysAndGoesBackUntreated) {
  refusal = "UnauthorizedOperation";
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(order, std::vector<std::string>{"CreateTags"});
  const auto state = stored();
  EXPECT_EQ(state.open.at(0).intents.at(1).outcome, OutcomeKind::not_sent);
  EXPECT_NE(state.open.at(0).intents.at(1).detail.find("evenkeel:state could not be put on it first"),
            std::string::npos);
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_EQ(stored().open.at(0).phase, Phase::rejoining);
  EXPECT_EQ(std::ranges::count(order, "DeregisterTargets"), 0);
}

}  // namespace
}  // namespace evenkeel::controller
