#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "aws/cloudwatch.h"
#include "base/text.h"
#include "check/nearest.h"
#include "check/reading.h"
#include "check/subject.h"
#include "observe/signals.h"

namespace evenkeel::check {
namespace {

namespace cw = aws::cloudwatch;

constexpr std::size_t kNearest = 5;
constexpr Duration kDay = 24h;

std::vector<cw::MetricQuery> queries_for(const std::vector<Series*>& series, const char* statistic,
                                         Duration period) {
  std::vector<cw::MetricQuery> queries;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(period);
  for (const auto* each : series) {
    queries.push_back(
        {fmt::format("m{}", queries.size()), each->metric, statistic, static_cast<int>(seconds.count())});
  }
  return queries;
}

Read<std::vector<cw::MetricResult>> read_over(Reading& reading, const std::vector<cw::MetricQuery>& queries,
                                              Duration back) {
  const Duration period = std::chrono::seconds{queries.front().period_seconds};
  const auto since_epoch = reading.facts.seen.taken_at.time_since_epoch();
  const Time end{since_epoch - since_epoch % period};
  return reading.keep(cw::get_metric_data(reading.caller, queries, end - back, end));
}

void read_series(Reading& reading) {
  std::map<std::string, std::vector<Series>> by_member;
  for (const auto& id : Subject(reading.policy, reading.facts).ids()) by_member[id];
  for (const auto& metric : *reading.facts.metrics) {
    const auto* id = observe::instance_id(metric);
    if (id == nullptr) continue;
    if (const auto own = by_member.find(*id); own != by_member.end())
      own->second.push_back({.metric = metric, .samples = {}, .highest = std::nullopt});
  }
  std::vector<Series*> all;
  for (auto& [id, own] : by_member)
    for (auto& each : own) all.push_back(&each);
  if (all.empty()) {
    reading.facts.series = std::move(by_member);
    return;
  }
  const auto& condition = reading.policy.reboot_when;
  const auto recent =
      read_over(reading, queries_for(all, name(condition.statistic), condition.period), kSamplesOver);
  if (!recent) {
    reading.facts.series = std::unexpected(recent.error());
    return;
  }
  const auto day = read_over(reading, queries_for(all, "Maximum", 1h), kDay);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i]->complete = (*recent)[i].complete;
    all[i]->samples = (*recent)[i].samples;
    auto seen = all[i]->samples;
    if (day) seen.insert(seen.end(), (*day)[i].samples.begin(), (*day)[i].samples.end());
    if (!seen.empty()) all[i]->highest = std::ranges::max(seen, {}, &cw::Sample::value).value;
  }
  reading.facts.series = std::move(by_member);
}

void read_other_metrics(Reading& reading) {
  const auto& policy = reading.policy;
  std::set<std::pair<std::string, std::string>> wanted;
  for (const auto& rule : policy.also_when) {
    for (const auto& condition : rule.all) {
      if (condition.kind == Condition::Kind::metric)
        wanted.emplace(condition.metric.metric_namespace, condition.metric.metric);
    }
  }
  if (const auto& load = policy.keep.load_below) wanted.emplace(load->metric_namespace, load->metric);
  for (const auto& [metric_namespace, metric] : wanted) {
    reading.facts.other_metrics.insert_or_assign(
        metric_name_key(metric_namespace, metric),
        reading.keep(cw::list_metrics(reading.caller, metric_namespace, metric)));
  }
}

}  // namespace

std::vector<cw::Metric> read_nearest(const MetricCondition& condition, wire::Caller& caller) {
  std::vector<cw::Metric> others;
  for (const auto& [metric_namespace, name] :
       {std::pair{std::string(), condition.metric}, std::pair{condition.metric_namespace, std::string()}}) {
    auto listed = cw::list_metrics(caller, metric_namespace, name);
    if (listed) std::ranges::move(listed->value, std::back_inserter(others));
  }
  return nearest_metrics(condition.metric, std::move(others), kNearest);
}

void read_metrics(Reading& reading) {
  read_other_metrics(reading);
  if (!reading.policy.reboot_when.given()) return;
  reading.say("metrics");
  const auto& condition = reading.policy.reboot_when;
  auto& facts = reading.facts;
  facts.metrics =
      reading.keep(cw::list_metrics(reading.caller, condition.metric_namespace, condition.metric));
  if (!facts.metrics) return;
  if (facts.metrics->empty()) facts.nearest = read_nearest(condition, reading.caller);
  read_series(reading);
}

}  // namespace evenkeel::check
