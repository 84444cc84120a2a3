// Goal: one gate before every removal and treatment. Method: a member that would be treated in this tick, and
// one thing that forbids it at a time.
#include "decide/remediation/gate.h"

#include <gtest/gtest.h>

#include "decide/remediation/open.h"
#include "decide/remediation/plan_builder.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

using Then = Refusal::Then;

// Three drained and ready for its reboot.
struct Ready : FleetForTest {
  Ready() { drained_three(); }

  std::expected<Permit, Refusal> asked(std::optional<Verdict> only_restores = std::nullopt) {
    PlanBuilder builder{policy, observation, "n", std::move(only_restores)};
    return may_treat(three(), Effect::reboot, builder);
  }
  Then then() {
    const auto permit = asked();
    EXPECT_FALSE(permit);
    return permit ? Then::ask : permit.error().then;
  }
  Reason reason() {
    const auto permit = asked();
    EXPECT_FALSE(permit);
    return permit ? Reason::start : permit.error().verdict.reason;
  }
};

TEST(Gate, LetsThroughWhatNothingForbids) {
  Ready fleet;
  const auto permit = fleet.asked();
  ASSERT_TRUE(permit) << permit.error().verdict.text;
  EXPECT_EQ(permit->effect(), Effect::reboot);
  EXPECT_EQ(permit->remediation_id(), fleet.three().id);
}

TEST(Gate, SaysWhereTheMemberMayStillServe) {
  Ready fleet;
  fleet.registered(3, TargetState::draining);
  EXPECT_EQ(fleet.asked().error().verdict.text, "still in tg1:443 (draining), tg1-80:80 (draining)");
  fleet.gone_from(0, 3);
  fleet.group(1).registrations.reset();
  EXPECT_EQ(fleet.asked().error().verdict.text, "tg1-80 could not be read");
}

TEST(Gate, WhatKeepsItInServiceIsSaidRatherThanWhereItIs) {
  Ready fleet;
  PlanBuilder builder{fleet.policy, fleet.observation, "n"};
  const Refusal still{Then::wait, {Reason::being_drained, "still in tg1:443 (healthy)"}};
  fleet.three().why_untreated = "an instance refresh of web-asg is InProgress";
  EXPECT_FALSE(apply_refusal(still, fleet.three(), builder));
  EXPECT_EQ(fleet.three().why_untreated, "an instance refresh of web-asg is InProgress");
  fleet.three().why_untreated.clear();
  EXPECT_FALSE(apply_refusal(still, fleet.three(), builder));
  EXPECT_EQ(fleet.three().why_untreated, "still in tg1:443 (healthy)");
}

TEST(Gate, APermitIsForOneRemediationAlone) {
  Ready fleet;
  const auto permit = fleet.asked();
  ASSERT_TRUE(permit);
  PlanBuilder builder{fleet.policy, fleet.observation, "n"};
  auto other = fleet.three();
  other.id = "another";
  builder.take(*permit, other);
  EXPECT_TRUE(builder.actions.empty());
  builder.take(*permit, fleet.three());
  EXPECT_EQ(builder.actions.size(), 1U);
}

TEST(Gate, AFleetThatLeftThePolicyPutsItsMembersBack) {
  Ready fleet;
  fleet.policy.retired = true;
  EXPECT_EQ(fleet.then(), Then::put_back);
  EXPECT_EQ(fleet.reason(), Reason::retired);
  EXPECT_EQ(fleet.asked().error().verdict.text, "the fleet left the policy");
  fleet.policy.policy_unread = true;
  EXPECT_EQ(fleet.asked().error().verdict.text, "the policy could not be read");
}

TEST(Gate, ATickThatOnlyRestoresSaysItsOwnReason) {
  Ready fleet;
  const auto permit = fleet.asked(Verdict{Reason::state_full, "no room"});
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().then, Then::wait);
  EXPECT_EQ(permit.error().verdict.reason, Reason::state_full);
}

TEST(Gate, ALateTickAndAClockThatWentBackWait) {
  Ready late;
  late.observation.late_by = 3min;
  EXPECT_EQ(late.reason(), Reason::asked_late);
  Ready back;
  back.three().phase_since = back.observation.taken_at + 2min;
  EXPECT_EQ(back.reason(), Reason::clock_backwards);
  EXPECT_EQ(back.then(), Then::wait);
}

