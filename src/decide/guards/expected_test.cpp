// Goal: a member that is expected and not seen is out until there is a sign that it is gone; a group that lacks
// half of its members is not believed at once; what was taken for gone is undone when it is seen again.
#include "decide/guards/expected.h"

#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

bool held_by(const Plan& plan, Reason reason) {
  return std::ranges::find(plan.fleet, reason, &Verdict::reason) != plan.fleet.end();
}

struct Absence : testing::Test {
  FleetForTest fleet;
  Plan plan;

  void SetUp() override { tick(); }
  void tick() {
    fleet.pass(1min);
    plan = fleet.tick();
    EXPECT_TRUE(fleet.broken.empty()) << fleet.broken.at(0);
  }
  void ticks_for(Duration time) {
    for (Duration past{0}; past < time; past += 1min) tick();
  }
  GroupSeen& seen(int group) { return fleet.state.groups_seen.at(fleet.group(group).arn); }
  bool starts() const {
    return std::ranges::any_of(plan.actions,
                               [](const Action& one) { return one.effect == Effect::deregister; });
  }
};

TEST_F(Absence, ADeregisteredMemberIsOutAndTheNextOneStays) {
  fleet.gone(4);
  fleet.memory(3, 80);
  tick();
  EXPECT_TRUE(held_by(plan, Reason::too_many_out));
  EXPECT_FALSE(starts());
  EXPECT_EQ(plan.next.summary.members, 8);
  EXPECT_EQ(plan.next.summary.out, 1);
  EXPECT_EQ(plan.next.summary.serving, 7);
  EXPECT_EQ(plan.members.at(id(4)).reason, Reason::not_registered);
  fleet.registered(4, TargetState::healthy);
  tick();
  EXPECT_TRUE(starts());
  EXPECT_TRUE(seen(0).missing.empty());
}

TEST_F(Absence, OneOfTwoGroupsIsEnough) {
  fleet.gone_from(1, 4);
  fleet.memory(3, 80);
  tick();
  EXPECT_TRUE(held_by(plan, Reason::too_many_out));
  EXPECT_EQ(
      plan.members.at(id(4)).text,
      "it is not registered in tg1-80 since 2026-11-22T12:02:00Z, where it is expected, so it counts as out: "
      "register it there, terminate it, or, if it is meant to be out: evenkeel resume web --reason …");
}

TEST_F(Absence, AMissingMemberCountsInWhatMustBeLeft) {
  fleet.policy.keep.out = {.count = 3, .percent = 0};
  fleet.policy.keep.healthy = {.count = 0, .percent = 80};  // 7 of 8, 6 of 7
  fleet.gone(4);
  fleet.memory(3, 80);
  tick();
  EXPECT_EQ(plan.members.at(id(3)).reason, Reason::too_few_healthy) << plan.members.at(id(3)).text;
}

TEST_F(Absence, ADeregistrationIsMeantAfterSixHours) {
  fleet.gone(4);
  ticks_for(kMeantAfter - 2min);
  EXPECT_EQ(plan.next.summary.out, 1);
  ticks_for(5min);
  EXPECT_EQ(plan.next.summary.out, 0);
  EXPECT_EQ(plan.next.summary.members, 7);
}

TEST_F(Absence, APersonMaySaySoAtOnce) {
  fleet.gone(4);
  tick();
  EXPECT_EQ(accept_missing(fleet.state), std::vector{id(4)});
  tick();
  EXPECT_EQ(plan.next.summary.out, 0);
}

TEST_F(Absence, TheTerminatedAreNotExpected) {
  fleet.gone(4);
  fleet.observation.instances.at(id(4)).state = InstanceState::shutting_down;
  tick();
  EXPECT_EQ(plan.next.summary.out, 0);
  fleet.gone(5);
  fleet.observation.instances.erase(id(5));
  ticks_for(kAbsentFor - 1min);
  EXPECT_EQ(plan.next.summary.out, 1) << "unknown to EC2, but not for long enough";
  ticks_for(3min);
  EXPECT_EQ(plan.next.summary.out, 0);
}

TEST_F(Absence, UnknownToEc2ProvesNothingWhileNotAllWasRead) {
  fleet.gone(5);
  fleet.observation.instances.erase(id(5));
  fleet.observation.instances_complete = false;
  ticks_for(30min);
  EXPECT_EQ(seen(0).missing.count(id(5)), 1U);
}

TEST_F(Absence, AMemberOfAnAttachedAutoScalingGroupStaysOutForAsLongAsItTakes) {
  fleet.scaling();
  fleet.group(0).attached = true;
  tick();
  fleet.gone(4);
  ticks_for(kMeantAfter + 10min);
  EXPECT_EQ(plan.next.summary.out, 1);
  auto& members = fleet.observation.auto_scaling_group->members;
  std::erase_if(members, [](const AutoScalingMember& member) { return member.instance_id == id(4); });
  tick();
  EXPECT_EQ(plan.next.summary.out, 0) << "detached: it has left";
}

