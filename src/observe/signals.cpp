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

Result<std::vector<Metric>> known_series(const MetricCondition& condition, wire::Caller& caller, Cache& cache,
                                         Observation& observation) {
  auto& entry = cache.series[series_key(condition)];
  if (entry.fresh(observation.taken_at)) return entry.value;
  auto listed = TRY(aws::cloudwatch::list_metrics(caller, condition.metric_namespace, condition.metric));
  Stamp{observation}.saw(listed.date);
  entry = {listed.date, std::move(listed.value)};
  return entry.value;
}

std::string chosen_key(const MetricCondition& condition, const std::string& id) {
  return series_key(condition) + "|" + id;
}

// The series to read for each member asked for: the one that proved right before, else every one it has.
SeriesByOwner series_of(std::span<const std::string> ids, const std::vector<Metric>& series,
                        const MetricCondition& condition, const Cache& cache) {
  SeriesByOwner found;
  for (const auto& id : ids) found[id];
  for (const auto& metric : series) {
    const auto* id = instance_id(metric);
    if (id == nullptr) continue;
    if (const auto wanted = found.find(*id); wanted != found.end()) wanted->second.push_back(metric);
  }
  for (auto& [id, own] : found) {
    const auto chosen = cache.chosen.find(chosen_key(condition, id));
    if (chosen != cache.chosen.end() && std::ranges::find(own, chosen->second) != own.end())
      own = {chosen->second};
  }
  return found;
}

std::vector<Sample> samples_of(const MetricResult& result) {
  std::vector<Sample> samples;
  for (const auto& sample : result.samples) samples.push_back({sample.time, sample.value});
  return samples;
}

Found reconcile(const std::vector<Metric>& series, const std::vector<const MetricResult*>& results,
                const MetricCondition& condition, Time now) {
  if (series.empty()) {
    return {
        {SignalState::missing, {}, "no series of this metric has its InstanceId: does the agent run there?"},
        {}};
  }
  std::size_t fullest = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!results[i]->complete) {
      return {
          {SignalState::partial, {}, "CloudWatch's answer is incomplete: " + printable(results[i]->status)},
          {}};
    }
    if (!agree(results[fullest]->samples, results[i]->samples)) {
      return {{SignalState::ambiguous, {}, "it has several series that contradict each other"}, {}};
    }
    if (results[i]->samples.size() > results[fullest]->samples.size()) fullest = i;
  }
  Found found;
  found.signal.samples = samples_of(*results[fullest]);
  if (found.signal.samples.empty()) {
    found.signal.detail = "its series has no samples: has the agent stopped?";
    return found;
  }
  const auto age = now - (found.signal.samples.back().at + condition.period);
  found.signal.state = age > condition.max_age ? SignalState::stale : SignalState::fresh;
  if (found.signal.state == SignalState::fresh) {
    found.series = series[fullest];
  } else {
    found.signal.detail = fmt::format("the newest sample is {} old, {} is allowed", format_duration(age),
                                      format_duration(condition.max_age));
  }
  return found;
}

Signals all_failed(std::span<const std::string> ids, const std::string& why, Observation& observation) {
  observation.problems.push_back("signal: " + why);
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

bool agree(std::span<const aws::cloudwatch::Sample> a, std::span<const aws::cloudwatch::Sample> b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (i->time < j->time) {
      ++i;
    } else if (j->time < i->time) {
      ++j;
    } else {
      if (std::abs(i->value - j->value) > kAgree * std::max({1.0, std::abs(i->value), std::abs(j->value)}))
        return false;
      ++i;
      ++j;
    }
  }
  return true;
}

std::map<std::string, Found> read_series(const SeriesByOwner& owners, const MetricCondition& condition,
                                         Duration lookback, wire::Caller& caller, Observation& observation) {
  std::vector<MetricQuery> queries;
  const auto period = std::chrono::duration_cast<std::chrono::seconds>(condition.period);
  for (const auto& [owner, series] : owners) {
    for (const auto& metric : series) {
      queries.push_back({fmt::format("m{}", queries.size()), metric, name(condition.statistic),
                         static_cast<int>(period.count())});
    }
  }
  std::map<std::string, Found> found;
  std::vector<MetricResult> results;
  if (!queries.empty()) {
    const auto since_epoch = observation.taken_at.time_since_epoch();
    const Time end{since_epoch - since_epoch % condition.period};
    const auto periods = (lookback + condition.period - Duration{1}) / condition.period;
    auto answer = aws::cloudwatch::get_metric_data(caller, queries, end - periods * condition.period, end);
    if (!answer) {
      const auto& why = answer.error().message;
      observation.problems.push_back("signal: " + why);
      for (const auto& [owner, series] : owners) found[owner] = {{SignalState::failed, {}, why}, {}};
      return found;
    }
    Stamp{observation}.saw(answer->date);
    results = std::move(answer->value);
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
  const auto owners = series_of(ids, *listed, condition, cache);
  for (auto& [id, found] : read_series(owners, condition, lookback, caller, observation)) {
    const auto key = chosen_key(condition, id);
    if (found.series) {
      cache.chosen[key] = *found.series;
    } else {
      cache.chosen.erase(key);
    }
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
