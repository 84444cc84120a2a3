#include "cli/summary.h"

#include <algorithm>
#include <fmt/core.h>
#include <tuple>

#include "base/text.h"
#include "cli/options.h"

namespace evenkeel::cli {
namespace {

// "i-… at 41 % of 65 %"
std::string measured(const Row& row, const FleetPolicy& fleet) {
  const auto limit = row.verdict->numbers.find("limit");
  const auto& metric = fleet.reboot_when.metric;
  return fmt::format(
      "{} at {} of {}", printable(row.instance_id), with_unit(row.value, metric),
      with_unit(limit == row.verdict->numbers.end() ? fleet.reboot_when.above : limit->second, metric));
}

std::string under_way(const FleetState& state) {
  std::vector<std::string> parts;
  for (const auto& remediation : state.open) {
    parts.push_back(fmt::format("{} is {} since {}", printable(remediation.instance_id),
                                name(remediation.phase), iso8601(remediation.phase_since)));
  }
  return join(parts, "; ");
}

// What keeps the member that is worst off from being taken out; the fleet's reasons come first.
std::string why_nothing(const FleetPolicy& fleet, const Plan& plan) {
  const auto rows = ranked(plan);
  if (!plan.fleet.empty()) return "nothing started: " + printable(plan.fleet.front().text);
  if (rows.empty()) return "nothing to do: no members";
  const Row& worst = rows.front();
  if (worst.verdict->reason == Reason::reason_remains)
    return fmt::format("nothing started: {}: {}", printable(worst.instance_id),
                       printable(worst.verdict->text));
  if (!worst.has_value) {
    const auto same = std::ranges::count_if(
        rows, [&](const Row& row) { return row.verdict->reason == worst.verdict->reason; });
    return fmt::format("nothing to do: {} of {} members: {}", same, rows.size(),
                       printable(worst.verdict->text));
  }
  if (worst.verdict->reason == Reason::below_limit)
    return "nothing to do: worst is " + measured(worst, fleet);
  return fmt::format("nothing started: {}: {}", measured(worst, fleet), printable(worst.verdict->text));
}

}  // namespace

std::vector<Row> ranked(const Plan& plan) {
  std::vector<Row> rows;
  for (const auto& [id, verdict] : plan.members) {
    const auto value = verdict.numbers.find("value");
    const bool has_value = value != verdict.numbers.end();
    rows.push_back({id, &verdict, has_value, has_value ? value->second : 0});
  }
  const auto key = [](const Row& row) {
    const auto place = row.verdict->numbers.find("place");
    const bool in_line = place != row.verdict->numbers.end();
    const int rank = row.verdict->reason == Reason::start            ? 0
                     : row.verdict->reason == Reason::in_remediation ? 1
                     : in_line                                       ? 2
                     : row.verdict->reason == Reason::reason_remains ? 3
                     : row.has_value                                 ? 4
                                                                     : 5;
    return std::tuple(rank, in_line ? place->second : 0, -row.value, row.instance_id);
  };
  std::ranges::sort(rows, {}, key);
  return rows;
}

std::string summary(const FleetPolicy& fleet, const controller::TickReport& report) {
  std::string text;
  if (report.lost_race) {
    text = "nothing done: another tick changed the state first";
  } else if (!report.violations.empty()) {
    text = "plan refused, only restores were carried out: " + printable(report.violations.front());
  } else {
    const auto start = std::ranges::find_if(
        report.plan.members, [](const auto& member) { return member.second.reason == Reason::start; });
    if (start != report.plan.members.end()) {
      text = fmt::format("takes out {}: {}", printable(start->first), printable(start->second.text));
    } else if (!report.plan.next.open.empty()) {
      text = under_way(report.plan.next);
    } else {
      text = why_nothing(fleet, report.plan);
    }
  }
  return fleet.name + ": " + text;
}

namespace {

// "i-… from tg1:443": with the group's name where the state knows it.
std::string places(const Action& action, const Plan& plan) {
  std::string group = action.target_group_arn;
  for (const auto& remediation : plan.next.open) {
    for (const auto& target : remediation.snapshot) {
      if (target.target_group_arn == action.target_group_arn) group = target.target_group_name;
    }
  }
  std::vector<std::string> all;
  for (const int port : action.ports) all.push_back(fmt::format("{}:{}", printable(group), port));
  return all.empty() ? printable(group) : join(all, ", ");
}

}  // namespace

std::string describe(const Action& action, const Plan& plan) {
  const auto id = printable(action.instance_id);
  const auto group = printable(action.auto_scaling_group);
  switch (action.effect) {
    case Effect::deregister:
      return fmt::format("deregister {} from {}", id, places(action, plan));
    case Effect::register_:
      return fmt::format("register {} in {}", id, places(action, plan));
    case Effect::enter_standby:
      return fmt::format("put {} into Standby in {}", id, group);
    case Effect::exit_standby:
      return fmt::format("bring {} back from Standby in {}", id, group);
    case Effect::capture:
      return fmt::format("capture evidence on {} with {}", id, printable(action.document.name));
    case Effect::command:
      return fmt::format("run {} on {}", printable(action.document.name), id);
    case Effect::reboot:
      return "reboot " + id;
    case Effect::stop:
      return "stop " + id;
    case Effect::start:
      return "start " + id;
    case Effect::terminate:
      return fmt::format("terminate {}, for its Auto Scaling group to replace it", id);
  }
  return "";
}

bool needs_person(const FleetState& state) {
  return state.breaker.has_value() || std::ranges::any_of(state.open, [](const Remediation& remediation) {
           return remediation.phase == Phase::held;
         });
}

bool needs_person(const controller::TickReport& report) {
  return !report.violations.empty() || needs_person(report.plan.next);
}

}  // namespace evenkeel::cli
