// Goal: who is out says so itself, and a state that does not know it starts nothing; no restore waits for it.
// Method: the small fleet with witness_tag, its marks as the account would show them.
#include "decide/remediation/witness.h"

#include <gtest/gtest.h>

#include "decide/testing/fleet.h"
#include "decide/testing/invariants.h"

namespace evenkeel::decide {
namespace {

using namespace std::chrono_literals;

struct Witnessed : FleetForTest {
  Witnessed() {
    policy.witness_tag = true;
    observation.marks.emplace();
  }
  std::map<std::string, std::string>& marks() { return *observation.marks; }
  // What AWS shows once the mark of the one that is out was accepted.
  void show_the_mark() {
    marks()[id(3)] = mark_value("web", three());
    observation.instances[id(3)].tags[kWitnessTag] = marks()[id(3)];
  }

  // Each action of the tick has the outcome that its effect has here, else it is accepted.
  Plan tick_with(Effect effect, OutcomeKind kind, bool denied = false) {
    ++ticks;
    auto plan = decide();
    broken = texts(violations(policy, observation, state, plan));
    state = plan.next;
    std::vector<Outcome> outcomes;
    for (const auto& action : plan.actions) {
      Outcome outcome{action.remediation_id, action.nonce, OutcomeKind::accepted, false, ""};
      if (action.effect == effect) outcome.kind = kind, outcome.denied = denied, outcome.detail = "no";
      outcomes.push_back(std::move(outcome));
    }
    if (!outcomes.empty()) state = apply_outcomes(policy, state, outcomes, observation.taken_at).next;
    return plan;
  }
  bool held_by(Reason reason) const {
    const auto plan = decide();
    return std::ranges::find(plan.fleet, reason, &Verdict::reason) != plan.fleet.end();
  }
};

TEST(Witness, IsPutOnBeforeItIsTakenOut) {
  Witnessed fleet;
  const auto plan = fleet.start_of_three();
  ASSERT_EQ(effects(plan), (std::vector{Effect::mark, Effect::deregister, Effect::deregister}));
  EXPECT_TRUE(fleet.broken.empty()) << join(fleet.broken, "; ");
  EXPECT_EQ(plan.actions[0].tag_value, "web/" + id(3) + "@2026-11-22T12:00:00Z mark:1-" +
                                           plan.next.open[0].marks.at(0) + " tg1:443 tg1-80:80");
  EXPECT_EQ(plan.actions[0].at, fleet.observation.taken_at);
  FleetForTest without;
  EXPECT_EQ(effects(without.start_of_three()), (std::vector{Effect::deregister, Effect::deregister}));
}

TEST(Witness, IsPutOnBeforeStandby) {
  Witnessed fleet;
  fleet.scaling();
  for (auto& [member, instance] : fleet.observation.instances) instance.auto_scaling_group = "web-asg";
  for (int index : {0, 1}) {
    fleet.group(index).attached = true;
    fleet.group(index).port = index == 0 ? 443 : 80;
  }
  const auto plan = fleet.start_of_three();
  ASSERT_EQ(effects(plan), (std::vector{Effect::mark, Effect::enter_standby}));
  EXPECT_EQ(plan.actions[0].tag_value, "web/" + id(3) + "@2026-11-22T12:00:00Z mark:1-" +
                                           plan.next.open[0].marks.at(0) +
                                           " standby:web-asg tg1:443 tg1-80:80");
}

TEST(Witness, WhatWasNotAcceptedIsPutOnAgainWithTheRemoval) {
  for (const auto kind : {OutcomeKind::unknown, OutcomeKind::not_sent}) {
    Witnessed fleet;
    fleet.memory(3, 80);
    fleet.tick(kind);
    fleet.pass(2min);
    const auto plan = fleet.tick();
    ASSERT_FALSE(plan.actions.empty());
    EXPECT_EQ(plan.actions[0].effect, Effect::mark) << name(kind);
    EXPECT_TRUE(fleet.broken.empty()) << join(fleet.broken, "; ");
  }
}

TEST(Witness, OneThatAwsRefusesPutsItBackUntreated) {
  Witnessed fleet;
  fleet.memory(3, 80);
  fleet.tick_with(Effect::mark, OutcomeKind::refused, true);
  ASSERT_EQ(fleet.state.denials.size(), 1U);
  EXPECT_EQ(fleet.state.denials[0].effect, Effect::mark);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
  EXPECT_FALSE(fleet.three().treat);
  EXPECT_NE(fleet.three().why_untreated.find("allow ec2:CreateTags"), std::string::npos)
      << fleet.three().why_untreated;
}

TEST(Witness, WhoMayNotBeMarkedIsNotTakenOut) {
  Witnessed fleet;
  fleet.memory(3, 80);
  for (const auto may : {std::optional<bool>{false}, std::optional<bool>{}}) {
    fleet.observation.surveys[id(3)].may_mark = may;
    EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::mark_denied);
  }
  fleet.observation.surveys[id(3)].may_mark = true;
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::start);
}

