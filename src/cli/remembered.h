// The state as the commands that only look at it read and show it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "cli/table.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::cli {

// The states of the fleets that are named, or of all where none is, sorted by name. Errors: `not_found` there is no
// state yet, `invalid` an unknown fleet or a --state that makes no sense, else as of the journal.
Result<std::vector<FleetState>> remembered(Context& context, const Options& options,
                                           const std::vector<std::string>& fleets);
Result<std::vector<FleetState>> remembered(record::Journal& journal, const Options& options,
                                           const std::vector<std::string>& fleets);

// The newest events of a fleet, or of one instance, oldest first: `first` of them, and more until they reach far enough
// back or there are no more.
Result<std::vector<Event>> read_back(record::Journal& journal, const std::string& fleet,
                                     const std::string& instance_id, int first,
                                     const std::function<bool(const std::vector<Event>&)>& far_enough);

// The newest `limit` events of a fleet, or of one instance, oldest first. Without `all`, those of the kinds
// "verdict" and "fleet" are left out: they come with every change of a reason, and `explain --at` reads them.
Result<std::vector<Event>> history_for_operators(record::Journal& journal, const std::string& fleet,
                                                 const std::string& instance_id, int limit, bool all);

// The exit code for a state that could not be opened or read.
ExitCode exit_code_of_state(const Error& error);

// What is under way, two lines a member: the phase, how long it has lasted, what it waits for and until when
// at the latest; then why it was chosen and when, and what else is to be said. `policy` is the one under
// which they were started; nullptr: unknown. `seen_at`, by AWS's clock: when they were last looked at; what they wait
// for is what was waited for then.
std::string open_text(const std::vector<Remediation>& open, const FleetPolicy* policy, Time now, Time seen_at,
                      std::string_view indent, int wrap_at);
Table ended_table(const std::vector<PastRemediation>& ended);
Table event_table(const std::vector<Event>& events);

}  // namespace evenkeel::cli
