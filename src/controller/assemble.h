// The only wiring: which parts a controller works with. Owned by what assembles it; nothing is global.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "observe/cache.h"
#include "record/journal.h"
#include "wire/caller.h"

namespace evenkeel::controller {

class OtherFleets;

// The three seams and what is built on them, for one fleet's region and credentials.
struct Parts {
  wire::Caller& aws;
  record::Journal& journal;
  Clock& clock;
  Random& random;
  observe::Cache& cache;
  // By this machine's clock: when a tick must be over. Not set: kTickWithin after it began.
  std::optional<Time> deadline = std::nullopt;
  // How long ago this tick was asked for, when that is too long for anything but restores; else zero.
  Duration late_by{0};
  // Of the store, as far as they are known in this pass. nullptr: the fleet is alone.
  const OtherFleets* others = nullptr;
};

}  // namespace evenkeel::controller
