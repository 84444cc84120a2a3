#include <gtest/gtest.h>
#include <set>
#include <string>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel {
namespace {

// Every enumerator up to `last` has a word of its own, and there is nothing after `last`.
template <class Enum>
void expect_distinct_words(Enum last) {
  std::set<std::string> words;
  const int count = static_cast<int>(last) + 1;
  for (int i = 0; i < count; ++i) {
    const std::string word = name(static_cast<Enum>(i));
    EXPECT_NE(word, "?") << "enumerator " << i;
    EXPECT_TRUE(words.insert(word).second) << word << " stands for two enumerators";
  }
  EXPECT_STREQ(name(static_cast<Enum>(count)), "?") << "the enumeration goes on after the last one tested";
}

TEST(Names, AreDistinctWithinEveryEnumeration) {
  expect_distinct_words(Phase::done);
  expect_distinct_words(Effect::unmark);
  expect_distinct_words(OutcomeKind::not_sent);
  expect_distinct_words(Ending::replaced);
  expect_distinct_words(TargetState::other);
  expect_distinct_words(InstanceState::other);
  expect_distinct_words(SignalState::failed);
  expect_distinct_words(Statistic::sum);
  expect_distinct_words(Reason::start_not_decided);
  expect_distinct_words(Condition::Kind::alarm);
  expect_distinct_words(Order::longest_uncycled);
  expect_distinct_words(Treatment::replace);
  expect_distinct_words(Leave::deregister);
  expect_distinct_words(LoadCeiling::Per::instance);
  expect_distinct_words(StatusCheck::unknown);
  expect_distinct_words(Ability::Kind::blind);
  expect_distinct_words(Blindness::state_outdated);
  expect_distinct_words(CalendarState::unknown);
  expect_distinct_words(Problem::Kind::not_there);
}

TEST(Names, SayWhatCouldNotBeReadOfWhichAndWhy) {
  using enum Problem::Kind;
  EXPECT_EQ(words(Problem{targets, "tg1", "HTTP 403"}), "targets of tg1: HTTP 403");
  EXPECT_EQ(words(Problem{alarms, "", "HTTP 403"}), "alarms: HTTP 403");
  EXPECT_EQ(words(Problem{alarms, "deploy-*", "HTTP 403"}), "alarms deploy-*: HTTP 403");
  EXPECT_EQ(words(Problem{not_there, "web-asg", "Auto Scaling group web-asg does not exist"}),
            "Auto Scaling group web-asg does not exist");
}

TEST(Names, SpellTheWordsOfAwsAsAwsDoes) {
  EXPECT_STREQ(name(TargetState::unhealthy_draining), "unhealthy.draining");
  EXPECT_STREQ(name(InstanceState::shutting_down), "shutting-down");
  EXPECT_STREQ(name(Statistic::average), "Average");
  EXPECT_STREQ(name(Statistic::maximum), "Maximum");
}

TEST(Names, SpellOurOwnWordsInLowerCaseWithUnderscores) {
  EXPECT_STREQ(name(Effect::register_), "register");
  EXPECT_STREQ(name(Ending::not_rebooted), "not_rebooted");
  EXPECT_STREQ(name(Phase::rejoining), "rejoining");
  for (int i = 0; i <= static_cast<int>(Reason::start_not_decided); ++i) {
    for (const char c : std::string(name(static_cast<Reason>(i)))) {
      EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_') << name(static_cast<Reason>(i));
    }
  }
}

}  // namespace
}  // namespace evenkeel
