// `evenkeel explain ID`: everything that is known of one instance: its verdict now, every guard and rule,
// what is under way, what was; with --at, what the history has of an earlier moment.
#include "cli/explain.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "controller/other_fleets.h"
#include "decide/explain_member.h"
#include "decide/fleet_view.h"
#include "observe/observe.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {
namespace {

constexpr int kEvents = 20;
// An answer may lead to one more question, as a survey to another; more rounds mean a mistake.
constexpr int kRounds = 4;

Result<Known> recall(record::Journal& journal, const FleetPolicy& fleet, const std::string& instance_id,
                     Time now) {
  Known known;
  known.fleet = fleet.name;
  known.policy = fleet;
  known.now = now;
  const auto of_instance = [&](const auto& remediation) { return remediation.instance_id == instance_id; };
  if (const auto state = TRY(journal.load(fleet.name))) {
    std::ranges::copy_if(state->open, std::back_inserter(known.open), of_instance);
    std::ranges::copy_if(state->recent, std::back_inserter(known.recent), of_instance);
    if (state->pinned && !known.open.empty()) known.policy = *state->pinned;
    if (const auto record = state->members.find(instance_id); record != state->members.end())
      known.record = record->second;
  }
  known.events = TRY(history_for_operators(journal, fleet.name, instance_id, kEvents, false));
  return known;
}

// Every metric that a rule looks at, each with what was read of it.
std::vector<ExplainedMetric> signals_of(const decide::FleetView& fleet, const std::string& id) {
  std::vector<ExplainedMetric> all;
  const auto member = fleet.members.find(id);
  if (member == fleet.members.end()) return all;
  const auto add = [&](const MetricCondition& condition, const std::string& rule) {
    if (const auto* signal = fleet.signal_of(member->second, condition))
      all.push_back({condition, rule, *signal});
  };
  if (fleet.policy.reboot_when.given()) add(fleet.policy.reboot_when, "");
  for (const auto& rule : fleet.policy.also_when) {
    for (const auto& condition : rule.all)
      if (condition.kind == Condition::Kind::metric) add(condition.metric, rule.name);
  }
  return all;
}

void look(const FleetPolicy& fleet, const std::string& instance_id, const controller::OtherFleets& others,
          Regions& regions, Known& known, ExitCode& code) {
  auto parts = regions.parts_for(fleet);
  if (parts) parts->others = &others;
  auto report = parts ? controller::dry_tick(fleet, *parts) : std::unexpected(parts.error());
  if (!report) {
    known.unread = report.error().message;
    code = exit_code_of(report.error());
    return;
  }
  known.now = report->observation.taken_at;
  if (const auto& marks = report->observation.marks) {
    if (const auto mark = marks->find(instance_id); mark != marks->end()) known.tag = mark->second;
  }
  const auto member = report->plan.members.find(instance_id);
  if (member == report->plan.members.end()) return;
  known.verdict = member->second;
  known.holds_back = report->plan.fleet;
  auto& observation = report->observation;
  for (int round = 0; round < kRounds; ++round) {
    const auto questions = decide::questions_to_explain(fleet, observation, report->before, instance_id);
    if (questions.empty()) break;
    for (const auto& question : questions)
      observe::answer(question, fleet, parts->aws, parts->cache, observation, observe::Probing::no);
  }
  known.checks = decide::explain_member(fleet, observation, report->before, instance_id);
  known.could_act_at = decide::could_act_at(known.checks);
  known.signals = signals_of(decide::FleetView{fleet, observation, report->before}, instance_id);
}

int no_member(Context& context, const std::string& id, const char* and_then) {
  return fail_with(context, kUsage,
                   fmt::format("{}: no fleet has or had such a member; {}", printable(id), and_then));
}

int run_now(Context& context, const ExplainCommand& asked, const Options& options) {
  const auto& id = asked.instance.text();
  const auto policy = load_policy(context, options);
  if (!policy) return fail_with(context, exit_code_of_policy(policy.error()), policy.error().message);
  auto journal = open_state_to_read(context, options);
  if (!journal && journal.error().kind == ErrorKind::not_found) journal = record::open_sqlite(":memory:");
  if (!journal) return fail_with(context, exit_code_of_state(journal.error()), journal.error().message);
  controller::OtherFleets others;
  auto all = controller::fleets_to_tick(*policy, **journal, std::nullopt, &others);
  const auto fleets = chosen_fleets(std::move(all.fleets), texts(asked.fleets));
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);

