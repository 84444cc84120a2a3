#include "aws/cloudwatch.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "aws/paging.h"
#include "base/text.h"

namespace evenkeel::aws::cloudwatch {
namespace {

using wire::Element;

constexpr std::size_t kQueriesPerCall = 500;
constexpr std::size_t kAlarmsPerCall = 100;

wire::Call make_call(std::string action) {
  wire::Call call;
  call.service = wire::Service::cloudwatch;
  call.action = std::move(action);
  return call;
}

Result<Metric> read_metric(const Element& element) {
  Metric metric;
  metric.metric_namespace = TRY(element.text("Namespace"));
  metric.name = TRY(element.text("MetricName"));
  for (const auto& dimension : element.optional_list("Dimensions")) {
    metric.dimensions.emplace_back(TRY(dimension.text("Name")), dimension.text_or_empty("Value"));
  }
  return metric;
}

void add_query(wire::Parameters& parameters, std::size_t number, const MetricQuery& query) {
  const std::string prefix = wire::member("MetricDataQueries", number);
  const std::string metric = prefix + ".MetricStat.Metric";
  parameters.add(prefix + ".Id", query.id);
  parameters.add(metric + ".Namespace", query.metric.metric_namespace);
  parameters.add(metric + ".MetricName", query.metric.name);
  for (std::size_t i = 0; i < query.metric.dimensions.size(); ++i) {
    const std::string dimension = wire::member(metric + ".Dimensions", i + 1);
    parameters.add(dimension + ".Name", query.metric.dimensions[i].first);
    parameters.add(dimension + ".Value", query.metric.dimensions[i].second);
  }
  parameters.add(prefix + ".MetricStat.Period", query.period_seconds);
  parameters.add(prefix + ".MetricStat.Stat", query.statistic);
  parameters.add(prefix + ".ReturnData", true);
}

// What several pages tell of one series.
struct CollectedMetrics {
  MetricResult result;
  bool damaged = false;  // something was dropped: never complete again
};

// "InternalError" and "Forbidden" stay; "PartialData" gives way to what the next page says.
void take_status(CollectedMetrics& collected, std::string status) {
  const std::string& before = collected.result.status;
  if (before.empty() || before == "PartialData" || before == "Complete") {
    collected.result.status = std::move(status);
  }
}

void take_samples(CollectedMetrics& collected, const Element& element) {
  const auto times = element.optional_list("Timestamps");
  const auto values = element.optional_list("Values");
  if (times.size() != values.size()) {
    collected.damaged = true;
    return;
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto time = times[i].as_time();
    const auto value = values[i].as_number();
    if (time && value) {
      collected.result.samples.push_back({*time, *value});
    } else {
      collected.damaged = true;
    }
  }
}

void finish(CollectedMetrics& collected) {
  auto& samples = collected.result.samples;
  std::ranges::sort(samples);
  samples.erase(std::ranges::unique(samples).begin(), samples.end());
  if (std::ranges::adjacent_find(samples, {}, &Sample::time) != samples.end()) {
    collected.damaged = true;  // one time has two different values
  }
  collected.result.complete = !collected.damaged && collected.result.status == "Complete";
}

bool is_query_id(std::string_view id) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !id.empty() && id[0] >= 'a' && id[0] <= 'z' &&
         std::ranges::all_of(id, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

// The queries' places by id.
Result<std::map<std::string, std::size_t>> index_queries(std::span<const MetricQuery> queries) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!is_query_id(queries[i].id) || !places.emplace(queries[i].id, i).second) {
      return fail(ErrorKind::invalid,
                  "cloudwatch:GetMetricData: the query id '" + printable(queries[i].id) +
                      "' is used twice or is not a lower-case letter followed by letters, digits and _");
    }
  }
  return places;
}

std::vector<wire::Call> metric_data_calls(std::span<const MetricQuery> queries, Time start, Time end) {
  std::vector<wire::Call> calls;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::size_t number = i % kQueriesPerCall;
    if (number == 0) {
      calls.push_back(make_call("GetMetricData"));
      calls.back().parameters.add("StartTime", start).add("EndTime", end).add("ScanBy", "TimestampAscending");
    }
    add_query(calls.back().parameters, number + 1, queries[i]);
  }
  return calls;
}

wire::Call alarms_call() {
  wire::Call call = make_call("DescribeAlarms");
  const std::vector<std::string> types = {"MetricAlarm", "CompositeAlarm"};  // else metric alarms alone
  call.parameters.add_members("AlarmTypes", types);
  call.parameters.add("MaxRecords", static_cast<int>(kAlarmsPerCall));
  return call;
}

