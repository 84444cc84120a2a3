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

const Signal* with_samples(const Signal* signal) {
  return signal == nullptr || signal->samples.empty() ? nullptr : signal;
}

}  // namespace

const MetricCondition* condition_of(const std::string& rule_name, const std::string& metric,
                                    const FleetPolicy& policy) {
  if (rule_name.empty()) return policy.reboot_when.given() ? &policy.reboot_when : nullptr;
  const auto rule = std::ranges::find(policy.also_when, rule_name, &Rule::name);
  if (rule == policy.also_when.end() || metric.empty()) return nullptr;
  const auto condition = std::ranges::find_if(rule->all, [&](const Condition& one) {
    return one.kind == Condition::Kind::metric && one.metric.metric == metric;
  });
  return condition == rule->all.end() ? nullptr : &condition->metric;
}

const MetricCondition* condition_of(const Remediation& remediation, const FleetPolicy& policy) {
  return condition_of(remediation.cause.rule, remediation.cause.metric, policy);
}

const Signal* signal_of(const std::string& instance_id, const MetricCondition& condition,
                        const FleetPolicy& policy, const Observation& observation) {
  const auto* signals = &observation.signals;
  if (&condition != &policy.reboot_when) {
    const auto others = observation.other_signals.find(metric_key(condition));
    if (others == observation.other_signals.end()) return nullptr;
    signals = &others->second;
  }
  const auto found = signals->find(instance_id);
  return found == signals->end() ? nullptr : &found->second;
}

const Signal* signal_of(const Remediation& remediation, const FleetPolicy& policy,
                        const Observation& observation) {
  const auto* condition = condition_of(remediation, policy);
  return condition == nullptr ? nullptr : signal_of(remediation.instance_id, *condition, policy, observation);
}

double down_at(const Remediation& remediation, const FleetPolicy& policy) {
  const auto* condition = condition_of(remediation, policy);
  const auto& above = remediation.cause.above;
  return condition == nullptr ? above : std::min(above, condition->down_at());
}

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

const Registration* registration_at(const SnapshotTarget& target, const std::string& instance_id,
                                    const Observation& observation) {
  const auto* group = find_group(observation, target.target_group_arn);
  return group == nullptr ? nullptr : find_registration(*group, instance_id, target.port);
}

bool drained_from_our_places(const Remediation& remediation, const Observation& observation) {
  return std::ranges::all_of(remediation.snapshot, [&](const SnapshotTarget& target) {
    if (target.vanished || target.by_auto_scaling) return true;
    const auto* group = find_group(observation, target.target_group_arn);
    if (group == nullptr || !group->registrations) return false;
    const auto* there = find_registration(*group, remediation.instance_id, target.port);
    return there == nullptr || drained(*there);
  });
}

bool healthy_everywhere(const Remediation& remediation, const Observation& observation) {
  bool somewhere = false;
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* registration = registration_at(target, remediation.instance_id, observation);
    if (registration == nullptr || registration->state != TargetState::healthy) return false;
    somewhere = true;
  }
  return somewhere;
}

bool treats(Effect effect) {
  return effect == Effect::command || effect == Effect::reboot || effect == Effect::stop;
}

const Intent* treatment_intent(const Remediation& remediation) {
  const Intent* latest = nullptr;
  for (const auto& intent : remediation.intents) {
    if (treats(intent.effect) && (latest == nullptr || intent.at >= latest->at)) latest = &intent;
  }
  return latest;
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
  const auto* condition = condition_of(remediation, policy);
  const auto* signal = with_samples(signal_of(remediation, policy, observation));
  if (condition == nullptr || signal == nullptr || signal->samples.back().at <= since) return signs;
  const double fallen = std::min(0.9 * remediation.cause.value, remediation.cause.above);
  if (signal->samples.back().value > fallen) return signs;
  signs.fall = fmt::format("the metric fell from {} to {}", format_number(remediation.cause.value),
                           format_number(signal->samples.back().value));
  signs.gap = silence(*signal, since, condition->period).value_or("");
  return signs;
}

}  // namespace

std::optional<std::string> boot_evidence(const Remediation& remediation, const FleetPolicy& policy,
                                         const Observation& observation) {
  const auto* intent = treatment_intent(remediation);
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

std::optional<double> value_after_treatment(const Remediation& remediation, const FleetPolicy& policy,
                                            const Observation& observation) {
  const auto* intent = treatment_intent(remediation);
  const auto* signal = with_samples(signal_of(remediation, policy, observation));
  if (intent == nullptr || signal == nullptr || signal->samples.back().at <= intent->at) return std::nullopt;
  return signal->samples.back().value;
}

}  // namespace evenkeel::decide
