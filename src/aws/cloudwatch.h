// CloudWatch: which series exist, their values, and the states of alarms (docs/aws.md, CloudWatch). GetMetricData is
// billed per metric asked for.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::cloudwatch {

using Dimensions = std::vector<std::pair<std::string, std::string>>;  // name, value

struct Metric {
  std::string metric_namespace;
  std::string name;
  // The exact set is the series' identity. In the order in which ListMetrics gave it, and asked for in the same:
  // CloudWatch takes any, and other implementations of it take none but that in which it was published.
  Dimensions dimensions;

  friend auto operator<=>(const Metric&, const Metric&) = default;
};

// Every series of that name, all pages, sorted, each once; an empty namespace or name is any. Series that
// went silent up to two weeks ago are among them; new ones may take 15 minutes to appear.
Result<Dated<std::vector<Metric>>> list_metrics(wire::Caller& caller, const std::string& metric_namespace,
                                                const std::string& metric_name);

struct MetricQuery {
  std::string id;  // [a-z][A-Za-z0-9_]*, unique among the queries
  Metric metric;
  std::string statistic;  // "Average", "Maximum", "Sum", …
  int period_seconds = 60;
};

struct Sample {
  Time time{};  // the start of the period
  double value = 0;

  friend auto operator<=>(const Sample&, const Sample&) = default;
};

struct MetricResult {
  std::string id;
  // AWS's StatusCode: "Complete", "PartialData", "InternalError", "Forbidden"; empty: no result
  std::string status;
  // AWS said Complete and every sample could be read. Anything else is partial data, never to be trusted as
  // whole.
  bool complete = false;
  std::vector<Sample> samples;  // oldest first
};

// One result per query, in the order of the queries; no query at all is `invalid`. start is inclusive, end
// exclusive. A series without data is complete with no samples.
Result<Dated<std::vector<MetricResult>>> get_metric_data(wire::Caller& caller,
                                                         std::span<const MetricQuery> queries, Time start,
                                                         Time end);

struct Alarm {
  std::string name;   // untrusted
  std::string state;  // "OK", "ALARM", "INSUFFICIENT_DATA"; unknown words are kept
  // When it went into that state. StateUpdatedTimestamp won't do: it changes without a change of the state.
  std::optional<Time> transitioned_at = std::nullopt;

  friend auto operator<=>(const Alarm&, const Alarm&) = default;
};

// Metric and composite alarms of these names, a hundred a call, sorted by name; one that does not exist is
// simply absent; naming none is `invalid`.
Result<Dated<std::vector<Alarm>>> describe_alarms(wire::Caller& caller, std::span<const std::string> names);
// Those whose names begin so, sorted by name; an empty prefix is every alarm.
Result<Dated<std::vector<Alarm>>> describe_alarms_with_prefix(wire::Caller& caller,
                                                              const std::string& prefix);

}  // namespace evenkeel::aws::cloudwatch
