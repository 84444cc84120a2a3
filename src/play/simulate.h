// `evenkeel simulate FILE`, for the command line.
#pragma once

#include "cli/commands.h"

namespace evenkeel::play {

void add_simulate(cli::ArgumentParser& app, cli::Context& context, cli::Chosen& chosen);

}  // namespace evenkeel::play
