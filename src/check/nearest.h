// Which of the names that exist a mistyped one was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::check {

// How many letters have to be changed to make one of the other, upper and lower case being the same.
int distance(std::string_view a, std::string_view b);

// The names nearest to `name`, best first, at most `most`.
std::vector<std::string> nearest(std::string_view name, std::vector<std::string> names, std::size_t most);

}  // namespace evenkeel::check
