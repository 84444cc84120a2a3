// Whether the metric is there, for every member, often enough and without contradiction.
#include <algorithm>
#include <cmath>
#include <fmt/core.h>

#include "base/text.h"
#include "check/nearest.h"
#include "check/rules.h"
#include "observe/signals.h"

namespace evenkeel::check::rules {
namespace {

using aws::cloudwatch::Metric;

std::string dimensions_of(const std::vector<Metric>& metrics) {
  std::vector<std::string> sets;
  for (const auto& metric : metrics) {
    std::vector<std::string> names;
    for (const auto& [name, value] : metric.dimensions)
      names.push_back(printable(name) + "=" + printable(value, 60));
    std::ranges::sort(names);
    auto text = "{" + join(names, ", ") + "}";
    if (std::ranges::find(sets, text) == sets.end()) sets.push_back(std::move(text));
  }
  return some(sets, 5);
}

bool has_instance(const Metric& metric) {
  const auto* id = observe::instance_id(metric);
  return id != nullptr && id->starts_with("i-");
}

// How far apart a member's samples usually are: the median over the fleet. Unknown with fewer than three samples
// everywhere.
std::optional<Duration> usual_spacing(const std::map<std::string, Signal>& signals) {
  std::vector<Duration> gaps;
  for (const auto& [id, signal] : signals) {
    if (signal.samples.size() < 3) continue;
    for (std::size_t i = 1; i < signal.samples.size(); ++i)
      gaps.push_back(signal.samples[i].at - signal.samples[i - 1].at);
  }
  if (gaps.empty()) return std::nullopt;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  return *middle;
}

}  // namespace

Findings metric_not_found(const Subject& fleet) {
  if (!fleet.facts.metrics || !fleet.facts.metrics->empty()) return {};
  const auto& condition = fleet.policy.reboot_when;
  std::vector<std::string> near;
  for (const auto& metric : fleet.facts.nearest) near.push_back(described(metric));
  return {
      {.severity = Severity::would_not_work,
       .text = fmt::format("CloudWatch in {} has no metric \"{}\" in namespace {} from the last two weeks: "
                           "without it no member is ever a candidate",
                           fleet.facts.region, printable(condition.metric),
                           printable(condition.metric_namespace)),
       .remedy = near.empty() ? "install and start the CloudWatch agent on the servers, with memory among "
                                "its metrics; a new metric may take 15 minutes to appear"
                              : "correct metric and namespace; the nearest that exist: " + join(near, "; ")}};
}

Findings metric_without_instance(const Subject& fleet) {
  if (!fleet.facts.metrics || fleet.facts.metrics->empty()) return {};
  if (std::ranges::any_of(*fleet.facts.metrics, has_instance)) return {};
  return {{.severity = Severity::would_not_work,
           .text = fmt::format("\"{}\" exists, but no series of it has a server's InstanceId among its "
                               "dimensions: whose memory it is, is unknown",
                               printable(fleet.policy.reboot_when.metric)),
           .remedy = "in the agent's configuration, set \"append_dimensions\": {\"InstanceId\": "
                     "\"${aws:InstanceId}\"} under \"metrics\"; now there is " +
                     dimensions_of(*fleet.facts.metrics)}};
}

Findings metric_missing(const Subject& fleet) {
  if (!fleet.facts.metrics || fleet.facts.metrics->empty()) return {};
  if (!std::ranges::any_of(*fleet.facts.metrics, has_instance)) return {};
  std::vector<std::string> without;
  for (const auto& [id, series] : fleet.facts.series) {
    const auto member = fleet.members.find(id);
    if (series.empty() && member != fleet.members.end() && member->second.running()) without.push_back(id);
  }
  if (without.empty()) return {};
  const auto all = fleet.size();
  return {
      {.severity = worse_for_all(without.size(), all),
       .text = fmt::format("{} of {} {} no series of \"{}\" with {} InstanceId: a member without one is "
                           "never rebooted, however much it leaks",
                           without.size(), count(all, "member"), without.size() == 1 ? "has" : "have",
                           printable(fleet.policy.reboot_when.metric), without.size() == 1 ? "its" : "their"),
       .remedy = fmt::format("see whether the CloudWatch agent runs on {}, with the same configuration as "
                             "the others; a new series may take 15 minutes to appear",
                             some(without)),
       .members = without,
       .numbers = {{"without", static_cast<double>(without.size())}, {"members", static_cast<double>(all)}}}};
}

Findings metric_stale(const Subject& fleet) {
  const auto& condition = fleet.policy.reboot_when;
  std::vector<std::string> stale;
  Duration oldest{};
  std::size_t silent = 0;
  for (const auto& [id, signal] : fleet.facts.seen.signals) {
    const auto member = fleet.members.find(id);
    if (signal.no_series || member == fleet.members.end() || !member->second.running()) continue;
    if (signal.samples.empty()) {
      if (signal.state != SignalState::missing) continue;
      ++silent;
      stale.push_back(id);
      continue;
    }
    const auto age = fleet.facts.seen.taken_at - (signal.samples.back().at + condition.period);
    if (age <= condition.max_age) continue;
    oldest = std::max(oldest, age);
    stale.push_back(id);
  }
  if (stale.empty()) return {};
  std::vector<std::string> said;
  const auto members = count(fleet.size(), "member");
  if (stale.size() > silent)
    said.push_back(
        fmt::format("{} of {} sent nothing for {}", stale.size() - silent, members, format_duration(oldest)));
  if (silent > 0) {
    said.push_back(
        fmt::format("{} of {} {} a series without a whole period's sample in the last {}: either it "
                    "has just begun, or the agent has stopped",
                    silent, members, silent == 1 ? "has" : "have", format_duration(kSamplesOver)));
  }
  return {{.severity = worse_for_all(stale.size(), fleet.size()),
           .text = fmt::format(
               "{}, and max_age is {}: what is older is unknown, and unknown never permits a reboot",
               join(said, "; "), format_duration(condition.max_age)),
           .remedy =
               fmt::format("see whether the CloudWatch agent still runs on {}; where samples always come so "
                           "late, raise reboot_when.max_age",
                           some(stale)),
           .members = stale}};
}

Findings metric_period(const Subject& fleet) {
  const auto& condition = fleet.policy.reboot_when;
  const auto spacing = usual_spacing(fleet.facts.seen.signals);
  if (!spacing || *spacing <= condition.period) return {};
  const auto in_window = static_cast<int>(condition.over / *spacing);
  const bool never = in_window < condition.datapoints;
  const Duration minute = 1min;
  const auto whole = (*spacing + minute - Duration{1}) / minute * minute;
  return {
      {.severity = never ? Severity::would_not_work : Severity::warning,
       .text = fmt::format("samples come every {}, but reboot_when.period says {}: of {} only {} sample{} "
                           "can be there, and {} must agree{}",
                           format_duration(*spacing), format_duration(condition.period),
                           format_duration(condition.over), in_window, in_window == 1 ? "" : "s",
                           condition.datapoints, never ? ", so no server is ever a candidate" : ""),
       .remedy = fmt::format("set reboot_when to period: {0}, over: {1}, max_age: {2}, or let the agent "
                             "send every {3}",
                             format_duration(whole), format_duration(3 * whole), format_duration(2 * whole),
                             format_duration(condition.period)),
       .numbers = {{"spacing_seconds", static_cast<double>(spacing->count()) / 1000},
                   {"in_window", in_window},
                   {"datapoints", condition.datapoints}}}};
}

Findings metric_ambiguous(const Subject& fleet) {
  std::vector<std::string> contradicting;
  for (const auto& [id, signal] : fleet.facts.seen.signals)
    if (signal.state == SignalState::ambiguous) contradicting.push_back(id);
  if (contradicting.empty()) return {};
  return {
      {.severity = worse_for_all(contradicting.size(), fleet.size()),
       .text = fmt::format("{} of {} {} several series that say different things at the same time: which is "
                           "right is not known, so they are left alone",
                           contradicting.size(), count(fleet.size(), "member"),
                           contradicting.size() == 1 ? "has" : "have"),
       .remedy =
           fmt::format("look at the series of {} in CloudWatch, and let the agent send one of them only "
                       "(a metric per process or per disk is not the server's)",
                       some(contradicting)),
       .members = contradicting}};
}

}  // namespace evenkeel::check::rules
