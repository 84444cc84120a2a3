// How the function is set up: the environment that the deployment gives it (docs/deploy.md).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "wire/environment.h"

namespace evenkeel::lambda {

struct Settings {
  std::string policy;               // EVENKEEL_POLICY, as wiring/policies.h has it
  std::string state;                // EVENKEEL_STATE: dynamodb://TABLE
  std::vector<std::string> notify;  // EVENKEEL_NOTIFY: addresses with white space between them
  Duration period{60'000};          // EVENKEEL_PERIOD: of the schedule
};

// `invalid` names the variable, what is wrong with it, and what it should be.
Result<Settings> read_settings(const wire::Environment& environment);

}  // namespace evenkeel::lambda
