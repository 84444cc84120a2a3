#include "lambda/settings.h"

#include <fmt/core.h>

#include "base/text.h"
#include "wiring/notifiers.h"

namespace evenkeel::lambda {
namespace {

constexpr Duration kShortestPeriod{60'000};
constexpr Duration kLongestPeriod{3'600'000};

}  // namespace

Result<Settings> read_settings(const wire::Environment& environment) {
  Settings settings;
  settings.policy = wire::lookup(environment, "EVENKEEL_POLICY").value_or("evenkeel.yaml");
  settings.state = wire::lookup(environment, "EVENKEEL_STATE").value_or("");
  if (!settings.state.starts_with("dynamodb://")) {
    return fail(
        ErrorKind::invalid,
        fmt::format("EVENKEEL_STATE is {}: a function's disk is forgotten with it, and members that were "
                    "taken out with it; give dynamodb://TABLE",
                    settings.state.empty() ? "not set" : printable(settings.state)));
  }
  settings.notify = wiring::split_addresses(wire::lookup(environment, "EVENKEEL_NOTIFY").value_or(""));
  if (const auto text = wire::lookup(environment, "EVENKEEL_PERIOD")) {
    const auto period = parse_duration(*text);
    if (!period || *period < kShortestPeriod || *period > kLongestPeriod) {
      return fail(
          ErrorKind::invalid,
          fmt::format("EVENKEEL_PERIOD is {}: give the schedule's period, from 1m to 1h", printable(*text)));
    }
    settings.period = *period;
  }
  return settings;
}

}  // namespace evenkeel::lambda
