// Whether those that are left could carry the load.
#include "decide/guards/load.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "decide/testing/guards.h"

namespace evenkeel::decide {
namespace {

// Every group was given `requests` a minute in the last hour; each of those left may be given 1000.
struct Loaded : FleetForTest {
  explicit Loaded(double requests = 6000) {
    policy.keep.load_below = LoadCeiling{.below = 1000};
    for (auto& group : observation.target_groups) observation.loads[group.arn] = flat(requests);
  }
  Signal flat(double value) const {
    Signal signal{SignalState::fresh, {}, ""};
    for (int minute = 61; minute >= 2; --minute)
      signal.samples.push_back({observation.taken_at - minute * 1min, value});
    return signal;
  }
  Signal& of(int group_index) { return observation.loads.at(group(group_index).arn); }
};

TEST(Load, WhoIsLeftMustStayBelowTheCeiling) {
  EXPECT_EQ(why_not(Loaded(6999)), Reason::start);  // 7 are left
  const auto no = verdict_of_three(Loaded(7000));
  EXPECT_EQ(no.reason, Reason::too_much_load);
  EXPECT_EQ(no.numbers.at(Number::projected), 7000);
  EXPECT_EQ(no.numbers.at(Number::projected_each), 1000);
  EXPECT_EQ(no.numbers.at(Number::limit), 1000);
  EXPECT_EQ(no.numbers.at(Number::left), 7);
}

TEST(Load, EveryGroupOfTheMemberCounts) {
  Loaded fleet;
  fleet.of(1) = fleet.flat(8000);
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::too_much_load);
  EXPECT_NE(no.text.find("tg1-80"), std::string::npos);
  fleet.gone_from(1, 3);  // it isn't in that group
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Load, WhoDoesNotServeCarriesNothing) {
  Loaded fleet{7500};
  EXPECT_EQ(why_not(fleet), Reason::too_much_load);
  fleet.state_of(3, TargetState::unhealthy);
  EXPECT_EQ(why_not(fleet), Reason::too_much_load) << "7 carry it already, and 1071 each is too much";
  for (int g : {0, 1}) fleet.of(g) = fleet.flat(6999);
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(Load, WhatNoLoadCanBeIsNotKnown) {
  Loaded fleet{-1};
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
  fleet.policy.keep.load_below->metric = "CPUUtilization";
  fleet.policy.keep.load_below->statistic = Statistic::average;
  for (int g : {0, 1}) fleet.of(g) = fleet.flat(250);
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
}

TEST(Load, TheHighEndCountsAndNotOneSpike) {
  Loaded fleet{5000};
  auto& samples = fleet.of(0).samples;  // 60: the 57th of them by size is the 95th percentile
  for (std::size_t i = 0; i < 3; ++i) samples[i * 20].value = 9000;
  EXPECT_EQ(why_not(fleet), Reason::start);
  samples[59].value = 9000;
  EXPECT_EQ(verdict_of_three(fleet).numbers.at(Number::projected), 9000);
}

TEST(Load, WhatIsOlderThanThePastIsOver) {
  Loaded fleet{5000};
  fleet.policy.keep.load_below->past = 30min;
  for (std::size_t i = 0; i < 30; ++i) fleet.of(0).samples[i].value = 9000;
  EXPECT_EQ(why_not(fleet), Reason::start);
  fleet.policy.keep.load_below->past = 1h;
  EXPECT_EQ(why_not(fleet), Reason::too_much_load);
}

TEST(Load, AClearRiseIsProjectedUntilTheMemberIsBack) {
  Loaded fleet{0};
  for (int g : {0, 1}) {
    auto& samples = fleet.of(g).samples;
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].value = 5900 + 10.0 * static_cast<double>(i);
  }
  // Away for 60s + 5m + 5m + 5m; the newest sample is two minutes old: 18 minutes at 10 a minute.
  const auto no = verdict_of_three(fleet);
  EXPECT_EQ(no.reason, Reason::start) << no.text;
  fleet.policy.timing.soak = 1h;
  const auto later = verdict_of_three(fleet);
  EXPECT_EQ(later.reason, Reason::too_much_load);
  EXPECT_NEAR(later.numbers.at(Number::projected), 5900 + 560 + 730, 15);
}

TEST(Load, AFallIsNotCountedOn) {
  Loaded fleet{0};
  for (int g : {0, 1}) {
    auto& samples = fleet.of(g).samples;
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].value = 8000 - 100.0 * static_cast<double>(i);
  }
  EXPECT_EQ(why_not(fleet), Reason::too_much_load);
}

TEST(Load, UnknownNeverPermits) {
  Loaded fleet;
  for (const auto state : {SignalState::stale, SignalState::missing, SignalState::ambiguous,
                           SignalState::partial, SignalState::failed}) {
    fleet.of(1).state = state;
    EXPECT_EQ(why_not(fleet), Reason::load_unknown);
  }
  fleet.of(1).state = SignalState::fresh;
  fleet.of(1).samples[7].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
  fleet.of(1).samples.clear();
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
  fleet.of(1).samples = {{fleet.observation.taken_at - 3h, 10}};
  EXPECT_EQ(why_not(fleet), Reason::load_unknown) << "nothing of it is recent";
  fleet.observation.loads.erase(fleet.group(1).arn);
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
}