TEST_F(Absence, AnAttachedAutoScalingGroupExpectsItsMembersWhateverIsRemembered) {
  fleet.scaling();
  fleet.group(0).attached = true;
  fleet.gone(4);
  tick();
  accept_missing(fleet.state);
  tick();
  EXPECT_EQ(plan.next.summary.out, 1) << "Auto Scaling has it InService";
}

TEST_F(Absence, WhatAutoScalingTerminatesHasLeft) {
  auto& group = fleet.scaling();
  fleet.group(0).attached = true;
  tick();
  group.members.at(3).lifecycle_state = LifecycleState::terminating_wait;
  fleet.gone(4);
  tick();
  EXPECT_EQ(plan.next.summary.out, 0);
}

TEST_F(Absence, AnEmptyAutoScalingGroupIsNotBelievedAtOnce) {
  auto& group = fleet.scaling();
  fleet.group(0).attached = true;
  tick();
  const auto members = std::exchange(group.members, {});
  fleet.gone(4);
  tick();
  EXPECT_EQ(seen(0).missing.count(id(4)), 1U) << "it has left no group that is believed";
  group.members = members;
  tick();
  EXPECT_EQ(fleet.state.groups_seen.at("auto-scaling-group/web-asg").fewer_sightings, 0);
}

TEST_F(Absence, AGroupWithoutHalfOfItsMembersIsNotBelieved) {
  fleet.policy.keep.out = {.count = 8, .percent = 0};
  fleet.memory(3, 80);
  const auto all = fleet.group(1).registrations;
  fleet.group(1).registrations->clear();
  tick();
  EXPECT_TRUE(held_by(plan, Reason::observation_contradicts));
  EXPECT_EQ(plan.fleet.at(0).text,
            "tg1-80 shows 0 members, and 8 that were there are missing: that counts once 3 looks over 5m "
            "agree");
  EXPECT_FALSE(starts());
  EXPECT_EQ(seen(1).members.size(), 8U);
  fleet.group(1).registrations = all;
  tick();
  EXPECT_TRUE(starts()) << "it was a wrong answer";
}

TEST_F(Absence, WhatItTookOutItselfIsNotMissed) {
  fleet.start_of_three();
  fleet.gone(3);
  fleet.pass(1min);
  fleet.tick();
  for (int member = 4; member <= 8; ++member) fleet.gone_from(1, member);
  tick();
  ASSERT_TRUE(held_by(plan, Reason::observation_contradicts));
  EXPECT_NE(plan.fleet.at(0).text.find("shows 2 members, and 5 that were there are missing"),
            std::string::npos)
      << plan.fleet.at(0).text;
}

TEST_F(Absence, ThreeLooksOverFiveMinutesAreBelieved) {
  fleet.policy.keep.out = {.count = 5, .percent = 0};
  for (int member = 1; member <= 4; ++member) fleet.gone_from(1, member);
  ticks_for(5min);
  EXPECT_TRUE(held_by(plan, Reason::observation_contradicts));
  tick();
  EXPECT_FALSE(held_by(plan, Reason::observation_contradicts));
  EXPECT_EQ(plan.next.summary.out, 4) << "and who is missing is out";
}

TEST_F(Absence, AnEmptyAnswerProvesNoDrain) {
  fleet.memory(3, 80);
  tick();
  ASSERT_TRUE(starts());
  fleet.state_of(3, TargetState::healthy);
  fleet.gone_from(0, 3);
  const auto all = fleet.group(1).registrations;
  for (int minute = 0; minute < 4; ++minute) {
    fleet.group(1).registrations->clear();  // it still serves there
    tick();
    EXPECT_TRUE(plan.actions.empty());
  }
}

TEST_F(Absence, ADeregistrationThatNoTickSawCallsAPerson) {
  fleet.policy.keep.out = {.count = 3, .percent = 0};
  fleet.memory(3, 80);
  fleet.gone(8);
  fleet.pass(26h);  // the state is yesterday's copy
  tick();
  EXPECT_TRUE(held_by(plan, Reason::state_outdated));
  EXPECT_FALSE(starts());
  ticks_for(kMeantAfter + 10min);
  EXPECT_TRUE(held_by(plan, Reason::state_outdated)) << "it does not pass by itself";
  EXPECT_EQ(overlooked(fleet.state), std::vector{id(8)});
  fleet.registered(8, TargetState::healthy);
  tick();
  EXPECT_FALSE(held_by(plan, Reason::state_outdated));
}

TEST_F(Absence, AnOldCopyThatDoesNotKnowOfAStandbyCallsAPerson) {
  auto& group = fleet.scaling();
  fleet.group(0).attached = true;
  tick();
  group.members.at(7).lifecycle_state = LifecycleState::standby;
  fleet.gone(8);
  fleet.pass(26h);
  tick();
  EXPECT_TRUE(held_by(plan, Reason::state_outdated));
}

