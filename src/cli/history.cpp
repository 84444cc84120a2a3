// `evenkeel history`: what happened, oldest first.
#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "cli/remembered.h"

namespace evenkeel::cli {
namespace {

struct HistoryOptions : Options {
  std::string instance_id;
  int limit = 50;
  bool all = false;
};

Result<std::vector<Event>> events_of(Context& context, const HistoryOptions& options) {
  auto journal = TRY(open_state_to_read(context, options));
  std::vector<Event> events;
  for (const auto& state : TRY(remembered(*journal, options))) {
    auto more = TRY(told_history(*journal, state.fleet, options.instance_id, options.limit, options.all));
    events.insert(events.end(), more.begin(), more.end());
  }
  std::ranges::stable_sort(events, {}, &Event::at);
  const auto limit = static_cast<std::size_t>(options.limit);
  if (events.size() > limit) events.erase(events.begin(), events.end() - options.limit);
  return events;
}

int run_history(Context& context, const HistoryOptions& options) {
  const auto events = events_of(context, options);
  if (!events) return fail_with(context, exit_code_of_state(events.error()), events.error().message);
  if (options.json) {
    Json shown = Json::array();
    for (const auto& event : *events) shown.push_back(view(event));
    context.out << dump({{"events", std::move(shown)}}, true);
  } else if (events->empty()) {
    context.out << "Nothing has happened"
                << (options.instance_id.empty() ? "" : " to " + printable(options.instance_id)) << ".\n";
  } else {
    context.out << event_table(*events).text("", context.out_is_terminal ? context.columns : 0);
  }
  return kDone;
}

}  // namespace

void add_history(ArgumentParser& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("history", "what happened, oldest first");
  auto options = std::make_shared<HistoryOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  add_state(*command, *options);
  add_fleet(*command, *options);
  command->add_option("--instance", options->instance_id, "only this instance")->option_text("ID");
  command->add_option("--limit", options->limit, "the newest so many")
      ->between(1, 100'000)
      ->option_text("N")
      ->capture_default_str();
  command->add_flag("--all", options->all,
                    "also each change of the reason why a member, or the fleet, is left alone");
  add_json(*command, *options);
  add_own_aws(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_history(context, *options); }; });
}

}  // namespace evenkeel::cli
