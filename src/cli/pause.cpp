// `evenkeel pause FLEET --reason …`: starts nothing more until `resume`, or until it ends by itself; what is
// under way is finished.
#include <fmt/core.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/hand.h"

namespace evenkeel::cli {
namespace {

constexpr Duration kLongestPause = std::chrono::days{366};

struct PauseOptions : HandOptions {
  std::string lasting;  // --for
  std::string until;    // --until
};

Result<std::optional<Time>> end_of(const PauseOptions& options, Time now) {
  if (!options.lasting.empty()) {
    const auto lasting = parse_duration(options.lasting);
    if (lasting && *lasting > Duration::zero() && *lasting <= kLongestPause) return now + *lasting;
    return fail(ErrorKind::invalid,
                fmt::format("--for {}: give a duration up to 366d, such as 90m or 2d; leave it out for a "
                            "pause that only `evenkeel resume` ends",
                            printable(options.lasting)));
  }
  if (options.until.empty()) return std::nullopt;
  const auto until = parse_iso8601(options.until);
  if (!until) {
    return fail(ErrorKind::invalid,
                fmt::format("--until {}: give a time in UTC, such as {}", printable(options.until),
                            iso8601(now + std::chrono::hours{2})));
  }
  if (*until > now && *until <= now + kLongestPause) return until;
  return fail(ErrorKind::invalid, fmt::format("--until {}: it is {} now; give a time after that, within 366d",
                                              printable(options.until), iso8601(now)));
}

int run_pause(Context& context, const PauseOptions& options) {
  const auto until = end_of(options, context.clock.now());
  if (!until) return fail_with(context, kUsage, until.error().message);
  return change_state(context, options, [&](controller::Parts& parts) -> Result<std::vector<std::string>> {
    TRY_VOID(check_known(context, options.fleet, options, parts.journal));
    TRY_VOID(controller::pause(options.fleet, options.reason, author(context.environment), parts, *until));
    return std::vector<std::string>{
        fmt::format("{} is paused{}: nothing more is started; what is under way is brought to its end",
                    options.fleet, *until ? " until " + iso8601(**until) : "")};
  });
}

}  // namespace

void add_pause(ArgumentParser& app, Context& context, Chosen& chosen) {
  auto* command = app.add_subcommand("pause", "start nothing more in a fleet; what is out is still put back");
  auto options = std::make_shared<PauseOptions>();
  static_cast<Options&>(*options) = *default_options(context.environment);
  add_hand_options(*command, *options);
  auto* lasting =
      command->add_option("--for", options->lasting, "it ends by itself after so long")->option_text("2h");
  command->add_option("--until", options->until, "it ends by itself then, in UTC")
      ->option_text("2026-12-24T18:00:00Z")
      ->excludes(lasting);
  command->callback([&, options] { chosen = [&, options] { return run_pause(context, *options); }; });
}

}  // namespace evenkeel::cli
