// `evenkeel pause FLEET --reason …`: starts nothing more until `resume`; what is under way is finished.
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/hand.h"

namespace evenkeel::cli {
namespace {

int run_pause(Context& context, const HandOptions& options) {
  return change_state(context, options, [&](controller::Parts& parts) -> Result<std::vector<std::string>> {
    TRY_VOID(check_known(context, options.fleet, options, parts.journal));
    TRY_VOID(controller::pause(options.fleet, options.reason, author(context.environment), parts));
    return std::vector<std::string>{
        options.fleet + " is paused: nothing more is started; what is under way is brought to its end"};
  });
}

}  // namespace

void add_pause(CLI::App& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("pause", "start nothing more in a fleet; what is out is still put back");
  auto options = std::make_shared<HandOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  add_hand_options(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_pause(context, *options); }; });
}

}  // namespace evenkeel::cli
