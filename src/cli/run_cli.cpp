#include "cli/run_cli.h"

#include <ostream>
#include <vector>

#include "base/text.h"
#include "cli/argument_parser.h"
#include "cli/exit_codes.h"
#include "cli/folded.h"
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
  return fail_with(context, parsing.wrong_value ? kUsage : kCommandLine,
                   printable(parsing.problem, 1000) + "; see `" + name + " --help`");
}

int run_command(std::span<const std::string> arguments, Context& context, std::span<const AddCommand> more) {
  ArgumentParser app{"evenkeel", kAboutEvenkeel, "evenkeel " EVENKEEL_VERSION};
  app.require_subcommand();
  app.footer(exit_codes_help());
  Chosen chosen;
  Subcommands all{app, context, chosen};
  for (const auto add : kCommands) add(all);
  for (const auto add : more) add(all);
  const auto parsing = app.parse(arguments, context.out);
  if (parsing.parsed == ArgumentParser::Parsed::shown) return kDone;
  if (parsing.parsed == ArgumentParser::Parsed::wrong) return parse_error(context, app, arguments, parsing);
  const int code = chosen();
  context.out.flush();
  return code;
}

}  // namespace

int run_cli(std::span<const std::string> arguments, Context& context, std::span<const AddCommand> more) {
  const bool prose = is_prose(arguments);
  Folding narrow_out{context.out, context.columns};
  Folding narrow_err{context.err, context.columns};
  std::ostream out{&narrow_out};
  std::ostream err{&narrow_err};
  Context narrow{.out = prose && context.out_is_terminal ? out : context.out,
                 .err = prose && context.err_is_terminal ? err : context.err,
                 .environment = context.environment,
                 .clock = context.clock,
                 .random = context.random,
                 .network = context.network,
                 .stopped = context.stopped,
                 .out_is_terminal = context.out_is_terminal,
                 .err_is_terminal = context.err_is_terminal,
                 .columns = context.columns,
                 .variables = context.variables};
  return run_command(arguments, narrow, more);
}

}  // namespace evenkeel::cli
