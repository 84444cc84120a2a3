// The waits that make remediation safe although AWS's answers can be lost (docs/adr/0003-one-shot-reboot.md).
#pragma once

#include "base/clock.h"

namespace evenkeel::decide {

using namespace std::chrono_literals;

// How long AWS may still accept a request after the time that signs it ("within five minutes" in most
// services, fifteen in the common error text: the longer one is assumed), and a minute for the answers' own
// spread.
inline constexpr Duration kRequestValidity = 16min;
// A call that AWS answered was accepted within so long of the time that signs it.
inline constexpr Duration kAnsweredWithin = 1min;
// From EC2 accepting a reboot to the machine going down at the latest, a forced shutdown included.
inline constexpr Duration kRebootQueue = 5min;
// … and where nothing shows that it booted, for so long from the time that signs it: how long EC2 keeps a reboot in
// its queue is not published.
inline constexpr Duration kRebootUnseen = 30min;
// AWS throttles, or can't be reached: the reboot is tried again, until so long after the start.
inline constexpr Duration kRebootSentWithin = 2h;
// A document that runs for longer than it may is waited for so long at the most, from the time that signs it
// (the default executionTimeout of AWS's own documents).
inline constexpr Duration kDocumentsEnd = 1h;
// After a target is gone from its group, requests that a load balancer node had already routed may still
// arrive.
inline constexpr Duration kAfterDrain = 30s;
// An accepted call may be invisible to a Describe for so long (eventual consistency).
inline constexpr Duration kVisibleAfter = 90s;
// An instance is gone when DescribeInstances has not known it so many times in a row, over at least so long.
inline constexpr int kAbsentSightings = 3;
inline constexpr Duration kAbsentFor = 5min;
// From registering a target to its first health check, at the most.
inline constexpr Duration kRegistering = 2min;
// … and for good when it has not known it for so long: it shows a terminated instance for about an hour.
inline constexpr Duration kGoneAfter = 1h;
// Answers of one observation that are further apart than this don't describe one moment.
inline constexpr Duration kMaxSpread = 1min;
// A signal's history is read for so long at the most.
inline constexpr Duration kMaxLookback = 3h;
// What limits and effectiveness need of the past.
inline constexpr Duration kRemember = 24h;

}  // namespace evenkeel::decide
