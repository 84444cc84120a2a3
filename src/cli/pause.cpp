// `evenkeel pause FLEET --reason …`: starts nothing more until `resume`, or until it ends by itself; what is
// under way is finished.
#include <fmt/core.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/operator.h"

namespace evenkeel::cli {
namespace {

struct PauseLine : FleetAndReason {
  std::string lasting;  // --for
  std::string until;    // --until
};

Result<PauseCommand> pause_command(const PauseLine& line, Context& context) {
  PauseCommand asked{TRY(FleetName::read("FLEET", line.fleet)),
                     TRY(ReasonText::read("--reason", line.reason)),
                     TRY(author_of(context)),
                     {}};
  if (!line.lasting.empty()) asked.end = TRY(read_lasting("--for", line.lasting));
  if (!line.until.empty()) asked.end = TRY(read_time("--until", line.until));
  return asked;
}

// A courtesy: the pause itself is dated by AWS's time, but a mistyped year should not go unnoticed.
Result<void> check_end(const PauseCommand& asked, Time now) {
  const auto* until = std::get_if<Time>(&asked.end);
  if (until == nullptr || (*until > now && *until <= now + kLongestPause)) return {};
  return fail(
      ErrorKind::invalid,
      fmt::format("until {}: it is {} now, by this machine's clock; give a time after that, within 366d",
                  iso8601(*until), iso8601(now)));
}

std::string ends_in_words(const OperatorRequest& request) {
  if (request.lasting)
    return fmt::format(" for {}, from the next tick on", format_duration(*request.lasting));
  return request.until ? " until " + iso8601(*request.until) : "";
}

}  // namespace

int run(const PauseCommand& asked, const Options& options, Context& context) {
  if (const auto fits = check_end(asked, context.clock.now()); !fits)
    return fail_with(context, kUsage, fits.error().message);
  const auto& fleet = asked.fleet.text();
  OperatorRequest request{OperatorRequest::Kind::pause, "", asked.reason.text(), asked.author.text()};
  if (const auto* lasting = std::get_if<Duration>(&asked.end)) request.lasting = *lasting;
  if (const auto* until = std::get_if<Time>(&asked.end)) request.until = *until;
  return change_state(context, options, [&](controller::Parts& parts) -> Result<Did> {
    TRY_VOID(check_known(context, fleet, options, parts.journal));
    TRY(controller::record_request(fleet, request, parts));
    return Did{fleet,
               {fmt::format("{} is paused{}: nothing more is started; what is under way is finished", fleet,
                            ends_in_words(request))},
               request};
  });
}

void add_pause(Subcommands& all) {
  const auto [command, line] =
      all.add("pause", "start nothing more in a fleet; what is out is still put back",
              exit_codes_help({kState, kLostRace}), pause_command);
  add_operator_options(command, line);
  command.add_option("--for", line.lasting, "it ends by itself after this time", {.shown = "2h"});
  command.add_option("--until", line.until, "it ends by itself at this time, UTC",
                     {.shown = "2026-12-24T18:00:00Z", .excludes = {"--for"}});
}

}  // namespace evenkeel::cli