TEST(Load, NoServerLeftIsTooFewWhateverTheLoad) {
  FleetForTest fleet{1};
  fleet.policy.keep.load_below = LoadCeiling{.below = 1000};
  for (const auto& group : fleet.observation.target_groups)
    fleet.observation.loads[group.arn] = {SignalState::fresh, {{fleet.observation.taken_at - 1min, 1}}, ""};
  const FleetView view{fleet.policy, fleet.observation, fleet.state};
  const auto no = load_guard(view, project_load(view), view.members.at(id(1)), false);
  EXPECT_EQ(no->reason, Reason::too_much_load);
}

TEST(Load, IsAskedOnlyWhenEverythingElseLetsAMemberGo) {
  Loaded fleet;
  fleet.observation.loads.clear();
  EXPECT_TRUE(fleet.decide().questions.empty()) << "nobody is above the limit";
  fleet.memory(3, 90);
  fleet.observation.surveys.clear();
  auto plan = fleet.decide();
  ASSERT_EQ(plan.questions.size(), 1U);
  EXPECT_EQ(plan.questions[0].kind, Question::Kind::load);
  EXPECT_EQ(plan.questions[0].lookback, 1h);
  EXPECT_TRUE(plan.questions[0].instance_ids.empty());
  fleet.policy.keep.load_below->per = LoadCeiling::Per::instance;
  plan = fleet.decide();
  EXPECT_EQ(plan.questions.at(0).instance_ids.size(), 8U);
  fleet.policy.keep.healthy.count = 8;
  EXPECT_TRUE(fleet.decide().questions.empty()) << "nobody may leave anyway";
}

struct PerInstance : Loaded {
  PerInstance() {
    policy.keep.load_below->per = LoadCeiling::Per::instance;
    policy.keep.load_below->metric = "CPUUtilization";
    policy.keep.load_below->below = 70;
    observation.loads.clear();
    for (int i = 1; i <= 8; ++i) observation.loads[id(i)] = flat(61);
  }
  Signal& one(int member) { return observation.loads.at(id(member)); }
};

TEST(LoadPerInstance, IsAddedUpOverThoseThatServe) {
  PerInstance fleet;
  EXPECT_EQ(why_not(fleet), Reason::start);  // 488 over 7: 69.7
  fleet.one(5) = fleet.flat(63);
  const auto no = verdict_of_three(fleet);  // 490 over 7
  EXPECT_EQ(no.reason, Reason::too_much_load);
  EXPECT_EQ(no.numbers.at(Number::projected), 490);
  fleet.state_of(5, TargetState::unhealthy);
  EXPECT_EQ(verdict_of_three(fleet).numbers.at(Number::left), 6);
}

TEST(LoadPerInstance, APeriodWithoutASampleOfEachWouldLookTooLight) {
  PerInstance fleet;
  auto& samples = fleet.one(2).samples;
  samples.erase(samples.begin(), samples.begin() + 29);
  EXPECT_EQ(why_not(fleet), Reason::start) << "31 of 60 periods are whole";
  samples.erase(samples.begin(), samples.begin() + 2);
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
  fleet.observation.loads.erase(id(2));
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
  fleet.state_of(2, TargetState::unhealthy);
  EXPECT_EQ(verdict_of_three(fleet).numbers.at(Number::projected), 7 * 61)
      << "who doesn't serve carries nothing";
  fleet.one(4).state = SignalState::partial;
  EXPECT_EQ(why_not(fleet), Reason::load_unknown);
}

TEST(LoadPerInstance, SamplesOutsideTheWindowDoNotCount) {
  PerInstance fleet;
  for (int i = 1; i <= 8; ++i) {
    auto& samples = fleet.one(i).samples;
    samples.insert(samples.begin(), {fleet.observation.taken_at - 2h, 99});
    samples.push_back({fleet.observation.taken_at + 2h, 99});
  }
  EXPECT_EQ(why_not(fleet), Reason::start);
}

TEST(TimeAway, IsWhatTheLongestOfTheLastDayTook) {
  FleetForTest fleet;
  const auto away = [&] { return time_away(FleetView{fleet.policy, fleet.observation, fleet.state}); };
  EXPECT_EQ(away(), 60s + 5min + 5min + 5min);
  PastRemediation past;
  past.started_at = fleet.observation.taken_at - 5h;
  past.ended_at = past.started_at + 40min;
  past.ending = Ending::cured;
  fleet.state.recent = {past};
  EXPECT_EQ(away(), 40min);
  fleet.state.recent[0].ended_at = past.started_at + 5h;
  EXPECT_EQ(away(), 3h) << "as far as signals are read back";
  fleet.state.recent[0].ending = Ending::terminated;
  EXPECT_EQ(away(), 16min) << "it never came back";
}

}  // namespace
}  // namespace evenkeel::decide
