// What is done to a member: each treatment, the escalation from one to the next, and evidence before it.
#include <algorithm>
#include <gtest/gtest.h>

#include "decide/remediation/protocol.h"
#include "decide/testing/escalating.h"

namespace evenkeel::decide {
namespace {

TEST(Treatment, NoneOnlyCyclesTheMember) {
  Escalating fleet{{step(Treatment::none)}};
  fleet.drained_three();
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().treat);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, ACommandIsSentOnceAndItsOutputKept) {
  Escalating fleet{{step(Treatment::command)}};
  fleet.drained_three();
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::command});
  EXPECT_EQ(plan.actions[0].document.name, "RecyclePool");
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(1min);
  auto asked = fleet.decide();
  ASSERT_EQ(asked.questions.size(), 1U);
  EXPECT_EQ(asked.questions[0].kind, Question::Kind::command);
  EXPECT_EQ(asked.questions[0].nonce, plan.actions[0].nonce);
  fleet.command(CommandResult::State::running);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.command(CommandResult::State::success, "pool recycled");
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_EQ(fleet.three().command_output, "Success: pool recycled");
}

TEST(Treatment, AFailedCommandEscalatesToTheReboot) {
  Escalating fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed, "no such pool");
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  EXPECT_EQ(fleet.three().level, 1);
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, AFailedCommandAloneEndsInItsReturn) {
  Escalating fleet{{step(Treatment::command)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Treatment, ACommandThatDoesNotEndIsGivenUp) {
  Escalating fleet{{step(Treatment::command)}};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::unknown);
  fleet.pass(kRequestValidity + 5min);
  fleet.tick();
  EXPECT_EQ(fleet.three().why_untreated, "the command did not end in time");
}

TEST(Treatment, ARebootThatShowsNoBootEscalatesToAnotherMachine) {
  Escalating fleet{{step(Treatment::reboot), step(Treatment::stop_start)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  fleet.pass(1min);
  EXPECT_TRUE(effects(fleet.tick()).empty()) << "the reboot may still be in EC2's queue";
  fleet.pass(kRebootUnseen - fleet.policy.timing.boot - 1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::stop});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

// EC2 runs it again, and a minute has passed.
void launch(Escalating& fleet) {
  fleet.machine().state = InstanceState::running;
  fleet.machine().launch_time = fleet.observation.taken_at;
  fleet.pass(1min);
}

TEST(Treatment, AStoppedMemberIsStartedAndComesBackAsAnotherIncarnation) {
  Escalating fleet{{step(Treatment::stop_start)}};
  fleet.drained_three();
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::stop});
  fleet.machine().state = InstanceState::stopping;
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.machine().state = InstanceState::stopped;
  fleet.pass(1min);
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::start});
  EXPECT_TRUE(plan.actions[0].restores) << "nobody may be left stopped";
  launch(fleet);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().treat) << "the new launch is ours, not a stranger's";
  EXPECT_TRUE(fleet.three().booted_at.has_value());
}

// Stopped by us, started by us, and seen to run again.
void started_again(Escalating& fleet) {
  fleet.drained_three();
  fleet.tick();
  fleet.machine().state = InstanceState::stopped;
  fleet.pass(1min);
  fleet.tick();
  launch(fleet);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Treatment, AServerThatAnOperatorStopsAfterOurStartIsNotStarted) {
  Escalating fleet{{step(Treatment::stop_start)}};
  started_again(fleet);
  fleet.machine().state = InstanceState::stopped;
  for (int minute = 0; minute < 5; ++minute) {
    fleet.pass(1min);
    EXPECT_EQ(std::ranges::count(effects(fleet.tick()), Effect::start), 0) << minute;
    EXPECT_EQ(fleet.three().phase, Phase::held);
  }
}

TEST(Treatment, AnOldAnswerAboutOurStopIsNoExternalChange) {
  Escalating fleet{{step(Treatment::stop_start)}};
  started_again(fleet);
  fleet.machine().state = InstanceState::stopped;
  fleet.machine().launch_time -= 24h;
  fleet.pass(kVisibleAfter - 1s);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining) << fleet.three().held_because;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::held);
}

TEST(Treatment, AStopThatWasNeverSentStartsNothing) {
  Escalating fleet{{step(Treatment::stop_start)}};
  fleet.drained_three();
  EXPECT_EQ(effects(fleet.tick(OutcomeKind::not_sent)), std::vector{Effect::stop});
  fleet.machine().state = InstanceState::stopped;
  for (int minute = 0; minute < 5; ++minute) {
    fleet.pass(1min);
    EXPECT_EQ(std::ranges::count(effects(fleet.tick()), Effect::start), 0) << minute;
  }
}

