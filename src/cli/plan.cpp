// `evenkeel plan`: what the next tick would do, and why it leaves the others alone.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "check/nearest.h"
#include "check/read.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "cli/wording.h"
#include "controller/other_fleets.h"
#include "decide/fleet_view.h"
#include "decide/rules/escalation.h"
#include "decide/rules/rules.h"
#include "decide/selection.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {
namespace {

std::string value_cell(const Row& row, const FleetPolicy& fleet) {
  return row.has_value ? with_unit(row.value, fleet.reboot_when.metric) : "-";
}

// What only a call that could change something would tell. A tick asks it before it takes a server out.
constexpr const char* kNotAsked = "whether AWS would allow to put it back (register, exit Standby)";

// For people: of each metric that no member has, what there is instead.
std::vector<std::string> nearest_metrics(const controller::TickReport& report, const decide::FleetView& view,
                                         wire::Caller& caller) {
  std::vector<std::string> said;
  for (const auto& blind : report.plan.next.ability.blind_to) {
    const auto metric = std::ranges::find(
        view.metrics, blind.subject, [](const decide::MetricReading& one) { return one.condition.metric; });
    if (blind.what != Blindness::metric_absent || metric == view.metrics.end()) continue;
    std::vector<std::string> near;
    for (const auto& other : check::read_nearest(metric->condition, caller))
      near.push_back(check::described(other));
    said.push_back(near.empty()
                       ? fmt::format("no metric is like {}: does the agent run?", printable(blind.subject))
                       : fmt::format("nearest to {}: {}", printable(blind.subject), join(near, "; ")));
  }
  return said;
}

// For people: who is registered in some of the fleet's target groups only, although most are in all of them.
std::vector<std::string> missing_places(const decide::FleetView& view) {
  std::vector<std::string> said;
  for (const auto& [group, count] : view.groups) {
    if (!group->registrations) continue;
    std::vector<std::string> missing;
    for (const auto& [id, member] : view.members) {
      const bool there =
          std::ranges::find(member.places, group, &decide::Target::group) != member.places.end();
      if (!there && member.open == nullptr && !member.places.empty()) missing.push_back(printable(id));
    }
    if (missing.empty() || std::ssize(missing) >= count.members) continue;
    said.push_back(
        fmt::format("{} of {} members {} not registered in {}, only in another group of the fleet: {}",
                    missing.size(), view.members.size(), missing.size() == 1 ? "is" : "are",
                    printable(group->name), join(missing, ", ")));
  }
  std::ranges::sort(said);
  return said;
}

// What is said beside the plan itself.
struct Hints {
  std::vector<std::string> nearest_metrics, missing_places;
};

void show_would(Context& context, const FleetPolicy& fleet, const controller::TickReport& report,
                const Hints& hints) {
  const auto& plan = report.plan;
  const bool summed_up = plan.actions.empty();  // the summary says to what it is blind
  if (summed_up) {
    context.out << summary(fleet, report) << "\n";
  } else {
    context.out << fleet.name << ": would\n";
    for (const auto& action : plan.actions) context.out << "  " << describe(action, plan) << "\n";
    const auto rows = ranked(plan);
    if (!rows.empty() && rows.front().verdict->reason == Reason::start) {
      context.out << fmt::format("  then drain, treat ({}) and put back {}: {}\n", treatments_text(fleet),
                                 printable(rows.front().instance_id), printable(rows.front().verdict->text))
                  << "  not tried here, only by a tick before it starts: " << kNotAsked
                  << "; `evenkeel check` tries it\n";
    }
  }
  for (const auto& violation : report.violations)
    context.out << "  refused: " << printable(violation) << "\n";
  for (const auto& blind : plan.next.ability.blind_to)
    if (!summed_up) context.out << "  blind: " << printable(blind.text, 1000) << "\n";
  for (const auto& stuck : not_brought_forward(report))
    if (!summed_up) context.out << "  " << stuck << "\n";
  for (const auto& near : hints.nearest_metrics) context.out << "  " << near << "\n";
  for (const auto& missing : hints.missing_places) context.out << "  " << missing << "\n";
  for (const auto& verdict : plan.fleet)
    context.out << "  no server may leave: " << printable(verdict.text, 1000) << "\n";
  for (const auto& problem : report.observation.problems)
    context.out << "  could not be read: " << printable(describe(problem), 1000) << "\n";
}

bool several_zones(const decide::FleetView& view) { return view.zones.size() > 1; }

// The treatment with which a member that something asks for would begin.
std::string treatment(const decide::FleetView& view, const Row& row) {
  const auto reason = row.verdict->reason;
  if (reason != Reason::start && reason != Reason::next_in_line) return "-";
  const auto& member = view.members.at(row.instance_id);
  const auto asked = member.instance == nullptr ? decide::Demand{} : decide::judge_rules(view, member);
  const auto level = static_cast<std::size_t>(asked.holds ? asked.level : decide::level_for(view, member));
  return level < view.policy.treatments.size() ? describe(view.policy.treatments[level].treatment) : "-";
}

// Where the metric that is asked of all is absent, the members of which nothing else is said are one row.
bool says_nothing_of_its_own(const Row& row, const controller::TickReport& report) {
  return row.verdict->reason == Reason::signal_missing &&
         std::ranges::any_of(report.plan.next.ability.blind_to,
                             [](const BlindTo& one) { return one.what == Blindness::metric_absent; });
}

// Columns that say the same of every member are left out.
void show_members(Context& context, const FleetPolicy& fleet, const controller::TickReport& report) {
  const decide::FleetView view{fleet, report.observation, report.plan.next};
  const bool zones = several_zones(view), signal = fleet.reboot_when.given();
  const bool priorities = !fleet.also_when.empty(), escalates = fleet.treatments.size() > 1;
  std::vector<Table::Column> columns{{"MEMBER"}};
  if (zones) columns.push_back({"ZONE"});
  columns.push_back({"VERDICT"});
  if (signal) columns.push_back({"SIGNAL", Table::Align::right});
  if (priorities) columns.push_back({"PRIORITY", Table::Align::right});
  if (escalates) columns.push_back({"TREATMENT"});
  columns.push_back({"WHY"});
  Table table{columns};
  auto rows = ranked(report.plan);
  const auto silent = std::ranges::stable_partition(
      rows, [&](const Row& row) { return !says_nothing_of_its_own(row, report); });
  std::vector<std::string> of_all;
  if (std::ssize(silent) > 1) {
    of_all.assign(columns.size(), "-");
    of_all.front() = fmt::format("{} members", std::ssize(silent));
    of_all[zones ? 2 : 1] = name(silent.front().verdict->reason);
    of_all.back() = "none has a series of it";
    rows.erase(silent.begin(), silent.end());
  }
  for (const auto& row : rows) {
    std::vector<std::string> cells{row.instance_id};
    const auto member = view.members.find(row.instance_id);
    const bool known = member != view.members.end();
    if (zones)
      cells.push_back(known && !member->second.zone.empty() ? std::string(member->second.zone) : "-");
    const auto unasked = decide::why_not_asked(view, row.instance_id, *row.verdict);
    cells.emplace_back(name(unasked ? unasked->reason : row.verdict->reason));
    if (signal) cells.push_back(value_cell(row, fleet));
    if (priorities) {
      const auto priority = row.verdict->numbers.find(Number::priority);
      cells.push_back(priority == row.verdict->numbers.end() ? "-" : format_number(priority->second));
    }
    if (escalates) cells.push_back(known ? treatment(view, row) : "-");
    cells.push_back(unasked ? unasked->text + "; if a rule asked for it: " + row.verdict->text
                            : row.verdict->text);
    table.add(std::move(cells));
  }
  if (!of_all.empty()) table.add(std::move(of_all));
  if (table.empty()) return;
  const auto asks = signal ? fmt::format("{} above {}", printable(fleet.reboot_when.metric),
                                         with_unit(fleet.reboot_when.above, fleet.reboot_when.metric))
                           : std::string("by its rules");
  context.out << fmt::format("\n{}, at {}\n", asks, iso8601(report.observation.taken_at))
              << table.text("", context.out_is_terminal ? context.columns : 0);
  if (escalates) context.out << "treatments: " << treatments_text(fleet) << "\n";
}

}  // namespace