  Regions regions{sources(context, options.aws), **journal, options.aws.region};
  ExitCode code = kDone;
  for (const auto& problem : all.problems) fail_with(context, code = kState, problem);
  std::vector<Known> found;
  for (const auto& fleet : *fleets) {
    auto known = recall(**journal, fleet, id, context.clock.now());
    if (!known) return fail_with(context, kState, known.error().message);
    look(fleet, id, others, regions, *known, code);
    if (!known->unread.empty()) fail_with(context, code, fleet.name + ": " + known->unread);
    if (!known->nothing()) found.push_back(std::move(*known));
  }
  if (found.empty() && code == kDone) return no_member(context, id, "`evenkeel plan` lists the members");
  if (options.json) {
    OrderedJson shown = OrderedJson::array();
    for (const auto& known : found) shown.push_back(view(known));
    context.out << dump({{"instance_id", id}, {"fleets", std::move(shown)}}, true);
  } else {
    for (const auto& known : found) show(context, id, known);
  }
  return code;
}

int run_at(Context& context, const ExplainCommand& asked, const Options& options, Time at) {
  const auto& id = asked.instance.text();
  auto journal = open_state_to_read(context, options);
  if (!journal) return fail_with(context, exit_code_of_state(journal.error()), journal.error().message);
  const auto states = remembered(**journal, options, texts(asked.fleets));
  if (!states) return fail_with(context, exit_code_of_state(states.error()), states.error().message);
  Time newest = context.clock.now();
  for (const auto& state : *states) newest = std::max(newest, state.last_tick_at);
  if (at > newest)
    return fail_with(context, kUsage,
                     fmt::format("--at {}: lies in the future; without --at it tells of now", iso8601(at)));
  std::vector<PastView> found;
  for (const auto& state : *states) {
    auto then = look_back(**journal, state, id, at);
    if (!then) return fail_with(context, kState, then.error().message);
    if (!then->nothing()) found.push_back(std::move(*then));
  }
  if (found.empty()) {
    return fail_with(
        context, kUsage,
        fmt::format(
            "{}: the history says nothing of it, and it is no member that the state knows; `evenkeel history` shows "
            "what it has",
            id));
  }
  if (options.json) {
    OrderedJson shown = OrderedJson::array();
    for (const auto& then : found) shown.push_back(view(then));
    context.out << dump({{"instance_id", id}, {"at", iso8601(at)}, {"fleets", std::move(shown)}}, true);
  } else {
    for (const auto& then : found) show(context, id, at, then);
  }
  return kDone;
}

struct ExplainLine : Line {
  std::string instance, at;
};

Result<ExplainCommand> explain_command(const ExplainLine& line, Context&) {
  ExplainCommand asked{TRY(InstanceId::read("ID", line.instance)), {}, {}};
  if (!line.at.empty()) asked.at = TRY(read_time("--at", line.at));
  asked.fleets = TRY(read_fleets("--fleet", line.fleets));
  return asked;
}

}  // namespace

int run(const ExplainCommand& asked, const Options& options, Context& context) {
  return asked.at ? run_at(context, asked, options, *asked.at) : run_now(context, asked, options);
}

void add_explain(Subcommands& all) {
  const auto [command, line] = all.add("explain", "why an instance is, or isn't, being treated",
                                       exit_codes_help({kAws, kState}), explain_command);
  command.add_option("ID", line.instance, "the instance, i-…", {.required = true});
  command.add_option("--at", line.at, "at this time instead of now, from the history; asks AWS nothing",
                     {.shown = "2026-11-22T06:45:00Z"});
  add_options(command, line, {add_policy, add_state, add_fleet, add_json, add_aws});
}

}  // namespace evenkeel::cli
