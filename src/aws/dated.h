// What every AWS call here returns: with AWS's own time, so that no caller needs a local clock.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::aws {

// A value and AWS's Date with it. Where a value was put together from several answers (pages, chunks) it is
// the oldest of their Dates.
template <class T>
struct Dated {
  T value{};
  Time date{};
};

// Whether a call would be allowed, found out without its effect.
struct Permission {
  bool allowed = false;
  std::string message;  // why not; untrusted text made printable
};

// What came of a call that changes the world.
struct Mutation {
  // AWS's Date of the acceptance; or why not. `maybe_happened`: look for evidence, never repeat blindly.
  Result<Time> outcome;
  // An attempt got no certain answer and may still take effect later, even when `outcome` is a success.
  bool may_land_late = false;
  int attempts = 0;
};

}  // namespace evenkeel::aws
