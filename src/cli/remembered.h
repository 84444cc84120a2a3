// The state as the commands that only look at it read and show it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "cli/table.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::cli {

// The states of the fleets that --fleet names, or of all, sorted by name. Errors: `not_found` there is no
// state yet, `invalid` an unknown fleet or a --state that makes no sense, else as of the journal.
Result<std::vector<FleetState>> remembered(Context& context, const Options& options);
Result<std::vector<FleetState>> remembered(record::Journal& journal, const Options& options);

// The exit code for a state that could not be opened or read.
ExitCode exit_code_of_state(const Error& error);

Table open_table(const std::vector<Remediation>& open);
Table ended_table(const std::vector<PastRemediation>& ended);
Table event_table(const std::vector<Event>& events);

}  // namespace evenkeel::cli