// Drained and marked, so that a tick would treat it.
Witnessed drained() {
  Witnessed fleet;
  fleet.drained_three();
  fleet.show_the_mark();
  return fleet;
}

TEST(Witness, IsRenewedBeforeATreatment) {
  auto fleet = drained();
  fleet.observation.surveys[id(3)].may_mark = false;  // asked before a start; here AWS's answer decides
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), (std::vector{Effect::mark, Effect::reboot}));
  EXPECT_NE(plan.actions[0].tag_value.find("Z mark:2-" + plan.next.open[0].marks.at(1) + " tg1:443"),
            std::string::npos)
      << plan.actions[0].tag_value;
  EXPECT_TRUE(fleet.broken.empty()) << join(fleet.broken, "; ");
}

TEST(Witness, IsRenewedBeforeEachAttempt) {
  auto fleet = drained();
  const auto copy = fleet.state;
  fleet.tick(OutcomeKind::not_sent);
  fleet.pass(1min);
  fleet.tick();
  fleet.pass(1min);
  const auto again = fleet.tick();
  ASSERT_EQ(fleet.three().marks.size(), 3U);
  const auto newest = mark_value("web", fleet.three());
  fleet.state = copy;  // an older copy, from before the treatment, while its tag has gone on
  fleet.observation.instances[id(3)].tags[kWitnessTag] = newest;
  fleet.marks()[id(3)] = fleet.observation.instances[id(3)].tags[kWitnessTag];
  EXPECT_TRUE(fleet.held_by(Reason::state_outdated));
  EXPECT_TRUE(effects(fleet.tick()).empty()) << "the newer state's reboot may still act";
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
  EXPECT_NE(fleet.three().why_untreated.find("was written by another state"), std::string::npos)
      << fleet.three().why_untreated;
  fleet.pass(2min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 30s;
  fleet.memory(3, 30);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Witness, OneThatIsGoneOrOfSomethingElseForbidsTheTreatment) {
  for (const std::string& value :
       {std::string(), "web/" + id(4) + "@2026-11-22T12:00:00Z mark:1", std::string("yes")}) {
    auto fleet = drained();
    auto& tags = fleet.observation.instances[id(3)].tags;
    tags.erase(kWitnessTag);
    if (!value.empty()) tags[kWitnessTag] = value;
    fleet.tick();
    EXPECT_EQ(fleet.three().phase, Phase::rejoining) << value;
    EXPECT_FALSE(fleet.three().treat);
    EXPECT_EQ(fleet.three().effects_until, Time{}) << value << ": no state of this fleet wrote it";
  }
}

TEST(Witness, OneThatDoesNotShowYetIsWaitedFor) {
  auto fleet = drained();
  fleet.observation.instances[id(3)].tags.erase(kWitnessTag);
  auto& mark = *std::ranges::find(fleet.three().intents, Effect::mark, &Intent::effect);
  mark.at = fleet.observation.taken_at - 2s;
  EXPECT_TRUE(effects(fleet.tick()).empty());
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  EXPECT_NE(fleet.three().why_untreated.find("does not show yet"), std::string::npos);
}

TEST(Witness, TwoStatesThatStartInTheSameSecondTreatOnce) {
  auto fleet = drained();
  fleet.three().marks = {
      "another8"};  // of two that are alike to the second, the tag of the other one arrived last
  EXPECT_TRUE(effects(fleet.tick()).empty());
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Witness, WhatLeftBeforeTheKeyWasSetNeedsNone) {
  auto fleet = drained();
  std::erase_if(fleet.three().intents, [](const Intent& intent) { return intent.effect == Effect::mark; });
  fleet.three().marks.clear();
  fleet.observation.instances[id(3)].tags.erase(kWitnessTag);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::mark, Effect::reboot}));
}

