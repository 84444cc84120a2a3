// Samples as a line of small bars.
#pragma once

#include <span>
#include <string>

#include "model/observation.h"

namespace evenkeel::cli {

// At most `width` bars, oldest first, between the lowest and the highest of the samples and the limit; where
// there are more samples than bars, a bar is the highest of its part. Empty without samples.
std::string sparkline(std::span<const Sample> samples, double limit, std::size_t width);

}  // namespace evenkeel::cli
