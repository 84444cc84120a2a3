// What the metric says, and what reading it costs.
#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "check/rules.h"
#include "decide/guards/breaker.h"
#include "decide/rules/signal.h"
#include "model/percentage.h"
#include "observe/cache.h"

namespace evenkeel::check::rules {
namespace {

constexpr double kNear = 0.8;  // of the limit
// CloudWatch's price for GetMetricData; a month of 30 days.
constexpr double kDollarsPerMetric = 0.01 / 1000;
constexpr Duration kMonth = 720h;

// The samples since then, as the breaker looks at them.
Signal judged(Signal signal, Time since) {
  std::erase_if(signal.samples, [&](const Sample& sample) { return sample.at < since; });
  return signal;
}

std::string dollars(double amount) {
  return amount < 0.01 ? "less than $0.01" : fmt::format("${:.2f}", amount);
}

}  // namespace

Findings metric_implausible(const Subject& fleet) {
  if (!is_percentage(fleet.policy.reboot_when)) return {};
  std::vector<std::string> ids;
  double worst = 0;
  for (const auto& [id, signal] : fleet.facts.seen.signals) {
    const auto outside = std::ranges::find_if(
        signal.samples, [](const auto& sample) { return outside_percent(sample.value); });
    if (outside == signal.samples.end()) continue;
    if (ids.empty()) worst = outside->value;
    ids.push_back(id);
  }
  if (ids.empty()) return {};
  return {{.severity = worse_for_all(ids.size(), fleet.size()),
           .text = fmt::format(
               "\"{}\" counts percent, but {} of {} sent values outside 0 to 100, such as {}: such "
               "a signal isn't believed, and the member is left alone",
               printable(fleet.policy.reboot_when.metric), ids.size(), count(fleet.size(), "member"),
               format_number(worst)),
           .remedy = fmt::format(
               "look at the agent's configuration on {}; a metric of bytes has another name", some(ids)),
           .members = ids}};
}

Findings jumped_together(const Subject& fleet) {
  const auto& condition = fleet.policy.reboot_when;
  const Time since = fleet.facts.seen.taken_at - (condition.over + condition.max_age + 3 * condition.period);
  std::vector<Time> jumps;
  for (const auto& [id, signal] : fleet.facts.seen.signals) {
    if (const auto at = decide::jumped_at(condition, judged(signal, since))) jumps.push_back(*at);
  }
  const auto crossing =
      decide::too_many_crossed(fleet.policy, std::move(jumps), static_cast<int>(fleet.size()));
  if (!crossing) return {};
  return {
      {.severity = Severity::warning,
       .text = fmt::format("{} of {} went over {} together at {}, and {} may (keep.crossing_percent is {}): "
                           "the first tick that sees this opens the breaker",
                           crossing->together, count(fleet.size(), "member"), format_number(condition.above),
                           iso8601(crossing->first), crossing->may, fleet.policy.keep.crossing_percent),
       .remedy =
           fmt::format("look for one cause, such as a release, first; then wait {}, or: evenkeel resume "
                       "{} --reason …",
                       format_duration(fleet.facts.seen.taken_at - since), fleet.policy.name),
       .numbers = {{"together", crossing->together}, {"may", crossing->may}}}};
}

Findings limit_exceeded_by_all(const Subject& fleet) {
  const auto& condition = fleet.policy.reboot_when;
  std::vector<double> newest;
  for (const auto& [id, signal] : fleet.facts.seen.signals)
    if (!signal.samples.empty()) newest.push_back(signal.samples.back().value);
  if (newest.size() < 2 || newest.size() < fleet.size()) return {};
  const double lowest = std::ranges::min(newest);
  if (lowest <= condition.above) return {};
  const double a_day = fleet.remediations_per_day();
  return {{.severity = Severity::warning,
           .text = fmt::format(
               "all {} are above {} already, the lowest at {}: Evenkeel would reboot one after the "
               "other, at most {} a day, and go on as long as they come back above it",
               count(fleet.size(), "member"), format_number(condition.above), format_number(lowest),
               format_number(std::floor(a_day))),
           .remedy = fmt::format(
               "if that is their healthy state, set reboot_when.above higher than {}; if they all "
               "leak, it is what Evenkeel is for",
               format_number(std::ranges::max(newest))),
           .numbers = {{"lowest", lowest}, {"limit", condition.above}}}};
}

Findings limit_out_of_reach(const Subject& fleet) {
  const auto& condition = fleet.policy.reboot_when;
  const auto highest = fleet.facts.highest;
  if (!highest || *highest >= kNear * condition.above) return {};
  return {{.severity = Severity::note,
           .text = fmt::format(
               "no server came near {} in what CloudWatch has of the last day: the highest was {}",
               format_number(condition.above), format_number(*highest)),
           .remedy = "nothing if the servers leak more slowly than that; else lower reboot_when.above",
           .numbers = {{"highest", *highest}, {"limit", condition.above}}}};
}

Findings cost(const Subject& fleet) {
  if (fleet.size() == 0) return {};
  std::size_t series = 0;
  for (const auto& [id, all] : fleet.facts.series) series += all.size();
  const auto reads = static_cast<double>(kMonth / fleet.policy.reboot_when.period);
  if (series == 0) return {};
  series = std::max(series, fleet.size());  // those that have none yet are going to
  // A daemon lists the series again from time to time, and reads all of them then.
  const auto listed =
      static_cast<double>(kMonth / std::max(fleet.policy.reboot_when.period, observe::kCacheFor));
  const double most = reads * static_cast<double>(series) * kDollarsPerMetric;
  const double usual = listed * static_cast<double>(series) * kDollarsPerMetric +
                       (reads - listed) * static_cast<double>(fleet.size()) * kDollarsPerMetric;
  const auto both = most > usual * 1.01
                        ? fmt::format(
                              "at most {} a month for a daemon, which remembers each member's right series, "
                              "and {} for a run from cron, which reads all {} every time",
                              dollars(usual), dollars(most), series)
                        : fmt::format("at most {} a month", dollars(usual));
  return {{.severity = Severity::note,
           .text = fmt::format(
               "reading the metric of {} once every {} costs {} ($0.01 per 1,000 metrics read, 30 "
               "days). It is read only while another member may leave, so it is less the more there is to do",
               count(fleet.size(), "member"), format_duration(fleet.policy.reboot_when.period), both),
           .remedy = fleet.policy.reboot_when.period < 5min && most > 20
                         ? "a longer reboot_when.period costs less in proportion: 5m is a fifth of 1m"
                         : "",
           .numbers = {{"dollars_per_month", usual},
                       {"dollars_per_month_from_cron", most},
                       {"series", static_cast<double>(series)}}}};
}

}  // namespace evenkeel::check::rules
