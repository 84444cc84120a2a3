// `evenkeel check`: what would go wrong on this account, before anything is switched on.
#include "check/check.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "base/text.h"
#include "check/read.h"
#include "cli/colours.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/progress_line.h"
#include "cli/remembered.h"
#include "cli/table.h"
#include "controller/tick.h"
#include "decide/remediation/denied.h"
#include "decide/remediation/witness.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {
namespace {

using check::Finding;
using check::Severity;

constexpr const char* kAboutCheck =
    "reads the account and says what will go wrong, before anything is switched on\n\n"
    "Nothing it sends can change anything: what can't be read it asks with DryRun, or about an\n"
    "instance that can't exist. Every finding is explained in docs/check.md.";
// As a pass: a function that asks must have its answer in time. What could not be read by then is unknown.
constexpr Duration kReadWithin = controller::kTickWithin;

struct Report {
  const FleetPolicy* fleet;
  Result<check::Facts> facts;
  std::vector<Finding> findings = {};
};

int count(const Report& report, Severity severity) {
  return static_cast<int>(std::ranges::count(report.findings, severity, &Finding::severity));
}

// "ready", "warnings" or "would_not_work"; of a fleet that could not be read, "unknown".
const char* verdict(const Report& report) {
  if (count(report, Severity::would_not_work) > 0) return "would_not_work";
  return count(report, Severity::warning) > 0 ? "warnings" : "ready";
}

int code_of(const Report& report) {
  if (!report.facts) return exit_code_of(report.facts.error());
  if (count(report, Severity::would_not_work) > 0) return kWouldNotWork;
  return count(report, Severity::warning) > 0 ? kNeedsPerson : kDone;
}

OrderedJson statements_json(const std::vector<check::PolicyStatement>& statements) {
  OrderedJson list = OrderedJson::array();
  for (const auto& statement : statements) {
    list.push_back({{"Effect", "Allow"}, {"Action", statement.actions}, {"Resource", statement.resources}});
  }
  return {{"Version", "2012-10-17"}, {"Statement", std::move(list)}};
}

OrderedJson finding_view(const Finding& finding) {
  return {{"severity", name(finding.severity)},
          {"rule", finding.rule},
          {"target_group",
           finding.target_group.empty() ? OrderedJson(nullptr) : OrderedJson(finding.target_group)},
          {"members", finding.members},
          {"text", finding.text},
          {"remedy", finding.remedy},
          {"numbers", finding.numbers}};
}

OrderedJson report_view(const Report& report) {
  if (!report.facts) {
    OrderedJson unknown = error_view(report.fleet->name, report.facts.error());
    unknown["verdict"] = "unknown";
    return unknown;
  }
  OrderedJson findings = OrderedJson::array();
  for (const auto& finding : report.findings) findings.push_back(finding_view(finding));
  OrderedJson rights = OrderedJson::array();
  for (const auto& right : check::rights(*report.fleet, *report.facts)) {
    rights.push_back({{"action", right.action},
                      {"state", name(right.state)},
                      {"needed_by", right.of_check_alone ? "check" : "tick"}});
  }
  const auto missing = check::missing_statements(*report.fleet, *report.facts);
  return {{"fleet", report.fleet->name},
          {"region", report.facts->region},
          {"verdict", verdict(report)},
          {"findings", std::move(findings)},
          {"rights", std::move(rights)},
          {"missing_permissions", missing.empty() ? OrderedJson(nullptr) : statements_json(missing)}};
}

std::string title_of(Severity severity, const Colours& colours) {
  if (severity == Severity::would_not_work) return colours.red("would not work");
  return severity == Severity::warning ? colours.yellow("warning       ") : colours.cyan("note          ");
}

void show_block(Context& context, std::string_view label, const std::string& text) {
  const std::string indent(4 + label.size(), ' ');
  const int width = context.out_is_terminal ? context.columns - static_cast<int>(indent.size()) : 1 << 20;
  std::string lead = "    " + std::string(label);
  for (const auto& line : wrapped(printable(text, 4000), std::max(width, 20))) {
    context.out << lead << line << "\n";
    lead = indent;
  }
}

void show_findings(Context& context, const Report& report) {
  const auto colours = colours_for(context);
  std::size_t widest = 0;
  for (const auto& finding : report.findings) widest = std::max(widest, finding.rule.size());
  for (const auto& finding : report.findings) {
    context.out << "  " << title_of(finding.severity, colours) << "  "
                << colours.bold(finding.target_group.empty() ? finding.rule
                                                             : fmt::format("{:{}}", finding.rule, widest))
                << (finding.target_group.empty() ? "" : "  " + printable(finding.target_group)) << "\n";
    show_block(context, "", finding.text);
    if (!finding.remedy.empty()) show_block(context, "fix: ", finding.remedy);
  }
}

void show_statement(Context& context, const Report& report) {
  const auto missing = check::missing_statements(*report.fleet, *report.facts);
  if (missing.empty()) return;
  context.out << "\n  The IAM statement to add:\n\n";
  for (const auto& line : split(trim(dump(statements_json(missing), true)), '\n'))
    context.out << "  " << line << "\n";
}

std::string plural(int number, const char* noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

void show_summary(Context& context, const Report& report) {
  const int problems = count(report, Severity::would_not_work), warnings = count(report, Severity::warning);
  const auto colours = colours_for(context);
  const auto& fleet = report.fleet->name;
  if (problems > 0) {
    context.out << fleet << ": " << colours.red("would not work") << ": " << plural(problems, "problem")
                << (warnings > 0 ? ", " + plural(warnings, "warning") : "") << "\n";
  } else if (warnings > 0) {
    context.out << fleet << ": " << colours.yellow("would work, with " + plural(warnings, "warning")) << "\n";
  } else {
    context.out << fleet << ": " << colours.green("would work") << "\n";
  }
}

void show_report(Context& context, const Report& report) {
  if (!report.facts) return;
  // Those attached to its Auto Scaling group, where the policy names none.
  auto groups = report.fleet->target_groups;
  if (groups.empty()) {
    for (const auto& group : report.facts->groups) groups.push_back(printable(group.is.name));
  }
  context.out << fmt::format("{} in {}: {}\n", report.fleet->name, report.facts->region, join(groups, ", "));
  if (!report.findings.empty()) context.out << "\n";
  show_findings(context, report);
  show_statement(context, report);
  context.out << "\n";
}

std::vector<Report> examine(Context& context, const Options& options, const std::vector<FleetPolicy>& fleets,
                            record::Journal& journal) {
  Regions regions{sources(context, options.aws), journal, options.aws.region};
  ProgressLine line{context};
  std::vector<Report> reports;
  const Time until = context.clock.now() + kReadWithin;
  for (const auto& fleet : fleets) {
    auto parts = regions.parts_for(fleet);
    if (parts) parts->aws.set_deadline(until);
    const auto progress = [&](std::string_view what) {
      line.show(fmt::format("{}: reading {} …", fleet.name, what));
    };
    reports.push_back({&fleet, parts ? check::read(fleet, parts->aws, progress)
                                     : std::unexpected(std::move(parts).error())});
  }
  return reports;
}

void judge(std::vector<Report>& reports) {
  std::vector<check::Examined> examined;
  std::vector<Report*> readable;
  for (auto& report : reports) {
    if (!report.facts) continue;
    report.findings = check::check(*report.fleet, *report.facts);
    examined.push_back({*report.fleet, *report.facts});
    readable.push_back(&report);
  }
  auto together = check::check_together(examined);
  for (std::size_t i = 0; i < readable.size(); ++i) {
    for (auto& finding : together[i]) readable[i]->findings.push_back(std::move(finding));
    check::worst_first(readable[i]->findings);
  }
}

void find_refused(const FleetState& state, Report& report) {
  for (const auto& denial : state.denials) {
    report.findings.push_back({.severity = Severity::would_not_work,
                               .text = decide::denial_words(denial, state.fleet),
                               .remedy = "allow it; `evenkeel iam` prints what is needed",
                               .rule = check::kRefusedBefore});
  }
}

void find_marked(const std::vector<FleetState>& states, Report& report) {
  const auto marks = report.facts->seen.marks.value_or(std::map<std::string, std::string>{});
  for (const auto& [instance, value] : marks) {
    if (!decide::is_mark_of(value, instance)) continue;
    const auto knows = [&](const FleetState& state) { return decide::is_known_mark(state, value); };
    if (std::ranges::any_of(states, knows)) continue;
    report.findings.push_back(
        {.severity =
             value.starts_with(report.fleet->name + "/") ? Severity::would_not_work : Severity::warning,
         .text = fmt::format(
             "{} carries the tag {} with \"{}\": it is marked as out, and the state that was read "
             "does not know it",
             instance, kWitnessTag, printable(value)),
         .remedy = fmt::format(
             "use the state that does (--state), or the fleet's former name; if it is lost, put "
             "the server back where the tag says, then: aws ec2 delete-tags --resources {} --tags "
             "Key={}",
             instance, kWitnessTag),
         .members = {instance},
         .rule = check::kMarkedAsOut});
  }
}

// What a tick was refused counts, as there may be no other way to tell. A state that isn't there tells nothing.
void judge_by_the_past(Context& context, const Options& options, std::vector<Report>& reports) {
  const auto states = remembered(context, options, {});
  if (!states && states.error().kind != ErrorKind::not_found) {
    for (auto& report : reports) {
      report.findings.push_back(
          {.severity = Severity::warning,
           .text = fmt::format(
               "the state could not be read, so it is not known which servers are out, and what was "
               "refused before: {}",
               printable(states.error().message, 500)),
           .remedy = "see that `evenkeel status` works with the same --state",
           .rule = check::kCouldNotLook});
      check::worst_first(report.findings);
    }
    return;
  }
  const auto known = states.value_or(std::vector<FleetState>{});
  for (auto& report : reports) {
    if (!report.facts) continue;
    find_marked(known, report);
    const auto state = std::ranges::find(known, report.fleet->name, &FleetState::fleet);
    if (state != known.end()) find_refused(*state, report);
    check::worst_first(report.findings);
  }
}

}  // namespace

int run(const CheckCommand& asked, const Options& options, Context& context) {
  const auto policy = load_policy(context, options);
  if (!policy) return fail_with(context, exit_code_of_policy(policy.error()), policy.error().message);
  const auto fleets = chosen_fleets(policy->fleets, texts(asked.fleets));
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);
  auto journal = record::open_sqlite(":memory:");  // check remembers nothing
  if (!journal) return fail_with(context, kInternal, journal.error().message);

  auto reports = examine(context, options, *fleets, **journal);
  judge(reports);
  judge_by_the_past(context, options, reports);
  int code = kDone;
  OrderedJson shown = OrderedJson::array();
  for (const auto& report : reports) {
    code = std::max(code, code_of(report));
    shown.push_back(report_view(report));
    if (!report.facts)
      fail_with(context, kAws, report.fleet->name + ": " + report.facts.error().message);
    else if (!options.json)
      show_report(context, report);
  }
  if (options.json) {
    context.out << dump({{"fleets", std::move(shown)}}, true);
    return code;
  }
  if (reports.empty()) context.out << "The policy has no fleets: there is nothing to check.\n";
  for (const auto& report : reports)
    if (report.facts) show_summary(context, report);
  return code;
}

void add_check(Subcommands& all) {
  const auto [command, line] =
      all.add("check", kAboutCheck,
              exit_codes_help({kNeedsPerson, kAws, kWouldNotWork}, "a fleet would work, with warnings"),
              of_fleets<CheckCommand>);
  add_options(command, line, {add_policy, add_state, add_aws, add_fleet, add_json});
}

}  // namespace evenkeel::cli
