// `evenkeel simulate FILE`, for the command line.
#pragma once

#include "cli/commands.h"

namespace evenkeel::play {

void add_simulate(cli::Subcommands& all);

}  // namespace evenkeel::play
