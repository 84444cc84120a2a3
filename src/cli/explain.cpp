// `evenkeel explain ID`: everything that is known of one instance: its verdict now, what is under way, what
// was.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "cli/summary.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {
namespace {

struct ExplainOptions : Options {
  std::string instance_id;
};

constexpr int kEvents = 20;

// What is known in one fleet.
struct Known {
  std::string fleet;
  std::optional<Verdict> verdict;   // now
  std::vector<Verdict> holds_back;  // the whole fleet
  std::vector<Remediation> open;
  std::vector<PastRemediation> recent;
  std::vector<Event> events;
  std::string unread;  // why there is no verdict, when AWS could not be read

  bool nothing() const { return !verdict && open.empty() && recent.empty() && events.empty(); }
};

Result<Known> recall(record::Journal& journal, const std::string& fleet, const std::string& instance_id) {
  Known known{fleet, {}, {}, {}, {}, {}, {}};
  const auto of_instance = [&](const auto& remediation) { return remediation.instance_id == instance_id; };
  if (const auto state = TRY(journal.load(fleet))) {
    std::ranges::copy_if(state->open, std::back_inserter(known.open), of_instance);
    std::ranges::copy_if(state->recent, std::back_inserter(known.recent), of_instance);
  }
  known.events = TRY(journal.history(fleet, instance_id, kEvents));
  return known;
}

void look(const FleetPolicy& fleet, const std::string& instance_id, Regions& regions, Known& known,
          ExitCode& code) {
  auto parts = regions.parts_for(fleet);
  const auto report = parts ? controller::dry_tick(fleet, *parts) : std::unexpected(std::move(parts).error());
  if (!report) {
    known.unread = report.error().message;
    code = exit_code_of(report.error());
    return;
  }
  const auto member = report->plan.members.find(instance_id);
  if (member == report->plan.members.end()) return;
  known.verdict = member->second;
  known.holds_back = report->plan.fleet;
}

void show(Context& context, const std::string& id, const Known& known) {
  auto& out = context.out;
  out << fmt::format("{} in {}: ", printable(id), known.fleet);
  if (known.verdict) {
    out << name(known.verdict->reason) << ": " << printable(known.verdict->text, 1000) << "\n";
  } else if (!known.unread.empty()) {
    out << "no verdict, for AWS could not be read\n";
  } else {
    out << "not a member now\n";
  }
  if (known.verdict) {
    for (const auto& [key, value] : known.verdict->numbers)
      out << fmt::format("  {} = {}\n", key, format_number(value));
  }
  for (const auto& verdict : known.holds_back)
    out << "  no member of the fleet may leave: " << printable(verdict.text, 1000) << "\n";
  if (!known.open.empty()) out << "\nUnder way:\n" << open_table(known.open).text("  ");
  for (const auto& remediation : known.open) {
    if (!remediation.boot_evidence.empty())
      out << "  booted: " << printable(remediation.boot_evidence, 1000) << "\n";
    if (remediation.phase == Phase::held)
      out << "  held: " << printable(remediation.held_because, 1000) << "\n";
  }
  if (!known.recent.empty()) out << "\nIn the last day:\n" << ended_table(known.recent).text("  ");
  if (!known.events.empty()) {
    out << "\nHistory:\n"
        << event_table(known.events).text("  ", context.out_is_terminal ? context.columns : 0);
  }
}

Json json_view(const Known& known) {
  Json open = Json::array(), recent = Json::array(), events = Json::array(), holds_back = Json::array();
  for (const auto& remediation : known.open) open.push_back(view(remediation));
  for (const auto& remediation : known.recent) recent.push_back(view(remediation));
  for (const auto& event : known.events) events.push_back(view(event));
  for (const auto& verdict : known.holds_back) holds_back.push_back(view(verdict));
  return {{"fleet", known.fleet},
          {"verdict", known.verdict ? view(*known.verdict) : Json(nullptr)},
          {"unread", known.unread.empty() ? Json(nullptr) : Json(known.unread)},
          {"holds_back", std::move(holds_back)},
          {"open", std::move(open)},
          {"recent", std::move(recent)},
          {"events", std::move(events)}};
}

int run_explain(Context& context, const ExplainOptions& options) {
  const auto policy = load_policy(context, options);
  if (!policy) return fail_with(context, kUsage, policy.error().message);
  auto journal = open_state_to_read(context, options);
  if (!journal && journal.error().kind == ErrorKind::not_found) journal = record::open_sqlite(":memory:");
  if (!journal) return fail_with(context, exit_code_of_state(journal.error()), journal.error().message);
  auto all = controller::fleets_to_tick(*policy, **journal);
  if (!all) return fail_with(context, kState, all.error().message);
  const auto fleets = chosen_fleets(std::move(*all), options.fleets);
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);

  Regions regions{sources(context, options.aws), **journal, options.aws.region};
  ExitCode code = kDone;
  std::vector<Known> found;
  for (const auto& fleet : *fleets) {
    auto known = recall(**journal, fleet.name, options.instance_id);
    if (!known) return fail_with(context, kState, known.error().message);
    look(fleet, options.instance_id, regions, *known, code);
    if (!known->unread.empty()) fail_with(context, code, fleet.name + ": " + known->unread);
    if (!known->nothing()) found.push_back(std::move(*known));
  }
  if (found.empty() && code == kDone) {
    return fail_with(context, kUsage,
                     fmt::format("{}: no fleet has or had such a member; `evenkeel plan` lists the members",
                                 printable(options.instance_id)));
  }
  if (options.json) {
    Json shown = Json::array();
    for (const auto& known : found) shown.push_back(json_view(known));
    context.out << dump({{"instance_id", options.instance_id}, {"fleets", std::move(shown)}}, true);
  } else {
    for (const auto& known : found) show(context, options.instance_id, known);
  }
  return code;
}

}  // namespace

void add_explain(CLI::App& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("explain", "why an instance is, or isn't, being rebooted");
  auto options = std::make_shared<ExplainOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  command->add_option("ID", options->instance_id, "the instance, i-…")->required();
  add_policy(*command, *options);
  add_state(*command, *options);
  add_fleet(*command, *options);
  add_json(*command, *options);
  add_aws(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_explain(context, *options); }; });
}

}  // namespace evenkeel::cli
