// How much one word differs from another, to find the one that was meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace evenkeel {

// How many letters must be put in, left out, exchanged or swapped with their neighbour to make one of the other; upper
// and lower case are the same.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace evenkeel