TEST(Gate, TheHoldTagPutsItBack) {
  Ready fleet;
  fleet.observation.instances.at(id(3)).tags[kHoldTag] = "ann is debugging";
  EXPECT_EQ(fleet.then(), Then::put_back);
  EXPECT_EQ(fleet.reason(), Reason::hold_tag);
  fleet.observation.instances.at(id(3)).tags[kHoldTag] = "";
  EXPECT_EQ(fleet.reason(), Reason::hold_tag) << "a console makes empty values";
  fleet.observation.instances.at(id(3)).tags[kHoldTag] = "no";
  EXPECT_TRUE(fleet.asked());
}

TEST(Gate, AnotherIncarnationOrAnUnknownOneIsNotTreated) {
  Ready other;
  other.observation.instances.at(id(3)).launch_time += 1s;
  EXPECT_EQ(other.reason(), Reason::instance_unknown);
  Ready unknown;
  unknown.observation.instances.erase(id(3));
  EXPECT_EQ(unknown.reason(), Reason::instance_unknown);
}

TEST(Gate, WhatItsAutoScalingGroupIsDoingHoldsItBack) {
  Ready fleet;
  auto& group = fleet.scaling();
  EXPECT_TRUE(fleet.asked()) << "nothing is under way";
  group.instance_refresh = "InProgress";
  EXPECT_EQ(fleet.reason(), Reason::instance_refresh);
  group.instance_refresh.reset();
  EXPECT_EQ(fleet.then(), Then::ask) << "it was not asked for yet";
  fleet.observation.scaling_asked = true;
  EXPECT_EQ(fleet.then(), Then::wait) << "unknown does not permit";
  group.instance_refresh = "";
  group.activities = {"Launching a new EC2 instance"};
  EXPECT_EQ(fleet.reason(), Reason::scaling_activity);
  group.activities->clear();
  group.being_deleted = true;
  EXPECT_EQ(fleet.then(), Then::put_back);
  fleet.observation.auto_scaling_group.reset();
  EXPECT_EQ(fleet.reason(), Reason::observation_incomplete);
}

TEST(Gate, SomethingRegisteredAgainIsNotTreated) {
  Ready fleet;
  fleet.registered(3, TargetState::healthy);
  fleet.gone_from(0, 3);
  EXPECT_FALSE(fleet.asked());
  Ready unread;
  unread.group(0).registrations.reset();
  EXPECT_FALSE(unread.asked());
}

TEST(Gate, AStoppedInstanceIsNotTreated) {
  Ready fleet;
  fleet.observation.instances.at(id(3)).state = InstanceState::stopped;
  EXPECT_EQ(fleet.reason(), Reason::not_running);
}

TEST(Gate, ADirtySurveyHoldsItBackAndADenialPutsItBack) {
  Ready fleet;
  fleet.observation.surveys.at(id(3)).complete = false;
  EXPECT_EQ(fleet.reason(), Reason::survey_incomplete);
  fleet.observation.surveys.at(id(3)).complete = true;
  fleet.observation.surveys.at(id(3)).may_reboot = false;
  EXPECT_EQ(fleet.then(), Then::put_back);
  fleet.observation.surveys.erase(id(3));
  EXPECT_EQ(fleet.then(), Then::ask);
}

TEST(Gate, AnEarlierTreatmentThatMayStillActHoldsItBack) {
  Ready fleet;
  fleet.three().effects_until = fleet.observation.taken_at + 1min;
  EXPECT_EQ(fleet.reason(), Reason::late_effect);
}

TEST(Gate, ItsPlacesAreLookedAtLast) {
  Ready fleet;
  fleet.observation.looked_again.clear();
  PlanBuilder builder{fleet.policy, fleet.observation, "n"};
  const auto permit = may_treat(fleet.three(), Effect::reboot, builder);
  ASSERT_FALSE(permit);
  EXPECT_EQ(permit.error().then, Then::ask);
  EXPECT_EQ(builder.places_wanted, std::vector<std::string>{id(3)});
  EXPECT_TRUE(builder.surveys_wanted.empty());

  fleet.observation.surveys.erase(id(3));
  const auto step = advance_open(fleet.policy, fleet.observation, fleet.state, "n");
  ASSERT_EQ(step.questions.size(), 1U);
  EXPECT_EQ(step.questions[0].kind, Question::Kind::survey) << "the places only when nothing else is asked";
}

