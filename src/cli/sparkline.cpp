#include "cli/sparkline.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace evenkeel::cli {
namespace {

constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

}  // namespace

std::string sparkline(std::span<const Sample> samples, double limit, std::size_t width) {
  if (samples.empty() || width == 0) return "";
  const auto [lowest, highest] = std::ranges::minmax_element(samples, {}, &Sample::value);
  const double floor = std::min(lowest->value, limit);
  const double range = std::max(highest->value, limit) - floor;
  const std::size_t bars = std::min(width, samples.size());
  std::string line;
  for (std::size_t i = 0; i < bars; ++i) {
    const auto from = i * samples.size() / bars, to = (i + 1) * samples.size() / bars;
    const double value = std::ranges::max(samples.subspan(from, to - from), {}, &Sample::value).value;
    const double share = range > 0 ? (value - floor) / range : 0;
    line += kBars[std::min(kBars.size() - 1, static_cast<std::size_t>(share * kBars.size()))];
  }
  return line;
}

}  // namespace evenkeel::cli
