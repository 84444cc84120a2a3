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
#include "observe/signals.h"

namespace evenkeel::check {
namespace {

namespace cw = aws::cloudwatch;

constexpr std::size_t kNearest = 5;
constexpr Duration kDay = 24h;

// Lists the same name in any namespace, then what the condition's namespace has.
template <class List>
std::vector<cw::Metric> list_nearest(const MetricCondition& condition, const List& list) {
  std::vector<cw::Metric> others;
  for (const auto& [metric_namespace, name] :
       {std::pair{std::string(), condition.metric}, std::pair{condition.metric_namespace, std::string()}}) {
    if (auto listed = list(metric_namespace, name)) std::ranges::move(*listed, std::back_inserter(others));
  }
  return nearest_metrics(condition.metric, std::move(others), kNearest);
}

std::set<std::string> registered(const Facts& facts) {
  std::set<std::string> ids;
  for (const auto& group : facts.groups) {
    if (!group.targets || group.is.target_type != "instance") continue;
    for (const auto& target : *group.targets) ids.insert(target.target.id);
  }
  return ids;
}

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
  const Time seen = reading.facts.taken_at;
  const auto since_epoch = (seen == Time{} ? reading.caller.now() : seen).time_since_epoch();
  const Time end{since_epoch - since_epoch % period};
  return reading.keep(cw::get_metric_data(reading.caller, queries, end - back, end),
                      "cloudwatch:GetMetricData");
}

void read_series(Reading& reading) {
  std::map<std::string, std::vector<Series>> by_member;
  for (const auto& id : registered(reading.facts)) by_member[id];
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
    try_metric_data(reading);
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

}  // namespace

void try_metric_data(Reading& reading) {
  const cw::Metric metric{"AWS/EC2", "CPUUtilization", {}};
  [[maybe_unused]] const auto permitted = read_over(reading, {{"m0", metric, "Average", 60}}, 5min);
}

std::vector<cw::Metric> read_nearest(const MetricCondition& condition, wire::Caller& caller) {
  return list_nearest(condition, [&](const auto& metric_namespace, const auto& name) {
    auto listed = cw::list_metrics(caller, metric_namespace, name);
    return listed ? std::optional(std::move(listed->value)) : std::nullopt;
  });
}

void read_metrics(Reading& reading) {
  if (!reading.policy.reboot_when.given()) return;
  reading.say("metrics");
  const auto& condition = reading.policy.reboot_when;
  auto& facts = reading.facts;
  facts.metrics = reading.keep(cw::list_metrics(reading.caller, condition.metric_namespace, condition.metric),
                               "cloudwatch:ListMetrics");
  if (!facts.metrics) {
    facts.series = std::unexpected(facts.metrics.error());
    try_metric_data(reading);
    return;
  }
  if (facts.metrics->empty()) {
    facts.nearest = list_nearest(condition, [&](const auto& metric_namespace, const auto& name) {
      return reading.keep(cw::list_metrics(reading.caller, metric_namespace, name), "cloudwatch:ListMetrics");
    });
  }
  read_series(reading);
}

}  // namespace evenkeel::check
