// The subcommands: each adds itself to the command line, and when it was chosen, says what to run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cli/argument_parser.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/options.h"

namespace evenkeel::cli {

// Returns the exit code. Set by the one subcommand that was parsed; run after parsing has ended.
using Chosen = std::function<int()>;

// The program's subcommands, or those of one of them.
struct Subcommands {
  ArgumentParser& app;
  Context& context;
  Chosen& chosen;

  template <class Given>
  struct Added {
    ArgumentParser& command;
    Given& line;
  };

  // `run`: what to do with what was given.
  template <class Given>
  Added<Given> add(const char* name, const char* about, const std::string& exit_codes,
                   int (*run)(const Given& line, Context& context)) {
    return add_line<Given>(name, about, exit_codes, run);
  }
  // `read`: the command that was given, or why it is none.
  template <class Given, class Asked>
  Added<Given> add(const char* name, const char* about, const std::string& exit_codes,
                   Result<Asked> (*read)(const Given& line, Context& context)) {
    return add_line<Given>(name, about, exit_codes, [read](const Given& line, Context& in) {
      const auto asked = read(line, in);
      return asked ? run_command(*asked, line, in) : fail_with(in, kUsage, asked.error().message);
    });
  }

 private:
  template <class Given>
  Added<Given> add_line(const char* name, const char* about, const std::string& exit_codes,
                        std::function<int(const Given&, Context&)> run) {
    auto* command = app.add_subcommand(name, about);
    command->footer(exit_codes);
    auto line = std::make_shared<Given>();
    static_cast<Options&>(*line) = default_options(context.environment);
    command->callback([&in = context, &run_it = chosen, line, run = std::move(run)] {
      run_it = [&in, line, run] { return run(*line, in); };
    });
    return {*command, *line};
  }
};

// Of a command that takes nothing but fleets.
template <class Asked>
Result<Asked> of_fleets(const Line& line, Context&) {
  return Asked{TRY(read_fleets("--fleet", line.fleets))};
}

using AddCommand = void (*)(Subcommands& all);

void add_check(Subcommands& all);
void add_plan(Subcommands& all);
void add_run(Subcommands& all);
void add_status(Subcommands& all);
void add_explain(Subcommands& all);
void add_history(Subcommands& all);
void add_pause(Subcommands& all);
void add_resume(Subcommands& all);
void add_restore(Subcommands& all);
void add_state_moves(Subcommands& all);
void add_iam(Subcommands& all);

// All of these, in the order in which --help lists them.
inline constexpr AddCommand kCommands[] = {add_check,   add_plan,        add_run,   add_status,
                                           add_explain, add_history,     add_pause, add_resume,
                                           add_restore, add_state_moves, add_iam};

}  // namespace evenkeel::cli
