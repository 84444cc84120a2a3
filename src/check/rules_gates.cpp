#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "check/rules.h"
#include "decide/guards/windows.h"
#include "observe/loads.h"

namespace evenkeel::check::rules {
namespace {

using aws::cloudwatch::Metric;

bool has_dimension(const std::vector<Metric>& metrics, const std::pair<std::string, std::string>& dimension) {
  return std::ranges::any_of(metrics, [&](const Metric& metric) {
    return std::ranges::find(metric.dimensions, dimension) != metric.dimensions.end();
  });
}

}  // namespace

Findings gate_alarm(const Subject& fleet) {
  Findings findings;
  for (const auto& name : fleet.policy.gates.alarms) {
    const auto read = fleet.facts.seen.alarms.find(name);
    if (read == fleet.facts.seen.alarms.end()) continue;
    const auto& alarms = read->second;
    if (alarms.empty()) {
      const auto missing =
          name.ends_with('*')
              ? fmt::format("no alarm's name in {} begins as gates.alarms says: {}", fleet.facts.region,
                            printable(name))
              : fmt::format("there is no alarm {} in {}", printable(name), fleet.facts.region);
      findings.push_back(
          {.severity = Severity::would_not_work,
           .text = missing + "; no member may leave while the state of a gate's alarm is unknown",
           .remedy = "correct gates.alarms, or create the alarm in the fleet's region"});
      continue;
    }
    std::vector<std::string> firing, undecided;
    for (const auto& alarm : alarms) {
      if (alarm.state == AlarmState::alarm) firing.push_back(alarm.name);
      if (alarm.state == AlarmState::insufficient_data) undecided.push_back(alarm.name);
    }
    if (!firing.empty()) {
      findings.push_back({.severity = Severity::note,
                          .text = fmt::format("{} {} in ALARM now: nothing is started as long as that lasts",
                                              some(firing), is_are(firing.size())),
                          .remedy = "nothing, if that is what the gate is for"});
    }
    if (!undecided.empty() && fleet.policy.gates.insufficient_data_blocks) {
      findings.push_back(
          {.severity = Severity::warning,
           .text = fmt::format("{} {} in INSUFFICIENT_DATA: nothing is started as long as that lasts, for an "
                               "alarm whose metric comes only with errors perhaps for ever",
                               some(undecided), is_are(undecided.size())),
           .remedy = "let the alarm treat missing data as not breaching; or write gates.insufficient_data: "
                     "passes"});
    }
  }
  return findings;
}

Findings gate_calendar(const Subject& fleet) {
  Findings findings;
  const auto& absent = fleet.facts.seen.absent_names;
  for (const auto& [name, state] : fleet.facts.seen.calendars) {
    if (state == CalendarState::closed) {
      findings.push_back(
          {.severity = Severity::note,
           .text = fmt::format("the calendar {} is CLOSED now: nothing is started until it is OPEN",
                               printable(name)),
           .remedy = "nothing, if that is what it is for"});
    } else if (std::ranges::find(absent, name) != absent.end()) {
      findings.push_back(
          {.severity = Severity::would_not_work,
           .text =
               fmt::format("there is no Change Calendar {} in {}; no member may leave while a calendar can't "
                           "be read",
                           printable(name), fleet.facts.region),
           .remedy = "correct gates.calendars: the name of a document of type ChangeCalendar in the fleet's "
                     "region, or its ARN"});
    }
  }
  return findings;
}

Findings load_without_metric(const Subject& fleet) {
  const auto& load = fleet.policy.keep.load_below;
  if (!load) return {};
  const auto read = fleet.facts.other_metrics.find(metric_name_key(load->metric_namespace, load->metric));
  if (read == fleet.facts.other_metrics.end() || !read->second) return {};
  const auto& metrics = *read->second;
  std::vector<std::string> without;
  std::size_t all = 0;
  if (load->per == LoadCeiling::Per::target_group) {
    for (const auto& group : fleet.facts.groups) {
      ++all;
      const auto own = observe::load_dimensions(group.seen);
      if (own.empty() || !has_dimension(metrics, own.back())) without.push_back(group.is.name);
    }
  } else {
    for (const auto& [id, member] : fleet.members) {
      ++all;
      if (!has_dimension(metrics, {"InstanceId", id})) without.push_back(id);
    }
  }
  if (without.empty()) return {};
  return {{.severity = worse_for_all(without.size(), all),
           .text = fmt::format("keep.load_below counts on {} in {}, and there is no series of it for {}: an "
                               "unknown load lets no server leave",
                               printable(load->metric), printable(load->metric_namespace), some(without)),
           .remedy = "correct metric, namespace and per; a metric of a load balancer begins with its first "
                     "requests, and new series may take 15 minutes to appear",
           .numbers = {{"without", static_cast<double>(without.size())}}}};
}

Findings window_never_opens(const Subject& fleet) {
  if (fleet.policy.windows.empty() && fleet.policy.freezes.empty()) return {};
  const auto opening = decide::opening(fleet.policy, fleet.facts.seen.taken_at);
  if (opening.open || opening.next_change) return {};
  return {
      {.severity = Severity::would_not_work,
       .text = fmt::format("nothing may be started for more than a year: {}", printable(opening.text, 500)),
       .remedy = "correct windows and freezes: no window opens outside the freezes"}};
}

Findings window_short(const Subject& fleet) {
  const auto one = fleet.one_remediation();
  Findings findings;
  for (const auto& window : fleet.policy.windows) {
    const auto open = length(window);
    if (open >= one) continue;
    findings.push_back(
        {.severity = Severity::note,
         .text =
             fmt::format("the window {} is open for {}, and one remediation takes about {}: at most keep.out "
                         "members are started in it, and they come back after it has closed",
                         decide::describe(window), format_duration(open), format_duration(one)),
         .remedy = "nothing if that is meant; else open it for longer, or raise keep.out",
         .numbers = {{"open_seconds", static_cast<double>(open.count()) / 1000},
                     {"remediation_seconds", static_cast<double>(one.count()) / 1000}}});
  }
  return findings;
}

}  // namespace evenkeel::check::rules
