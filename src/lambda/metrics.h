// What a tick came to as CloudWatch metrics, in the embedded metric format: a line on standard output is
// enough (docs/aws.md, CloudWatch). docs/deploy.md lists them, and the alarms on them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "wiring/pass.h"

namespace evenkeel::lambda {

inline constexpr const char* kNamespace = "Evenkeel";

// How many members have each verdict, by the reason's name.
std::map<std::string, int> verdicts_of(const Plan& plan);

// One line for the fleet as a whole, and one for each reason, outcome and ended phase that there was. Each is
// one JSON document without a line break.
std::vector<std::string> metrics_of(const wiring::FleetTick& tick, Time now);

// What belongs to no fleet: ticks that ended in an error before any fleet, a broken policy, notices that
// could not be sent.
struct PassMetrics {
  bool failed = false;
  bool policy_broken = false;
  int notifications_failed = 0;
};
std::string metrics_of(const PassMetrics& pass, Time now);

}  // namespace evenkeel::lambda
