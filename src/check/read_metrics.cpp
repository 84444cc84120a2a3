#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "aws/cloudwatch.h"
#include "check/facts_builder.h"
#include "check/nearest.h"
#include "check/subject.h"
#include "observe/signals.h"

namespace evenkeel::check {
namespace {

namespace cw = aws::cloudwatch;

constexpr std::size_t kNearest = 5;
constexpr Duration kDay = 24h;

void read_series(FactsBuilder& builder) {
  auto& facts = builder.facts;
  for (const auto& id : Subject(builder.policy, facts).ids()) facts.series[id];
  for (const auto& metric : *facts.metrics) {
    const auto* id = observe::instance_id(metric);
    if (id == nullptr) continue;
    if (const auto own = facts.series.find(*id); own != facts.series.end()) own->second.push_back(metric);
  }
  auto condition = builder.policy.reboot_when;
  bool whole = true;
  const auto read = [&](Duration over) {
    auto found = observe::read_series(facts.series, condition, over, builder.caller, facts.seen);
    for (const auto& [id, one] : found) {
      using enum SignalState;
      const auto state = one.signal.state;
      whole = whole && state != ambiguous && state != partial && state != failed;
      for (const auto& sample : one.signal.samples)
        facts.highest = std::max(facts.highest.value_or(sample.value), sample.value);
    }
    return found;
  };
  for (auto& [id, found] : read(kSamplesOver)) facts.seen.signals[id] = std::move(found.signal);
  if (std::ranges::any_of(facts.seen.signals,
                          [](const auto& one) { return one.second.state == SignalState::failed; }))
    return facts.series.clear();
  condition.statistic = Statistic::maximum;
  condition.period = 1h;
  read(kDay);
  if (!whole) facts.highest.reset();
}

void read_other_metrics(FactsBuilder& builder) {
  const auto& policy = builder.policy;
  std::set<std::pair<std::string, std::string>> wanted;
  for (const auto& rule : policy.also_when) {
    for (const auto& condition : rule.all) {
      if (condition.kind == Condition::Kind::metric)
        wanted.emplace(condition.metric.metric_namespace, condition.metric.metric);
    }
  }
  if (const auto& load = policy.keep.load_below) wanted.emplace(load->metric_namespace, load->metric);
  for (const auto& [metric_namespace, metric] : wanted) {
    builder.facts.other_metrics.insert_or_assign(
        metric_name_key(metric_namespace, metric),
        builder.keep(cw::list_metrics(builder.caller, metric_namespace, metric)));
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

void read_metrics(FactsBuilder& builder) {
  read_other_metrics(builder);
  if (!builder.policy.reboot_when.given()) return;
  builder.say("metrics");
  const auto& condition = builder.policy.reboot_when;
  auto& facts = builder.facts;
  facts.metrics =
      builder.keep(cw::list_metrics(builder.caller, condition.metric_namespace, condition.metric));
  if (!facts.metrics) return;
  if (facts.metrics->empty()) facts.nearest = read_nearest(condition, builder.caller);
  read_series(builder);
}

}  // namespace evenkeel::check
