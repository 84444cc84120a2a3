// What can go wrong, as a value. A kind exists only because some caller reacts to it differently;
// everything an operator needs to know is in the message: the place, what is wrong, and the remedy.
#pragma once

#include <string>
#include <utility>

#include "base/words.h"

namespace evenkeel {

enum class ErrorKind {
  invalid,         // what came in makes no sense (policy, answer, event): fix the input, don't retry
  denied,          // credentials or permission are missing: start nothing, notify an operator
  throttled,       // AWS asked us to slow down, and the call did not happen
  unavailable,     // the call certainly did not happen (refused, unresolvable): try at the next tick
  maybe_happened,  // the outcome is unknown (timeout, reset, 5xx after sending): look for evidence
  not_found,       // the named thing does not exist (any more)
  rejected,        // AWS understood and said no (wrong state, a limit): repeating won't help
  conflict,        // another process changed the state first: drop all plans
  corrupt,         // stored state can't be read or is newer than this program: start nothing
};

template <>
inline constexpr auto kWords<ErrorKind> =
    word_table<ErrorKind::corrupt>("invalid", "denied", "throttled", "unavailable", "maybe_happened",
                                   "not_found", "rejected", "conflict", "corrupt");

struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string message;      // for people; never holds a secret
  std::string code;         // AWS's own error code where there is one ("TargetGroupNotFound"), else empty
  std::string action = {};  // whose call it was ("ec2:DescribeInstances"); empty: none of AWS's
};

}  // namespace evenkeel
