// `evenkeel status`: what is under way, from the state alone; asks AWS nothing about the fleets.
#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "cli/colours.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "cli/summary.h"
#include "decide/guards/expected.h"
#include "decide/requests.h"

namespace evenkeel::cli {
namespace {

// "7 of 8 serve, 1 is out": as the last tick saw it.
std::string summarised(const FleetState& state, const Colours& colours) {
  const auto& summary = state.summary;
  if (summary.members == 0)
    return state.members_last_seen == 0 ? "" : fmt::format("{} members seen", state.members_last_seen);
  if (summary.may_leave < 0)  // what is counted of a look that lacks something is no number
    return colours.yellow(fmt::format("how many of {} serve is not known", summary.members)) +
           fmt::format(", {} out as far as is known", summary.out);
  const bool all = summary.serving == summary.members && summary.out == 0;
  const auto serving = fmt::format("{} of {} serve", summary.serving, summary.members);
  return fmt::format("{}, {} out", all ? colours.green(serving) : colours.yellow(serving), summary.out);
}

// "1 of 1 places taken; no more servers may leave now": what the guards leave free.
std::string room(const FleetState& state) {
  const auto& summary = state.summary;
  std::vector<std::string> parts;
  if (state.pinned && !state.open.empty()) {
    parts.push_back(
        fmt::format("{} of {} places taken", summary.out, state.pinned->keep.out.at_most(summary.members)));
  }
  if (summary.may_leave < 0) {
    parts.emplace_back("how many more may leave is not known");
  } else if (summary.may_leave == 0) {
    parts.emplace_back(summary.out == 0 ? "no server may leave now" : "no more servers may leave now");
  } else {
    const bool blind = state.ability.kind == Ability::Kind::blind;
    parts.push_back(blind ? fmt::format("the guards would allow {} more to leave now", summary.may_leave)
                          : fmt::format("{} more may leave now", summary.may_leave));
  }
  return join(parts, "; ");
}

// Why the numbers are not known, where what it is blind to does not say so below.
void show_unread(Context& context, const FleetState& state) {
  if (state.summary.members == 0 || state.summary.may_leave >= 0 || !state.ability.blind_to.empty()) return;
  context.out << "  the last look could not read all that it needs"
              << (state.open.empty() ? "" : ": what is under way may not be brought forward")
              << "; `evenkeel plan` says what\n";
}

// "able since …", or what makes it wait or blind.
void show_ability(Context& context, const FleetState& state, const Colours& colours) {
  const auto& ability = state.ability;
  if (state.last_tick_at == Time{} || ability.since == Time{}) return;
  const auto since = iso8601(ability.since);
  switch (ability.kind) {
    case Ability::Kind::able:
      if (state.failing) {
        context.out << fmt::format("  able at its last tick; whether it is now is not known\n");
      } else {
        context.out << fmt::format("  {} since {}\n", colours.green("able"), since);
      }
      return;
    case Ability::Kind::waiting:
      context.out << fmt::format("  {} since {}\n", colours.yellow("waiting"), since);
      for (const auto& text : ability.because) {
        const auto& held = state.summary.held_back_by;  // said below
        if (std::ranges::find(held, text) == held.end())
          context.out << "    " << printable(text, 1000) << "\n";
      }
      return;
    case Ability::Kind::blind:
      context.out << fmt::format("  {} since {}: it could not act if it had to\n", colours.red("blind"),
                                 since);
      for (const auto& one : ability.blind_to) context.out << "    " << printable(one.text, 1000) << "\n";
      return;
  }
}

// No tick has ended for so long that nothing may be running.
bool is_unwatched(const FleetState& state, Time now) {
  return state.last_tick_at != Time{} && now - state.last_tick_at > decide::kUnwatched;
}

// That what is said below is not of now, and why.
void show_failing(Context& context, const FleetState& state, Time now, const Colours& colours) {
  if (const auto& left = state.left_policy_at) {
    context.out << fmt::format("  {} {}: it is only restored\n", colours.yellow("left the policy on"),
                               iso8601(*left));
  }
  if (const auto& failing = state.failing) {
    context.out << fmt::format("  {}: {} since {}, the last at {}: {}\n", colours.red("ticks fail"),
                               failing->ticks == 1 ? "one" : fmt::format("all {}", failing->ticks),
                               iso8601(failing->since), iso8601(failing->last),
                               printable(failing->why, 1000));
  } else if (is_unwatched(state, now)) {
    context.out << fmt::format("  {} for {}: what follows is as old; see that evenkeel run is started\n",
                               colours.red("no tick"), format_duration(now - state.last_tick_at));
  }
}

// What an operator or the breaker holds back has its own lines.
bool said_already(const FleetState& state, const std::string& text) {
  return (state.pause && text.contains(state.pause->reason)) ||
         (state.breaker && text.contains(state.breaker->reason));
}

// What was asked for since the last tick.
void show_requests(Context& context, const FleetState& state) {
  for (const auto& request : state.requests) {
    const auto asked = printable(decide::request_text(request, request.until), 1000);
    const auto subject = request.instance_id.empty() ? "" : printable(request.instance_id) + ": ";
    const auto lasting = request.lasting ? fmt::format(", for {}", format_duration(*request.lasting)) : "";
    context.out << fmt::format("  {}{}{}; the next tick begins it\n", subject, asked, lasting);
    if (request.kind == OperatorRequest::Kind::pause)
      context.out << fmt::format("    to go on: evenkeel resume {} --reason \"…\"\n", state.fleet);
  }
}

void show_holds(Context& context, const FleetState& state, Time now, const Colours& colours) {
  auto& out = context.out;
  if (const auto& pause = state.pause; pause && !is_in_force(*pause, now)) {
    out << fmt::format("  the pause by {} is over since {}: {}\n", printable(pause->author),
                       iso8601(*pause->until), printable(pause->reason));
  } else if (pause) {
    out << fmt::format("  {} since {} by {}{}: {}\n    to go on: evenkeel resume {} --reason \"…\"\n",
                       colours.yellow("paused"), iso8601(pause->since), printable(pause->author),
                       pause->until ? ", until " + iso8601(*pause->until) : "", printable(pause->reason),
                       state.fleet);
  }
  if (state.breaker) {
    out << fmt::format("  {} since {}: {}\n    when it is understood: evenkeel resume {} --reason \"…\"\n",
                       colours.red("breaker open"), iso8601(state.breaker->since),
                       printable(state.breaker->reason, 1000), state.fleet);
  }
  for (const auto& text : state.summary.held_back_by) {
    if (!said_already(state, text)) out << "  no server may leave: " << printable(text, 1000) << "\n";
  }
}

void show_state(Context& context, const FleetState& state, Time now) {
  auto& out = context.out;
  const auto colours = colours_for(context);
  const int wrap_at = context.out_is_terminal ? context.columns : 0;
  out << colours.bold(state.fleet) << ": ";
  if (state.last_tick_at == Time{}) {
    out << "never ticked\n";
  } else {
    // AWS's clock against this machine's: they may differ.
    const auto age = std::max(Duration{0}, now - state.last_tick_at);
    const auto seen = summarised(state, colours);
    out << seen << (seen.empty() ? "" : "; ")
        << fmt::format("last tick {} ago, at {}\n", format_duration(age), iso8601(state.last_tick_at));
    if (state.summary.members > 0) out << "  " << room(state) << "\n";
    show_unread(context, state);
  }
  show_failing(context, state, now, colours);
  show_ability(context, state, colours);
  show_holds(context, state, now, colours);
  show_requests(context, state);
  const auto* policy = state.pinned ? &*state.pinned : nullptr;
  if (state.open.empty()) {
    out << "  nothing under way\n";
  } else {
    out << "  under way:\n" << open_text(state.open, policy, now, state.last_tick_at, "    ", wrap_at);
  }
  if (!state.recent.empty()) out << "  in the last day:\n" << ended_table(state.recent).text("    ");
}

}  // namespace

int run(const StatusCommand& asked, const Options& options, Context& context) {
  const auto states = remembered(context, options, texts(asked.fleets));
  if (!states) return fail_with(context, exit_code_of_state(states.error()), states.error().message);
  const Time now = context.clock.now();
  OrderedJson shown = OrderedJson::array();
  int code = kDone;
  bool shown_any = false;
  for (const auto& state : *states) {
    // Nothing is left to be said of it, unless it is asked for by name.
    if (state.left_policy_at && state.open.empty() && asked.fleets.empty()) continue;
    const bool unread_while_out = state.summary.may_leave < 0 && !state.open.empty();
    if (state.failing || is_unwatched(state, now) || needs_person(state) || unread_while_out ||
        state.ability.kind == Ability::Kind::blind)
      code = kNeedsPerson;
    if (options.json) {
      shown.push_back(view(state, now));
      continue;
    }
    if (std::exchange(shown_any, true)) context.out << "\n";
    show_state(context, state, now);
  }
  if (options.json) context.out << dump({{"fleets", std::move(shown)}}, true);
  return code;
}

void add_status(Subcommands& all) {
  const auto [command, line] = all.add(
      "status", "what is under way, held or paused; asks AWS nothing",
      exit_codes_help({kNeedsPerson, kState},
                      "a server is held, the breaker is open, a fleet is blind, its\n     ticks fail, or "
                      "none has ended for hours"),
      of_fleets<StatusCommand>);
  add_options(command, line, {add_state, add_fleet, add_json, add_own_aws});
}

}  // namespace evenkeel::cli
