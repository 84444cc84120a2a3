// What is done to a member: each treatment, the ladder from one to the next, and evidence before it.
#include <gtest/gtest.h>

#include "decide/fleet_for_test.h"
#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

Step step(Treatment treatment, int attempts = 1) {
  Step one{.treatment = treatment, .attempts = attempts, .document = {}};
  if (treatment == Treatment::command)
    one.document = {.name = "RecyclePool", .parameters = {}, .within = 5min};
  return one;
}

struct Ladder : FleetForTest {
  explicit Ladder(std::vector<Step> steps) {
    policy.treatments = std::move(steps);
    for (auto& [member, instance] : observation.instances) instance.ebs_root = true;
  }

  Instance& machine() { return observation.instances.at(id(3)); }

  // The latest command's intent gets that result.
  void command(CommandResult::State became, const std::string& output = "") {
    const auto& intents = three().intents;
    for (const auto& intent : intents) {
      if (intent.effect != Effect::command && intent.effect != Effect::capture) continue;
      observation.commands[intent.nonce] = {
          .state = became,
          .command_id = "c-1",
          .status = became == CommandResult::State::success ? "Success" : "Failed",
          .output = output};
    }
  }
};

TEST(Treatment, NoneOnlyCyclesTheMember) {
  Ladder fleet{{step(Treatment::none)}};
  fleet.drained_three();
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().treat);
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, ACommandIsSentOnceAndItsOutputKept) {
  Ladder fleet{{step(Treatment::command)}};
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

TEST(Treatment, AFailedCommandClimbsToTheReboot) {
  Ladder fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed, "no such pool");
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  EXPECT_EQ(fleet.three().rung, 1);
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, AFailedCommandAloneEndsInItsReturn) {
  Ladder fleet{{step(Treatment::command)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_FALSE(fleet.three().treat);
}

TEST(Treatment, ACommandIsTriedAsOftenAsThePolicySays) {
  Ladder fleet{{step(Treatment::command, 2)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  EXPECT_EQ(fleet.three().rung, 0);
  fleet.pass(1min);  // the first has ended, so nothing of it can still act
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::command});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  fleet.tick();
  EXPECT_FALSE(fleet.three().treat) << "twice is enough";
}

TEST(Treatment, ASecondCommandWaitsForOneThatStillRuns) {
  Ladder fleet{{step(Treatment::command, 2)}};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::running);
  fleet.pass(kRequestValidity + 5min);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::draining) << "not ended in time: a second try is allowed";
  fleet.pass(1min);
  EXPECT_TRUE(fleet.tick().actions.empty());
  EXPECT_NE(fleet.three().why_untreated.find("may still act"), std::string::npos);
  fleet.command(CommandResult::State::failed);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::command});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, ARebootEndsADocumentThatStillRuns) {
  Ladder fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::running);
  fleet.pass(kRequestValidity + 5min);
  fleet.tick();
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::reboot});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

// Reboots until the phase is over, and gives the time from the first request to the second; zero: there was none.
Duration between_reboots(Ladder& fleet, OutcomeKind outcome) {
  fleet.reboot_of_three(outcome);
  const Time first = fleet.observation.taken_at;
  while (fleet.three().phase != Phase::rejoining && fleet.observation.taken_at - first < 3h) {
    fleet.pass(1min);
    const auto plan = fleet.tick(outcome);
    EXPECT_EQ(fleet.broken, std::vector<std::string>{});
    if (effects(plan) == std::vector{Effect::reboot}) return fleet.observation.taken_at - first;
  }
  return {};
}

TEST(Treatment, ARebootIsTriedAgainOnceTheFirstCanNoLongerAct) {
  Ladder accepted{{step(Treatment::reboot, 2)}};
  EXPECT_EQ(between_reboots(accepted, OutcomeKind::accepted), accepted.policy.timing.boot + 1min);
  Ladder quick{{step(Treatment::reboot, 2)}};
  quick.policy.timing.boot = 5min;  // shorter than an accepted reboot may wait in EC2's queue
  EXPECT_EQ(between_reboots(quick, OutcomeKind::accepted), kAnsweredWithin + kRebootQueue);
  Ladder lost{{step(Treatment::reboot, 2)}};
  EXPECT_EQ(between_reboots(lost, OutcomeKind::unknown),
            kRequestValidity + kRebootQueue + lost.policy.timing.boot + 1min);
  Ladder once{{step(Treatment::reboot, 1)}};
  EXPECT_EQ(between_reboots(once, OutcomeKind::accepted), 0min);
}

