// What an operator may ask for, as a value: the command line and the Lambda function build it, and
// run_command() does it. Each command has exactly the fields that stand here; where the policy and the state are
// and whose account it is says Options, which belongs to the entry point that starts the process.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "cli/context.h"
#include "cli/forms.h"
#include "cli/options.h"

namespace evenkeel::cli {

// `fleets`, in all of these: only those; empty: all.

struct CheckCommand {
  std::vector<FleetName> fleets;
};

struct PlanCommand {
  std::vector<FleetName> fleets;
};

struct StatusCommand {
  std::vector<FleetName> fleets;
};

struct ExplainCommand {
  InstanceId instance;
  std::optional<Time> at;  // then, instead of now
  std::vector<FleetName> fleets;
};

struct HistoryCommand {
  std::vector<FleetName> fleets;
  std::optional<InstanceId> instance;
  int limit = 50;    // 1 to kMostEventsShown
  bool all = false;  // each change of a reason, too
};

struct PauseCommand {
  FleetName fleet;
  ReasonText reason;
  Author author;
  // It ends by itself after so long, or then; std::monostate: never.
  std::variant<std::monostate, Duration, Time> end;
};

struct ResumeCommand {
  FleetName fleet;
  ReasonText reason;
  Author author;
  bool here = false;  // only say that the fleet has moved to wherever the next tick finds it
};

struct RestoreCommand {
  InstanceId instance;
  Author author;
  bool now = false;  // without waiting for a treatment that may still act on it
  std::vector<FleetName> fleets;
};

using Command = std::variant<CheckCommand, PlanCommand, StatusCommand, ExplainCommand, HistoryCommand,
                             PauseCommand, ResumeCommand, RestoreCommand>;

// Each returns the exit code (cli/exit_codes.h). Errors go to context.err as "evenkeel: <message>".
int run(const CheckCommand& asked, const Options& options, Context& context);
int run(const PlanCommand& asked, const Options& options, Context& context);
int run(const StatusCommand& asked, const Options& options, Context& context);
int run(const ExplainCommand& asked, const Options& options, Context& context);
int run(const HistoryCommand& asked, const Options& options, Context& context);
int run(const PauseCommand& asked, const Options& options, Context& context);
int run(const ResumeCommand& asked, const Options& options, Context& context);
int run(const RestoreCommand& asked, const Options& options, Context& context);

inline int run_command(const Command& command, const Options& options, Context& context) {
  const int code = std::visit([&](const auto& asked) { return run(asked, options, context); }, command);
  context.out.flush();
  return code;
}

}  // namespace evenkeel::cli
