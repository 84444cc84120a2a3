#include "check/signals.h"

#include <algorithm>
#include <span>

#include "observe/signals.h"

namespace evenkeel::check {
std::vector<Signal> signals_of(const Subject& fleet) {
  std::vector<Signal> signals;
  if (!fleet.facts.series) return signals;
  for (const auto& [id, all] : *fleet.facts.series) {
    if (!fleet.members.contains(id)) continue;
    Signal signal{.id = id, .has_series = !all.empty(), .samples = {}, .highest = std::nullopt};
    std::vector<std::span<const aws::cloudwatch::Sample>> samples;
    for (const auto& series : all) {
      samples.emplace_back(series.samples);
      if (series.highest)
        signal.highest = std::max(signal.highest.value_or(*series.highest), *series.highest);
    }
    auto merged = observe::merge(samples);
    signal.contradicts = !merged;
    if (merged) signal.samples = std::move(*merged);
    signals.push_back(std::move(signal));
  }
  return signals;
}

std::optional<Duration> usual_spacing(const std::vector<Signal>& signals) {
  std::vector<Duration> gaps;
  for (const auto& signal : signals) {
    if (signal.samples.size() < 3) continue;
    for (std::size_t i = 1; i < signal.samples.size(); ++i)
      gaps.push_back(signal.samples[i].time - signal.samples[i - 1].time);
  }
  if (gaps.empty()) return std::nullopt;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  return *middle;
}

}  // namespace evenkeel::check
