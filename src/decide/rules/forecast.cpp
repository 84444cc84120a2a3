#include "decide/rules/forecast.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

namespace evenkeel::decide {
namespace {

constexpr std::size_t kPoints = 12;
constexpr std::size_t kFewest = 10;
constexpr int kFewestPeriods = 5;
constexpr double kFit = 8;  // the rise over the median distance from the line, at least
constexpr Duration kFarthestForecast = std::chrono::days{366};

struct Point {
  double hours = 0;  // since the oldest sample
  double value = 0;
};

double hours(Duration time) { return std::chrono::duration<double, std::ratio<3600>>(time).count(); }

// The lower of the two in the middle: it is one of the values, and what is compared is never made up.
double median(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The samples themselves, or the medians of so many equal parts.
std::vector<Point> points_of(std::span<const Sample> samples) {
  std::vector<Point> points;
  std::vector<double> values;
  const std::size_t parts = std::min(kPoints, samples.size());
  points.reserve(parts);
  values.reserve(samples.size() / parts + 1);
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t first = part * samples.size() / parts, end = (part + 1) * samples.size() / parts;
    values.clear();
    for (std::size_t i = first; i < end; ++i) values.push_back(samples[i].value);
    const Duration middle = (samples[first].at - samples[0].at + (samples[end - 1].at - samples[0].at)) / 2;
    points.push_back({hours(middle), median(values)});
  }
  return points;
}

double slope_of(std::span<const Point> points) {
  std::array<double, kPoints*(kPoints - 1) / 2> slopes{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const double apart = points[j].hours - points[i].hours;
      if (apart > 0) slopes[count++] = (points[j].value - points[i].value) / apart;
    }
  }
  return median({slopes.data(), count});
}

}  // namespace

std::optional<Trend> trend(std::span<const Sample> samples, Duration period) {
  if (samples.size() < kFewest) return std::nullopt;
  const Time first = samples.front().at, last = samples.back().at;
  if (last - first < kFewestPeriods * period) return std::nullopt;
  const auto points = points_of(samples);
  const double slope = slope_of(points);
  if (slope == 0) return std::nullopt;

  std::vector<double> offsets, distances;
  offsets.reserve(points.size());
  distances.reserve(samples.size());
  for (const auto& point : points) offsets.push_back(point.value - slope * point.hours);
  const double offset = median(offsets);
  for (const auto& sample : samples)
    distances.push_back(std::abs(sample.value - offset - slope * hours(sample.at - first)));
  const double span = hours(last - first);
  if (median(distances) * kFit > std::abs(slope) * span) return std::nullopt;
  return Trend{slope, offset + slope * span, last};
}

std::optional<Time> reaches(const Trend& trend, double limit) {
  if (trend.per_hour <= 0) return std::nullopt;
  const double away = (limit - trend.level) / trend.per_hour;
  if (away <= 0) return trend.at;
  if (!(away < hours(kFarthestForecast))) return std::nullopt;
  return trend.at +
         std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::ratio<3600>>(away));
}

}  // namespace evenkeel::decide