TEST(Witness, OneThatAwsRefusesBeforeATreatmentPutsItBackUntreated) {
  auto fleet = drained();
  fleet.state = fleet.decide().next;
  auto& intents = fleet.three().intents;
  for (auto& intent : intents) {
    if (intent.effect == Effect::mark) intent.outcome = OutcomeKind::refused, intent.may_land_late = false;
    if (intent.effect == Effect::reboot) intent.outcome = OutcomeKind::not_sent;
  }
  for (int minute = 0; minute < 3; ++minute) fleet.pass(1min), fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Witness, OfAnotherFleetOfTheStoreHoldsThisOneToo) {
  Witnessed fleet;
  fleet.memory(5, 80);
  const auto remediation = id(4) + "@2026-11-22T11:00:00Z";
  fleet.marks()[id(4)] = "api/" + remediation + " mark:1 tg9:443";
  EXPECT_FALSE(fleet.held_by(Reason::state_outdated)) << "a fleet of another installation";
  auto& others = fleet.observation.remediations_of_others;
  others["api"] = {};
  EXPECT_TRUE(fleet.held_by(Reason::state_outdated));
  others["api"].insert(remediation);
  EXPECT_FALSE(fleet.held_by(Reason::state_outdated));
}

TEST(Witness, IsTakenOffWhenItsRemediationHasEnded) {
  Witnessed fleet;
  fleet.start_of_three();
  fleet.show_the_mark();
  const auto value = fleet.marks().at(id(3));
  fleet.gone(3);
  fleet.pass(2min);
  fleet.tick();
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at + 30s;
  fleet.memory(3, 30);
  Plan plan;
  for (int minute = 0; minute < 20 && !fleet.state.open.empty(); ++minute) {
    fleet.pass(1min);
    if (minute == 3) fleet.registered(3, TargetState::healthy);
    plan = fleet.tick();
    EXPECT_TRUE(fleet.broken.empty()) << join(fleet.broken, "; ");
    EXPECT_FALSE(fleet.held_by(Reason::state_outdated));
  }
  ASSERT_TRUE(fleet.state.open.empty());
  ASSERT_EQ(effects(plan), std::vector{Effect::unmark});
  EXPECT_EQ(plan.actions[0].tag_value, value);
  EXPECT_FALSE(fleet.held_by(Reason::state_outdated)) << "it still shows, and is known";
  fleet.marks().clear();
  fleet.pass(1min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  fleet.pass(30min);
  fleet.tick();
  EXPECT_TRUE(fleet.state.left_marks.empty());
}

// A mark of a remediation that has ended.
Witnessed left_marked() {
  Witnessed fleet;
  Remediation was;
  was.instance_id = id(3);
  was.id = id(3) + "@2026-11-22T11:00:00Z";
  was.intents.push_back(
      {Effect::mark, "n", fleet.observation.taken_at - 1h, "", OutcomeKind::accepted, false, ""});
  leave_mark(fleet.state, was, fleet.observation.taken_at);
  fleet.marks()[id(3)] = mark_value("web", was);
  return fleet;
}

TEST(Witness, ThatCanNotBeTakenOffIsSaidOnceAndHoldsNothing) {
  auto fleet = left_marked();
  int tried = 0, told = 0;
  for (int minute = 0; minute < 30; ++minute) {
    const auto plan = fleet.tick_with(Effect::unmark, OutcomeKind::refused);
    tried += static_cast<int>(plan.actions.size());
    told += static_cast<int>(std::ranges::count(plan.events, EventKind::tag, &Event::kind));
    EXPECT_TRUE(plan.fleet.empty());
    fleet.pass(1min);
  }
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(told, 1);
  fleet.memory(5, 80);
  EXPECT_EQ(fleet.decide().members.at(id(5)).reason, Reason::start);
}

TEST(Witness, WithoutALookItIsTakenOffUntilThatIsAccepted) {
  auto fleet = left_marked();
  fleet.policy.witness_tag = false;  // by now
  fleet.observation.marks.reset();
  EXPECT_EQ(effects(fleet.tick(OutcomeKind::not_sent)), std::vector{Effect::unmark});
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::unmark});
  fleet.pass(1min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
}