TEST(Treatment, OneThatComesUpLateIsNotRebootedAgain) {
  Ladder fleet{{step(Treatment::reboot, 2)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  fleet.tick();
  ASSERT_EQ(fleet.three().phase, Phase::draining);
  fleet.pass(1min);
  fleet.memory(3, 30);
  fleet.observation.consoles[id(3)] = fleet.observation.taken_at - 30s;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().booted_at.has_value());
  EXPECT_TRUE(fleet.three().treat) << "by our reboot";
}

TEST(Treatment, AStopIsTriedAgainOnceTheFirstCanNoLongerAct) {
  Ladder fleet{{step(Treatment::stop_start, 2)}};
  fleet.drained_three();
  fleet.tick(OutcomeKind::unknown);
  const Time first = fleet.observation.taken_at;
  Plan plan;
  for (int minute = 0; minute < 60 && effects(plan) != std::vector{Effect::stop}; ++minute) {
    fleet.pass(1min);
    plan = fleet.tick(OutcomeKind::unknown);
    ASSERT_EQ(fleet.broken, std::vector<std::string>{});
  }
  EXPECT_EQ(effects(plan), std::vector{Effect::stop});
  EXPECT_GE(fleet.observation.taken_at - first, kRequestValidity);
  EXPECT_EQ(fleet.three().attempt, 2);
}

TEST(Treatment, ACommandThatDoesNotEndIsGivenUp) {
  Ladder fleet{{step(Treatment::command)}};
  fleet.drained_three();
  fleet.tick();
  fleet.command(CommandResult::State::unknown);
  fleet.pass(kRequestValidity + 5min);
  fleet.tick();
  EXPECT_EQ(fleet.three().why_untreated, "the command did not end in time");
}

TEST(Treatment, ARebootThatShowsNoBootClimbsToAnotherMachine) {
  Ladder fleet{{step(Treatment::reboot), step(Treatment::stop_start)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::draining);
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::stop});
  EXPECT_EQ(fleet.broken, std::vector<std::string>{});
}

TEST(Treatment, AStoppedMemberIsStartedAndComesBackAsAnotherIncarnation) {
  Ladder fleet{{step(Treatment::stop_start)}};
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
  fleet.machine().state = InstanceState::running;
  fleet.machine().launch_time = fleet.observation.taken_at;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
  EXPECT_TRUE(fleet.three().treat) << "the new launch is ours, not a stranger's";
  EXPECT_TRUE(fleet.three().booted_at.has_value());
}

TEST(Treatment, AStartIsTriedAgainForEverAndSomebodyIsCalled) {
  Ladder fleet{{step(Treatment::stop_start)}};
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
  fleet.machine().state = InstanceState::running;
  fleet.machine().launch_time = fleet.observation.taken_at;
  fleet.pass(1min);
  fleet.tick();
  EXPECT_EQ(fleet.three().phase, Phase::rejoining);
}

TEST(Treatment, ALostStopIsWaitedOutAndNotRepeated) {
  Ladder fleet{{step(Treatment::stop_start)}};
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
  Ladder fleet{{step(Treatment::stop_start)}};
  fleet.drained_three();
  fleet.tick();
  fleet.machine().state = InstanceState::stopped;
  fleet.three().phase = Phase::rejoining;
  fleet.three().treat = false;
  fleet.pass(1min);
  EXPECT_EQ(effects(fleet.tick()), std::vector{Effect::start});
}

struct Replaced : Ladder {
  Replaced() : Ladder({step(Treatment::replace)}) {
    policy.auto_scaling_group = "web-asg";
    AutoScalingGroup seen;
    seen.name = "web-asg";
    seen.min = 8;
    seen.max = 8;
    seen.desired = 8;
    seen.instance_refresh = "";
    seen.activities.emplace();
    for (int i = 1; i <= 8; ++i) seen.members.push_back({id(i), "InService", true});
    observation.auto_scaling_group = seen;
    group(0).attached = true;
    group(0).port = 443;
  }
  // Auto Scaling's new member, healthy where the group registers it or not yet.
  void replacement(TargetState seen) {
    auto& members = observation.auto_scaling_group->members;
    if (members.back().instance_id != id(9)) {
      members.push_back({id(9), "InService", true});
      group(0).registrations->push_back({id(9), 443, seen, ""});
    }
    group(0).registrations->back().state = seen;
  }
  std::string& lifecycle() { return observation.auto_scaling_group->members[2].lifecycle_state; }
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
  fleet.lifecycle() = "Terminating";
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

TEST(Treatment, NobodyIsReplacedWhileTheGroupCannotBeRead) {
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

struct Captured : Ladder {
  explicit Captured(bool required) : Ladder({step(Treatment::reboot)}) {
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
  const auto told = std::ranges::find(reboot.events, "evidence", &Event::kind);
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

TEST(Ladder, EndsWhereThePolicyEnds) {
  Ladder fleet{{step(Treatment::reboot)}};
  fleet.reboot_of_three();
  fleet.pass(fleet.policy.timing.boot);
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Ladder, IsNotClimbedWhenTheFleetIsOnlyRestored) {
  Ladder fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.tick();
  fleet.pass(1min);
  fleet.command(CommandResult::State::failed);
  fleet.policy.retired = true;
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

TEST(Ladder, ARungThatThePolicyNoLongerHasIsNotApplied) {
  Ladder fleet{{step(Treatment::command), step(Treatment::reboot)}};
  fleet.drained_three();
  fleet.three().rung = 1;
  fleet.policy.treatments.pop_back();
  EXPECT_EQ(effects(fleet.tick()), (std::vector{Effect::register_, Effect::register_}));
}

}  // namespace
}  // namespace evenkeel::decide
