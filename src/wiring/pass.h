// One pass over all fleets of a policy, as every entry point makes it: fleets with a server out first, and no fleet
// begun that could not be finished in time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "controller/tick.h"
#include "model/policy.h"
#include "record/journal.h"
#include "wiring/regions.h"

namespace evenkeel::wiring {

// A fleet needs at least so much of a pass to be worth beginning.
inline constexpr Duration kLeastTime{5'000};

struct PassSettings {
  std::vector<std::string> only;  // names of fleets, those that left the policy beside them; empty: all
  Time until{};                   // by this machine's clock: when the pass must be over
  // How long ago the pass was asked for, when that is too long for anything but restores; else zero.
  Duration late_by{0};
  std::function<bool()> stopped = [] { return false; };
};

// What one fleet's tick came to.
struct FleetTick {
  const FleetPolicy& fleet;
  Result<controller::TickReport> report;
  Duration took{};
  std::uint64_t requests = 0;  // to AWS, the state's own not counted

  // Why it is not whole: it failed, or could not be written down; nullptr: it is whole.
  const Error* error() const {
    if (!report) return &report.error();
    return report->not_recorded ? &*report->not_recorded : nullptr;
  }
};

// Told of each tick as soon as it is over.
using OnFleetTick = std::function<void(const FleetTick&)>;

// What a pass did not do.
struct PassEnd {
  std::vector<std::string> left;      // the fleets for which no time was left
  std::vector<std::string> problems;  // of the store: what it could not tell of fleets that left the policy
};

// Error: `not_found` names the fleet of `only` that doesn't exist, and those that do.
Result<PassEnd> make_pass(const Policy& policy, const PassSettings& settings, record::Journal& journal,
                          Regions& regions, const Clock& clock, const OnFleetTick& watch);

// The fleets that `names` names, or all.
Result<std::vector<FleetPolicy>> chosen_fleets(std::vector<FleetPolicy> fleets,
                                               const std::vector<std::string>& names);

}  // namespace evenkeel::wiring
