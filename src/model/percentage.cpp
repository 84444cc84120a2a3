#include "model/percentage.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace evenkeel {
namespace {

constexpr double kRounding = 0.01;

bool is_upper(char letter) { return std::isupper(static_cast<unsigned char>(letter)) != 0; }
bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0; }

// The end of it, for "CPUUtilization" and "IOPercent", whose words nothing divides.
bool says_percent(const std::string& word) {
  static constexpr std::array<std::string_view, 4> kEnds = {"percent", "percentage", "pct", "utilization"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return word.ends_with(end); });
}

}  // namespace

bool counts_percent(std::string_view metric) {
  if (metric.contains('%')) return true;
  std::string word;  // of "mem_used_percent", "PercentIOLimit", "DiskSpaceUtilization"
  const auto ends = [&] {
    const bool counts = says_percent(word);
    word.clear();
    return counts;
  };
  bool was_upper = false;
  for (const char letter : metric) {
    const bool begins = is_upper(letter) && !was_upper && !word.empty();
    was_upper = is_upper(letter);
    if ((begins || !is_letter(letter)) && ends()) return true;
    if (is_letter(letter))
      word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letter))));
  }
  return ends();
}

bool is_percentage(std::string_view metric, Statistic statistic) {
  return statistic != Statistic::sum && counts_percent(metric);
}

bool outside_percent(double value) { return value < -kRounding || value > 100 + kRounding; }

}  // namespace evenkeel
