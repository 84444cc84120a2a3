#include <algorithm>
#include <cctype>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/words.h"
#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel {
namespace {

template <class Enum, Enum value>
std::string_view signature() {
  return __PRETTY_FUNCTION__;
}

std::string letters(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

// "…[with Enum = Phase; Enum value = evenkeel::Phase::draining; …]" → "draining"
std::string identifier_in(std::string_view signature) {
  const auto from = signature.find("value = ") + 8;
  const auto whole = signature.substr(from, signature.find_first_of(";]", from) - from);
  return letters(whole.substr(whole.rfind(':') + 1));
}

// Words of contracts that are older than the identifiers (STYLE.md): external_change is still stored as "foreign".
constexpr std::pair<std::string_view, std::string_view> kOlderWords[] = {
    {"untreated", "not_rebooted"}, {"level", "rung"}, {"externalchange", "foreign"}};

bool says(std::string_view word, const std::string& own) {
  for (const auto& [identifier, older] : kOlderWords)
    if (own == identifier) return word == older;
  return letters(word).ends_with(own) || (word.empty() && own == "none");
}

// Each enumerator's word says what its identifier says: no two have changed places in the table.
template <class Enum, std::size_t... index>
void expect_own_words(std::index_sequence<index...>) {
  std::set<std::string_view> words;
  const auto check = [&](Enum value, std::string_view signature) {
    const std::string_view word = name(value);
    const auto own = identifier_in(signature);
    EXPECT_TRUE(says(word, own)) << word << " in " << signature;
    EXPECT_TRUE(words.insert(word).second) << word << " stands for two enumerators";
    EXPECT_EQ(from_word<Enum>(word), value);
  };
  (check(static_cast<Enum>(index), signature<Enum, static_cast<Enum>(index)>()), ...);
}

template <class... Enum>
void expect_own_words() {
  (expect_own_words<Enum>(std::make_index_sequence<kWords<Enum>.size()>()), ...);
}

TEST(Names, SayWhatTheEnumeratorsSay) {
  expect_own_words<Phase, Effect, OutcomeKind, Ending, OperatorRequest::Kind, Ability::Kind, Blindness>();
  expect_own_words<TargetState, TargetReason, TargetType, InstanceState, LifecycleState, StatusCheck,
                   EventCode>();
  expect_own_words<SignalState, AlarmState, CalendarState>();
  expect_own_words<Statistic, Condition::Kind, Order, Treatment, Leave, LoadCeiling::Per>();
  expect_own_words<Reason, Number, EventKind, ErrorKind>();
}

TEST(Names, ThatStandForNothingAreNoWords) {
  EXPECT_EQ(from_word<Phase>("drained"), std::nullopt);
  EXPECT_EQ(from_word<Statistic>("average"), std::nullopt) << "CloudWatch's spelling, to the letter";
}

TEST(Names, SayWhatCouldNotBeReadOfWhichAndWhy) {
  using enum Problem::Kind;
  EXPECT_EQ(describe(Problem{targets, "tg1", "HTTP 403"}), "targets of tg1: HTTP 403");
  EXPECT_EQ(describe(Problem{alarms, "", "HTTP 403"}), "alarms: HTTP 403");
  EXPECT_EQ(describe(Problem{alarms, "deploy-*", "HTTP 403"}), "alarms deploy-*: HTTP 403");
  EXPECT_EQ(describe(Problem{not_there, "web-asg", "Auto Scaling group web-asg does not exist"}),
            "Auto Scaling group web-asg does not exist");
}

TEST(Names, SpellTheWordsOfAwsAsAwsDoes) {
  EXPECT_STREQ(name(TargetState::unhealthy_draining), "unhealthy.draining");
  EXPECT_STREQ(name(InstanceState::shutting_down), "shutting-down");
  EXPECT_STREQ(name(LifecycleState::terminating_retained), "Terminating:Retained");
  EXPECT_STREQ(name(Statistic::average), "Average");
  EXPECT_STREQ(name(Statistic::maximum), "Maximum");
}

TEST(Names, SpellOurOwnWordsInLowerCaseWithUnderscores) {
  EXPECT_STREQ(name(Effect::register_), "register");
  EXPECT_STREQ(name(Ending::untreated), "not_rebooted");
  EXPECT_STREQ(name(Phase::rejoining), "rejoining");
  for (const std::string_view word : kWords<Reason>) {
    EXPECT_TRUE(std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; })) << word;
  }
  EXPECT_TRUE(std::ranges::is_sorted(kWords<Number>, {}, [](const char* word) {
    return std::string_view(word);
  })) << "JSON shows them in this order";
}

}  // namespace
}  // namespace evenkeel
