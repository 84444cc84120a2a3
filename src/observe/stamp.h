// Keeps an observation's times: AWS's Dates, and which of them are credible (docs/adr/0033-one-clock.md).
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "model/observation.h"

namespace evenkeel::observe {

// Dates that are no further apart than this can belong to one look; a service that is further off has a clock, or
// a cache before it, that is wrong.
inline constexpr Duration kDatesAgree = std::chrono::minutes{5};

class Stamp {
 public:
  explicit Stamp(Observation& observation) : observation_(observation) {}

  void saw(Time date) {
    auto& dates = observation_.dates;
    if (dates.empty() && observation_.taken_at != Time{}) dates.push_back(observation_.taken_at);
    if (std::ranges::find(dates, date) == dates.end()) dates.push_back(date);
    judge_dates();
  }

 private:
  // Where the Dates disagree, this machine's clock says which of them is meant, if it agrees with any; else the
  // newest is: an old answer out of some cache is likelier than one of the future.
  Time meant() const {
    const auto [oldest, newest] = std::ranges::minmax(observation_.dates);
    const Time local = observation_.local_at;
    if (newest - oldest <= kDatesAgree || local == Time{}) return newest;
    const auto off = [&](Time date) { return std::chrono::abs(date - local); };
    const Time nearest = *std::ranges::min_element(observation_.dates, {}, off);
    return off(nearest) <= kDatesAgree ? nearest : newest;
  }
  void judge_dates() {
    const auto [oldest, newest] = std::ranges::minmax(observation_.dates);
    observation_.spread = newest - oldest;
    if (observation_.doubtful_date) return;
    const Time center = meant();
    observation_.taken_at = observation_.newest_at = center;
    for (const Time date : observation_.dates) {
      if (std::chrono::abs(date - center) > kDatesAgree) continue;
      observation_.taken_at = std::min(observation_.taken_at, date);
      observation_.newest_at = std::max(observation_.newest_at, date);
    }
  }

  Observation& observation_;
};

// The answer's value, its Date taken into account; else nullptr, and a problem says why.
auto take_in(Observation& observation, Problem::Kind what, std::string name, auto& answer)
    -> decltype(&answer->value) {
  if (!answer) {
    observation.problems.push_back({what, std::move(name), answer.error().message});
    return nullptr;
  }
  Stamp{observation}.saw(answer->date);
  return &answer->value;
}

}  // namespace evenkeel::observe
