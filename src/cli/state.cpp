// `evenkeel state export` and `state import`: moves what is remembered from one store to another.
#include <algorithm>
#include <fmt/core.h>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"
#include "record/export_json.h"
#include "record/state_file.h"
#include "wiring/stores.h"

namespace evenkeel::cli {
namespace {

struct MoveOptions : Line {
  std::string file;  // "-": standard output, standard input
  bool without_history = false;
};

// What became of one fleet.
struct Moved {
  std::string fleet;
  const char* did;
  std::int64_t revision = 0;
  std::size_t under_way = 0;
  std::size_t events = 0;
};

void show_moved(Context& context, const MoveOptions& options, const std::vector<Moved>& all) {
  OrderedJson fleets = OrderedJson::array();
  for (const auto& one : all) {
    fleets.push_back({{"fleet", one.fleet},
                      {"did", one.did},
                      {"revision", one.revision},
                      {"under_way", one.under_way},
                      {"events", one.events}});
    if (!options.json) {
      context.out << fmt::format("{}: {}, revision {}, {} under way, {} events\n", printable(one.fleet),
                                 one.did, one.revision, one.under_way, one.events);
    }
  }
  if (options.json) context.out << dump({{"fleets", std::move(fleets)}}, true);
}

int fail_with_state(Context& context, const Error& error) {
  return fail_with(context, exit_code_of_state(error), error.message);
}

// ---- export

Result<record::Export> collect(Context& context, const MoveOptions& options, record::Journal& journal) {
  record::Export all{context.clock.now(), {}};
  for (auto& state : TRY(remembered(journal, options, options.fleets))) {
    std::vector<Event> history;
    if (!options.without_history) history = TRY(journal.history(state.fleet, "", record::kWholeHistory));
    all.fleets.push_back({std::move(state), std::move(history)});
  }
  return all;
}

int run_export(const MoveOptions& options, Context& context) {
  auto journal = open_state_to_read(context, options);
  if (!journal) return fail_with_state(context, journal.error());
  const auto all = collect(context, options, **journal);
  if (!all) return fail_with_state(context, all.error());
  const auto text = record::export_to_json(*all);
  if (options.file == "-") {
    context.out << text;
    return kDone;
  }
  if (const auto written = record::write_new_private(options.file, text); !written)
    return fail_with(context, kUsage, written.error().message);
  std::vector<Moved> moved;
  for (const auto& [state, history] : all->fleets)
    moved.push_back({state.fleet, "exported", state.revision, state.open.size(), history.size()});
  show_moved(context, options, moved);
  return kDone;
}

// ---- import

Result<record::Export> read_export(const std::string& path) {
  std::ifstream file(path == "-" ? "/dev/stdin" : path, std::ios::binary);
  std::stringstream text;
  if (file) text << file.rdbuf();
  if (!file) return fail(ErrorKind::invalid, printable(path) + ": can't be read; name a file that can");
  auto all = record::export_from_json(text.str());
  if (!all) return fail(ErrorKind::invalid, fmt::format("{}: {}", printable(path), all.error().message));
  return all;
}

// Nothing in it would be missed.
bool is_empty(const FleetState& state) {
  return state.open.empty() && state.recent.empty() && state.requests.empty() && !state.pause &&
         !state.breaker;
}

// The same but for who wrote it when: it has been imported already.
bool is_same(FleetState stored, const FleetState& imported) {
  stored.revision = imported.revision;
  stored.written_by = imported.written_by;
  return stored == imported;
}

// What importing one fleet comes to; nothing has been written yet.
struct ImportStep {
  record::Exported fleet;  // its state with the revision that it is to get
  std::int64_t over = 0;
  bool needed = true;
};

Result<ImportStep> plan_step(record::Exported fleet, record::Journal& journal) {
  auto stored = TRY(journal.load(fleet.state.fleet));
  if (!stored) return ImportStep{std::move(fleet)};
  const auto over = stored->revision;
  if (is_same(*stored, fleet.state)) return ImportStep{std::move(fleet), over, false};
  if (over >= fleet.state.revision && !is_empty(*stored)) {
    return fail(
        ErrorKind::invalid,
        fmt::format("{}: the state there is at revision {}, the export at {}: it would overwrite what "
                    "is newer, so nothing was imported. Leave the fleet out with --fleet, or import "
                    "into an empty store",
                    printable(fleet.state.fleet), over, fleet.state.revision));
  }
  fleet.state.revision = std::max(fleet.state.revision, over + 1);
  const auto there = TRY(journal.history(fleet.state.fleet, "", record::kWholeHistory));
  std::erase_if(fleet.history,
                [&](const Event& event) { return std::ranges::find(there, event) != there.end(); });
  return ImportStep{std::move(fleet), over, true};
}

Result<std::vector<ImportStep>> plan_import(record::Export all, const MoveOptions& options,
                                            record::Journal& journal) {
  for (const auto& name : options.fleets) {
    if (std::ranges::none_of(all.fleets, [&](const auto& one) { return one.state.fleet == name; }))
      return fail(ErrorKind::invalid,
                  fmt::format("--fleet {}: the export has no such fleet", printable(name)));
  }
  std::vector<ImportStep> steps;
  for (auto& fleet : all.fleets) {
    if (!options.fleets.empty() &&
        std::ranges::find(options.fleets, fleet.state.fleet) == options.fleets.end())
      continue;
    if (options.without_history) fleet.history.clear();
    steps.push_back(TRY(plan_step(std::move(fleet), journal)));
  }
  return steps;
}

Result<Moved> carry_out(Context& context, ImportStep step, Time exported_at, record::Store& store) {
  auto& [state, history] = step.fleet;
  Moved moved{state.fleet, "was there already", state.revision, state.open.size(), 0};
  if (!step.needed) {
    moved.revision = step.over;
    return moved;
  }
  moved.did = "imported";
  moved.events = history.size();
  const Time now = std::max(context.clock.now(), state.last_tick_at);
  history.push_back({now, state.fleet, "", "", EventKind::import_,
                     fmt::format("moved in by {} from an export of {}, at revision {}",
                                 author(context.environment), iso8601(exported_at), state.revision)});
  state.written_by = context.random.hex(16);
  TRY_VOID(store.adopt(state, step.over, history));
  return moved;
}

int run_import(const MoveOptions& options, Context& context) {
  auto all = read_export(options.file);
  if (!all) return fail_with(context, kUsage, all.error().message);
  auto store = wiring::open_state(options.state, wiring::Access::write, sources(context, options.aws),
                                  options.aws.region);
  if (!store) return fail_with_state(context, store.error());
  const Time exported_at = all->at;
  auto steps = plan_import(std::move(*all), options, **store);
  if (!steps) return fail_with_state(context, steps.error());
  std::vector<Moved> moved;
  for (auto& step : *steps) {
    const auto name = step.fleet.state.fleet;
    auto one = carry_out(context, std::move(step), exported_at, **store);
    if (!one) {
      show_moved(context, options, moved);
      return fail_with(context, exit_code_of_state(one.error()),
                       fmt::format("{} was not imported, nor any fleet after it; run it again: {}",
                                   printable(name), one.error().message));
    }
    moved.push_back(std::move(*one));
  }
  show_moved(context, options, moved);
  return kDone;
}

void add_move(Subcommands& moves, const char* name, const char* about,
              int (*run)(const MoveOptions& options, Context& context)) {
  const auto [command, options] = moves.add(name, about, exit_codes_help({kState, kLostRace}), run);
  command.add_option("FILE", options.file, "the export; - is standard output or input", {.required = true});
  command.add_flag("--without-history", options.without_history, "only the state that ticks need");
  add_options(command, options, {add_state, add_fleet, add_json, add_own_aws});
}

}  // namespace

void add_state_moves(Subcommands& all) {
  auto* command =
      all.app.add_subcommand("state", "move the state and the history from one --state to another");
  command->footer(exit_codes_help({kState, kLostRace}));
  command->require_subcommand();
  Subcommands moves{*command, all.context, all.chosen};
  add_move(moves, "export", "write everything into a file; first stop every process that ticks", run_export);
  add_move(moves, "import", "take over an export; never replaces what is newer", run_import);
}

}  // namespace evenkeel::cli
