#include "decide/guards/load.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <ranges>
#include <vector>

#include "base/text.h"
#include "decide/remediation/protocol.h"
#include "decide/rules/forecast.h"
#include "model/percentage.h"

namespace evenkeel::decide {
namespace {

constexpr double kGrowsFor = 1.0 / 3'600'000;  // hours in a millisecond

Reach how_far(const FleetView& fleet) {
  const Duration away = time_away(fleet);
  return {away, std::max(fleet.policy.keep.load_below->past, away)};
}

// The nearest rank: one of the values, and none is above it but the highest twentieth.
double high_end(std::vector<double> values) {
  const auto rank = (values.size() * 95 + 99) / 100;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

Projection unknown(std::string why) {
  Projection projection;
  projection.why = std::move(why);
  return projection;
}

// Empty: the signal can be used.
std::string why_not(const Signal& signal, const LoadCeiling& ceiling) {
  if (signal.state != SignalState::fresh || signal.samples.empty()) {
    return fmt::format("{}: {}", name(signal.state), signal.detail.empty() ? "no samples" : signal.detail);
  }
  const bool finite =
      std::ranges::all_of(signal.samples, [](const Sample& sample) { return std::isfinite(sample.value); });
  if (!finite) return "a sample is not a number";
  const bool percent = is_percentage(ceiling.metric, ceiling.statistic);
  const auto wrong = std::ranges::find_if(signal.samples, [&](const Sample& sample) {
    return sample.value < 0 || (percent && outside_percent(sample.value));
  });
  return wrong == signal.samples.end() ? "" : "implausible: a load of " + format_number(wrong->value);
}

Projection project(const FleetView& fleet, const Reach& far, std::span<const Sample> samples) {
  const Time now = fleet.observation.taken_at;
  const auto recent =
      std::ranges::find_if(samples, [&](const Sample& sample) { return sample.at > now - far.window; });
  std::vector<double> values;
  for (auto sample = recent; sample != samples.end(); ++sample) values.push_back(sample->value);
  if (values.empty()) return unknown("no sample within " + format_duration(far.window));
  Projection projection;
  projection.known = true;
  projection.high = high_end(std::move(values));
  const auto rising = trend({recent, samples.end()}, fleet.policy.keep.load_below->period);
  if (rising && rising->per_hour > 0) {
    const Duration until_back = now + far.away - rising->at;
    projection.growth = rising->per_hour * static_cast<double>(until_back.count()) * kGrowsFor;
  }
  return projection;
}

Projection of_group(const FleetView& fleet, const Reach& far, const TargetGroup& group) {
  const auto load = fleet.observation.loads.find(group.arn);
  if (load == fleet.observation.loads.end()) return unknown("it was not answered");
  if (const auto why = why_not(load->second, *fleet.policy.keep.load_below); !why.empty())
    return unknown(why);
  return project(fleet, far, load->second.samples);
}

// Added up period by period. A period in which a sample is missing would look too light, so it doesn't count;
// half of the window's periods must.
Projection of_members(const FleetView& fleet, const Reach& far) {
  struct Sum {
    double value = 0;
    int samples = 0;
  };
  const Duration period = fleet.policy.keep.load_below->period;
  const Time now = fleet.observation.taken_at;
  std::vector<Sum> sums(static_cast<std::size_t>(far.window / period) + 2);
  const Time first = std::chrono::floor<std::chrono::minutes>(now - far.window);
  int serving = 0;
  auto load = fleet.observation.loads.begin();
  for (const auto& [id, member] : fleet.members) {
    if (!member.serving) continue;
    ++serving;
    while (load != fleet.observation.loads.end() && load->first < id) ++load;
    if (load == fleet.observation.loads.end() || load->first != id)
      return unknown("that of " + id + " was not answered");
    if (const auto why = why_not(load->second, *fleet.policy.keep.load_below); !why.empty())
      return unknown(id + " " + why);
    for (const auto& sample : load->second.samples) {
      if (sample.at < first) continue;
      const auto index = static_cast<std::size_t>((sample.at - first) / period);
      if (index >= sums.size()) continue;
      sums[index].value += sample.value;
      ++sums[index].samples;
    }
  }
  std::vector<Sample> total;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (serving > 0 && sums[i].samples >= serving)
      total.push_back({first + static_cast<int>(i) * period, sums[i].value});
  }
  if (total.size() * 2 < static_cast<std::size_t>(far.window / period)) {
    return unknown(fmt::format("only {} of the last {} periods have a sample of each of the {} that serve",
                               total.size(), far.window / period, serving));
  }
  return project(fleet, far, total);
}

Verdict judged(const FleetView& fleet, const Projection& projection, const std::string& of, int left) {
  const auto& ceiling = *fleet.policy.keep.load_below;
  if (!projection.known) {
    return {Reason::load_unknown, fmt::format("keep.load_below can't be judged: {} of {} is not known: {}",
                                              printable(ceiling.metric), of, printable(projection.why))};
  }
  const auto rounded_to_tenth = [](double value) { return format_number(std::round(value * 10) / 10); };
  const double each = left > 0 ? projection.total() / left : projection.total();
  const bool fits = left > 0 && each < ceiling.below;
  return {fits ? Reason::start : Reason::too_much_load,
          fmt::format("{} {} on each of {} remaining server{} ({} of {}, and {} more until it is back); "
                      "keep.load_below.below is {}",
                      rounded_to_tenth(each), printable(ceiling.metric), left, left == 1 ? "" : "s",
                      rounded_to_tenth(projection.high), of, rounded_to_tenth(projection.growth),
                      format_number(ceiling.below)),
          {{Number::projected, projection.total()},
           {Number::projected_each, each},
           {Number::limit, ceiling.below},
           {Number::left, left}}};
}

}  // namespace

Duration time_away(const FleetView& fleet) {
  Duration longest{};
  for (const auto& past : fleet.state.recent) {
    const bool came_back = past.ending == Ending::cured || past.ending == Ending::back ||
                           past.ending == Ending::not_cured || past.ending == Ending::untreated;
    if (came_back) longest = std::max(longest, past.ended_at - past.started_at);
  }
  if (longest > Duration::zero()) return std::min(longest, kMaxLookback);
  Duration delay{};
  for (const auto& [group, count] : fleet.groups) {
    if (group->attributes) delay = std::max(delay, group->attributes->deregistration_delay);
  }
  return delay + fleet.policy.timing.settle + fleet.policy.timing.soak + 5min;
}

std::optional<Question> load_question(const FleetView& fleet) {
  const auto& ceiling = fleet.policy.keep.load_below;
  if (!ceiling || !fleet.observation.loads.empty()) return std::nullopt;
  Question question{.kind = Question::Kind::load, .instance_ids = {}, .lookback = how_far(fleet).window};
  if (ceiling->per == LoadCeiling::Per::instance) {
    for (const auto& [id, member] : fleet.members) {
      if (member.serving) question.instance_ids.push_back(id);
    }
    if (question.instance_ids.empty()) return std::nullopt;  // nothing could be answered
  }
  return question;
}

Load project_load(const FleetView& fleet) {
  Load load;
  if (!fleet.policy.keep.load_below) return load;
  load.reach = how_far(fleet);
  if (fleet.policy.keep.load_below->per == LoadCeiling::Per::instance)
    load.fleet = of_members(fleet, load.reach);
  return load;
}

std::optional<Verdict> load_guard(const FleetView& fleet, const Load& load, const Member& member,
                                  bool explain) {
  if (!fleet.policy.keep.load_below) return std::nullopt;
  const int leaves = member.serving ? 1 : 0;
  std::optional<Verdict> heaviest;
  const auto refuses = [&](Verdict verdict) {
    const bool no = verdict.reason != Reason::start;
    if (no || !heaviest ||
        verdict.numbers[Number::projected_each] > heaviest->numbers[Number::projected_each])
      heaviest = std::move(verdict);
    return no;
  };
  if (fleet.policy.keep.load_below->per == LoadCeiling::Per::instance) {
    int serving = 0;
    for (const auto& [id, other] : fleet.members) serving += other.serving ? 1 : 0;
    if (refuses(judged(fleet, load.fleet, "the fleet", serving - leaves))) return heaviest;
  } else {
    for (const auto& place : member.places) {
      const auto carried = of_group(fleet, load.reach, *place.group);
      if (refuses(judged(fleet, carried, place.group->name, place.count->serving - leaves))) return heaviest;
    }
  }
  return explain ? heaviest : std::nullopt;
}

}  // namespace evenkeel::decide
