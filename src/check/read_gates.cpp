#include <algorithm>
#include <set>

#include "aws/cloudwatch.h"
#include "aws/ssm.h"
#include "check/reading.h"
#include "model/alarm_name.h"

namespace evenkeel::check {
namespace {

namespace cw = aws::cloudwatch;

constexpr const char* kDescribeAlarms = "cloudwatch:DescribeAlarms";

// The alarms of which the policy speaks: of gates, and of rules.
std::set<std::string> alarm_names(const FleetPolicy& policy) {
  std::set<std::string> names(policy.gates.alarms.begin(), policy.gates.alarms.end());
  for (const auto& rule : policy.also_when) {
    for (const auto& condition : rule.all)
      if (condition.kind == Condition::Kind::alarm) names.insert(condition.name);
  }
  return names;
}

// The one alarm, or one for each member.
std::vector<std::string> filled_in(const std::string& name, const Facts& facts) {
  if (!names_each_member(name)) return {name};
  std::vector<std::string> names;
  if (!facts.instances) return names;
  for (const auto& [id, instance] : *facts.instances) names.push_back(alarm_of(name, id));
  return names;
}

void read_alarms(Reading& reading) {
  for (const auto& name : alarm_names(reading.policy)) {
    if (name.ends_with('*')) {
      const auto prefix = name.substr(0, name.size() - 1);
      reading.facts.alarms.insert_or_assign(
          name, reading.keep(cw::describe_alarms_with_prefix(reading.caller, prefix), kDescribeAlarms));
      continue;
    }
    const auto names = filled_in(name, reading.facts);
    if (names.empty()) continue;
    reading.facts.alarms.insert_or_assign(
        name, reading.keep(cw::describe_alarms(reading.caller, names), kDescribeAlarms));
  }
}

void read_calendars(Reading& reading) {
  for (const auto& calendar : reading.policy.gates.calendars) {
    auto state = aws::ssm::get_calendar_state(reading.caller, calendar);
    // That there is none is a finding of its own.
    if (!state && state.error().kind == ErrorKind::rejected) {
      reading.facts.calendars.insert_or_assign(calendar, std::unexpected(std::move(state).error()));
    } else {
      reading.facts.calendars.insert_or_assign(calendar,
                                               reading.keep(std::move(state), "ssm:GetCalendarState"));
    }
  }
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
        reading.keep(cw::list_metrics(reading.caller, metric_namespace, metric), "cloudwatch:ListMetrics"));
  }
}

}  // namespace

void read_gates(Reading& reading) {
  reading.say("gates");
  read_alarms(reading);
  read_calendars(reading);
  read_other_metrics(reading);
}

}  // namespace evenkeel::check
