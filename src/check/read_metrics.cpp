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

void read_series(Reading& reading) {
  auto& facts = reading.facts;
  for (const auto& id : Subject(reading.policy, facts).ids()) facts.series[id];
  for (const auto& metric : *facts.metrics) {
    const auto* id = observe::instance_id(metric);
    if (id == nullptr) continue;
    if (const auto own = facts.series.find(*id); own != facts.series.end()) own->second.push_back(metric);
  }
  auto condition = reading.policy.reboot_when;
  bool whole = true;
  const auto read = [&](Duration over) {
    auto found = observe::read_series(facts.series, condition, over, reading.caller, facts.seen);
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
