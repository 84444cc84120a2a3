// What --json prints: a contract (docs/operating.md). One function a type; text from AWS goes in as it is and
// is escaped by dump(). Times are ISO 8601, durations are seconds, absent things are null.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "controller/tick.h"
#include "model/fleet_state.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::cli {

using Json = nlohmann::ordered_json;

Json view(const Verdict& verdict);
Json view(const Check& check);
Json view(const Action& action);
Json view(const Outcome& outcome);
Json view(const Event& event);
// `policy` is the one under which it was started; nullptr: unknown.
Json view(const Remediation& remediation, const FleetPolicy* policy, Time now);
Json view(const PastRemediation& ended);
Json view(const MemberRecord& member);
Json view(const FleetSummary& summary);
Json view(const Ability& ability);
Json view(const Error& error);

// One fleet as `plan` and `run` saw it.
Json view(const FleetPolicy& fleet, const controller::TickReport& report);
// One fleet as it is remembered, for `status`.
Json view(const FleetState& state, Time now);
Json error_view(const std::string& fleet, const Error& error);

// On one line, or indented; invalid UTF-8 is replaced by U+FFFD. Ends in "\n".
std::string dump(const Json& json, bool indented);

}  // namespace evenkeel::cli
