// How the tables of fields spell a slot: the member that a key sets, and the rule for its value.
#pragma once

#include <string>
#include <vector>

#include "policy/fields.h"

namespace evenkeel::policy {

inline constexpr bool kRequired = true;
inline constexpr bool kOptional = false;

template <class Section>
constexpr auto text(std::string Section::* member, TextRule rule) {
  return Slot<Section, std::string, TextRule>{member, rule};
}
template <class Section>
constexpr auto whole(int Section::* member, int least, int most) {
  return Slot<Section, int, WholeRule>{member, {least, most}};
}
template <class Section>
constexpr auto duration(Duration Section::* member, DurationRule rule) {
  return Slot<Section, Duration, DurationRule>{member, rule};
}
template <class Section>
constexpr auto duration(Duration Section::* member, Duration least, Duration most) {
  return duration(member, DurationRule{least, most});
}
template <class Section>
constexpr auto names(std::vector<std::string> Section::* member, NamesRule rule) {
  return Slot<Section, std::vector<std::string>, NamesRule>{member, rule};
}

}  // namespace evenkeel::policy
