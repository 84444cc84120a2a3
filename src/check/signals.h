// The members' samples as the rules look at them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/subject.h"

namespace evenkeel::check {

struct Signal {
  std::string id;
  bool has_series = false;
  bool contradicts = false;  // its series differ by more than a hundredth at one time
  std::vector<aws::cloudwatch::Sample>
      samples;                    // of all its series, oldest first; none where they contradict
  std::optional<double> highest;  // of a day
};

// One per member whose series were read, by id.
std::vector<Signal> signals_of(const Subject& fleet);

// How far apart a series' samples usually are: the median over the fleet. Unknown with fewer than three
// samples everywhere.
std::optional<Duration> usual_spacing(const std::vector<Signal>& signals);

}  // namespace evenkeel::check
