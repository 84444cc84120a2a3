// What an invocation asks for. Whatever comes is a tick, so that any schedule, rule or alarm can wake
// Evenkeel; only a document with a "command" is something else. The shapes of AWS's events: docs/aws.md, Lambda.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::lambda {

struct Tick {
  std::string source;  // for the log: "aws.scheduler Scheduled Event", "an event of no known shape" …
  // When it was asked for, as the event says. Nothing: it doesn't say, as when somebody invokes it by hand.
  std::optional<Time> asked_at;
  bool time_unreadable = false;  // it says when, but not so that it can be read
  std::string fleet;             // an operator asked for this one alone; empty: all
};

// {"command": "explain", "instance": "i-…"}: a line for the command line.
struct Command {
  std::string name;  // "plan", "status" …
  std::string fleet, instance, reason, author;
  std::string lasting, until;  // of a pause: "for", "until"
  std::string at;              // of explain
  std::optional<int> limit;
};

using Asked = std::variant<Tick, Command>;

// `invalid` for a command that doesn't exist or whose arguments aren't what they should be: it says which
// there are. Never for a tick.
Result<Asked> read_event(std::string_view payload);

// How long ago the tick was asked for, where that is longer than a period and it may only restore; else zero.
// A time that can't be read, or lies more than a period ahead, counts as a period ago.
Duration late_by(const Tick& tick, Time now, Duration period);

}  // namespace evenkeel::lambda
