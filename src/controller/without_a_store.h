// What a tick may still do when its plan can't be stored: a full disk stops starts, not the way back
// (docs/adr/0034-a-store-that-can-not-be-written.md).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "controller/assemble.h"
#include "model/plan.h"

namespace evenkeel::controller {

// Of the plan's actions those that may be sent although their intents are not durable: register, exit Standby
// and start, of servers that `stored` has out and to which no treatment can follow any more. Sending one twice,
// or forgetting that it was sent, changes nothing.
std::vector<Action> safe_without_a_store(const FleetState& stored, const Plan& plan);

// When `error` says that the store can be read and not written, and it still holds `stored`: sends those
// actions. Returns the error for the tick to end with, which names what was sent.
Error restore_without_a_store(Error error, const FleetState& stored, const Plan& plan, Time until,
                              Parts& parts);

}  // namespace evenkeel::controller
