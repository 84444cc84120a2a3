// The subcommands: each adds itself to the command line, and when it was chosen, says what to run.
#pragma once

#include <functional>

#include "cli/argument_parser.h"
#include "cli/context.h"

namespace evenkeel::cli {

// Returns the exit code. Set by the one subcommand that was parsed; run after parsing has ended.
using Chosen = std::function<int()>;

using AddCommand = void (*)(ArgumentParser& app, Context& context, Chosen& chosen);

void add_check(ArgumentParser& app, Context& context, Chosen& chosen);
void add_plan(ArgumentParser& app, Context& context, Chosen& chosen);
void add_run(ArgumentParser& app, Context& context, Chosen& chosen);
void add_status(ArgumentParser& app, Context& context, Chosen& chosen);
void add_explain(ArgumentParser& app, Context& context, Chosen& chosen);
void add_history(ArgumentParser& app, Context& context, Chosen& chosen);
void add_pause(ArgumentParser& app, Context& context, Chosen& chosen);
void add_resume(ArgumentParser& app, Context& context, Chosen& chosen);
void add_restore(ArgumentParser& app, Context& context, Chosen& chosen);
void add_state_moves(ArgumentParser& app, Context& context, Chosen& chosen);
void add_iam(ArgumentParser& app, Context& context, Chosen& chosen);

// All of these, in the order in which --help lists them.
inline constexpr AddCommand kCommands[] = {add_check,   add_plan,        add_run,   add_status,
                                           add_explain, add_history,     add_pause, add_resume,
                                           add_restore, add_state_moves, add_iam};

}  // namespace evenkeel::cli
