// Changes the world: one action, one outcome. Never waits, never decides, never sends a reboot, stop,
// termination or command twice.
#pragma once

#include "model/plan.h"
#include "wire/caller.h"

namespace evenkeel::act {

// Carries out one action whose intent is durable, signed with the intent's own time. The outcome says what
// AWS answered: `accepted`, `refused` (it certainly did not happen) or `unknown`.
Outcome perform(const Action& action, wire::Caller& caller);

// The outcome of an action that was never sent, and why.
Outcome not_sent(const Action& action, std::string why);

}  // namespace evenkeel::act
