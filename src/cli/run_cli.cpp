#include "cli/run_cli.h"

#include <vector>

#include "base/text.h"
#include "cli/argument_parser.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/options.h"

namespace evenkeel::cli {
namespace {

constexpr const char* kAboutEvenkeel =
    "Evenkeel reboots leaking web servers before they die: the worst one at a time, drained first,\n"
    "proved to have come back, and only when enough others are healthy.";

int parse_error(Context& context, const ArgumentParser& app, std::span<const std::string> arguments,
                const ArgumentParser::Parsing& parsing) {
  if (parsing.subcommand.empty() && arguments.empty()) {
    context.err << app.help();
    return kCommandLine;
  }
  if (parsing.subcommand.empty() && !arguments.front().starts_with('-')) {
    return fail_with(context, kCommandLine,
                     printable(arguments.front()) + ": there is no such command; see `evenkeel --help`");
  }
  const std::string name = parsing.subcommand.empty() ? "evenkeel" : "evenkeel " + parsing.subcommand;
  return fail_with(context, kCommandLine, printable(parsing.problem, 1000) + "; see `" + name + " --help`");
}

}  // namespace

int run_cli(std::span<const std::string> arguments, Context& context) {
  ArgumentParser app{"evenkeel", kAboutEvenkeel, "evenkeel " EVENKEEL_VERSION};
  app.require_subcommand();
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
  const auto parsing = app.parse(arguments, context.out);
  if (parsing.parsed == ArgumentParser::Parsed::shown) return kDone;
  if (parsing.parsed == ArgumentParser::Parsed::wrong) return parse_error(context, app, arguments, parsing);
  const int code = chosen();
  context.out.flush();
  return code;
}

}  // namespace evenkeel::cli
