// The entry point for operators and scripts: the command line.
#pragma once

#include <span>
#include <string>

#include "cli/commands.h"
#include "cli/context.h"

namespace evenkeel::cli {

// Runs one command line (without the program's name) to its end and returns the exit code
// (cli/exit_codes.h). Errors go to context.err as "evenkeel: <message>". `more`: commands of folders above this one.
int run_cli(std::span<const std::string> arguments, Context& context, std::span<const AddCommand> more = {});

}  // namespace evenkeel::cli
