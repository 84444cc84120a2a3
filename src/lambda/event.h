// What an invocation asks for. Any event of AWS is a tick, so that any schedule, rule or alarm can wake Evenkeel,
// and so is {}; a document with a "command" is something else, and everything else a mistake that is told: a
// mistyped command must not run a tick. The shapes of AWS's events: docs/aws.md, Lambda.
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
  std::string source;  // for the log: "aws.scheduler Scheduled Event", "a test event" …
  // When it was asked for, as the event says. Nothing: it doesn't say, as when an operator invokes it by hand.
  std::optional<Time> asked_at;
  bool time_unreadable = false;  // it says when, but not so that it can be read
  std::string fleet;             // an operator asked for this one alone; empty: all
};

// {"command": "explain", "instance": "i-…"}. Where the state and the policy are it can't say: that is the
// function's own setting.
struct CommandEvent {
  std::string name;  // "explain", for the log
  cli::Command command;
};

using LambdaEvent = std::variant<Tick, CommandEvent>;

// `invalid` for a command that doesn't exist, has a field that it doesn't know, or lacks one, and for a value
// that isn't of its field's form: it names the field. With the code kNoKnownEvent for what is neither a command nor
// an event of AWS.
inline constexpr std::string_view kNoKnownEvent = "evenkeel:no-known-event";
Result<LambdaEvent> read_event(std::string_view payload);

// How far the time that the tick was asked for is from now, before or after it, where that is more than a period and
// it may only restore; else zero.
// A time that can't be read, or lies more than a period ahead, counts as a period ago.
Duration late_by(const Tick& tick, Time now, Duration period);

}  // namespace evenkeel::lambda