TEST(Treatment, AStartIsTriedAgainForEverAndAnOperatorIsNotified) {
  Escalating fleet{{step(Treatment::stop_start)}};
  fleet.drained_three();
  fleet.tick();
  fleet.machine().state = InstanceState::stopped;
  fleet.pass(1min);
  fleet.tick(OutcomeKind::not_sent);
  for (int minute = 0; minute < 20; ++minute) {
    fleet.pass(1min);
    EXPECT_EQ(effects(fleet.tick(OutcomeKind::not_sent)), std::vector{Effect::start}) << minute;
  }
  EXPECT_EQ(fleet.three().phase, Phase::held);
  EXPECT_NE(fleet.three().held_because.find("stopped and doesn't start"), std::string::npos);
  launch(fleet);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Treatment, ALostStopIsWaitedOutAndNotRepeated) {
  Escalating fleet{{step(Treatment::stop_start)}};
  fleet.drained_three();
  fleet.tick(OutcomeKind::unknown);
  for (int minute = 0; minute < 17; ++minute) {
    fleet.pass(1min);
    EXPECT_TRUE(fleet.tick().actions.empty()) << minute;
  }
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining) << "nothing can land any more";
}

TEST(Treatment, WhileThePersonsRestoreOfAStoppedMemberItIsStartedFirst) {
  Escalating fleet{{step(Treatment::stop_start)}};
  fleet.drained_three();
  fleet.tick();
  fleet.machine().state = InstanceState::stopped;
  fleet.three().phase = Phase::rejoining;
  fleet.three().treat = false;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::start});
}

struct Replaced : Escalating {
  Replaced() : Escalating({step(Treatment::replace)}) {
    policy.auto_scaling_group = "web-asg";
    AutoScalingGroup seen;
    seen.name = "web-asg";
    seen.min = 8;
    seen.max = 8;
    seen.desired = 8;
    seen.instance_refresh = "";
    seen.activities.emplace();
    for (int i = 1; i <= 8; ++i) seen.members.push_back({id(i), LifecycleState::in_service, true});
    observation.auto_scaling_group = seen;
    group(0).attached = true;
    group(0).port = 443;
  }
  // Auto Scaling's new member, healthy where the group registers it or not yet.
  void replacement(TargetState seen) {
    auto& members = observation.auto_scaling_group->members;
    if (members.back().instance_id != id(9)) {
      members.push_back({id(9), LifecycleState::in_service, true});
      group(0).registrations->push_back({id(9), 443, seen, TargetReason::none});
    }
    group(0).registrations->back().state = seen;
  }
  LifecycleState& lifecycle() { return observation.auto_scaling_group->members[2].lifecycle_state; }
};

TEST(Treatment, AReplacementLeavesTheAttachedGroupsToAutoScaling) {
  Replaced fleet;
  const auto first = fleet.start_of_three();
  ASSERT_EQ(effects(first), std::vector{Effect::deregister}) << "only the group that isn't attached";
  EXPECT_EQ(first.actions[0].target_group_arn, fleet.group(1).arn);
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::terminate});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.lifecycle() = LifecycleState::terminating;
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  ASSERT_EQ(fleet.state.open.size(), 1U) << "terminating it is our own doing";
  fleet.machine().state = InstanceState::terminated;
  fleet.observation.auto_scaling_group->members.erase(fleet.observation.auto_scaling_group->members.begin() +
                                                      2);
  fleet.gone(3);
  fleet.pass(1min);
  fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U) << "the replacement isn't in service yet";
  fleet.replacement(TargetState::initial);
  fleet.pass(1min);
  fleet.tick();
  ASSERT_EQ(fleet.state.open.size(), 1U) << "in service, but not healthy yet";
  fleet.replacement(TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  ASSERT_TRUE(fleet.state.open.empty());
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::replaced);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, ARefusedReplacementIsPutBack) {
  Replaced fleet;
  fleet.start_of_three();
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  fleet.tick(OutcomeKind::refused);
  fleet.pass(1min);
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::register_});
  EXPECT_EQ(plan.actions[0].target_group_arn, fleet.group(1).arn);
}

TEST(Treatment, NoServerIsReplacedWhileTheGroupCannotBeRead) {
  Replaced fleet;
  fleet.start_of_three();
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  const auto group = fleet.observation.auto_scaling_group;
  fleet.observation.auto_scaling_group.reset();
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.observation.auto_scaling_group = group;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::terminate});
}

TEST(Treatment, ALostTerminationIsGivenUpOnceNoneCanLand) {
  Replaced fleet;
  fleet.start_of_three();
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  fleet.tick(OutcomeKind::unknown);
  fleet.pass(kRequestValidity);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.pass(kVisibleAfter);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::register_});
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Treatment, AMissingReplacementIsForAPerson) {
  Replaced fleet;
  fleet.start_of_three();
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  fleet.tick();
  fleet.machine().state = InstanceState::terminated;
  fleet.observation.auto_scaling_group->members.erase(fleet.observation.auto_scaling_group->members.begin() +
                                                      2);
  fleet.pass(2h);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::held);
  fleet.replacement(TargetState::healthy);
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.state.recent.back().ending, Ending::replaced);
}

