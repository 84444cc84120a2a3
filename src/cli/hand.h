// What `pause`, `resume` and `restore` share: they change the state, and ask AWS nothing about fleets.
#pragma once

#include <functional>
#include <string>

#include "cli/json_views.h"
#include "cli/options.h"
#include "controller/tick.h"

namespace evenkeel::cli {

struct HandOptions : Options {
  std::string fleet;   // empty for restore without --fleet
  std::string reason;  // empty for restore
};

// Opens the state, runs `change`, prints the lines it returns, or {"fleet", "did": […]} as JSON, and tells
// the people of --notify. That nobody could be told is said, and is no failure.
using Change = std::function<Result<std::vector<std::string>>(controller::Parts& parts)>;
int change_state(Context& context, const HandOptions& options, const Change& change);

// `invalid` when neither the policy nor the state knows the fleet: a mistyped name must not look paused.
Result<void> check_known(Context& context, const std::string& fleet, const Options& options,
                         record::Journal& journal);

// FLEET, --reason, --policy, --state, --notify, --json, --profile, --region.
void add_hand_options(ArgumentParser& command, HandOptions& options);

}  // namespace evenkeel::cli
