#include "observe/signals.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

#include "aws/cloudwatch.h"
#include "base/text.h"
#include "observe/stamp.h"

namespace evenkeel::observe {
namespace {

using aws::cloudwatch::Metric;
using aws::cloudwatch::MetricQuery;
using aws::cloudwatch::MetricResult;

// Series of one member that differ by more than this share at the same moment contradict each other.
constexpr double kAgree = 0.01;

std::string series_key(const MetricCondition& condition) {
  return condition.metric_namespace + "|" + condition.metric;
}

Result<KnownSeries*> known_series(const MetricCondition& condition, wire::Caller& caller, Cache& cache,
                                  Observation& observation) {
  auto& entry = cache.series[series_key(condition)];
  if (entry.fresh(observation.taken_at)) return &entry.value;
  auto listed = TRY(aws::cloudwatch::list_metrics(caller, condition.metric_namespace, condition.metric));
  Stamp{observation}.saw(listed.date);
  entry = {listed.date, {std::move(listed.value), {}}};
  return &entry.value;
}

// Every series that each member asked for has.
SeriesByOwner series_of(std::span<const std::string> ids, const std::vector<Metric>& series) {
  SeriesByOwner found;
  for (const auto& id : ids) found[id];
  for (const auto& metric : series) {
    const auto* id = instance_id(metric);
    if (id == nullptr) continue;
    if (const auto wanted = found.find(*id); wanted != found.end()) wanted->second.push_back(metric);
  }
  return found;
}

// Where one series of several proved right, only that one.
SeriesByOwner those_that_proved_right(const SeriesByOwner& all, const KnownSeries& known) {
  SeriesByOwner few = all;
  for (auto& [id, own] : few) {
    const auto chosen = known.chosen.find(id);
    if (chosen != known.chosen.end() && own.size() > 1) own = {chosen->second};
  }
  return few;
}

FoundSignal reconcile(const std::vector<Metric>& series, const std::vector<const MetricResult*>& results,
                      const MetricCondition& condition, Time now) {
  if (series.empty()) {
    return {{SignalState::missing,
             {},
             "no series of this metric has its InstanceId: does the agent run there?",
             true},
            {}};
  }
  std::vector<std::span<const aws::cloudwatch::Sample>> samples;
  std::optional<Metric> only;
  std::size_t with_samples = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!results[i]->complete) {
      return {
          {SignalState::partial, {}, "CloudWatch's answer is incomplete: " + printable(results[i]->status)},
          {}};
    }
    if (results[i]->samples.empty()) continue;
    samples.emplace_back(results[i]->samples);
    if (++with_samples == 1) only = series[i];
  }
  const auto merged = merge(samples);
  if (!merged) return {{SignalState::ambiguous, {}, "it has several series that contradict each other"}, {}};
  FoundSignal found;
  for (const auto& sample : *merged) found.signal.samples.push_back({sample.time, sample.value});
  if (found.signal.samples.empty()) {
    found.signal.detail = "its series has no samples: has the agent stopped?";
    return found;
  }
  const auto age = now - (found.signal.samples.back().at + condition.period);
  found.signal.state = age > condition.max_age ? SignalState::stale : SignalState::fresh;
  if (found.signal.state == SignalState::stale) {
    found.signal.detail = fmt::format("the newest sample is {} old, {} is allowed", format_duration(age),
                                      format_duration(condition.max_age));
  }
  if (with_samples == 1 && age <= condition.period) found.only = only;
  return found;
}

Signals all_failed(std::span<const std::string> ids, const std::string& why, Observation& observation) {
  observation.problems.push_back({Problem::Kind::signal, "", why});
  Signals signals;
  for (const auto& id : ids) signals[id] = {SignalState::failed, {}, why};
  return signals;
}

}  // namespace

const std::string* instance_id(const Metric& metric) {
  const auto found =
      std::ranges::find(metric.dimensions, "InstanceId", &std::pair<std::string, std::string>::first);
  return found == metric.dimensions.end() ? nullptr : &found->second;
}

namespace {

bool differ(double a, double b) {
  return std::abs(a - b) > kAgree * std::max({1.0, std::abs(a), std::abs(b)});
}

// Whether `one` lies, up to a hundredth, between the samples of `other` around it; beyond them it may be
// anything.
bool fits(const aws::cloudwatch::Sample& one, std::span<const aws::cloudwatch::Sample> other) {
  const auto after = std::ranges::lower_bound(other, one.time, {}, &aws::cloudwatch::Sample::time);
  if (after == other.end()) return true;
  if (after->time == one.time) return !differ(after->value, one.value);
  if (after == other.begin()) return true;
  const auto [low, high] = std::minmax((after - 1)->value, after->value);
  return (one.value >= low || !differ(one.value, low)) && (one.value <= high || !differ(one.value, high));
}

}  // namespace

