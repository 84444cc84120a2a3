// `evenkeel resume FLEET --reason …`: ends a pause and resets the breaker.

#include "cli/commands.h"
#include "cli/hand.h"

namespace evenkeel::cli {
namespace {

int run_resume(Context& context, const HandOptions& options) {
  return change_state(context, options, [&](controller::Parts& parts) -> Result<std::vector<std::string>> {
    TRY_VOID(check_known(context, options.fleet, options, parts.journal));
    auto ended = TRY(controller::resume(options.fleet, options.reason, author(context.environment), parts));
    if (ended.empty()) ended.push_back(options.fleet + " was neither paused nor stopped by its breaker");
    return ended;
  });
}

}  // namespace

void add_resume(ArgumentParser& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("resume", "end a fleet's pause and reset its breaker");
  auto options = std::make_shared<HandOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  add_hand_options(*command, *options);
  command->callback([&, options] { chosen = [&, options] { return run_resume(context, *options); }; });
}

}  // namespace evenkeel::cli
