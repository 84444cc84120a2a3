// How the process environment enters: as a lookup that the two entry points (main, cli) pass in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::wire {

// The value of a variable, or nothing when it is not set. An empty value counts as not set everywhere below.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// The variable's value when it is set and not empty.
std::optional<std::string> lookup(const Environment& environment, std::string_view name);

}  // namespace evenkeel::wire
