// The door for people and scripts: the command line.
#pragma once

#include <span>
#include <string>

#include "cli/context.h"

namespace evenkeel::cli {

// Runs one command line (without the program's name) to its end and returns the exit code
// (cli/exit_codes.h). Errors go to context.err as "evenkeel: <message>".
int run_cli(std::span<const std::string> arguments, Context& context);

}  // namespace evenkeel::cli
