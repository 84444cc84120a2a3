#include "lambda/metrics.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "model/fleet_state.h"

namespace evenkeel::lambda {
namespace {

using OrderedJson = nlohmann::ordered_json;

struct EmfMetric {
  const char* name;
  const char* unit;
  double value;
};

OrderedJson number(double value) {
  return value == static_cast<double>(static_cast<std::int64_t>(value))
             ? OrderedJson(static_cast<std::int64_t>(value))
             : OrderedJson(value);
}

// `dimension_sets`: under which of the `properties` each metric is counted; an empty set: in total.
std::string line(const OrderedJson& dimension_sets, const OrderedJson& properties,
                 const std::vector<EmfMetric>& metrics, Time now) {
  OrderedJson definitions = OrderedJson::array();
  for (const auto& metric : metrics) definitions.push_back({{"Name", metric.name}, {"Unit", metric.unit}});
  OrderedJson document = {
      {"_aws",
       {{"Timestamp", now.time_since_epoch().count()},
        {"CloudWatchMetrics", OrderedJson::array({{{"Namespace", kNamespace},
                                                   {"Dimensions", dimension_sets},
                                                   {"Metrics", std::move(definitions)}}})}}}};
  document.update(properties);
  for (const auto& metric : metrics) document[metric.name] = number(metric.value);
  return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// Of the fleet's own line, and with [] also added up over the fleets.
OrderedJson whole_and_fleet() {
  return OrderedJson::array({OrderedJson::array(), OrderedJson::array({"Fleet"})});
}

struct OpenCounts {
  int out = 0, held = 0;
  Duration oldest{};
};

OpenCounts standing(const FleetState& state, Time now) {
  OpenCounts found;
  for (const auto& remediation : state.open) {
    ++found.out;
    if (remediation.phase == Phase::held) ++found.held;
    found.oldest = std::max(found.oldest, now - remediation.started_at);
  }
  return found;
}

// How long a phase had lasted when the tick brought it to its end.
struct EndedPhase {
  Phase phase;
  Duration lasted;
};

std::vector<EndedPhase> phases_ended(const controller::TickReport& report) {
  std::vector<EndedPhase> ended;
  for (const auto& was : report.before.open) {
    const auto is = std::ranges::find(report.plan.next.open, was.id, &Remediation::id);
    if (is != report.plan.next.open.end() && is->phase == was.phase) continue;
    const Time until = is != report.plan.next.open.end() ? is->phase_since : report.observation.taken_at;
    ended.push_back({was.phase, until - was.phase_since});
  }
  return ended;
}

std::vector<Ending> endings(const controller::TickReport& report) {
  std::vector<Ending> ended;
  for (const auto& was : report.before.open) {
    const auto past = std::ranges::find(report.plan.next.recent, was.id, &PastRemediation::id);
    if (past != report.plan.next.recent.end()) ended.push_back(past->ending);
  }
  return ended;
}

// What there may be many of: each under a further dimension.
void by_kind(const wiring::FleetTick& tick, Time now, std::vector<std::string>& lines) {
  const auto& fleet = tick.fleet.name;
  const auto& report = *tick.report;
  const auto add = [&](const char* dimension, const std::string& value, const EmfMetric& metric) {
    lines.push_back(line(OrderedJson::array({OrderedJson::array({"Fleet", dimension})}),
                         {{"Fleet", fleet}, {dimension, value}}, {metric}, now));
  };
  for (const auto& [reason, count] : verdicts_of(report.plan))
    add("Reason", reason, {"Members", "Count", static_cast<double>(count)});
  for (const Ending ending : endings(report)) add("Outcome", name(ending), {"Remediations", "Count", 1});
  for (const auto& [phase, lasted] : phases_ended(report))
    add("Phase", name(phase), {"PhaseDuration", "Seconds", seconds(lasted)});
}

}  // namespace

std::map<std::string, int> verdicts_of(const Plan& plan) {
  std::map<std::string, int> counts;
  for (const auto& [id, verdict] : plan.members) ++counts[name(verdict.reason)];
  return counts;
}

std::vector<std::string> metrics_of(const wiring::FleetTick& tick, Time now) {
  const OrderedJson properties = {{"Fleet", tick.fleet.name}};
  std::vector<EmfMetric> metrics;
  const bool won = tick.report && !tick.report->lost_race;
  const bool whole = tick.report && !tick.report->not_recorded;
  metrics.push_back({"Ticks", "Count", whole ? 1.0 : 0.0});
  metrics.push_back({"Errors", "Count", whole ? 0.0 : 1.0});
  metrics.push_back({"LostRaces", "Count", tick.report && !won ? 1.0 : 0.0});
  metrics.push_back({"TickDuration", "Milliseconds", static_cast<double>(tick.took.count())});
  metrics.push_back({"ApiCalls", "Count", static_cast<double>(tick.requests)});
  std::vector<std::string> lines;
  if (won) {
    const auto now_out = standing(tick.report->plan.next, tick.report->observation.taken_at);
    metrics.push_back({"MembersOut", "Count", static_cast<double>(now_out.out)});
    metrics.push_back({"MembersHeld", "Count", static_cast<double>(now_out.held)});
    metrics.push_back({"OldestOpenAge", "Seconds", seconds(now_out.oldest)});
    const auto& ability = tick.report->plan.next.ability;
    const bool blind = ability.kind == Ability::Kind::blind;
    const auto lasted = std::max(Duration::zero(), tick.report->observation.taken_at - ability.since);
    metrics.push_back({"Blind", "Count", blind ? 1.0 : 0.0});
    metrics.push_back({"BlindFor", "Seconds", blind ? seconds(lasted) : 0.0});
  }
  lines.push_back(line(whole_and_fleet(), properties, metrics, now));
  if (won) by_kind(tick, now, lines);
  return lines;
}

std::string metrics_of(const PassMetrics& pass, Time now) {
  std::vector<EmfMetric> metrics = {
      {"PolicyBroken", "Count", pass.policy_broken ? 1.0 : 0.0},
      {"NotificationsFailed", "Count", static_cast<double>(pass.notifications_failed)}};
  if (pass.failed) metrics.push_back({"Errors", "Count", 1});
  return line(OrderedJson::array({OrderedJson::array()}), OrderedJson::object(), metrics, now);
}

}  // namespace evenkeel::lambda
