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
using SeriesByMember = std::map<std::string, std::vector<Metric>>;

// Series of one member that differ by more than this share at the same moment contradict each other.
constexpr double kAgree = 0.01;

Result<std::vector<Metric>> known_series(const MetricCondition& condition, wire::Caller& caller, Cache& cache,
                                         Observation& observation) {
  auto& entry = cache.series[condition.metric_namespace + "|" + condition.metric];
  if (entry.fresh(observation.taken_at)) return entry.value;
  auto listed = TRY(aws::cloudwatch::list_metrics(caller, condition.metric_namespace, condition.metric));
  Stamp{observation}.saw(listed.date);
  entry = {listed.date, std::move(listed.value)};
  return entry.value;
}

// The series to read for each member asked for: the one that proved right before, else every one it has.
SeriesByMember series_of(const std::vector<std::string>& ids, const std::vector<Metric>& series,
                         const Cache& cache) {
  SeriesByMember found;
  for (const auto& id : ids) found[id];
  for (const auto& metric : series) {
    const auto* id = instance_id(metric);
    if (id == nullptr) continue;
    if (const auto wanted = found.find(*id); wanted != found.end()) wanted->second.push_back(metric);
  }
  for (auto& [id, own] : found) {
    const auto chosen = cache.chosen.find(id);
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

struct Found {
  Signal signal;
  std::optional<Metric> series;  // the one the samples are from
};

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
  found.series = series[fullest];
  const auto age = now - (found.signal.samples.back().at + condition.period);
  found.signal.state = age > condition.max_age ? SignalState::stale : SignalState::fresh;
  if (found.signal.state == SignalState::stale) {
    found.signal.detail = fmt::format("the newest sample is {} old, {} is allowed", format_duration(age),
                                      format_duration(condition.max_age));
  }
  return found;
}

void all_failed(const Question& question, const std::string& why, Observation& observation) {
  for (const auto& id : question.instance_ids) observation.signals[id] = {SignalState::failed, {}, why};
  observation.problems.push_back("signal: " + why);
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

void read_signals(const Question& question, const MetricCondition& condition, wire::Caller& caller,
                  Cache& cache, Observation& observation) {
  const auto listed = known_series(condition, caller, cache, observation);
  if (!listed) return all_failed(question, listed.error().message, observation);
  const auto members = series_of(question.instance_ids, *listed, cache);

  std::vector<MetricQuery> queries;
  const auto period = std::chrono::duration_cast<std::chrono::seconds>(condition.period);
  for (const auto& [id, series] : members) {
    for (const auto& metric : series) {
      queries.push_back({fmt::format("m{}", queries.size()), metric, name(condition.statistic),
                         static_cast<int>(period.count())});
    }
  }
  std::vector<MetricResult> results;
  if (!queries.empty()) {
    const auto since_epoch = observation.taken_at.time_since_epoch();
    const Time end{since_epoch - since_epoch % condition.period};
    const auto periods = (question.lookback + condition.period - Duration{1}) / condition.period;
    auto answer = aws::cloudwatch::get_metric_data(caller, queries, end - periods * condition.period, end);
    if (!answer) return all_failed(question, answer.error().message, observation);
    Stamp{observation}.saw(answer->date);
    results = std::move(answer->value);
  }
  std::size_t next = 0;
  for (const auto& [id, series] : members) {
    std::vector<const MetricResult*> own;
    for (std::size_t i = 0; i < series.size(); ++i) own.push_back(&results[next++]);
    auto found = reconcile(series, own, condition, observation.taken_at);
    if (found.signal.state == SignalState::fresh && found.series) {
      cache.chosen[id] = *found.series;
    } else {
      cache.chosen.erase(id);
    }
    observation.signals[id] = std::move(found.signal);
  }
}

}  // namespace evenkeel::observe