Result<Dated<std::vector<Alarm>>> read_alarms(wire::Caller& caller, std::span<const wire::Call> calls) {
  std::set<Alarm> alarms;
  const auto take = [&](const std::vector<Element>& items) -> Result<void> {
    for (const auto& item : items) {
      auto name = TRY(item.text("AlarmName"));
      auto state = TRY(item.text("StateValue"));
      // A time that can't be read is unknown: the state alone is what gates need.
      auto transitioned = item.optional_time("StateTransitionedTimestamp").value_or(std::nullopt);
      alarms.insert({std::move(name), std::move(state), transitioned});
    }
    return {};
  };
  const auto read = [&](std::size_t, const Element& result) -> Result<std::string> {
    const auto metric_alarms = TRY(result.list("MetricAlarms"));
    TRY_VOID(take(metric_alarms));
    TRY_VOID(take(result.optional_list("CompositeAlarms")));
    return result.text_or_empty("NextToken");
  };
  const auto dates = read_pages(caller, calls, "NextToken", read);
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<Alarm>>{{alarms.begin(), alarms.end()}, date};
}

}  // namespace

Result<Dated<std::vector<Metric>>> list_metrics(wire::Caller& caller, const std::string& metric_namespace,
                                                const std::string& metric_name) {
  wire::Call call = make_call("ListMetrics");
  if (!metric_namespace.empty()) call.parameters.add("Namespace", metric_namespace);
  if (!metric_name.empty()) call.parameters.add("MetricName", metric_name);
  std::vector<Metric> metrics;
  const auto read = [&](std::size_t, const Element& result) -> Result<std::string> {
    for (const auto& item : TRY(result.list("Metrics"))) metrics.push_back(TRY(read_metric(item)));
    return result.text_or_empty("NextToken");
  };
  const auto dates = read_pages(caller, {&call, 1}, "NextToken", read);
  const Time date = TRY(oldest(dates));
  std::ranges::sort(metrics);
  metrics.erase(std::ranges::unique(metrics).begin(), metrics.end());
  return Dated<std::vector<Metric>>{std::move(metrics), date};
}

Result<Dated<std::vector<MetricResult>>> get_metric_data(wire::Caller& caller,
                                                         std::span<const MetricQuery> queries, Time start,
                                                         Time end) {
  TRY_VOID(require_some(queries.size(), "GetMetricData", "queries"));
  const auto places = TRY(index_queries(queries));
  std::vector<CollectedMetrics> collected(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) collected[i].result.id = queries[i].id;

  const auto read = [&](std::size_t chunk, const Element& result) -> Result<std::string> {
    for (const auto& item : TRY(result.list("MetricDataResults"))) {
      const auto place = places.find(TRY(item.text("Id")));
      if (place == places.end()) continue;
      CollectedMetrics& series = collected[place->second];
      take_status(series, item.text_or_empty("StatusCode"));
      take_samples(series, item);
    }
    // A message on the whole call says that results are missing, without saying which.
    if (!result.optional_list("Messages").empty()) {
      const std::size_t last = std::min((chunk + 1) * kQueriesPerCall, queries.size());
      for (std::size_t i = chunk * kQueriesPerCall; i < last; ++i) collected[i].damaged = true;
    }
    return result.text_or_empty("NextToken");
  };
  const auto dates = read_pages(caller, metric_data_calls(queries, start, end), "NextToken", read);
  Dated<std::vector<MetricResult>> results{{}, TRY(oldest(dates))};
  for (auto& series : collected) {
    finish(series);
    results.value.push_back(std::move(series.result));
  }
  return results;
}

Result<Dated<std::vector<Alarm>>> describe_alarms(wire::Caller& caller, std::span<const std::string> names) {
  TRY_VOID(require_some(names.size(), "DescribeAlarms", "names"));
  std::vector<wire::Call> calls;
  for (const auto& part : chunks(names, kAlarmsPerCall)) {
    calls.push_back(alarms_call());
    calls.back().parameters.add_members("AlarmNames", part);
  }
  return read_alarms(caller, calls);
}

Result<Dated<std::vector<Alarm>>> describe_alarms_with_prefix(wire::Caller& caller,
                                                              const std::string& prefix) {
  wire::Call call = alarms_call();
  if (!prefix.empty()) call.parameters.add("AlarmNamePrefix", prefix);
  return read_alarms(caller, {&call, 1});
}

}  // namespace evenkeel::aws::cloudwatch