TEST(Treatment, AReplacementWaitsForAGroupThatCannotBeRead) {
  Replaced fleet;
  fleet.start_of_three();
  fleet.gone_from(1, 3);
  fleet.pass(2min);
  fleet.group(1).registrations.reset();
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  EXPECT_EQ(fleet.three().phase, Phase::draining);
}

struct Captured : Escalating {
  explicit Captured(bool required) : Escalating({step(Treatment::reboot)}) {
    policy.evidence =
        Evidence{.document = {.name = "Snapshot", .parameters = {}, .within = 2min}, .required = required};
  }
};

TEST(EvidenceCapture, ComesBeforeTheTreatmentAndIsKept) {
  Captured fleet{false};
  fleet.drained_three();
  const auto plan = fleet.tick();
  ASSERT_EQ(effects(plan), std::vector{Effect::capture});
  EXPECT_EQ(plan.actions[0].document.name, "Snapshot");
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(1min);
  fleet.command(CommandResult::State::success, "top:\n leak 71%\x1b[2J");
  const auto reboot = fleet.tick();
  EXPECT_EQ(effects(reboot), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.three().captured, "Success: top:\n leak 71%\\x1b[2J")
      << "lines stay lines, and nothing else";
  const auto told = std::ranges::find(reboot.events, EventKind::evidence, &Event::kind);
  ASSERT_NE(told, reboot.events.end());
  EXPECT_EQ(told->text, "Success: top:  leak 71%\\x1b[2J");
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(EvidenceCapture, IsBoundedInTimeAndBlocksNothing) {
  Captured fleet{false};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::running);
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.three().captured, "not captured in time");
}

TEST(EvidenceCapture, WhoseMemberIsNeverReadyIsPutBackInTime) {
  Captured fleet{false};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::success);
  fleet.observation.surveys[id(3)].complete = false;
  for (int minute = 0; minute < 6; ++minute) {
    fleet.pass(1min);
    EXPECT_TRUE(fleet.tick().actions.empty());
    EXPECT_EQ(fleet.three().phase, Phase::capturing);
  }
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

TEST(EvidenceCapture, IsNotTakenFromAMemberThatServesUntilItIsReplaced) {
  for (const bool required : {false, true}) {
    Replaced fleet;
    fleet.policy.evidence = Captured{required}.policy.evidence;
    fleet.start_of_three();
    fleet.gone_from(1, 3);
    fleet.pass(2min);
    EXPECT_EQ(effects(fleet.tick()), std::vector{required ? Effect::register_ : Effect::terminate});
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    EXPECT_NE(fleet.three().captured.find("serves until it is terminated"), std::string::npos);
  }
}

TEST(EvidenceCapture, IsBoundedInSize) {
  Captured fleet{false};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::success, std::string(24'000, 'x'));
  fleet.tick();
  EXPECT_LT(fleet.three().captured.size(), 2'100U);
}

TEST(EvidenceCapture, ThatIsRequiredAndFailsSparesTheReboot) {
  for (const auto outcome : {OutcomeKind::accepted, OutcomeKind::refused}) {
    Captured fleet{true};
    fleet.drained_three();
    fleet.tick(outcome);
    fleet.pass(1min);
    if (outcome == OutcomeKind::accepted) fleet.command(CommandResult::State::failed);
    EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
    EXPECT_FALSE(fleet.three().treat);
  }
}

TEST(Escalating, EndsWhereThePolicyEnds) {
  Escalating fleet{{step(Treatment::reboot)}};
  fleet.reboot_of_three();
  fleet.pass(kRebootUnseen);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Escalating, DoesNotEscalateWhenTheFleetIsOnlyRestored) {
  Escalating fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  fleet.policy.retired = true;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Escalating, ALevelThatThePolicyNoLongerHasIsNotApplied) {
  Escalating fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.three().level = 1;
  fleet.policy.treatments.pop_back();
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Commanding, AServerIsNotReturnedWhileItsDocumentRuns) {
  FleetForTest fleet;
  fleet.policy.treatments = {{Treatment::command, 1, {"recycle", {}, 3min}}};
  fleet.drained_three();
  const auto begun = fleet.tick();
  ASSERT_EQ(effects(begun), std::vector{Effect::command});
  auto& result = fleet.observation.commands[begun.actions[0].nonce];
  result.state = CommandResult::State::running;
  fleet.pass(fleet.three().deadline - fleet.observation.taken_at);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  EXPECT_EQ(fleet.three().phase, Phase::rejoining) << "its time is over, and it still runs";
  fleet.pass(10min);
  EXPECT_TRUE(effects(fleet.tick()).empty());
  auto impatient = fleet;
  impatient.three().without_waiting = true;
  EXPECT_EQ(effects(impatient.tick()).size(), 2U) << "an operator wants it back";
  auto endless = fleet;
  endless.pass(1h);
  EXPECT_EQ(effects(endless.tick()).size(), 2U) << "it is not waited for without an end";
  result.state = CommandResult::State::success;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

}  // namespace
}  // namespace evenkeel::decide
