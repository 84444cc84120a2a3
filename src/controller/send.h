// Internal to the tick: its time, and what is sent within it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/assemble.h"
#include "model/plan.h"

namespace evenkeel::controller {

// A member is treated no later than this after the last look at its places began.
inline constexpr Duration kSendWithin{5'000};

// Reading is over in time to act, and acting in time to record. Of a short time each has its part.
struct TickTime {
  TickTime(Time start, std::optional<Time> deadline);

  Time began, over, read_until, act_until;
};

// Restores have a share of AWS's budget to themselves.
inline wire::Urgency urgency(bool restores) {
  return restores ? wire::Urgency::restore : wire::Urgency::ordinary;
}

// Sends one action after the other. `looked_at`: when the last look at the places of those who are treated
// began, by this machine's clock; none: there was no such look, and nothing is treated.
std::vector<Outcome> send(std::span<const Action> actions, std::optional<Time> looked_at,
                          const TickTime& time, Parts& parts);

}  // namespace evenkeel::controller
