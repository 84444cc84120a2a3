// `evenkeel resume FLEET --reason …`: ends a pause and resets the breaker; with --here it only says that the fleet
// has moved.

#include <fmt/core.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/operator.h"

namespace evenkeel::cli {
namespace {

struct ResumeLine : FleetAndReason {
  bool here = false;
};

Result<ResumeCommand> resume_command(const ResumeLine& line, Context& context) {
  return ResumeCommand{TRY(FleetName::read("FLEET", line.fleet)),
                       TRY(ReasonText::read("--reason", line.reason)), TRY(author_of(context)), line.here};
}

}  // namespace

int run(const ResumeCommand& asked, const Options& options, Context& context) {
  const auto& fleet = asked.fleet.text();
  return change_state(context, options, [&](controller::Parts& parts) -> Result<Did> {
    TRY_VOID(check_known(context, fleet, options, parts.journal));
    OperatorRequest request{OperatorRequest::Kind::resume, "", asked.reason.text(), asked.author.text()};
    request.here = asked.here;
    auto ended = TRY(controller::record_request(fleet, request, parts));
    if (!asked.here) {
      for (auto& what : ended) what = fmt::format("the next tick ends {}", what);
      ended.push_back(ended.empty()
                          ? fleet +
                                " was neither paused nor stopped by its breaker, and no server was missing: "
                                "there is nothing to end"
                          : "limits, cooldowns and windows stay as they are, and so does what is under way");
    }
    return Did{fleet, std::move(ended), request};
  });
}

void add_resume(Subcommands& all) {
  const auto [command, line] = all.add("resume", "end a fleet's pause and reset its breaker",
                                       exit_codes_help({kState, kLostRace}), resume_command);
  add_operator_options(command, line);
  command.add_flag("--here", line.here,
                   "only say that the fleet has moved: the next run takes its account and region for the "
                   "fleet's own");
}

}  // namespace evenkeel::cli
