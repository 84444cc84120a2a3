#include "cli/summary.h"

#include <algorithm>
#include <fmt/core.h>
#include <tuple>

#include "base/text.h"
#include "cli/options.h"
#include "decide/guards/expected.h"
#include "decide/rules/rules.h"

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

// The worst of those that something asks for, and why it stays; the fleet's reasons come first.
std::string why_it_stays(const Row& worst, const FleetPolicy& fleet, const Plan& plan) {
  const auto& why = plan.fleet.empty() ? *worst.verdict : plan.fleet.front();
  const auto value = worst.has_value ? " at " + with_unit(worst.value, fleet.reboot_when.metric) : "";
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
    return "nothing to do: worst is " + measured(worst, fleet);
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
           return event.remediation_id == out.id && event.kind == "phase";
         });
}

bool could_not_read_what_is_out(const controller::TickReport& report) {
  return std::ranges::any_of(report.plan.next.open, [&](const Remediation& out) {
    return !unread_for(out, report.observation).empty();
  });
}

}  // namespace

bool only_keeps_from_leaving(Reason reason) {
  switch (reason) {
    case Reason::young:
    case Reason::cooldown:
    case Reason::daily_limit:
    case Reason::late_effect:
    case Reason::remedy_does_not_help:
    case Reason::relapsing:
    case Reason::too_few_healthy:
    case Reason::too_few_healthy_in_zone:
    case Reason::too_many_out_in_zone:
    case Reason::too_much_load:
    case Reason::load_unknown:
    case Reason::standby_at_min_size:
    case Reason::az_rebalance:
    case Reason::stop_protected:
    case Reason::cannot_stop:
    case Reason::would_be_retained:
    case Reason::capacity_units:
    case Reason::grace_period:
    case Reason::slow_start:
      return true;
    default:
      return false;
  }
}

bool is_a_known_no(const Verdict& of_rules) {
  return of_rules.reason == Reason::below_limit || of_rules.reason == Reason::not_sustained;
}

std::optional<Verdict> why_not_asked(const decide::FleetView& fleet, const std::string& instance_id,
                                     const Verdict& verdict) {
  const auto member = fleet.members.find(instance_id);
  if (verdict.wanted || !only_keeps_from_leaving(verdict.reason) || member == fleet.members.end() ||
      member->second.instance == nullptr || member->second.open != nullptr)
    return std::nullopt;
  auto asked = decide::judge_rules(fleet, member->second);
  if (asked.holds || !is_a_known_no(asked.verdict)) return std::nullopt;
  return std::move(asked.verdict);
}

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
      text = under_way(report.plan.next);
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
    case Effect::mark:
      return fmt::format("tag {} with {}", id, kWitnessTag);
    case Effect::unmark:
      return fmt::format("take the tag {} off {}", kWitnessTag, id);
  }
  return "";
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
    for (const auto* problem : unread) whats.push_back(printable(words(*problem), 200));
    const bool one_proof_left = unread.size() == 1 && is_proof_of_a_boot(unread.front());
    texts.push_back(fmt::format(
        "{} ({} since {}) {}: {}", printable(out.instance_id), name(out.phase), iso8601(out.phase_since),
        one_proof_left ? "lacks one of the two signs of a boot, for this could not be read"
                       : "is not brought forward, for this could not be read",
        join(whats, "; ")));
  }
  return texts;
}

std::string left_out(record::Journal& journal, const std::string& fleet) {
  const auto state = journal.load(fleet);
  if (!state || !*state || (*state)->open.empty()) return "";
  return "; nothing brings forward what is out: " + under_way(**state);
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
