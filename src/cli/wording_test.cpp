#include "cli/wording.h"

#include <gtest/gtest.h>
#include <set>

#include "cli/sparkline.h"
#include "cli/summary.h"

namespace evenkeel::cli {
namespace {

TEST(Wording, EveryPhaseSaysWhatItWaitsFor) {
  std::set<std::string> words;
  Remediation one;
  for (int phase = 0; phase <= static_cast<int>(Phase::done); ++phase) {
    one.phase = static_cast<Phase>(phase);
    const auto text = waits_for(one, nullptr);
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
  EXPECT_EQ(waits_for(one, &policy),
            "until Auto Scaling has it in Standby and the load balancer has drained it");
  one.phase = Phase::capturing;
  EXPECT_EQ(waits_for(one, &policy), "until SSM's document Snapshot has captured the evidence");
  one.phase = Phase::soaking;
  EXPECT_EQ(waits_for(one, &policy), "until it has stayed healthy for 7m");
}

TEST(Wording, ACauseIsItsRuleOrItsMetric) {
  EXPECT_EQ(because({.metric = "Memory %", .value = 71.5, .above = 65}), "71.5 % of 65 %");
  EXPECT_EQ(because({.metric = "", .rule = "asked", .text = "tag evenkeel:remediate is now"}),
            "asked: tag evenkeel:remediate is now");
  EXPECT_EQ(because({.metric = "", .rule = "a\x1b[31m"}).find('\x1b'), std::string::npos);
}

TEST(Wording, TheLadderIsToldInOrderAndARungOnlyWhereThereAreSeveral) {
  FleetPolicy policy;
  Remediation one;
  EXPECT_EQ(rung(one, &policy), "");
  policy.treatments = {Step{Treatment::command, 2, {.name = "Recycle", .parameters = {}}},
                       Step{Treatment::stop_start, 1, {}}};
  EXPECT_EQ(ladder(policy), "run a command (Recycle) up to 2 times, then stop and start");
  one.rung = 1;
  EXPECT_EQ(rung(one, &policy), "rung 2 of 2: stop and start");
  one.rung = 7;
  EXPECT_EQ(rung(one, &policy), "");
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
