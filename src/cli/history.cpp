// `evenkeel history`: what happened, oldest first.
#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"

namespace evenkeel::cli {
namespace {

Result<std::vector<Event>> events_of(Context& context, const HistoryCommand& asked, const Options& options) {
  auto journal = TRY(open_state_to_read(context, options));
  std::vector<Event> events;
  const auto id = asked.instance ? asked.instance->text() : "";
  for (const auto& state : TRY(remembered(*journal, options, texts(asked.fleets)))) {
    auto more = TRY(history_for_operators(*journal, state.fleet, id, asked.limit, asked.all));
    events.insert(events.end(), more.begin(), more.end());
  }
  std::ranges::stable_sort(events, {}, &Event::at);
  const auto limit = static_cast<std::size_t>(asked.limit);
  if (events.size() > limit) events.erase(events.begin(), events.end() - asked.limit);
  return events;
}

struct HistoryLine : Line {
  std::string instance;
  int limit = HistoryCommand{}.limit;
  bool all = false;
};

Result<HistoryCommand> history_command(const HistoryLine& line, Context&) {
  HistoryCommand asked;
  asked.fleets = TRY(read_fleets("--fleet", line.fleets));
  if (!line.instance.empty()) asked.instance = TRY(InstanceId::read("--instance", line.instance));
  asked.limit = line.limit;
  asked.all = line.all;
  return asked;
}

}  // namespace

int run(const HistoryCommand& asked, const Options& options, Context& context) {
  const auto events = events_of(context, asked, options);
  if (!events) return fail_with(context, exit_code_of_state(events.error()), events.error().message);
  if (options.json) {
    OrderedJson shown = OrderedJson::array();
    for (const auto& event : *events) shown.push_back(view(event));
    context.out << dump({{"events", std::move(shown)}}, true);
  } else if (events->empty()) {
    context.out << "Nothing has happened" << (asked.instance ? " to " + asked.instance->text() : "") << ".\n";
  } else {
    context.out << event_table(*events).text("", context.out_is_terminal ? context.columns : 0);
  }
  return kDone;
}

void add_history(Subcommands& all) {
  const auto [command, line] =
      all.add("history", "what happened, oldest first", exit_codes_help({kState}), history_command);
  add_options(command, line, {add_state, add_fleet});
  command.add_option("--instance", line.instance, "only this instance", {.shown = "ID"});
  command.add_option("--limit", line.limit, "at most this many, the newest",
                     {.shown = "N", .shows_default = true, .between = std::pair{1, kMostEventsShown}});
  command.add_flag("--all", line.all,
                   "also each change of the reason why a member, or the fleet, is left alone");
  add_options(command, line, {add_json, add_own_aws});
}

}  // namespace evenkeel::cli
