#include "cli/wording.h"

#include <gtest/gtest.h>
#include <set>

#include "cli/sparkline.h"
#include "cli/summary.h"

namespace evenkeel::cli {
namespace {

const Time kSunday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

Intent sent(Effect effect, Duration ago, OutcomeKind outcome = OutcomeKind::accepted) {
  Intent intent;
  intent.effect = effect;
  intent.at = kSunday - ago;
  intent.outcome = outcome;
  intent.may_land_late = outcome == OutcomeKind::unknown;
  return intent;
}

TEST(Wording, OnItsWayBackItSaysWhichTreatmentMayStillActAndUntilWhen) {
  using namespace std::chrono_literals;
  Remediation one;
  one.phase = Phase::rejoining;
  one.intents = {sent(Effect::reboot, 10min)};
  EXPECT_EQ(
      waits_for(one, nullptr, kSunday),
      "until it is seen to have booted, or the reboot of 2026-11-21T23:50:00Z can act no more, which is at "
      "2026-11-22T00:20:00Z at the latest; then until it is healthy everywhere");
  EXPECT_EQ(waits_for(one, nullptr, kSunday + 20min), "until it is healthy everywhere") << "it is over";
  one.without_waiting = true;
  EXPECT_EQ(waits_for(one, nullptr, kSunday), "until it is healthy everywhere");
  one.without_waiting = false;
  one.booted_at = kSunday - 1min;
  EXPECT_EQ(waits_for(one, nullptr, kSunday), "until it is healthy everywhere") << "that was the reboot";
  one.booted_at.reset();
  one.intents = {sent(Effect::deregister, 1min, OutcomeKind::unknown)};
  EXPECT_EQ(waits_for(one, nullptr, kSunday), "until it is healthy everywhere")
      << "registering does not wait for it";
  one.phase = Phase::soaking;
  EXPECT_EQ(
      waits_for(one, nullptr, kSunday),
      "until it has stayed healthy for long enough, and until a request to take it out whose answer was lost "
      "can act no more, which is at 2026-11-22T00:15:00Z at the latest");
}

TEST(Wording, WhileADocumentMayRunItIsThatThatIsWaitedFor) {
  using namespace std::chrono_literals;
  Remediation one;
  one.phase = Phase::rejoining;
  one.treatment = Treatment::command;
  one.intents = {sent(Effect::command, 10min)};
  one.deadline = kSunday + 50min;
  EXPECT_EQ(
      waits_for(one, nullptr, kSunday),
      "until the document of SSM has ended, which is waited for until 2026-11-22T00:50:00Z at the latest; then "
      "until it is healthy everywhere");
  one.command_output = "Success";
  EXPECT_EQ(waits_for(one, nullptr, kSunday), "until it is healthy everywhere");
}

TEST(Wording, ATreatmentIsOneOnlyOnceItWasSent) {
  PastRemediation past;
  for (const auto ending : {Ending::untreated, Ending::terminated, Ending::handed_over}) {
    past.ending = ending;
    past.treated = false;
    EXPECT_FALSE(is_treated(past)) << name(ending);
    past.treated = true;
    EXPECT_TRUE(is_treated(past)) << name(ending);
  }
  past = {};
  past.ending = Ending::back;
  EXPECT_TRUE(is_treated(past)) << "as an earlier build stored it";
}

TEST(Wording, EveryPhaseSaysWhatItWaitsFor) {
  std::set<std::string> words;
  Remediation one;
  for (int phase = 0; phase <= static_cast<int>(Phase::done); ++phase) {
    one.phase = static_cast<Phase>(phase);
    const auto text = waits_for(one, nullptr, kSunday);
    EXPECT_FALSE(text.empty()) << phase;
    EXPECT_TRUE(words.insert(text).second) << text;
  }
}

TEST(Wording, StandbyAndDocumentsAreNamed) {
  FleetPolicy policy;
  policy.evidence = Evidence{.document = {.name = "Snapshot", .parameters = {}}};
  policy.timing.soak = std::chrono::minutes{7};
  Remediation one;
  one.auto_scaling_group = "web-asg";
  EXPECT_EQ(waits_for(one, &policy, kSunday),
            "until Auto Scaling has it in Standby and the load balancer has drained it");
  one.phase = Phase::capturing;
  EXPECT_EQ(waits_for(one, &policy, kSunday), "until SSM's document Snapshot has captured the evidence");
  one.phase = Phase::soaking;
  EXPECT_EQ(waits_for(one, &policy, kSunday), "until it has stayed healthy for 7m");
}

TEST(Wording, ACauseIsItsRuleOrItsMetric) {
  EXPECT_EQ(because({.metric = "Memory %", .value = 71.5, .above = 65}), "71.5 % of 65 %");
  EXPECT_EQ(because({.metric = "", .rule = "asked", .text = "tag evenkeel:remediate is now"}),
            "asked: tag evenkeel:remediate is now");
  EXPECT_EQ(because({.metric = "", .rule = "a\x1b[31m"}).find('\x1b'), std::string::npos);
}

TEST(Wording, TreatmentsAreNamedInOrderAndALevelOnlyWhereThereAreSeveral) {
  FleetPolicy policy;
  Remediation one;
  EXPECT_EQ(escalation_level(one, &policy), "reboot, not yet");
  one.treat = false;
  EXPECT_EQ(escalation_level(one, &policy), "") << "it never will be";
  one.treat = true;
  one.attempt = 1;
  EXPECT_EQ(escalation_level(one, &policy), "");
  policy.treatments = {Step{Treatment::command, 2, {.name = "Recycle", .parameters = {}}},
                       Step{Treatment::stop_start, 1, {}}};
  EXPECT_EQ(treatments_text(policy), "run a command (Recycle) up to 2 times, then stop and start");
  one.level = 1;
  EXPECT_EQ(escalation_level(one, &policy), "treatment 2 of 2: stop and start");
  one.level = 7;
  EXPECT_EQ(escalation_level(one, &policy), "");
}

TEST(Describe, EveryEffectHasWordsOfItsOwn) {
  std::set<std::string> words;
  Action action;
  action.instance_id = "i-1";
  action.target_group_arn = "arn:tg1";
  action.auto_scaling_group = "web-asg";
  action.document.name = "Recycle";
  for (int effect = 0; effect <= static_cast<int>(Effect::terminate); ++effect) {
    action.effect = static_cast<Effect>(effect);
    const auto text = describe(action, {});
    EXPECT_NE(text.find("i-1"), std::string::npos) << text;
    EXPECT_TRUE(words.insert(text).second) << text;
  }
}

std::vector<Sample> samples(std::initializer_list<double> values) {
  std::vector<Sample> all;
  for (const double value : values) all.push_back({{}, value});
  return all;
}

TEST(Sparkline, GoesFromTheLowestToTheHighestOfSamplesAndLimit) {
  EXPECT_EQ(sparkline(samples({0, 50, 100}), 100, 10), "▁▅█");
  EXPECT_EQ(sparkline(samples({10, 10}), 80, 10), "▁▁");
  EXPECT_EQ(sparkline(samples({5, 5}), 5, 10), "▁▁");
  EXPECT_EQ(sparkline({}, 80, 10), "");
}

TEST(Sparkline, ABarIsTheHighestOfItsPart) { EXPECT_EQ(sparkline(samples({0, 100, 0, 0}), 100, 2), "█▁"); }

}  // namespace
}  // namespace evenkeel::cli
