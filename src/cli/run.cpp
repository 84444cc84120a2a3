// `evenkeel run`: one tick of every fleet, or one after the other until it is told to stop.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/regions.h"
#include "cli/summary.h"
#include "policy/policy_file.h"

namespace evenkeel::cli {
namespace {

struct RunOptions : Options {
  std::string every;  // empty: one tick
};

constexpr Duration kShortest{1'000};
constexpr Duration kLongest{3'600'000};

void show(Context& context, const FleetPolicy& fleet, const controller::TickReport& report) {
  for (const auto& problem : report.observation.problems)
    context.err << "evenkeel: " << fleet.name << ": " << printable(problem, 1000) << "\n";
  for (const auto& event : report.events) {
    context.out << fmt::format("{} {}: {}{}\n", iso8601(event.at), event.fleet,
                               event.instance_id.empty() ? "" : printable(event.instance_id) + ": ",
                               printable(event.text, 1000));
  }
  if (report.events.empty())
    context.out << iso8601(report.observation.taken_at) << " " << summary(fleet, report) << "\n";
  context.out.flush();
}

int tick_one(Context& context, const RunOptions& options, const FleetPolicy& fleet, Regions& regions) {
  auto parts = regions.parts_for(fleet);
  const auto report = parts ? controller::tick(fleet, *parts) : std::unexpected(std::move(parts).error());
  if (!report) {
    if (options.json) context.out << dump(error_view(fleet.name, report.error()), false) << std::flush;
    return fail_with(context, exit_code_of(report.error()), fleet.name + ": " + report.error().message);
  }
  if (options.json) {
    context.out << dump(view(fleet, *report), false) << std::flush;
  } else {
    show(context, fleet, *report);
  }
  if (report->lost_race) return kLostRace;
  return needs_person(*report) ? kNeedsPerson : kDone;
}

// Fleets that left the policy are looked for anew each time: their last remediation may have ended.
int tick_all(Context& context, const RunOptions& options, const Policy& policy, record::Journal& journal,
             Regions& regions) {
  auto all = controller::fleets_to_tick(policy, journal);
  if (!all) return fail_with(context, kState, all.error().message);
  const auto fleets = chosen_fleets(std::move(*all), options.fleets);
  if (!fleets) return fail_with(context, kUsage, fleets.error().message);
  int code = kDone;
  for (const auto& fleet : *fleets) {
    if (context.stopped()) break;
    code = std::max(code, tick_one(context, options, fleet, regions));
  }
  return code;
}

int run_run(Context& context, const RunOptions& options) {
  std::optional<Duration> every;
  if (!options.every.empty()) {
    every = parse_duration(options.every);
    if (!every || *every < kShortest || *every > kLongest) {
      return fail_with(
          context, kUsage,
          fmt::format("--every {}: give a duration from {} to {}, such as 1m", printable(options.every),
                      format_duration(kShortest), format_duration(kLongest)));
    }
  }
  const auto policy = policy::load(options.policy);
  if (!policy) return fail_with(context, kUsage, policy.error().message);
  auto journal = open_state(options.state);
  if (!journal) {
    const bool usage = journal.error().kind == ErrorKind::invalid;
    return fail_with(context, usage ? kUsage : kState, journal.error().message);
  }
  Regions regions{context, **journal};
  Time due = context.clock.now();
  while (true) {
    const int code = tick_all(context, options, *policy, **journal, regions);
    // A mistyped --fleet doesn't mend itself; everything else may.
    if (!every || code == kUsage) return code;
    due = std::max(due + *every, context.clock.now());
    if (!context.stopped()) context.clock.sleep(due - context.clock.now());
    if (context.stopped()) return kDone;
  }
}

}  // namespace

void add_run(CLI::App& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("run", "one tick of every fleet: look, decide, record, act");
  auto options = std::make_shared<RunOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  add_policy(*command, *options);
  add_state(*command, *options);
  command
      ->add_option(
          "--every", options->every,
          "stay, and tick so often; SIGTERM ends it after the tick under way. The policy is read once")
      ->option_text("1m");
  add_fleet(*command, *options);
  add_json(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_run(context, *options); }; });
}

}  // namespace evenkeel::cli