TEST_F(Absence, APersonEndsAnOldCopysDoubt) {
  fleet.gone(8);
  fleet.pass(26h);
  plan = fleet.tick();
  accept_missing(fleet.state);
  tick();
  EXPECT_FALSE(held_by(plan, Reason::state_outdated));
}

TEST_F(Absence, ManyIdsAreNotRemembered) {
  FleetForTest large{1'300};
  large.tick();
  std::size_t ids = 0;
  for (const auto& [arn, group] : large.state.groups_seen) ids += group.members.size();
  EXPECT_LE(ids, 2'500U);
  EXPECT_EQ(large.state.groups_seen.size(), 2U);
}

TEST_F(Absence, AGroupThatVanishedIsPutBackWhenItIsSeenAgain) {
  fleet.memory(3, 80);
  tick();
  const auto group = fleet.group(1);
  fleet.observation.target_groups.pop_back();
  fleet.observation.absent_groups = {group.arn};
  fleet.gone_from(0, 3);
  ticks_for(4min);
  EXPECT_FALSE(fleet.three().snapshot.at(1).vanished) << "one look proves nothing";
  ticks_for(3min);
  EXPECT_TRUE(fleet.three().snapshot.at(1).vanished);
  fleet.observation.target_groups.push_back(group);
  fleet.gone_from(1, 3);
  fleet.observation.absent_groups.clear();
  tick();
  EXPECT_FALSE(fleet.three().snapshot.at(1).vanished);
}

TEST_F(Absence, TwoLooksThatAreFarApartProveNoGroupGone) {
  fleet.memory(3, 80);
  tick();
  fleet.observation.absent_groups = {fleet.group(1).arn};
  fleet.observation.target_groups.pop_back();
  tick();
  fleet.pass(30min);
  tick();
  EXPECT_FALSE(fleet.three().snapshot.at(1).vanished);
  tick();
  EXPECT_TRUE(fleet.three().snapshot.at(1).vanished);
}

TEST_F(Absence, AnInstanceThatIsSeenAgainIsPutBack) {
  fleet.memory(3, 80);
  tick();
  fleet.gone(3);
  const auto instance = fleet.observation.instances.extract(id(3)).mapped();
  for (int minute = 0; minute < 12; ++minute) {
    fleet.pass(1min);
    fleet.tick(OutcomeKind::refused);  // AWS registers no instance that EC2 doesn't know
  }
  ASSERT_EQ(fleet.state.open.size(), 1U);
  EXPECT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("ends by itself"), std::string::npos);
  fleet.observation.instances[id(3)] = instance;
  tick();
  EXPECT_EQ(effects(plan), (std::vector{Effect::register_, Effect::register_}));
}

TEST_F(Absence, WhatIsBeingReplacedIsCountedAsAbsentAndIsNotHeld) {
  fleet.memory(3, 80);
  tick();
  auto& three = fleet.three();
  three.treatment = Treatment::replace;
  three.phase = Phase::replacing;
  three.deadline = fleet.observation.taken_at + 1h;
  three.intents.push_back({.effect = Effect::terminate,
                           .nonce = "terminated",
                           .at = fleet.observation.taken_at,
                           .target_group_arn = {},
                           .outcome = OutcomeKind::accepted,
                           .may_land_late = false,
                           .detail = {}});
  fleet.gone(3);
  fleet.observation.instances.erase(id(3));
  ticks_for(10min);
  EXPECT_GE(fleet.three().absent_sightings, kAbsentSightings);
  EXPECT_EQ(fleet.three().phase, Phase::replacing);
}

TEST_F(Absence, TheFirstLookThatIsIncompleteTripsNothing) {
  fleet.state = {};
  fleet.state.fleet = "web";
  fleet.scaling();
  const auto all = fleet.observation;
  for (int group = 0; group < 2; ++group) fleet.group(group).registrations.reset();
  tick();
  EXPECT_FALSE(fleet.state.breaker);
  fleet.observation = all;
  fleet.gone(2);
  tick();
  ASSERT_TRUE(fleet.state.breaker) << "the first complete look is judged";
  EXPECT_NE(fleet.state.breaker->reason.find(id(2)), std::string::npos);
}

TEST_F(Absence, ARecordOutlivesItsMember) {
  fleet.state.members[id(4)].served_tag = "now";
  fleet.observation.instances.at(id(4)).tags["evenkeel:remediate"] = "now";
  tick();
  fleet.gone(4);
  fleet.observation.instances.at(id(4)).state = InstanceState::terminated;
  ticks_for(30min);
  EXPECT_EQ(fleet.state.members.at(id(4)).served_tag, "now");
  fleet.observation.instances.erase(id(4));
  for (int hour = 0; hour < 24 * 7 + 1; ++hour) {
    fleet.pass(59min);
    tick();
  }
  EXPECT_FALSE(fleet.state.members.contains(id(4)));
}

}  // namespace
}  // namespace evenkeel::decide