std::optional<std::vector<aws::cloudwatch::Sample>> merge(
    std::span<const std::span<const aws::cloudwatch::Sample>> series) {
  std::vector<aws::cloudwatch::Sample> merged;
  for (const auto& one : series) {
    for (const auto& other : series) {
      if (&one == &other) continue;
      if (!std::ranges::all_of(one, [&](const auto& sample) { return fits(sample, other); }))
        return std::nullopt;
    }
    merged.insert(merged.end(), one.begin(), one.end());
  }
  std::ranges::stable_sort(merged, {}, &aws::cloudwatch::Sample::time);
  const auto twice = std::ranges::unique(merged, {}, &aws::cloudwatch::Sample::time);
  merged.erase(twice.begin(), twice.end());
  return merged;
}

std::map<std::string, FoundSignal> read_series(const SeriesByOwner& owners, const MetricCondition& condition,
                                               Duration lookback, wire::Caller& caller,
                                               Observation& observation) {
  std::vector<MetricQuery> queries;
  const auto period = std::chrono::duration_cast<std::chrono::seconds>(condition.period);
  for (const auto& [owner, series] : owners) {
    for (const auto& metric : series) {
      queries.push_back({fmt::format("m{}", queries.size()), metric, name(condition.statistic),
                         static_cast<int>(period.count())});
    }
  }
  std::map<std::string, FoundSignal> found;
  std::vector<MetricResult> results;
  if (!queries.empty()) {
    const auto since_epoch = observation.taken_at.time_since_epoch();
    const Time end{since_epoch - since_epoch % condition.period};
    const auto periods = (lookback + condition.period - Duration{1}) / condition.period;
    auto answer = aws::cloudwatch::get_metric_data(caller, queries, end - periods * condition.period, end);
    auto* all = take_in(observation, Problem::Kind::signal, "", answer);
    if (all == nullptr) {
      for (const auto& [owner, series] : owners)
        found[owner] = {{SignalState::failed, {}, answer.error().message}, {}};
      return found;
    }
    results = std::move(*all);
  }
  std::size_t next = 0;
  for (const auto& [owner, series] : owners) {
    std::vector<const MetricResult*> own;
    for (std::size_t i = 0; i < series.size(); ++i) own.push_back(&results[next++]);
    found[owner] = reconcile(series, own, condition, observation.taken_at);
  }
  return found;
}

Signals signals_of_members(std::span<const std::string> ids, const MetricCondition& condition,
                           Duration lookback, wire::Caller& caller, Cache& cache, Observation& observation) {
  Signals signals;
  if (!condition.given()) {
    for (const auto& id : ids) signals[id].detail = "the policy names no metric";
    return signals;
  }
  const auto listed = known_series(condition, caller, cache, observation);
  if (!listed) return all_failed(ids, listed.error().message, observation);
  KnownSeries& known = **listed;
  const auto all = series_of(ids, known.listed);
  auto read = read_series(those_that_proved_right(all, known), condition, lookback, caller, observation);
  // A series that has nothing of the newest period may have ended, and another begun.
  SeriesByOwner again;
  for (const auto& [id, found] : read) {
    if (found.signal.state == SignalState::failed || found.only) continue;
    if (known.chosen.erase(id) > 0) again[id] = all.at(id);
  }
  if (!again.empty()) {
    for (auto& [id, found] : read_series(again, condition, lookback, caller, observation))
      read[id] = std::move(found);
  }
  for (auto& [id, found] : read) {
    if (found.only && all.at(id).size() > 1) known.chosen[id] = *found.only;
    signals[id] = std::move(found.signal);
  }
  return signals;
}

void read_signals(const Question& question, const MetricCondition& reboot_when, wire::Caller& caller,
                  Cache& cache, Observation& observation) {
  const auto& condition = question.condition ? *question.condition : reboot_when;
  auto& signals = question.condition ? observation.other_signals[metric_key(condition)] : observation.signals;
  for (auto& [id, signal] :
       signals_of_members(question.instance_ids, condition, question.lookback, caller, cache, observation)) {
    signals[id] = std::move(signal);
  }
}

}  // namespace evenkeel::observe
