// Where a member's signal is going: a robust line through its recent samples, and no line where they don't
// lie on one. Theil-Sen: the median of the slopes between all pairs, which a quarter of wild samples doesn't
// move.
#pragma once

#include <optional>
#include <span>

#include "model/observation.h"

namespace evenkeel::decide {

struct Trend {
  double per_hour = 0;  // the slope; never zero
  double level = 0;     // of the line at the newest sample
  Time at{};            // the newest sample's
};

// Empty: fewer than ten samples, or over less than five periods; flat; or a poor fit, when the median
// distance of the samples from the line is more than an eighth of what the line rises or falls over them. The
// work is bounded: beyond twelve samples it is done on the medians of twelve equal parts. `samples`: oldest
// first, all finite.
std::optional<Trend> trend(std::span<const Sample> samples, Duration period);

// When a rising line gets to `limit`: not before the newest sample. Empty: it doesn't rise, or it would take
// more than a year.
std::optional<Time> reaches(const Trend& trend, double limit);

}  // namespace evenkeel::decide
