// What `pause`, `resume` and `restore` share: they change the state, and ask AWS nothing about fleets.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/json_views.h"
#include "cli/options.h"
#include "controller/tick.h"

namespace evenkeel::cli {

// Opens the state, runs `change`, prints what it did, or {"fleet", "did": […]} as JSON, and tells
// the people of --notify. That people could not be told is said, and is no failure.
struct Did {
  std::string fleet;
  std::vector<std::string> lines;
  OperatorRequest request;  // what operators are notified of
};
using StateChange = std::function<Result<Did>(controller::Parts& parts)>;
int change_state(Context& context, const Options& options, const StateChange& change);

// `invalid` when neither the policy nor the state knows the fleet: a mistyped name must not look paused.
Result<void> check_known(Context& context, const std::string& fleet, const Options& options,
                         record::Journal& journal);

// FLEET and --reason, as they stand in the command line.
struct FleetAndReason : Line {
  std::string fleet, reason;
};
// FLEET, --reason, --policy, --state, --notify, --json, --profile, --region.
void add_operator_options(ArgumentParser& command, FleetAndReason& line);

// Who is asking, by the environment.
Result<Author> author_of(Context& context);

}  // namespace evenkeel::cli
