// The keys of a policy: for each its name, where its value goes, and what is allowed. The one place that
// holds a bound; the defaults are those of model/policy.h. docs/policy.md and docs/policy.schema.json say the
// same to people and to editors, and a test holds them to this table.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/policy.h"

namespace evenkeel::policy {

struct TextRule {
  const char* pattern;  // ECMAScript, for the whole text
  const char* allowed;  // the same for people
};

struct WholeRule {
  int least;
  int most;
};

struct NumberRule {};  // any finite number

struct DurationRule {
  Duration least;
  Duration most;
};

struct ShareRule {
  int least;
  int most;                      // a number up to this, or "1%" to "99%"
  const char* why_not_all = "";  // why "100%" isn't allowed
};

// One of these enumerators, by its name().
template <class Word>
struct WordRule {
  std::span<const Word> words;
};

struct EitherRule {
  const char* if_true;  // "yes" or a word of its own; nothing else is taken
  const char* if_false;
};

struct NamesRule {
  TextRule item;
  std::size_t most;  // 1 to this many, each once
};

struct TimeOfDayRule {
  bool may_be_midnight_at_the_end;  // "24:00"
};

struct DaysRule {};  // "mon" … "sun" and ranges of them
struct DateRule {};  // 2026-12-20
struct ZoneRule {};  // a name of the tz database

// What a document of SSM is given: for each of its parameters a text or a list of texts.
struct ParametersRule {
  std::size_t most;        // parameters
  std::size_t most_bytes;  // of all names and values together
};

// A list or map with a table of its own.
struct SectionRule {
  const char* allowed;
};

// The member of `Section` that a key sets, and the rule for its value.
template <class Section, class Value, class Rule>
struct Slot {
  Value Section::* member;
  Rule rule;
};

using DocumentParameters = std::map<std::string, std::vector<std::string>>;

template <class Section>
struct Field {
  const char* key;
  bool required;
  std::variant<
      Slot<Section, std::string, TextRule>, Slot<Section, int, WholeRule>, Slot<Section, double, NumberRule>,
      Slot<Section, std::optional<double>, NumberRule>, Slot<Section, Duration, DurationRule>,
      Slot<Section, Share, ShareRule>, Slot<Section, std::optional<Share>, ShareRule>,
      Slot<Section, Statistic, WordRule<Statistic>>, Slot<Section, Order, WordRule<Order>>,
      Slot<Section, Leave, WordRule<Leave>>, Slot<Section, LoadCeiling::Per, WordRule<LoadCeiling::Per>>,
      Slot<Section, Treatment, WordRule<Treatment>>, Slot<Section, bool, EitherRule>,
      Slot<Section, std::vector<std::string>, NamesRule>, Slot<Section, Duration, TimeOfDayRule>,
      Slot<Section, unsigned, DaysRule>, Slot<Section, std::chrono::year_month_day, DateRule>,
      Slot<Section, TimeZone, ZoneRule>, Slot<Section, DocumentParameters, ParametersRule>, SectionRule>
      slot;
};

// A rule of also_when beside its condition.
struct RuleKeys {
  std::string name;
  int priority = 0;
};

// A condition by its kind, but for those of a metric: the one of these keys that stands there says the kind.
struct KindKeys {
  std::string tag;
  Duration uptime{};
  Duration age{};
  std::string scheduled_event;
  Duration status_check_impaired{};
  Duration unhealthy{};
  std::string alarm;
};

// A treatment, in its two spellings.
struct PlainStep {
  Treatment treatment = Treatment::reboot;
  int attempts = 1;
};
struct CommandStep {
  std::string command;
  DocumentParameters parameters;
  Duration within = Document{}.within;
  int attempts = 1;
};

struct EvidenceKeys {
  std::string document;
  DocumentParameters parameters;
  Duration within = Document{}.within;
  bool required = false;
};

inline constexpr std::size_t kMostFleets = 100;
inline constexpr std::size_t kMostRules = 16;
inline constexpr std::size_t kLeastConditions = 2;
inline constexpr std::size_t kMostConditions = 8;
inline constexpr std::size_t kMostWindows = 20;
inline constexpr std::size_t kMostFreezes = 50;
inline constexpr std::size_t kMostTreatments = 5;
inline constexpr const char* kSharePattern = "^[1-9][0-9]?%$";
inline constexpr const char* kDurationPattern = "^([0-9]{1,7}[smhd])+$";
inline constexpr const char* kTimeOfDayPattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
inline constexpr const char* kTimeOfDayOrEndPattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$";
inline constexpr const char* kDatePattern = "^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
inline constexpr const char* kDayPattern = "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$";
inline constexpr const char* kZonePattern = "^[A-Za-z0-9+_-]{1,32}(/[A-Za-z0-9+_-]{1,32}){0,2}$";

std::span<const Field<Policy>> policy_fields();
std::span<const Field<FleetPolicy>> fleet_fields();
std::span<const Field<MetricCondition>> condition_fields();
std::span<const Field<RuleKeys>> rule_fields();
std::span<const Field<KindKeys>> kind_fields();
std::span<const Field<Keep>> keep_fields();
std::span<const Field<LoadCeiling>> load_fields();
std::span<const Field<Window>> window_fields();
std::span<const Field<Freeze>> freeze_fields();
std::span<const Field<Gates>> gates_fields();
std::span<const Field<PlainStep>> plain_step_fields();
std::span<const Field<CommandStep>> command_step_fields();
std::span<const Field<EvidenceKeys>> evidence_fields();
std::span<const Field<Timing>> timing_fields();

// What is allowed, for people: "a whole number from 1 to 10".
std::string allowed(const TextRule& rule);
std::string allowed(const WholeRule& rule);
std::string allowed(const NumberRule& rule);
std::string allowed(const DurationRule& rule);
std::string allowed(const ShareRule& rule);
std::string allowed(const EitherRule& rule);
std::string allowed(const NamesRule& rule);
std::string allowed(const TimeOfDayRule& rule);
std::string allowed(const DaysRule& rule);
std::string allowed(const DateRule& rule);
std::string allowed(const ZoneRule& rule);
std::string allowed(const ParametersRule& rule);
std::string allowed(const SectionRule& rule);
// "Average, Maximum or Minimum"
std::string choice(const std::vector<std::string>& words);
template <class Word>
std::string allowed(const WordRule<Word>& rule) {
  std::vector<std::string> words;
  for (const auto word : rule.words) words.emplace_back(name(word));
  return choice(words);
}
template <class Section, class Value, class Rule>
std::string allowed(const Slot<Section, Value, Rule>& slot) {
  return allowed(slot.rule);
}

}  // namespace evenkeel::policy
