#include "cli/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <tuple>

#include "base/text.h"
#include "cli/options.h"
#include "decide/guards/expected.h"
#include "decide/rules/rules.h"
#include "model/percentage.h"

namespace evenkeel::cli {
namespace {

// A percentage with one decimal.
std::string rounded(double value, const FleetPolicy& fleet) {
  const auto& condition = fleet.reboot_when;
  return with_unit(is_percentage(condition) ? std::round(value * 10) / 10 : value, condition.metric);
}

// "i-… at 60.6 % (limit 65 %)"
std::string measured(const Row& row, const FleetPolicy& fleet) {
  const auto limit = row.verdict->numbers.find(Number::limit);
  return fmt::format("{} at {} (limit {})", printable(row.instance_id), rounded(row.value, fleet),
                     with_unit(limit == row.verdict->numbers.end() ? fleet.reboot_when.above : limit->second,
                               fleet.reboot_when.metric));
}

std::string under_way(const FleetState& state, Time now) {
  std::vector<std::string> parts;
  for (const auto& remediation : state.open) {
    const auto& since = remediation.phase_since;
    const auto of = remediation.phase == Phase::held ? std::string()
                                                     : " of " + format_duration(remediation.deadline - since);
    parts.push_back(fmt::format("{} has been {} for {}{}", printable(remediation.instance_id),
                                name(remediation.phase), format_duration(std::max(Duration{0}, now - since)),
                                of));
  }
  return join(parts, "; ");
}

// The worst of those that something asks for, and why it stays; the fleet's reasons come first.
std::string why_it_stays(const Row& worst, const FleetPolicy& fleet, const Plan& plan) {
  const auto& why = plan.fleet.empty() ? *worst.verdict : plan.fleet.front();
  const auto value = worst.has_value ? " at " + rounded(worst.value, fleet) : "";
  return fmt::format("nothing started: {}{} stays: {}", printable(worst.instance_id), value,
                     printable(why.text));
}

// What keeps the member that is worst off from being taken out.
std::string why_nothing(const FleetPolicy& fleet, const Plan& plan) {
  const auto rows = ranked(plan);
  if (!rows.empty() && rows.front().verdict->wanted) return why_it_stays(rows.front(), fleet, plan);
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
    return "nothing to do: highest is " + measured(worst, fleet);
  return fmt::format("nothing started: {}: {}", measured(worst, fleet), printable(worst.verdict->text));
}

// Whether the way back of a server that is out goes by what could not be read. A boot shows in the metric or on the
// console: one of them that can't be read is one proof less.
bool goes_by(const Remediation& out, const Problem& problem) {
  const auto is_place = [&](const SnapshotTarget& target) {
    return target.target_group_name == problem.name;
  };
  const bool boots =
      out.phase == Phase::rebooting || out.phase == Phase::starting || out.phase == Phase::booting;
  switch (problem.kind) {
    case Problem::Kind::identity:
    case Problem::Kind::target_groups:
    case Problem::Kind::instances:
      return true;
    case Problem::Kind::targets:
      return std::ranges::any_of(out.snapshot, is_place);
    case Problem::Kind::auto_scaling_group:
      return out.auto_scaling_group == problem.name;
    case Problem::Kind::command:
      return out.phase == Phase::capturing || out.phase == Phase::commanding;
    case Problem::Kind::console:
      return boots && problem.name == out.instance_id;
    case Problem::Kind::signal:
      return boots;
    default:
      return false;
  }
}

std::vector<const Problem*> unread_for(const Remediation& out, const Observation& observation) {
  std::vector<const Problem*> unread;
  for (const auto& problem : observation.problems) {
    if (goes_by(out, problem)) unread.push_back(&problem);
  }
  return unread;
}

bool is_proof_of_a_boot(const Problem* problem) {
  return problem->kind == Problem::Kind::console || problem->kind == Problem::Kind::signal;
}

// Something was done for it, or it went on to its next phase.
bool was_brought_forward(const Remediation& out, const controller::TickReport& report) {
  const auto& actions = report.carried_out.empty() ? report.plan.actions : report.carried_out;
  const auto& events = report.events.empty() ? report.plan.events : report.events;
  return std::ranges::find(actions, out.id, &Action::remediation_id) != actions.end() ||
         std::ranges::any_of(events, [&](const Event& event) {
           return event.remediation_id == out.id && event.kind == EventKind::phase;
         });
}

bool could_not_read_what_is_out(const controller::TickReport& report) {
  return std::ranges::any_of(report.plan.next.open, [&](const Remediation& out) {
    return !unread_for(out, report.observation).empty();
  });
}

}  // namespace

std::vector<Row> ranked(const Plan& plan) {
  std::vector<Row> rows;
  for (const auto& [id, verdict] : plan.members) {
    const auto value = verdict.numbers.find(Number::value);
    const bool has_value = value != verdict.numbers.end();
    rows.push_back({id, &verdict, has_value, has_value ? value->second : 0});
  }
  const auto key = [](const Row& row) {
    const auto place = row.verdict->numbers.find(Number::place);
    const bool in_line = place != row.verdict->numbers.end();
    const auto reason = row.verdict->reason;
    const int rank = reason == Reason::start                                      ? 0
                     : reason == Reason::in_remediation || reason == Reason::held ? 1
                     : in_line                                                    ? 2
                     : row.verdict->wanted || reason == Reason::reason_remains    ? 3
                     : row.has_value                                              ? 4
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
      text = under_way(report.plan.next, report.observation.taken_at);
    } else {
      text = why_nothing(fleet, report.plan);
    }
    const auto& ability = report.plan.next.ability;
    const auto stuck = not_brought_forward(report);
    if (!stuck.empty()) text = join(stuck, "; ");
    if (ability.kind == Ability::Kind::blind && !stuck.empty()) {
      text += "; " + blind_words(ability, report.observation.taken_at);
    } else if (ability.kind == Ability::Kind::blind) {
      const bool under_way_too = !report.plan.next.open.empty();
      text = blind_words(ability, report.observation.taken_at) + (under_way_too ? "; " + text : "");
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
  // Of the server {0}, its places {1}, its Auto Scaling group {2}, the document {3} and the tag {4}.
  static constexpr std::array<fmt::string_view, kWords<Effect>.size()> kDone{
      "deregister {0} from {1}",
      "register {0} in {1}",
      "put {0} into Standby in {2}",
      "bring {0} back from Standby in {2}",
      "capture evidence on {0} with {3}",
      "run {3} on {0}",
      "reboot {0}",
      "stop {0}",
      "start {0}",
      "terminate {0}, for its Auto Scaling group to replace it",
      "tag {0} with {4}",
      "take the tag {4} off {0}"};
  return fmt::format(fmt::runtime(kDone[static_cast<std::size_t>(action.effect)]),
                     printable(action.instance_id), places(action, plan),
                     printable(action.auto_scaling_group), printable(action.document.name), kWitnessTag);
}

std::string blind_words(const Ability& ability, Time now) {
  std::vector<std::string> texts;
  for (const auto& one : ability.blind_to) texts.push_back(printable(one.text));
  return fmt::format("blind for {}, could not act if it had to: {}",
                     format_duration(std::max(Duration::zero(), now - ability.since)), join(texts, "; "));
}

std::vector<std::string> not_brought_forward(const controller::TickReport& report) {
  std::vector<std::string> texts;
  for (const auto& out : report.plan.next.open) {
    const auto unread = unread_for(out, report.observation);
    if (unread.empty() || was_brought_forward(out, report)) continue;
    std::vector<std::string> whats;
    for (const auto* problem : unread) whats.push_back(printable(describe(*problem), 200));
    const bool one_proof_left = unread.size() == 1 && is_proof_of_a_boot(unread.front());
    texts.push_back(fmt::format(
        "{} ({} since {}) {}: {}", printable(out.instance_id), name(out.phase), iso8601(out.phase_since),
        one_proof_left ? "lacks one of the two signs of a boot, because this could not be read"
                       : "can't continue, because this could not be read",
        join(whats, "; ")));
  }
  return texts;
}

std::string left_out(record::Journal& journal, const std::string& fleet) {
  const auto state = journal.load(fleet);
  if (!state || !*state || (*state)->open.empty()) return "";
  return "; this is out, and no tick continues it: " + under_way(**state, (*state)->last_tick_at);
}

ExitCode exit_code_of(const Ability& ability) {
  if (ability.kind != Ability::Kind::blind) return kDone;
  const bool of_the_policy =
      std::ranges::all_of(ability.blind_to, [](const BlindTo& one) { return is_of_the_policy(one.what); });
  return of_the_policy ? kUsage : kAws;
}

ExitCode exit_code_of(const controller::TickReport& report) {
  if (report.lost_race) return kLostRace;
  return std::max({needs_person(report) ? kNeedsPerson : kDone, exit_code_of(report.plan.next.ability),
                   could_not_read_what_is_out(report) ? kAws : kDone});
}

bool needs_person(const FleetState& state) {
  return state.breaker.has_value() || !decide::overlooked(state).empty() ||
         std::ranges::any_of(state.open,
                             [](const Remediation& remediation) { return remediation.phase == Phase::held; });
}

bool needs_person(const controller::TickReport& report) {
  return !report.violations.empty() || needs_person(report.plan.next);
}

}  // namespace evenkeel::cli
