#include "controller/beside_ticks.h"

#include "controller/testing/ticking.h"

namespace evenkeel::controller {
namespace {

const Error kDenied{ErrorKind::denied, "elasticloadbalancing:DescribeTargetGroups: HTTP 403", ""};

struct BesideTicks : Ticking {
  void fail_at(Time at) { note_failure("web", kDenied, at, journal); }
};

TEST_F(BesideTicks, FailuresAreCountedUntilATickComesToItsEnd) {
  const Time now = account.clock.time;
  fail_at(now);
  fail_at(now + 1min);
  auto state = stored();
  ASSERT_TRUE(state.failing);
  EXPECT_EQ(*state.failing, (Failing{now, now + 1min, 2, kDenied.message}));
  EXPECT_EQ(state.last_tick_at, Time{}) << "none has looked";
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_FALSE(stored().failing);
}

TEST_F(BesideTicks, AFailureChangesNothingElse) {
  ASSERT_TRUE(tick(policy, parts));
  auto before = stored();
  fail_at(account.clock.time);
  auto after = stored();
  after.failing.reset();
  after.revision = before.revision;
  after.written_by = before.written_by;
  EXPECT_EQ(after, before);
}

TEST_F(BesideTicks, WhatCanNotBeReadIsNotReplaced) {
  journal.unreadable = "web";
  fail_at(account.clock.time);
  EXPECT_EQ(journal.writes, 0);
}

TEST_F(BesideTicks, AFleetThatLeftThePolicyIsKnownByItOnceNoProcessTicksIt) {
  FleetState state;
  state.fleet = "old";
  state.revision = 1;
  state.last_tick_at = account.clock.time - 30min;
  ASSERT_TRUE(journal.replace(state, {}));
  const auto left = [&] { return journal.load("old").value()->left_policy_at; };
  const auto look = [&](Time now) { static_cast<void>(fleets_to_tick({{policy}}, journal, now)); };
  look(account.clock.time);
  EXPECT_FALSE(left()) << "another process may have another policy";
  look(account.clock.time + 1h);
  EXPECT_EQ(left(), account.clock.time + 1h);
  look(account.clock.time + 2h);
  EXPECT_EQ(left(), account.clock.time + 1h) << "since when";
  static_cast<void>(fleets_to_tick({{policy}}, journal));
}

TEST_F(BesideTicks, WithoutAPolicyNoFleetHasLeftIt) {
  FleetState state;
  state.fleet = "old";
  state.revision = 1;
  ASSERT_TRUE(journal.replace(state, {}));
  static_cast<void>(fleets_to_tick({.fleets = {}, .unread = true}, journal, account.clock.time));
  EXPECT_FALSE(journal.load("old").value()->left_policy_at);
  static_cast<void>(fleets_to_tick({}, journal, account.clock.time));
  EXPECT_TRUE(journal.load("old").value()->left_policy_at) << "a policy that names no fleet could be read";
}

TEST_F(BesideTicks, AFleetThatIsBackInThePolicyHasNotLeftIt) {
  ASSERT_TRUE(tick(policy, parts));
  auto state = stored();
  state.left_policy_at = account.clock.time;
  ++state.revision;
  ASSERT_TRUE(journal.replace(state, {}));
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_FALSE(stored().left_policy_at);
  FleetPolicy other = policy;
  other.name = "other";
  ASSERT_FALSE(stored().open.empty());
  static_cast<void>(fleets_to_tick({{other}}, journal, account.clock.time));
  EXPECT_EQ(stored().left_policy_at, account.clock.time) << "while something of it is open, at once";
  policy.retired = true;
  ASSERT_TRUE(tick(policy, parts));
  EXPECT_TRUE(stored().left_policy_at);
}

}  // namespace
}  // namespace evenkeel::controller
