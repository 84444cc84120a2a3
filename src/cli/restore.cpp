// `evenkeel restore ID`: puts a member back without (another) reboot, also one that is held.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/hand.h"
#include "cli/remembered.h"

namespace evenkeel::cli {
namespace {

struct RestoreOptions : HandOptions {
  std::string instance_id;
};

// The one fleet in which something is open for the instance.
Result<std::string> fleet_of(const RestoreOptions& options, record::Journal& journal) {
  for (const auto& state : TRY(remembered(journal, options))) {
    const bool here = std::ranges::any_of(state.open, [&](const Remediation& remediation) {
      return remediation.instance_id == options.instance_id;
    });
    if (here) return state.fleet;
  }
  return fail(
      ErrorKind::not_found,
      fmt::format("{}: nothing is under way for it, so there is nothing to put back; `evenkeel status` "
                  "lists what is",
                  printable(options.instance_id)));
}

int run_restore(Context& context, RestoreOptions options) {
  // Opening it for writing would create it.
  if (const auto there = open_state_to_read(context, options); !there)
    return fail_with(context, exit_code_of_state(there.error()), there.error().message);
  return change_state(context, options, [&](controller::Parts& parts) -> Result<std::vector<std::string>> {
    options.fleet = TRY(fleet_of(options, parts.journal));
    TRY_VOID(controller::restore(options.fleet, options.instance_id, author(context.environment), parts));
    return std::vector<std::string>{fmt::format(
        "{}: {} is put back by the next ticks, without another reboot", options.fleet, options.instance_id)};
  });
}

}  // namespace

void add_restore(ArgumentParser& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("restore", "put a member back without a reboot, also one that is held");
  auto options = std::make_shared<RestoreOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  command->add_option("ID", options->instance_id, "the instance, i-…")->required();
  add_state(*command, *options);
  add_notify(*command, *options);
  add_fleet(*command, *options);
  add_json(*command, *options);
  add_own_aws(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_restore(context, *options); }; });
}

}  // namespace evenkeel::cli