int run(const PlanCommand& asked, const Options& options, Context& context) {
  auto policy = load_policy(context, options);
  if (!policy) return fail_with(context, exit_code_of_policy(policy.error()), policy.error().message);

  bool nothing_recorded = false;
  auto journal = open_state_to_read(context, options);
  if (!journal && journal.error().kind == ErrorKind::not_found) {
    nothing_recorded = true;
    journal = record::open_sqlite(":memory:");
  }
  if (!journal) {
    const bool usage = journal.error().kind == ErrorKind::invalid;
    return fail_with(context, usage ? kUsage : kState, journal.error().message);
  }
  controller::OtherFleets others;
  auto all = controller::fleets_to_tick(*policy, **journal, std::nullopt, &others);
  const auto fleets = chosen_fleets(std::move(all.fleets), texts(asked.fleets));
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);

  Regions regions{sources(context, options.aws), **journal, options.aws.region};
  OrderedJson shown = OrderedJson::array();
  int code = kDone;
  for (const auto& problem : all.problems) code = fail_with(context, kState, problem);
  if (nothing_recorded && !options.json) {
    context.out << "No state at " << printable(options.state)
                << ": planned as if nothing were under way.\n\n";
  }
  for (const auto& fleet : *fleets) {
    auto parts = regions.parts_for(fleet);
    if (parts) parts->others = &others;
    const auto report = parts ? controller::dry_tick(fleet, *parts) : std::unexpected(parts.error());
    if (!report) {
      code = std::max<int>(code, exit_code_of(report.error()));
      fail_with(context, kAws, fleet.name + ": " + report.error().message + left_out(**journal, fleet.name));
      shown.push_back(error_view(fleet.name, report.error()));
      continue;
    }
    code = std::max<int>(code, exit_code_of(*report));
    const decide::FleetView seen{fleet, report->observation, report->before};
    const Hints hints{nearest_metrics(*report, seen, parts->aws), missing_places(seen)};
    shown.push_back(view(fleet, *report));
    shown.back()["not_asked"] = {kNotAsked};
    shown.back()["nearest_metrics"] = hints.nearest_metrics;
    shown.back()["missing_places"] = hints.missing_places;
    if (options.json) continue;
    if (&fleet != &fleets->front()) context.out << "\n";
    show_would(context, fleet, *report, hints);
    show_members(context, fleet, *report);
  }
  if (options.json)
    context.out << dump({{"state_found", !nothing_recorded}, {"fleets", std::move(shown)}}, true);
  return code;
}

void add_plan(Subcommands& all) {
  const auto [command, line] =
      all.add("plan", "what the next tick would do, and why every other server is left alone",
              exit_codes_help({kNeedsPerson, kAws, kState},
                              "a server is held, the breaker is open, or the plan was refused"),
              of_fleets<PlanCommand>);
  add_options(command, line, {add_policy, add_state, add_fleet, add_json, add_aws});
}

}  // namespace evenkeel::cli
