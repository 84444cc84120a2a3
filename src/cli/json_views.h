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

using OrderedJson = nlohmann::ordered_json;

OrderedJson view(const Verdict& verdict);
OrderedJson view(const Check& check);
OrderedJson view(const Action& action);
OrderedJson view(const Outcome& outcome);
OrderedJson view(const Event& event);
// `policy` is the one under which it was started; nullptr: unknown.
OrderedJson view(const Remediation& remediation, const FleetPolicy* policy, Time now);
OrderedJson view(const PastRemediation& ended);
OrderedJson view(const MemberRecord& member);
OrderedJson view(const FleetSummary& summary);
OrderedJson view(const Ability& ability);
OrderedJson view(const Error& error);

// One fleet as `plan` and `run` saw it.
OrderedJson view(const FleetPolicy& fleet, const controller::TickReport& report);
// One fleet as it is remembered, for `status`.
OrderedJson view(const FleetState& state, Time now);
OrderedJson error_view(const std::string& fleet, const Error& error);

// On one line, or indented; invalid UTF-8 is replaced by U+FFFD. Ends in "\n".
std::string dump(const OrderedJson& json, bool indented);

}  // namespace evenkeel::cli
