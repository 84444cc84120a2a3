// What may be sent when its intent can't be stored.
#include "controller/without_a_store.h"

#include <gtest/gtest.h>

namespace evenkeel::controller {
namespace {

using namespace std::chrono_literals;

const Time kAt = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 12h;

Remediation remediation_in(Phase phase) {
  Remediation remediation;
  remediation.id = remediation.instance_id = "i-1";
  remediation.phase = phase;
  remediation.deadline = kAt + 1min;
  return remediation;
}

Action action_of(Effect effect, bool restores) {
  Action action;
  action.effect = effect;
  action.instance_id = action.remediation_id = "i-1";
  action.at = kAt;
  action.restores = restores;
  return action;
}

bool is_sent(const Remediation& stored, const Action& action) {
  FleetState state;
  state.open = {stored};
  Plan plan;
  plan.actions = {action};
  return !safe_without_a_store(state, plan).empty();
}

TEST(WithoutAStore, ATreatedServerIsPutBack) {
  for (const auto phase : {Phase::booting, Phase::starting, Phase::rejoining, Phase::soaking, Phase::held}) {
    EXPECT_TRUE(is_sent(remediation_in(phase), action_of(Effect::register_, true))) << name(phase);
    EXPECT_TRUE(is_sent(remediation_in(phase), action_of(Effect::exit_standby, true))) << name(phase);
  }
  EXPECT_TRUE(is_sent(remediation_in(Phase::stopping), action_of(Effect::start, true)));
}

TEST(WithoutAStore, OneThatAnotherTickMightStillTreatIsNot) {
  for (const auto phase : {Phase::draining, Phase::capturing, Phase::commanding, Phase::stopping,
                           Phase::rebooting, Phase::replacing}) {
    EXPECT_FALSE(is_sent(remediation_in(phase), action_of(Effect::register_, true))) << name(phase);
  }
  auto late = remediation_in(Phase::draining);
  late.deadline = kAt;
  EXPECT_FALSE(is_sent(late, action_of(Effect::register_, true))) << "who is ready just then is treated";
  late.deadline = kAt - 2min;
  EXPECT_TRUE(is_sent(late, action_of(Effect::register_, true))) << "no tick treats it any more";
  auto untreated = remediation_in(Phase::draining);
  untreated.treat = false;
  EXPECT_TRUE(is_sent(untreated, action_of(Effect::register_, true)));
}

TEST(WithoutAStore, NothingIsSentThatRemovesTreatsOrBelongsToNoStoredRemediation) {
  for (int effect = 0; effect <= static_cast<int>(Effect::terminate); ++effect) {
    EXPECT_FALSE(is_sent(remediation_in(Phase::rejoining), action_of(static_cast<Effect>(effect), false)));
  }
  auto other = action_of(Effect::register_, true);
  other.remediation_id = "i-2";
  EXPECT_FALSE(is_sent(remediation_in(Phase::rejoining), other));
  for (const auto effect : {Effect::reboot, Effect::stop, Effect::terminate, Effect::command, Effect::capture,
                            Effect::deregister, Effect::enter_standby}) {
    EXPECT_FALSE(is_sent(remediation_in(Phase::rejoining), action_of(effect, true))) << name(effect);
  }
}

}  // namespace
}  // namespace evenkeel::controller
