// What operators are notified of, made from what was written to the history. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "model/plan.h"

namespace evenkeel::notify {

// Everything is printable; nothing is escaped for any channel.
struct Notice {
  // The same for everything that says the same: one remediation, or one fleet, and the kind.
  std::string id;
  std::string kind;  // "start", "done", "judged", "held", "spent", "blocked", "restore", "breaker", "paused",
                     // "resumed", "blind", "sees" or "violation"
  std::string fleet;
  std::string instance;  // empty: about the fleet
  Time at{};
  std::string subject;  // one short line: "evenkeel web: i-0123 is held"
  std::string text;     // what, why with its numbers, and what to do next; several lines
  bool operator==(const Notice&) const = default;
};

// Nothing for what only the history is for: phases, intents, outcomes; of the changes of a reason only those
// that need an operator are sent.
std::optional<Notice> notice_of(const Event& event);

}  // namespace evenkeel::notify