TEST(Gate, AClassicLoadBalancerHoldsItBack) {
  Ready fleet;
  fleet.observation.surveys.at(id(3)).classic = {"Classic Load Balancer old"};
  EXPECT_EQ(fleet.reason(), Reason::elsewhere_registered);
  EXPECT_EQ(fleet.then(), Then::wait);
}

TEST(Gate, WhatItsGroupWouldNotDoIsAskedAgainBeforeItIsTerminatedOrMoved) {
  Ready fleet;
  auto& group = fleet.scaling();
  group.target_group_arns = {fleet.group(0).arn};
  fleet.policy.treatments = {{.treatment = Treatment::replace, .attempts = 1, .document = {}}};
  const auto asked = [&](Effect effect) {
    PlanBuilder builder{fleet.policy, fleet.observation, "n"};
    const auto permit = effect == Effect::terminate ? may_treat(fleet.three(), effect, builder)
                                                    : may_remove(fleet.three(), effect, {}, builder);
    return permit ? std::pair{Then::ask, Reason::start}
                  : std::pair{permit.error().then, permit.error().verdict.reason};
  };
  EXPECT_EQ(asked(Effect::terminate).second, Reason::start);
  EXPECT_EQ(asked(Effect::enter_standby).second, Reason::start);
  group.launch_suspended = true;
  EXPECT_EQ(asked(Effect::terminate), (std::pair{Then::wait, Reason::launch_suspended}));
  EXPECT_EQ(asked(Effect::enter_standby), (std::pair{Then::put_back, Reason::launch_suspended}));
  group.launch_suspended = false;
  group.registering_suspended = true;
  EXPECT_EQ(asked(Effect::terminate), (std::pair{Then::wait, Reason::registering_suspended}));
  EXPECT_EQ(asked(Effect::enter_standby).second, Reason::start) << "Evenkeel registers it again";
}

TEST(Gate, WhatItsGroupMayReplaceByNowGoesBack) {
  Ready fleet;
  auto& group = fleet.scaling();
  fleet.policy.leave_by = Leave::deregister;
  ASSERT_TRUE(fleet.asked());
  group.elb_health_check = true;
  EXPECT_EQ(fleet.then(), Then::put_back);
  EXPECT_EQ(fleet.reason(), Reason::auto_scaling_would_replace);
  group.replacement_suspended = true;
  EXPECT_TRUE(fleet.asked());
}

TEST(Gate, ARemovalIsAskedToo) {
  FleetForTest fleet;
  fleet.start_of_three();
  PlanBuilder builder{fleet.policy, fleet.observation, "n"};
  EXPECT_TRUE(may_remove(fleet.three(), Effect::deregister, "arn", builder));
  fleet.observation.instances.at(id(3)).tags[kHoldTag] = "yes";
  EXPECT_EQ(may_remove(fleet.three(), Effect::deregister, "arn", builder).error().verdict.reason,
            Reason::hold_tag);
  fleet.observation.late_by = 3min;
  EXPECT_EQ(may_remove(fleet.three(), Effect::deregister, "arn", builder).error().verdict.reason,
            Reason::asked_late);
}

TEST(Gate, AnUnfinishedRemovalIsNotRepeatedInALateTick) {
  FleetForTest fleet;
  fleet.memory(3, 80);
  fleet.tick(OutcomeKind::not_sent);
  fleet.pass(1min);
  fleet.observation.late_by = 3min;
  EXPECT_TRUE(effects(fleet.tick()).empty());
  fleet.observation.late_by = Duration{0};
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::deregister, Effect::deregister}));
}

TEST(Gate, HoldWhileDrainingPutsItBackAtOnce) {
  FleetForTest fleet;
  fleet.start_of_three();
  fleet.pass(1min);
  fleet.state_of(3, TargetState::draining);
  fleet.observation.instances.at(id(3)).tags[kHoldTag] = "yes";
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

}  // namespace
}  // namespace evenkeel::decide
