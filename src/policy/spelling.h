// "Did you mean": the allowed word that was probably meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace evenkeel::policy {

// The closest of `words` by insertions, deletions, replacements and swaps of neighbours, if it is close
// enough to be a slip; letter case and the choice between "-" and "_" count for nothing. Ties: the first.
std::optional<std::string> nearest(std::string_view written, std::span<const std::string> words);

}  // namespace evenkeel::policy
