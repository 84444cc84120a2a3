#include "sim/api/cloudwatch.h"

#include <algorithm>
#include <cctype>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/order.h"
#include "sim/api/typed_members.h"

namespace evenkeel::sim {
namespace {

using Dimensions = std::vector<std::pair<std::string, std::string>>;

std::string key_of(const std::string& metric_namespace, const std::string& metric, Dimensions dimensions) {
  std::ranges::sort(dimensions);
  std::string key = metric_namespace + '\n' + metric;
  for (const auto& [name, value] : dimensions) key += '\n' + name + '=' + value;
  return key;
}

std::string key_of(const Series& series) {
  return key_of(series.metric_namespace, series.metric, series.dimensions);
}

Json metric_json(const Series& series) {
  Json dimensions = Json::array();
  for (const auto& [name, value] : series.dimensions)
    dimensions.push_back({{"Name", name}, {"Value", value}});
  return {{"Namespace", series.metric_namespace},
          {"MetricName", series.metric},
          {"Dimensions", std::move(dimensions)}};
}

// A series that has further dimensions matches, too.
struct MetricFilter {
  std::optional<std::string> metric_namespace, metric;
  std::vector<std::pair<std::string, std::optional<std::string>>> dimensions;

  bool matches(const Series& series) const {
    const auto has = [&](const auto& wanted) {
      return std::ranges::any_of(series.dimensions, [&](const auto& dimension) {
        return dimension.first == wanted.first && (!wanted.second || dimension.second == *wanted.second);
      });
    };
    return (!metric_namespace || *metric_namespace == series.metric_namespace) &&
           (!metric || *metric == series.metric) && std::ranges::all_of(dimensions, has);
  }
};

ApiResult<Json> list_metrics(ApiSession& session, RequestParameters& parameters) {
  MetricFilter filter{parameters.text("Namespace"), parameters.text("MetricName"), {}};
  for (const std::string& prefix : parameters.structures("Dimensions.member"))
    filter.dimensions.emplace_back(parameters.required(prefix + ".Name"), parameters.text(prefix + ".Value"));
  const std::string recently = parameters.text("RecentlyActive").value_or("");
  const std::string token = parameters.text("NextToken").value_or("");
  if (filter.dimensions.size() > 10) parameters.complain("At most 10 dimension filters");
  if (!recently.empty() && recently != "PT3H") parameters.complain("RecentlyActive must be PT3H");
  TRY_VOID(parameters.finish());

  // Silent for two weeks, a series is forgotten.
  const Time oldest = session.account.now() - std::chrono::hours{recently.empty() ? 14 * 24 : 3};
  std::vector<const Series*> found;
  for (const Series& series : session.account.series) {
    const bool alive = !series.samples.empty() && series.samples.rbegin()->first >= oldest;
    if (alive && filter.matches(series)) found.push_back(&series);
  }
  scatter(found, session.seed, [](const Series* series) { return key_of(*series); });
  const Page page = TRY(page_of(found.size(), 500, token, parameters));
  Json answer = {{"Metrics", Json::array()}};
  for (const Series* series : cut(found, page)) answer["Metrics"].push_back(metric_json(*series));
  if (!page.next.empty()) answer["NextToken"] = page.next;
  return answer;
}

Dimensions read_dimensions(RequestParameters& parameters, const std::string& prefix) {
  Dimensions dimensions;
  for (const std::string& each : parameters.structures(prefix))
    dimensions.emplace_back(parameters.required(each + ".Name"), parameters.required(each + ".Value"));
  return dimensions;
}

void check_period(RequestParameters& parameters, std::chrono::seconds period) {
  if (period.count() % 60 != 0) parameters.complain("Period must be a multiple of 60");
}

void check_statistic(RequestParameters& parameters, const std::string& statistic) {
  if (!contains({"Average", "Minimum", "Maximum", "Sum", "SampleCount"}, statistic))
    parameters.complain("This account knows no statistic '" + printable(statistic) + "'");
}

struct MetricDataQuery {
  std::string id, metric, key, label, statistic;
  std::chrono::seconds period{60};
  bool shown = true;
};

MetricDataQuery read_query(RequestParameters& parameters, const std::string& prefix) {
  const std::string stat = prefix + ".MetricStat";
  const std::string metric_namespace = parameters.required(stat + ".Metric.Namespace");
  const std::string metric = parameters.required(stat + ".Metric.MetricName");
  Dimensions dimensions = read_dimensions(parameters, stat + ".Metric.Dimensions.member");
  // An empty list is written as its name with nothing behind it.
  if (!parameters.text(stat + ".Metric.Dimensions").value_or("").empty())
    parameters.complain("Dimensions is a list");
  parameters.required(stat + ".Period");
  MetricDataQuery query{parameters.required(prefix + ".Id"),
                        metric,
                        key_of(metric_namespace, metric, std::move(dimensions)),
                        parameters.text(prefix + ".Label").value_or(metric),
                        parameters.required(stat + ".Stat"),
                        std::chrono::seconds(parameters.integer(stat + ".Period", 60, 86'400).value_or(60)),
                        parameters.flag(prefix + ".ReturnData", true)};
  const bool named =
      !query.id.empty() && std::islower(static_cast<unsigned char>(query.id[0])) &&
      std::ranges::all_of(query.id, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  if (!named) parameters.complain("The id '" + printable(query.id) + "' must match [a-z][A-Za-z0-9_]*");
  check_period(parameters, query.period);
  check_statistic(parameters, query.statistic);
  return query;
}

std::vector<MetricDataQuery> read_queries(RequestParameters& parameters) {
  std::vector<MetricDataQuery> queries;
  std::set<std::string> ids;
  for (const std::string& prefix : parameters.structures("MetricDataQueries.member")) {
    queries.push_back(read_query(parameters, prefix));
    if (!ids.insert(queries.back().id).second) parameters.complain("The ids of the queries must be unique");
  }
  if (queries.empty()) parameters.complain("The request must contain the parameter MetricDataQueries", true);
  if (queries.size() > 500) parameters.complain("MetricDataQueries must not have a size greater than 500.");
  return queries;
}

double summary(const std::vector<double>& values, const std::string& statistic, bool of_ones) {
  double sum = 0;
  for (const double value : values) sum += value;
  if (of_ones) return statistic == "Sum" || statistic == "SampleCount" ? sum : 1;
  if (statistic == "Minimum") return std::ranges::min(values);
  if (statistic == "Maximum") return std::ranges::max(values);
  if (statistic == "SampleCount") return static_cast<double>(values.size());
  return statistic == "Sum" ? sum : sum / static_cast<double>(values.size());
}

struct QueryResult {
  const MetricDataQuery* query;
  std::vector<std::pair<Time, double>> points;
};

using Periods = std::map<Time, std::vector<double>>;

Periods by_period(const std::map<Time, double>& samples, std::chrono::seconds period) {
  Periods periods;
  for (const auto& [time, value] : samples)
    periods[Time(time.time_since_epoch() - time.time_since_epoch() % period)].push_back(value);
  return periods;
}

// One point a period. The newest period may still be filling, as with AWS.
QueryResult found_for(const MetricDataQuery& query, const std::map<Time, double>& samples, bool of_ones,
                      bool newest_first) {
  QueryResult found{&query, {}};
  for (const auto& [time, values] : by_period(samples, query.period))
    found.points.emplace_back(time, summary(values, query.statistic, of_ones));
  if (newest_first) std::ranges::reverse(found.points);
  return found;
}

// Datapoints are counted through all results: a page may end in the middle of one.
Json results_json(const std::vector<QueryResult>& results, const Page& page) {
  Json members = Json::array();
  std::size_t offset = 0;
  for (const auto& [query, points] : results) {
    const std::size_t size = points.size();
    const std::size_t begin = std::clamp(page.begin, offset, offset + size) - offset;
    const std::size_t end = std::clamp(page.end, offset, offset + size) - offset;
    offset += size;
    if (page.begin > 0 && begin == size) continue;
    Json times = Json::array(), values = Json::array();
    for (const auto& [time, value] : std::span(points).subspan(begin, end - begin)) {
      times.push_back(epoch_seconds(time));
      values.push_back(value);
    }
    members.push_back({{"Id", query->id},
                       {"Label", query->label},
                       {"Timestamps", std::move(times)},
                       {"Values", std::move(values)},
                       {"StatusCode", end < size ? "PartialData" : "Complete"}});
  }
  Json answer = {{"MetricDataResults", std::move(members)}};
  if (!page.next.empty()) answer["NextToken"] = page.next;
  return answer;
}

ApiResult<Json> get_metric_data(ApiSession& session, RequestParameters& parameters) {
  const Time start = std::chrono::floor<std::chrono::minutes>(parameters.time("StartTime"));
  const Time until = parameters.time("EndTime");
  const std::string scan = parameters.text("ScanBy").value_or("TimestampDescending");
  const auto size =
      static_cast<std::size_t>(parameters.integer("MaxDatapoints", 1, 100'800).value_or(100'800));
  const std::string token = parameters.text("NextToken").value_or("");
  const std::vector<MetricDataQuery> queries = read_queries(parameters);
  if (start >= until) parameters.complain("The parameter StartTime must be less than the parameter EndTime.");
  const bool newest_first = scan == "TimestampDescending";
  if (!newest_first && scan != "TimestampAscending")
    parameters.complain("ScanBy is not one of the two orders");
  TRY_VOID(parameters.finish());

  session.counts["cloudwatch:metrics"] += static_cast<std::int64_t>(queries.size());
  std::set<std::string> metrics;
  for (const MetricDataQuery& query : queries) metrics.insert(query.metric);
  std::map<std::string, const Series*> by_key;
  for (const Series& series : session.account.series) {
    if (metrics.contains(series.metric)) by_key.emplace(key_of(series), &series);
  }
  std::vector<QueryResult> results;
  std::size_t total = 0;
  for (const MetricDataQuery& query : queries) {
    if (!query.shown) continue;
    const auto series = by_key.find(query.key);
    static const Series none;
    const Series& asked = series == by_key.end() ? none : *series->second;
    const auto samples = session.account.visible_samples(asked, start, until);
    results.push_back(found_for(query, samples, asked.of_ones, newest_first));
    total += results.back().points.size();
  }
  scatter(results, session.seed, [](const QueryResult& result) { return result.query->id; });
  return results_json(results, TRY(page_of(total, size, token, parameters)));
}

// One series a call; its points come in no order.
ApiResult<Json> get_metric_statistics(ApiSession& session, RequestParameters& parameters) {
  const std::string metric_namespace = parameters.required("Namespace");
  const std::string metric = parameters.required("MetricName");
  const Dimensions dimensions = read_dimensions(parameters, "Dimensions.member");
  const Time start = std::chrono::floor<std::chrono::minutes>(parameters.time("StartTime"));
  const Time until = parameters.time("EndTime");
  parameters.required("Period");
  const std::chrono::seconds period{parameters.integer("Period", 60, 86'400).value_or(60)};
  parameters.required("Statistics.member.1");
  const std::vector<std::string> statistics = parameters.list("Statistics.member");
  check_period(parameters, period);
  for (const std::string& statistic : statistics) check_statistic(parameters, statistic);
  if (start >= until) parameters.complain("The parameter StartTime must be less than the parameter EndTime.");
  TRY_VOID(parameters.finish());
  if (until - start > 1440 * period)
    return refuse(400, "InvalidParameterCombination",
                  "You have requested more than the limit of 1,440 datapoints. Reduce the range or raise "
                  "the Period.");

  Periods periods;
  bool of_ones = false;
  for (const Series& series : session.account.series) {
    const bool asked = series.metric == metric && series.metric_namespace == metric_namespace &&
                       std::ranges::is_permutation(series.dimensions, dimensions);
    if (!asked) continue;
    periods = by_period(session.account.visible_samples(series, start, until), period);
    of_ones = series.of_ones;
  }
  std::vector<std::pair<Time, std::vector<double>>> points(periods.begin(), periods.end());
  scatter(points, session.seed, [](const auto& point) { return iso8601(point.first); });
  Json answer = {{"Label", metric}, {"Datapoints", Json::array()}};
  for (const auto& [time, values] : points) {
    Json point = {{"Timestamp", epoch_seconds(time)}, {"Unit", of_ones ? "Count" : "Percent"}};
    for (const std::string& statistic : statistics) point[statistic] = summary(values, statistic, of_ones);
    answer["Datapoints"].push_back(std::move(point));
  }
  return answer;
}

}  // namespace

std::span<const TypedOperation> cloudwatch_operations() {
  static constexpr TypedOperation kOperations[] = {{"ListMetrics", list_metrics},
                                                   {"GetMetricData", get_metric_data},
                                                   {"GetMetricStatistics", get_metric_statistics},
                                                   {"DescribeAlarms", describe_alarms}};
  return kOperations;
}

}  // namespace evenkeel::sim
