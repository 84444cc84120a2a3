#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/cloudwatch.h"
#include "sim/api/order.h"
#include "sim/api/typed_members.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kMostNames = 100;
constexpr std::size_t kLongestAlarmName = 255;
constexpr int kDefaultPage = 50;

struct Named {
  std::string name;
  Alarm alarm;
};

Json alarm_json(const Named& named, const Account& account) {
  const auto& [name, alarm] = named;
  const double changed = epoch_seconds(alarm.changed_at == Time{} ? account.started() : alarm.changed_at);
  Json json = {
      {"AlarmName", name},
      {"AlarmArn", "arn:aws:cloudwatch:" + account.region + ":" + account.account_id + ":alarm:" + name},
      {"ActionsEnabled", true},
      {"StateValue", alarm.state},
      {"StateReason", "Set by the scenario"},
      {"StateUpdatedTimestamp", changed},
      {"StateTransitionedTimestamp", changed}};
  if (alarm.composite) {
    json["AlarmRule"] = "ALARM(another)";
  } else {
    json.update({{"MetricName", "Errors"},
                 {"Namespace", "Shop"},
                 {"Statistic", "Sum"},
                 {"Period", 60},
                 {"EvaluationPeriods", 1},
                 {"Threshold", 1.0},
                 {"ComparisonOperator", "GreaterThanThreshold"}});
  }
  return json;
}

struct AlarmFilter {
  std::vector<std::string> names, types;
  std::optional<std::string> prefix, state;

  bool matches(const std::string& name, const Alarm& alarm) const {
    const char* type = alarm.composite ? "CompositeAlarm" : "MetricAlarm";
    return (names.empty() || contains(names, name)) && (!prefix || name.starts_with(*prefix)) &&
           (!state || alarm.state == *state) && (types.empty() ? !alarm.composite : contains(types, type));
  }
};

AlarmFilter read_filter(RequestParameters& parameters) {
  AlarmFilter filter{parameters.list("AlarmNames.member"), parameters.list("AlarmTypes.member"),
                     parameters.text("AlarmNamePrefix"), parameters.text("StateValue")};
  if (filter.names.size() > kMostNames) parameters.complain("AlarmNames must have at most 100 members");
  for (const auto& name : filter.names) {
    if (name.empty() || name.size() > kLongestAlarmName)
      parameters.complain("An alarm's name has 1 to 255 characters");
  }
  if (filter.prefix && (filter.prefix->empty() || filter.prefix->size() > kLongestAlarmName))
    parameters.complain("AlarmNamePrefix must have 1 to 255 characters");
  for (const auto& type : filter.types) {
    if (!contains({"MetricAlarm", "CompositeAlarm"}, type))
      parameters.complain("'" + printable(type) + "' is no type of alarm");
  }
  if (filter.state && !contains({"OK", "ALARM", "INSUFFICIENT_DATA"}, *filter.state))
    parameters.complain("'" + printable(*filter.state) + "' is no state of an alarm");
  return filter;
}

}  // namespace

ApiResult<Json> describe_alarms(ApiSession& session, RequestParameters& parameters) {
  const AlarmFilter filter = read_filter(parameters);
  const auto size = static_cast<std::size_t>(parameters.integer("MaxRecords", 1, 100).value_or(kDefaultPage));
  const std::string token = parameters.text("NextToken").value_or("");
  TRY_VOID(parameters.finish());
  if (!filter.names.empty() && filter.prefix)
    return refuse(400, "InvalidParameterCombination", "AlarmNames and AlarmNamePrefix exclude each other");
  std::vector<Named> found;
  for (const auto& [name, alarm] : session.account.alarms) {
    if (filter.matches(name, alarm)) found.push_back({name, alarm});
  }
  scatter(found, session.seed, &Named::name);
  const Page page = TRY(page_of(found.size(), size, token, parameters));
  Json answer = {{"CompositeAlarms", Json::array()}, {"MetricAlarms", Json::array()}};
  for (const Named& each : cut(found, page))
    answer[each.alarm.composite ? "CompositeAlarms" : "MetricAlarms"].push_back(
        alarm_json(each, session.account));
  if (!page.next.empty()) answer["NextToken"] = page.next;
  return answer;
}

}  // namespace evenkeel::sim
