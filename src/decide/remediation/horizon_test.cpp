// Goal: who may still be acted on is not returned, not ended and not treated again. Method: each effect with
// each outcome, and a member whose reboot is on its way when it is to go back.
#include "decide/remediation/horizon.h"

#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/fleet.h"

namespace evenkeel::decide {
namespace {

Intent intent_of(Effect effect, OutcomeKind outcome, bool may_land_late) {
  Intent intent;
  intent.effect = effect;
  intent.at = Time{} + 1h;
  intent.outcome = outcome;
  intent.may_land_late = may_land_late;
  return intent;
}

Duration acts_for(Effect effect, OutcomeKind outcome, bool may_land_late) {
  FleetPolicy policy;
  policy.treatments = {{Treatment::command, 1, {"recycle", {}, 90s}}, Step{}};
  const auto intent = intent_of(effect, outcome, may_land_late);
  const Time until = may_act_until(intent, policy);
  return until == Time{} ? Duration::zero() : until - intent.at;
}

TEST(Horizon, OfEveryEffectAndOutcome) {
  using enum OutcomeKind;
  for (const Effect effect : {Effect::deregister, Effect::enter_standby}) {
    EXPECT_EQ(acts_for(effect, accepted, false), 0s) << "it shows";
    EXPECT_EQ(acts_for(effect, unknown, true), kRequestValidity);
    EXPECT_EQ(acts_for(effect, accepted, true), kRequestValidity) << "an earlier try got no answer";
  }
  EXPECT_EQ(acts_for(Effect::reboot, accepted, false), kRebootUnseen);
  EXPECT_EQ(acts_for(Effect::reboot, unknown, true), kRebootUnseen);
  EXPECT_EQ(acts_for(Effect::stop, accepted, false), kAnsweredWithin);
  EXPECT_EQ(acts_for(Effect::stop, unknown, true), kRequestValidity);
  EXPECT_EQ(acts_for(Effect::terminate, unknown, true), kRequestValidity);
  EXPECT_EQ(acts_for(Effect::command, accepted, false), kAnsweredWithin + 90s);
  EXPECT_EQ(acts_for(Effect::command, unknown, true), kRequestValidity + 90s);
  for (int i = 0; i <= static_cast<int>(Effect::terminate); ++i) {
    const auto effect = static_cast<Effect>(i);
    EXPECT_EQ(acts_for(effect, refused, false), 0s) << name(effect);
    EXPECT_EQ(acts_for(effect, not_sent, false), 0s) << name(effect);
  }
  for (const Effect effect : {Effect::register_, Effect::exit_standby, Effect::start, Effect::capture})
    EXPECT_EQ(acts_for(effect, unknown, true), 0s) << name(effect);
}

TEST(Horizon, ABootThatWasSeenIsTheEffect) {
  FleetForTest fleet;
  fleet.reboot_of_three(OutcomeKind::unknown);
  auto& three = fleet.three();
  EXPECT_EQ(treatments_may_act_until(three, fleet.observation, fleet.policy),
            fleet.observation.taken_at + kRebootUnseen);
  three.booted_at = fleet.observation.taken_at + 3min;
  EXPECT_EQ(treatments_may_act_until(three, fleet.observation, fleet.policy), Time{});
}

// An operator's wish as decide/requests.h writes it.
void request_back(Remediation& remediation, Time now) {
  remediation.treat = false;
  remediation.why_untreated = "put back by ann";
  remediation.phase = Phase::rejoining;
  remediation.deadline = now + 15min;
}

TEST(Horizon, AMemberIsNotReturnedBeforeItsRebootCanActNoMore) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  const Time rebooted = fleet.observation.taken_at;
  request_back(fleet.three(), rebooted);
  fleet.pass(1min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  EXPECT_EQ(fleet.three().deadline, rebooted + kRebootUnseen + fleet.policy.timing.rejoin)
      << "its time begins when it is returned";
  fleet.pass(kRebootUnseen - 2min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Horizon, AMemberThatIsSeenToBootIsReturnedAtOnce) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  request_back(fleet.three(), fleet.observation.taken_at);
  fleet.pass(1min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  fleet.pass(fleet.policy.timing.settle);
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 30s;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().booted_at.has_value());
}

TEST(Horizon, APersonMayOverrideIt) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  request_back(fleet.three(), fleet.observation.taken_at);
  fleet.three().without_waiting = true;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Horizon, ItIsToldOnce) {
  FleetForTest fleet;
  fleet.reboot_of_three();
  request_back(fleet.three(), fleet.observation.taken_at);
  int told = 0;
  for (int minute = 0; minute < 4; ++minute) {
    fleet.pass(1min);
    for (const auto& event : fleet.tick().events) told += event.kind == EventKind::waits ? 1 : 0;
  }
  EXPECT_EQ(told, 1);
}

TEST(Horizon, TheEndAndTheNextStartWaitToo) {
  FleetForTest fleet;
  fleet.policy.timing.soak = 0s;
  fleet.reboot_of_three(OutcomeKind::unknown);
  request_back(fleet.three(), fleet.observation.taken_at);
  fleet.three().without_waiting = true;
  fleet.pass(1min);
  fleet.tick();
  fleet.registered(3, TargetState::healthy);
  fleet.pass(2min);
  fleet.tick();
  fleet.pass(1min);
  fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U) << "back, and still to be rebooted";
  fleet.pass(30min);
  fleet.tick();
  EXPECT_TRUE(fleet.state.open.empty());
  fleet.policy.keep.cooldown = 0s;

  auto& record = fleet.state.members[id(3)];
  record.effects_until = fleet.observation.taken_at + 5min;
  fleet.memory(3, 80);
  EXPECT_EQ(fleet.decide().members.at(id(3)).reason, Reason::late_effect);
  EXPECT_EQ(fleet.decide().members.at(id(3)).until, record.effects_until);
  fleet.pass(6min);
  EXPECT_NE(fleet.decide().members.at(id(3)).reason, Reason::late_effect);
}

TEST(Horizon, ATreatmentThatALaterOneReplacesIsRemembered) {
  FleetForTest fleet;
  fleet.policy.treatments = {{Treatment::reboot, 2, {}}};
  fleet.reboot_of_three(OutcomeKind::unknown);
  const Time first = fleet.observation.taken_at;
  fleet.pass(fleet.three().deadline - fleet.observation.taken_at);
  fleet.tick();
  fleet.pass(1min);
  fleet.tick(OutcomeKind::unknown);
  EXPECT_EQ(fleet.three().effects_until, first + kRebootUnseen);
}

}  // namespace
}  // namespace evenkeel::decide
