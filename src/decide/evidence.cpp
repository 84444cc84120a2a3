#include "decide/evidence.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/fleet_view.h"

namespace evenkeel::decide {
namespace {

bool drained(const Registration& registration) {
  return registration.state == TargetState::unused && registration.reason == "Target.NotRegistered";
}

const Signal* signal_of(const Remediation& remediation, const Observation& observation) {
  const auto found = observation.signals.find(remediation.instance_id);
  return found == observation.signals.end() || found->second.samples.empty() ? nullptr : &found->second;
}

}  // namespace

Presence presence(const Remediation& remediation, const Observation& observation) {
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* group = find_group(observation, target.target_group_arn);
    if (group == nullptr || !group->registrations) return Presence::unknown;
  }
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) continue;
    const auto [first, last] = std::ranges::equal_range(*group.registrations, remediation.instance_id, {},
                                                        &Registration::instance_id);
    if (!std::all_of(first, last, drained)) return Presence::registered;
  }
  return Presence::drained;
}

bool healthy_everywhere(const Remediation& remediation, const Observation& observation) {
  bool somewhere = false;
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* group = find_group(observation, target.target_group_arn);
    if (group == nullptr) return false;
    const auto* registration = find_registration(*group, remediation.instance_id, target.port);
    if (registration == nullptr || registration->state != TargetState::healthy) return false;
    somewhere = true;
  }
  return somewhere;
}

const Intent* reboot_intent(const Remediation& remediation) {
  const auto found = std::ranges::find(remediation.intents, Effect::reboot, &Intent::effect);
  return found == remediation.intents.end() ? nullptr : &*found;
}

namespace {

// For people: a gap of more than two periods in the metric after `since`, with which the machine came back.
std::optional<std::string> silence(const Signal& signal, Time since, Duration period) {
  Time before = since - period;
  for (const auto& sample : signal.samples) {
    if (sample.at > since && sample.at - before > 2 * period) {
      return fmt::format("the metric was silent for {}", format_duration(sample.at - before));
    }
    before = std::max(before, sample.at);
  }
  return std::nullopt;
}

// What may show that the machine came up after `since`, each for people; empty where it is not to be seen.
struct Signs {
  std::string fall;     // of the metric, well below what it was and below the limit
  std::string gap;      // in the metric
  std::string console;  // written anew
};

Signs signs_of_a_boot(const Remediation& remediation, Time since, const FleetPolicy& policy,
                      const Observation& observation) {
  Signs signs;
  const auto console = observation.consoles.find(remediation.instance_id);
  if (console != observation.consoles.end() && console->second > since) {
    signs.console = "its console was written anew at " + iso8601(*console->second);
  }
  const auto* signal = signal_of(remediation, observation);
  if (signal == nullptr || signal->samples.back().at <= since) return signs;
  const double fallen = std::min(0.9 * remediation.cause.value, remediation.cause.above);
  if (signal->samples.back().value > fallen) return signs;
  signs.fall = fmt::format("the metric fell from {} to {}", format_number(remediation.cause.value),
                           format_number(signal->samples.back().value));
  signs.gap = silence(*signal, since, policy.reboot_when.period).value_or("");
  return signs;
}

}  // namespace

std::optional<std::string> boot_evidence(const Remediation& remediation, const FleetPolicy& policy,
                                         const Observation& observation) {
  const auto* intent = reboot_intent(remediation);
  if (intent == nullptr) return std::nullopt;
  const bool settled = observation.taken_at - intent->at >= policy.timing.settle;
  const auto signs = signs_of_a_boot(remediation, intent->at, policy, observation);
  if (signs.fall.empty()) {
    return signs.console.empty() || !settled ? std::nullopt : std::optional(signs.console);
  }
  if (!signs.gap.empty()) return signs.fall + " and " + signs.gap;
  if (!signs.console.empty()) return signs.fall + " and " + signs.console;
  if (settled) return signs.fall + " and stayed there for " + format_duration(policy.timing.settle);
  return std::nullopt;
}

std::optional<std::string> booted_without_us(const Remediation& remediation, const FleetPolicy& policy,
                                             const Observation& observation) {
  const auto signs = signs_of_a_boot(remediation, remediation.started_at, policy, observation);
  if (signs.fall.empty() || signs.console.empty()) return std::nullopt;
  return signs.fall + " and " + signs.console;
}

std::optional<double> value_after_boot(const Remediation& remediation, const Observation& observation) {
  const auto* intent = reboot_intent(remediation);
  const auto* signal = signal_of(remediation, observation);
  if (intent == nullptr || signal == nullptr || signal->samples.back().at <= intent->at) return std::nullopt;
  return signal->samples.back().value;
}

}  // namespace evenkeel::decide
