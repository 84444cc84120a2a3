// The stable words of enumerations: in logs, JSON, the policy file and stored documents. Each enumeration has one table
// of them, which stands beside its declaration.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace evenkeel {

// The words of Enum, in the order of its enumerators.
template <class Enum>
inline constexpr std::array<const char*, 0> kWords{};

// Such a table. The compiler refuses one that has not a word for each enumerator up to `last`, the last one.
template <auto last, class... Word>
constexpr auto word_table(Word... word) {
  static_assert(sizeof...(word) == static_cast<std::size_t>(last) + 1, "one word for each enumerator");
  return std::array<const char*, sizeof...(word)>{word...};
}

template <class Enum>
concept Worded = !kWords<Enum>.empty();

template <Worded Enum>
constexpr const char* name(Enum value) {
  return kWords<Enum>[static_cast<std::size_t>(value)];
}

// The enumerator that the word stands for; nothing: none.
template <Worded Enum>
constexpr std::optional<Enum> from_word(std::string_view word) {
  const auto found = std::ranges::find_if(kWords<Enum>, [&](const char* one) { return one == word; });
  if (found == kWords<Enum>.end()) return std::nullopt;
  return static_cast<Enum>(found - kWords<Enum>.begin());
}

}  // namespace evenkeel
