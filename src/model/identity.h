// Where a fleet is: the partition, account and region that a state belongs to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/fleet_state.h"
#include "model/observation.h"

namespace evenkeel {

// The code of the error with which a tick stops in the wrong account or region.
inline constexpr const char* kWrongAccount = "wrong_account";

// What an ARN says; nothing where it names no account or no region.
std::optional<Identity> identity_of_arn(std::string_view arn);

// An operator has said that the fleet is wherever the next tick finds it: by a wish that is not dated yet, or the state's
// identity is empty, but there.
bool accepts_any_place(const FleetState& state);

// Where the fleet is by what is remembered: the state's identity or, in a state from before it was kept, what
// the target groups say that it knows by their ARNs. Nothing: not known, or any place is accepted.
std::optional<Identity> remembered_identity(const FleetState& state);

// For people: "account 123456789012, region eu-west-1".
std::string describe(const Identity& identity);

}  // namespace evenkeel
