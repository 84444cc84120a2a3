// Keeps an observation's time: the earliest Date among AWS's answers, and how far apart they are.
#pragma once

#include <algorithm>

#include "model/observation.h"

namespace evenkeel::observe {

class Stamp {
 public:
  explicit Stamp(Observation& observation) : observation_(observation) {}

  void saw(Time date) {
    if (observation_.taken_at == Time{}) observation_.taken_at = date;
    const Time last = std::max(observation_.taken_at + observation_.spread, date);
    observation_.taken_at = std::min(observation_.taken_at, date);
    observation_.spread = last - observation_.taken_at;
  }

 private:
  Observation& observation_;
};

}  // namespace evenkeel::observe
