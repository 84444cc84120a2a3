// `evenkeel resume FLEET --reason …`: ends a pause and resets the breaker.

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/hand.h"

namespace evenkeel::cli {
namespace {

Result<ResumeCommand> resume_command(const HandLine& line, Context& context) {
  return ResumeCommand{TRY(FleetName::read("FLEET", line.fleet)),
                       TRY(ReasonText::read("--reason", line.reason)), TRY(author_of(context))};
}

}  // namespace

int run(const ResumeCommand& asked, const Options& options, Context& context) {
  const auto& fleet = asked.fleet.text();
  return change_state(context, options, [&](controller::Parts& parts) -> Result<Did> {
    TRY_VOID(check_known(context, fleet, options, parts.journal));
    const Wish wish{Wish::Kind::resume, "", asked.reason.text(), asked.author.text()};
    auto ended = TRY(controller::wish(fleet, wish, parts));
    if (ended.empty()) ended.push_back(fleet + " was neither paused nor stopped by its breaker");
    return Did{fleet, std::move(ended), wish};
  });
}

void add_resume(ArgumentParser& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("resume", "end a fleet's pause and reset its breaker");
  auto options = default_options(context.environment);
  auto line = std::make_shared<HandLine>();
  add_hand_options(*command, *line, *options);
  command->callback([&, options, line] {
    chosen = [&, options, line] { return run_or_refuse(resume_command(*line, context), *options, context); };
  });
}

}  // namespace evenkeel::cli
