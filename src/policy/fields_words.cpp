// What each rule allows, in words for people.
#include <fmt/core.h>

#include "base/text.h"
#include "policy/fields.h"

namespace evenkeel::policy {

std::string choice(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string allowed(const TextRule& rule) { return rule.allowed; }

std::string allowed(const WholeRule& rule) {
  return fmt::format("a whole number from {} to {}", rule.least, rule.most);
}

std::string allowed(const NumberRule&) { return "a number such as 65 or 12.5"; }

std::string allowed(const DurationRule& rule) {
  return fmt::format("a duration from {} to {}, written like 90s, 5m, 1h30m or 2d",
                     format_duration(rule.least), format_duration(rule.most));
}

std::string allowed(const ShareRule& rule) {
  return fmt::format("a whole number from {} to {}, or a share from 1% to 99%", rule.least, rule.most);
}

std::string allowed(const EitherRule& rule) { return choice({rule.if_true, rule.if_false}); }

std::string allowed(const NamesRule& rule) {
  return fmt::format("a list of 1 to {} different names, each {}", rule.most, rule.item.allowed);
}

std::string allowed(const TimeOfDayRule& rule) {
  return fmt::format("a time of day from 00:00 to {}, written like \"22:00\"",
                     rule.may_be_midnight_at_the_end ? "24:00" : "23:59");
}

std::string allowed(const DaysRule&) {
  return "a list of days and ranges of them, written like [mon-thu, sat]";
}

std::string allowed(const DateRule&) { return "a day that exists, written like 2026-12-20"; }

std::string allowed(const ZoneRule&) {
  return "a time zone by its name in the tz database, such as Europe/Berlin, or UTC";
}

std::string allowed(const ParametersRule& rule) {
  return fmt::format(
      "a map of at most {} parameters, each a text or a list of texts, together at most {} bytes", rule.most,
      rule.most_bytes);
}

std::string allowed(const SectionRule& rule) { return rule.allowed; }

}  // namespace evenkeel::policy
