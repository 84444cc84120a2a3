// What an invocation asks for. Whatever comes is a tick, so that any schedule, rule or alarm can wake
// Evenkeel; only a document with a "command" is something else. The shapes of AWS's events: docs/aws.md, Lambda.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "cli/command.h"

namespace evenkeel::lambda {

struct Tick {
  std::string source;  // for the log: "aws.scheduler Scheduled Event", "an event of no known shape" …
  // When it was asked for, as the event says. Nothing: it doesn't say, as when somebody invokes it by hand.
  std::optional<Time> asked_at;
  bool time_unreadable = false;  // it says when, but not so that it can be read
  std::string fleet;             // an operator asked for this one alone; empty: all
};

// {"command": "explain", "instance": "i-…"}. Where the state and the policy are it can't say: that is the
// function's own setting.
struct Request {
  std::string name;  // "explain", for the log
  cli::Command command;
};

using Asked = std::variant<Tick, Request>;

// `invalid` for a command that doesn't exist, has a field that it doesn't know, or lacks one, and for a value
// that isn't of its field's form: it names the field. Never for a tick.
Result<Asked> read_event(std::string_view payload);

// How long ago the tick was asked for, where that is longer than a period and it may only restore; else zero.
// A time that can't be read, or lies more than a period ahead, counts as a period ago.
Duration late_by(const Tick& tick, Time now, Duration period);

}  // namespace evenkeel::lambda
