#include "decide/guards/windows.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>
#include <vector>

namespace evenkeel::decide {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;

// A reading of a wall clock, written as if it were UTC.
using Local = Time;

// No zone is further from UTC, so a clock change that matters for a local time is nearer than this.
constexpr Duration kLargestOffset = 26h;

// [from, to)
struct Span {
  Time from{};
  Time to{};
};

enum class Occurrence { first, last };

Duration offset_of(const TimeZone& zone, std::size_t index) { return zone.shifts[index].offset; }

Time moment_of(const TimeZone& zone, Local local, Occurrence occurrence) {
  const auto& shifts = zone.shifts;
  if (shifts.empty()) return local;
  const auto later_than = [](Time time, const TimeZone::Shift& shift) { return time < shift.from; };
  const auto next = std::upper_bound(shifts.begin(), shifts.end(), local - kLargestOffset, later_than);
  std::size_t index = next == shifts.begin() ? 0 : static_cast<std::size_t>(next - shifts.begin()) - 1;
  std::optional<Time> found;
  for (; index < shifts.size(); ++index) {
    const bool is_last = index + 1 == shifts.size();
    const Time end = is_last ? Time::max() : shifts[index + 1].from;
    const Time moment = local - offset_of(zone, index);
    const bool before_it = index > 0 && moment < shifts[index].from;
    // Skipped: the clock jumped from before it to beyond it.
    if (before_it) return found.value_or(shifts[index].from);
    if (moment >= end) continue;
    found = moment;
    if (occurrence == Occurrence::first || is_last || shifts[index + 1].from > local + kLargestOffset) break;
  }
  return found.value_or(local - offset_of(zone, shifts.size() - 1));
}

sys_days local_day(const TimeZone& zone, Time time) { return floor<days>(time + offset_at(zone, time)); }

bool opens_on(const Window& window, sys_days day) {
  const auto index = std::chrono::weekday(day).iso_encoding() - 1;
  return (window.days >> index & 1U) != 0;
}

Span span_of(const Window& window, sys_days day) {
  const sys_days last = window.to <= window.from ? day + days{1} : day;
  return {moment_of(window.zone, Local(day) + window.from, Occurrence::first),
          moment_of(window.zone, Local(last) + window.to, Occurrence::last)};
}

Span span_of(const Freeze& freeze) {
  return {moment_of(freeze.zone, sys_days(freeze.first), Occurrence::first),
          moment_of(freeze.zone, sys_days(freeze.last) + days{1}, Occurrence::last)};
}

std::vector<Span> merged(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::from);
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (span.to <= span.from) continue;
    if (!result.empty() && span.from <= result.back().to) {
      result.back().to = std::max(result.back().to, span.to);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

// When the windows are open, as far as so many days ahead. One that opened before yesterday has closed by
// now.
std::vector<Span> window_spans(const std::vector<Window>& windows, Time now, days ahead) {
  if (windows.empty()) return {{Time::min(), Time::max()}};
  std::vector<Span> spans;
  for (const auto& window : windows) {
    const sys_days today = local_day(window.zone, now);
    for (sys_days day = today - days{2}; day <= today + ahead; day += days{1}) {
      if (opens_on(window, day)) spans.push_back(span_of(window, day));
    }
  }
  return merged(std::move(spans));
}

std::vector<Span> without(const std::vector<Span>& spans, const std::vector<Freeze>& freezes) {
  std::vector<Span> cuts;
  for (const auto& freeze : freezes) cuts.push_back(span_of(freeze));
  cuts = merged(std::move(cuts));
  std::vector<Span> result;
  for (Span rest : spans) {
    for (const Span& cut : cuts) {
      if (cut.to <= rest.from || cut.from >= rest.to) continue;
      if (cut.from > rest.from) result.push_back({rest.from, cut.from});
      rest.from = std::min(cut.to, rest.to);
    }
    if (rest.from < rest.to) result.push_back(rest);
  }
  return result;
}

const Window* window_at(const std::vector<Window>& windows, Time time) {
  for (const auto& window : windows) {
    const sys_days today = local_day(window.zone, time);
    for (sys_days day = today - days{2}; day <= today + days{1}; day += days{1}) {
      const Span span = span_of(window, day);
      if (opens_on(window, day) && span.from <= time && time < span.to) return &window;
    }
  }
  return nullptr;
}

const Freeze* freeze_at(const std::vector<Freeze>& freezes, Time time) {
  const auto holds = [&](const Freeze& freeze) {
    const Span span = span_of(freeze);
    return span.from <= time && time < span.to;
  };
  const auto found = std::ranges::find_if(freezes, holds);
  return found == freezes.end() ? nullptr : &*found;
}

std::string time_of_day(Duration since_midnight) {
  const auto minutes = floor<std::chrono::minutes>(since_midnight).count();
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string date(std::chrono::year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string days_of(unsigned bits) {
  constexpr std::array kNames{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  if ((bits & 0x7fU) == 0x7fU) return "daily";
  std::string text;
  for (std::size_t first = 0; first < kNames.size(); ++first) {
    if ((bits >> first & 1U) == 0) continue;
    std::size_t last = first;
    while (last + 1 < kNames.size() && (bits >> (last + 1) & 1U) != 0) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", kNames[first]);
    if (last > first) text += fmt::format("{}{}", last > first + 1 ? "-" : ",", kNames[last]);
    first = last;
  }
  return text;
}

// Open or not, and the next change where it comes within `ahead`.
Opening looked_ahead(const FleetPolicy& policy, Time now, Duration ahead) {
  const auto spans = without(window_spans(policy.windows, now, floor<days>(ahead) + days{2}), policy.freezes);
  const auto next = std::ranges::find_if(spans, [&](const Span& span) { return now < span.to; });
  Opening result;
  result.open = next != spans.end() && next->from <= now;
  if (next == spans.end()) return result;
  const Time change = result.open ? next->to : next->from;
  if (change <= now + ahead) result.next_change = change;
  return result;
}

// What the reader is told of the moment at which it opens next.
std::string next_words(const FleetPolicy& policy, const Opening& closed, const TimeZone& zone) {
  if (!closed.next_change) {
    return fmt::format("nothing can start within the next {} days",
                       std::chrono::duration_cast<days>(kCalendarHorizon).count());
  }
  if (const Window* window = window_at(policy.windows, *closed.next_change)) {
    return fmt::format("the next window opens {} ({})", local_words(window->zone, *closed.next_change),
                       describe(*window));
  }
  return fmt::format("it ends {}", local_words(zone, *closed.next_change));
}

}  // namespace

Opening opening(const FleetPolicy& policy, Time now) {
  if (policy.windows.empty() && policy.freezes.empty()) return {};
  // Most windows change within days; only where nothing does is it worth looking as far as the horizon.
  Opening result = looked_ahead(policy, now, days{7});
  if (!result.next_change) result = looked_ahead(policy, now, kCalendarHorizon);
  if (result.open) return result;
  if (const Freeze* freeze = freeze_at(policy.freezes, now)) {
    result.reason = Reason::frozen;
    result.text =
        fmt::format("frozen by freezes: {}; {}", describe(*freeze), next_words(policy, result, freeze->zone));
  } else {
    result.text = fmt::format("outside all windows of the policy; {}", next_words(policy, result, {}));
  }
  return result;
}

Duration offset_at(const TimeZone& zone, Time time) {
  if (zone.shifts.empty()) return Duration::zero();
  const auto later_than = [](Time moment, const TimeZone::Shift& shift) { return moment < shift.from; };
  const auto next = std::upper_bound(zone.shifts.begin(), zone.shifts.end(), time, later_than);
  return next == zone.shifts.begin() ? next->offset : std::prev(next)->offset;
}

std::string describe(const Window& window) {
  return fmt::format("{} {} to {} {}", days_of(window.days), time_of_day(window.from), time_of_day(window.to),
                     window.zone.name);
}

std::string describe(const Freeze& freeze) {
  const auto reason = freeze.reason.empty() ? std::string() : fmt::format(" ({})", freeze.reason);
  return fmt::format("{} to {} {}{}", date(freeze.first), date(freeze.last), freeze.zone.name, reason);
}

std::string local_words(const TimeZone& zone, Time time) {
  const Local local = time + offset_at(zone, time);
  const auto day = floor<days>(local);
  return fmt::format("{} {} {}", date(std::chrono::year_month_day(day)), time_of_day(local - day), zone.name);
}

}  // namespace evenkeel::decide
