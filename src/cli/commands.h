// The subcommands: each adds itself to the command line, and when it was chosen, says what to run.
#pragma once

#include <functional>

#include "cli/context.h"

namespace CLI {
class App;
}

namespace evenkeel::cli {

// Returns the exit code. Set by the one subcommand that was parsed; run after parsing has ended.
using Chosen = std::function<int()>;

void add_check(CLI::App& app, Context& context, Chosen& chosen);
void add_plan(CLI::App& app, Context& context, Chosen& chosen);
void add_run(CLI::App& app, Context& context, Chosen& chosen);
void add_status(CLI::App& app, Context& context, Chosen& chosen);
void add_explain(CLI::App& app, Context& context, Chosen& chosen);
void add_history(CLI::App& app, Context& context, Chosen& chosen);
void add_pause(CLI::App& app, Context& context, Chosen& chosen);
void add_resume(CLI::App& app, Context& context, Chosen& chosen);
void add_restore(CLI::App& app, Context& context, Chosen& chosen);
void add_state_moves(CLI::App& app, Context& context, Chosen& chosen);
void add_iam(CLI::App& app, Context& context, Chosen& chosen);
void add_simulate(CLI::App& app, Context& context, Chosen& chosen);

}  // namespace evenkeel::cli