TEST(Witness, AStateThatDoesNotKnowItStartsNothing) {
  Witnessed fleet;
  fleet.start_of_three();
  fleet.show_the_mark();
  const auto value = fleet.marks().at(id(3));
  EXPECT_FALSE(fleet.held_by(Reason::state_outdated));
  fleet.state.open.clear();  // as a copy from before has it
  fleet.memory(5, 80);
  const auto plan = fleet.decide();
  ASSERT_TRUE(fleet.held_by(Reason::state_outdated));
  EXPECT_TRUE(plan.actions.empty());
  EXPECT_NE(plan.fleet.front().text.find(value), std::string::npos) << plan.fleet.front().text;
  EXPECT_EQ(plan.next.ability.kind, Ability::Kind::blind);
  ASSERT_FALSE(plan.next.ability.blind_to.empty());
  EXPECT_EQ(plan.next.ability.blind_to[0].what, Blindness::state_outdated);
  fleet.marks().clear();
  EXPECT_FALSE(fleet.held_by(Reason::state_outdated)) << "it was put back, and its tag taken off";
}

TEST(Witness, OneOfAnotherFleetOrInstanceMeansNothing) {
  Witnessed fleet;
  fleet.memory(5, 80);
  for (const auto& value : {"api/" + id(4) + "@2026-11-22T11:00:00Z",
                            "web/" + id(3) + "@2026-11-22T11:00:00Z", std::string("yes"), std::string()}) {
    fleet.marks()[id(4)] = value;
    EXPECT_EQ(fleet.decide().members.at(id(5)).reason, Reason::start) << value;
  }
  fleet.marks()[id(4)] = "web/" + id(4) + "@2026-11-22T11:00:00Z";
  EXPECT_TRUE(fleet.held_by(Reason::state_outdated));
}

TEST(Witness, OneThatIsLeftOverFromARememberedRemediationIsTakenOff) {
  Witnessed fleet;
  PastRemediation was;
  was.id = id(3) + "@2026-11-22T11:00:00Z";
  was.instance_id = id(3);
  was.ended_at = fleet.observation.taken_at - 30min;
  fleet.state.recent.push_back(was);
  fleet.marks()[id(3)] = "web/" + was.id + " tg1:443";
  const auto plan = fleet.tick();
  EXPECT_EQ(effects(plan), std::vector{Effect::unmark});
  EXPECT_TRUE(fleet.broken.empty()) << join(fleet.broken, "; ");
  EXPECT_TRUE(plan.fleet.empty());
}

TEST(Witness, UnreadNeverPermits) {
  Witnessed fleet;
  fleet.memory(3, 80);
  fleet.observation.marks.reset();
  fleet.observation.problems = {{Problem::Kind::marks, kWitnessTag, "ec2:DescribeInstances: HTTP 500"}};
  EXPECT_TRUE(fleet.held_by(Reason::observation_incomplete));
  EXPECT_NE(fleet.decide().fleet.front().text.find("HTTP 500"), std::string::npos);
  EXPECT_TRUE(fleet.decide().actions.empty());
}

