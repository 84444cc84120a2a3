// The demo's world, tried by a controller that knows everything and makes no mistakes: is the story possible?
#include <chrono>
#include <gtest/gtest.h>

#include "sim/judges/checkers.h"
#include "sim/scenario/scenario.h"

namespace evenkeel::sim {
namespace {

using namespace std::chrono_literals;

// One member at a time, the worst first, `outage` from its deregistration to its registration, then a soak.
class Omniscient {
 public:
  Omniscient(Account& account, std::vector<std::string> arns) : account_(account), arns_(std::move(arns)) {}

  void tick() {
    const Time now = account_.now();
    if (id_.empty()) return start(now);
    if (now == began_ + 2min) account_.reboot({id_});
    if (now == began_ + 8min) {
      for (const auto& arn : arns_) account_.register_target(arn, id_, std::nullopt);
    }
    if (now == began_ + 11min) id_.clear();
    if (id_.empty()) start(now);
  }

 private:
  void start(Time now) {
    double worst = 65;
    for (const auto& [id, server] : account_.servers) {
      if (server.memory <= worst) continue;
      worst = server.memory;
      id_ = id;
    }
    began_ = now;
    if (id_.empty()) return;
    for (const auto& arn : arns_) account_.deregister_target(arn, id_, std::nullopt);
  }

  Account& account_;
  std::vector<std::string> arns_;
  std::string id_;
  Time began_{};
};

Scenario leaky_web() {
  auto scenario = load_scenario(EVENKEEL_SOURCE_DIR "/scenarios/leaky-web.txt");
  EXPECT_TRUE(scenario) << scenario.error().message;
  return *scenario;
}

TEST(LeakyWeb, LosesManyServersWithoutHelp) {
  const auto scenario = leaky_web();
  const auto account = build_account(scenario, 1);
  account->advance_to(scenario.start + scenario.duration);
  EXPECT_GT(account->counters().crashes, 30);
  EXPECT_GT(account->counters().dropped, 10'000);
  EXPECT_LT(account->counters().min_healthy, 6);
}

TEST(LeakyWeb, CanBeSavedServingOneAtATime) {
  const auto scenario = leaky_web();
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto account = build_account(scenario, seed);
    Omniscient helper(*account, {target_group_arn_of("tg1"), target_group_arn_of("tg1-80")});
    for (Time time = scenario.start; time < scenario.start + scenario.duration; time += 1min) {
      account->advance_to(time);
      helper.tick();
    }
    const auto& counters = account->counters();
    EXPECT_EQ(counters.crashes, 0) << "seed " << seed;
    EXPECT_EQ(counters.dropped, 0) << "seed " << seed;
    EXPECT_GE(counters.min_healthy, 7) << "seed " << seed;
    const auto judgement = judge(*account, scenario.promise);
    EXPECT_TRUE(judgement.findings.empty()) << judgement.findings.front();
  }
}

}  // namespace
}  // namespace evenkeel::sim
