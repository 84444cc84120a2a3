#include "cli/run_cli.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/options.h"

namespace evenkeel::cli {
namespace {

constexpr const char* kAboutEvenkeel =
    "Evenkeel reboots leaking web servers before they die: the worst one at a time, drained first,\n"
    "proved to have come back, and only when enough others are healthy.";

int parse_error(Context& context, const CLI::App& app, std::span<const std::string> arguments,
                const CLI::ParseError& error) {
  const auto parsed = app.get_subcommands();
  if (parsed.empty() && arguments.empty()) {
    context.err << app.help();
    return kUsage;
  }
  if (parsed.empty() && !arguments.front().starts_with('-')) {
    return fail_with(context, kUsage,
                     printable(arguments.front()) + ": there is no such command; see `evenkeel --help`");
  }
  const std::string name = parsed.empty() ? "evenkeel" : "evenkeel " + parsed.front()->get_name();
  return fail_with(context, kUsage, printable(error.what(), 1000) + "; see `" + name + " --help`");
}

}  // namespace

int run_cli(std::span<const std::string> arguments, Context& context) {
  CLI::App app{kAboutEvenkeel, "evenkeel"};
  app.set_version_flag("--version", "evenkeel " EVENKEEL_VERSION, "the version");
  app.set_help_flag("-h,--help", "this text, or a subcommand's");
  app.require_subcommand(1);
  app.footer(kExitCodesHelp);
  Chosen chosen;
  add_check(app, context, chosen);
  add_plan(app, context, chosen);
  add_run(app, context, chosen);
  add_status(app, context, chosen);
  add_explain(app, context, chosen);
  add_history(app, context, chosen);
  add_pause(app, context, chosen);
  add_resume(app, context, chosen);
  add_restore(app, context, chosen);
  add_state_moves(app, context, chosen);
  add_iam(app, context, chosen);
  add_simulate(app, context, chosen);
  try {
    // CLI11 takes the arguments last first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success, context.out, context.err);
  } catch (const CLI::ParseError& error) {
    return parse_error(context, app, arguments, error);
  }
  const int code = chosen();
  context.out.flush();
  return code;
}

}  // namespace evenkeel::cli
