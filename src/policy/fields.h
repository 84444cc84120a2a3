// The keys of a policy: for each its name, where its value goes, and what is allowed. The one place that
// holds a bound; the defaults are those of model/policy.h. docs/policy.md and docs/policy.schema.json say the
// same to people and to editors, and a test holds them to this table.
#pragma once

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
  int most;  // a number from 1 to this, or "1%" to "99%"
};

struct StatisticRule {};

struct NamesRule {
  TextRule item;
  std::size_t most;  // 1 to this many, each once
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

template <class Section>
struct Field {
  const char* key;
  bool required;
  std::variant<Slot<Section, std::string, TextRule>, Slot<Section, int, WholeRule>,
               Slot<Section, double, NumberRule>, Slot<Section, Duration, DurationRule>,
               Slot<Section, Share, ShareRule>, Slot<Section, Statistic, StatisticRule>,
               Slot<Section, std::vector<std::string>, NamesRule>, SectionRule>
      slot;
};

inline constexpr std::size_t kMostFleets = 100;
inline constexpr const char* kSharePattern = "^[1-9][0-9]?%$";
inline constexpr const char* kDurationPattern = "^([0-9]{1,7}[smhd])+$";

std::span<const Field<Policy>> policy_fields();
std::span<const Field<FleetPolicy>> fleet_fields();
std::span<const Field<MetricCondition>> condition_fields();
std::span<const Field<Keep>> keep_fields();
std::span<const Field<Timing>> timing_fields();

// What is allowed, for people: "a whole number from 1 to 10".
std::string allowed(const TextRule& rule);
std::string allowed(const WholeRule& rule);
std::string allowed(const NumberRule& rule);
std::string allowed(const DurationRule& rule);
std::string allowed(const ShareRule& rule);
std::string allowed(const StatisticRule& rule);
std::string allowed(const NamesRule& rule);
std::string allowed(const SectionRule& rule);
template <class Section, class Value, class Rule>
std::string allowed(const Slot<Section, Value, Rule>& slot) {
  return allowed(slot.rule);
}

}  // namespace evenkeel::policy