TEST(Witness, NoRestoreNeedsIt) {
  auto fleet = drained();
  fleet.tick();
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at + 30s;
  fleet.memory(3, 30);
  fleet.observation.marks.reset();
  fleet.observation.surveys[id(3)].may_mark = false;
  bool registered = false;
  for (int minute = 0; minute < 20 && !fleet.state.open.empty(); ++minute) {
    fleet.pass(1min);
    if (registered) fleet.registered(3, TargetState::healthy);
    const auto plan = fleet.tick_with(Effect::unmark, OutcomeKind::refused, true);
    registered = registered ||
                 std::ranges::find(plan.actions, Effect::register_, &Action::effect) != plan.actions.end();
  }
  EXPECT_TRUE(registered);
  EXPECT_TRUE(fleet.state.open.empty());
  ASSERT_EQ(fleet.state.recent.size(), 1U);
  EXPECT_EQ(fleet.state.recent[0].ending, Ending::cured);
}

TEST(Witness, ItsValueFitsATag) {
  Remediation remediation;
  remediation.id = id(3) + "@2026-11-22T11:00:00Z";
  remediation.auto_scaling_group = "wéb;asg";
  for (int i = 0; i < 40; ++i)
    remediation.snapshot.push_back({"arn", fmt::format("target-group-{}", i), 443});
  const auto value = mark_value("web", remediation);
  EXPECT_LE(value.size(), 256U);
  EXPECT_NE(value.find(" standby:w__b_asg target-group-0:443 "), std::string::npos) << value;
  EXPECT_NE(value.find(" +"), std::string::npos) << value;
}

struct WitnessInvariants : Invariants {
  WitnessInvariants() {
    fleet.policy.witness_tag = true;
    fleet.observation.marks.emplace();
    fleet.memory(3, 80);
    plan = fleet.decide();
  }
};

TEST_F(WitnessInvariants, ARemovalHasItsMark) {
  ASSERT_TRUE(violations(fleet.policy, fleet.observation, fleet.state, plan).empty());
  auto late = plan;
  std::ranges::rotate(late.actions, late.actions.begin() + 1);
  EXPECT_TRUE(breaks("F6", fleet, late, "deregister of"));
  plan.actions.erase(plan.actions.begin());
  EXPECT_TRUE(breaks("F6", fleet, plan, "without its tag evenkeel:state"));
}

TEST_F(WitnessInvariants, ATreatmentHasAMarkOfItsOwn) {
  auto out = drained();
  auto treated = out.decide();
  ASSERT_EQ(effects(treated), (std::vector{Effect::mark, Effect::reboot}));
  ASSERT_TRUE(violations(out.policy, out.observation, out.state, treated).empty());
  treated.actions.erase(treated.actions.begin());
  EXPECT_TRUE(breaks("F6", out, treated, "reboot of"));
}

TEST_F(WitnessInvariants, NothingStartsBesideAMarkThatIsNotKnown) {
  fleet.observation.marks->emplace(id(4), "web/" + id(4) + "@2026-11-22T11:00:00Z tg1:443");
  EXPECT_TRUE(breaks("F5", fleet, plan, "is marked as out"));
  fleet.observation.marks.reset();
  EXPECT_TRUE(breaks("F5", fleet, plan, "was not read"));
}

TEST_F(WitnessInvariants, TakingOffHasItsIntent) {
  auto left = left_marked();
  auto removal = left.decide();
  ASSERT_EQ(effects(removal), std::vector{Effect::unmark});
  ASSERT_TRUE(violations(left.policy, left.observation, left.state, removal).empty());
  removal.next.left_marks.clear();
  EXPECT_TRUE(breaks("A1", left, removal, "has no intent"));
}

}  // namespace
}  // namespace evenkeel::decide
