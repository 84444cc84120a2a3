#include "observe/loads.h"

#include "observe/signals.h"

namespace evenkeel::observe {
namespace {

constexpr std::string_view kLoadBalancer = "loadbalancer/";
constexpr std::string_view kTargetGroup = "targetgroup/";
// A metric of a load balancer comes a few minutes after its period has ended.
constexpr Duration kLag = 4min;

MetricCondition metric_of(const LoadCeiling& ceiling) {
  MetricCondition condition;
  condition.metric_namespace = ceiling.metric_namespace;
  condition.metric = ceiling.metric;
  condition.statistic = ceiling.statistic;
  condition.period = ceiling.period;
  condition.max_age = ceiling.period + kLag;
  return condition;
}

// What follows "…:" in the arn, from `start` or, without it, from behind it.
std::string resource(const std::string& arn, std::string_view start, bool with_start) {
  const auto at = arn.find(":" + std::string{start});
  if (at == std::string::npos) return "";
  return arn.substr(at + 1 + (with_start ? 0 : start.size()));
}

SeriesByOwner series_of_groups(const LoadCeiling& ceiling, const Observation& observation) {
  SeriesByOwner series;
  for (const auto& group : observation.target_groups) {
    if (!group.of_fleet) continue;
    auto& own = series[group.arn];
    auto dimensions = load_dimensions(group);
    if (!dimensions.empty()) own.push_back({ceiling.metric_namespace, ceiling.metric, std::move(dimensions)});
  }
  return series;
}

}  // namespace

aws::cloudwatch::Dimensions load_dimensions(const TargetGroup& group) {
  auto load_balancer = resource(group.load_balancer_arn, kLoadBalancer, false);
  auto target_group = resource(group.arn, kTargetGroup, true);
  if (load_balancer.empty() || target_group.empty()) return {};
  return {{"LoadBalancer", std::move(load_balancer)}, {"TargetGroup", std::move(target_group)}};
}

void read_loads(const Question& question, const LoadCeiling& ceiling, wire::Caller& caller, Cache& cache,
                Observation& observation) {
  const auto metric = metric_of(ceiling);
  if (ceiling.per == LoadCeiling::Per::instance) {
    for (auto& [id, load] :
         signals_of_members(question.instance_ids, metric, question.lookback, caller, cache, observation)) {
      observation.loads[id] = std::move(load);
    }
    return;
  }
  const auto series = series_of_groups(ceiling, observation);
  for (auto& [arn, found] : read_series(series, metric, question.lookback, caller, observation)) {
    auto& load = observation.loads[arn] = std::move(found.signal);
    if (load.state != SignalState::missing) continue;
    load.detail = series.at(arn).empty() ? "its target group has no load balancer"
                                         : "CloudWatch has no samples of " + metric.metric + " for it";
  }
}

}  // namespace evenkeel::observe
