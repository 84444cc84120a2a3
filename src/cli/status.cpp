// `evenkeel status`: what is under way, from the state alone; asks AWS nothing about the fleets.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "cli/summary.h"

namespace evenkeel::cli {
namespace {

void show(Context& context, const FleetState& state, Time now) {
  auto& out = context.out;
  out << state.fleet << ": ";
  if (state.last_tick_at == Time{}) {
    out << "never ticked";
  } else {
    // AWS's clock against this machine's: they may differ.
    const auto age = std::max(Duration{0}, now - state.last_tick_at);
    out << fmt::format("last tick {} ago, at {}", format_duration(age), iso8601(state.last_tick_at));
  }
  out << fmt::format(", {} members seen\n", state.members_last_seen);
  if (state.pause) {
    out << fmt::format("  paused since {} by {}: {}\n    to go on: evenkeel resume {} --reason \"…\"\n",
                       iso8601(state.pause->since), printable(state.pause->author),
                       printable(state.pause->reason), state.fleet);
  }
  if (state.breaker) {
    out << fmt::format(
        "  breaker open since {}: {}\n    when it is understood: evenkeel resume {} --reason \"…\"\n",
        iso8601(state.breaker->since), printable(state.breaker->reason, 1000), state.fleet);
  }
  if (state.open.empty()) out << "  nothing under way\n";
  if (!state.open.empty()) out << "  under way:\n" << open_table(state.open).text("    ");
  for (const auto& remediation : state.open) {
    if (remediation.phase != Phase::held) continue;
    out << fmt::format("  {} is held: {}\n", printable(remediation.instance_id),
                       printable(remediation.held_because, 1000));
  }
  if (!state.recent.empty()) out << "  in the last day:\n" << ended_table(state.recent).text("    ");
}

int run_status(Context& context, const Options& options) {
  const auto states = remembered(context, options);
  if (!states) return fail_with(context, exit_code_of_state(states.error()), states.error().message);
  const Time now = context.clock.now();
  Json shown = Json::array();
  int code = kDone;
  for (const auto& state : *states) {
    if (needs_person(state)) code = kNeedsPerson;
    if (options.json) {
      shown.push_back(view(state, now));
      continue;
    }
    if (&state != &states->front()) context.out << "\n";
    show(context, state, now);
  }
  if (options.json) context.out << dump({{"fleets", std::move(shown)}}, true);
  return code;
}

}  // namespace

void add_status(CLI::App& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("status", "what is under way, held, paused; asks AWS nothing");
  auto options = default_options(context.environment);
  add_state(*command, *options);
  add_fleet(*command, *options);
  add_json(*command, *options);
  add_own_aws(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_status(context, *options); }; });
}

}  // namespace evenkeel::cli
