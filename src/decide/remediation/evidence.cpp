#include "decide/remediation/evidence.h"

#include <algorithm>
#include <fmt/core.h>
#include <vector>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/rules/signal.h"

namespace evenkeel::decide {
namespace {

bool drained(const Registration& registration) {
  return registration.state == TargetState::unused && registration.reason == TargetReason::not_registered;
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

bool is_leaving(const Registration& registration) {
  return registration.state == TargetState::draining ||
         registration.state == TargetState::unhealthy_draining || drained(registration);
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

// For people: a gap of more than two periods in the metric after `since`, where nothing but the low samples
// from `low_since` on follow it: the machine came back with them.
std::optional<std::string> silence(const Signal& signal, Time since, Time low_since, Duration period) {
  Time before = since - period;
  std::optional<std::string> found;
  for (const auto& sample : signal.samples) {
    if (sample.at >= low_since && sample.at - before > 2 * period && !found) {
      found = fmt::format("the metric was silent for {}", format_duration(sample.at - before));
    }
    before = std::max(before, sample.at);
  }
  return found;
}

// The low samples with which the metric ends: none after the first of them is high.
struct Fall {
  double from = 0;  // what it was when the member was chosen
  std::vector<Sample> low;
  Duration lasted{};  // by these samples
};

constexpr std::size_t kMoreThanAGlitch = 2;  // low samples, where no gap tells of a boot

std::optional<Fall> fall_since(Time since, const Remediation& remediation, const MetricCondition& condition,
                               const Signal& signal) {
  const double fallen = std::min(0.9 * remediation.cause.value, remediation.cause.above);
  Fall fall{.from = remediation.cause.value, .low = {}};
  for (const auto& sample : signal.samples) {
    if (sample.at <= since) continue;
    if (sample.value > fallen) {
      fall.low.clear();
    } else {
      fall.low.push_back(sample);
    }
  }
  if (fall.low.empty()) return std::nullopt;
  fall.lasted = fall.low.back().at + condition.period - fall.low.front().at;
  return fall;
}

// Low for the settle time, without a gap; the newest period may still have to come.
bool stayed(const Fall& fall, const MetricCondition& condition, Duration settle) {
  return fall.low.size() >= kMoreThanAGlitch && fall.lasted + condition.period >= settle &&
         std::ranges::adjacent_find(fall.low, [&](const Sample& one, const Sample& next) {
           return next.at - one.at > 2 * condition.period;
         }) == fall.low.end();
}

std::string fall_text(const Fall& fall) {
  return fmt::format("the metric fell from {} to {}", format_number(fall.from),
                     format_number(fall.low.back().value));
}

std::string stayed_low_text(const Fall& fall) {
  return fmt::format("{} and stayed at or below {} for {} ({} samples)", fall_text(fall),
                     format_number(std::ranges::max(fall.low, {}, &Sample::value).value),
                     format_duration(fall.lasted), fall.low.size());
}

// What may show that the machine came up after `since`, the texts for people; empty where it is not to be
// seen.
struct Signs {
  const MetricCondition* condition = nullptr;
  const Signal* signal = nullptr;  // with samples
  std::optional<Fall> fall;        // of the metric, well below what it was and below the limit
  std::string gap;                 // in the metric, with nothing but low samples after it
  std::string console;             // written again
};

Signs signs_of_a_boot(const Remediation& remediation, Time since, const FleetPolicy& policy,
                      const Observation& observation) {
  Signs signs;
  const auto console = observation.consoles.find(remediation.instance_id);
  if (console != observation.consoles.end() && console->second > since) {
    signs.console = "its console was written again at " + iso8601(*console->second);
  }
  signs.condition = condition_of(remediation, policy);
  const auto* signal = with_samples(signal_of(remediation, policy, observation));
  if (signs.condition == nullptr || signal == nullptr) return signs;
  signs.signal = signal;
  signs.fall = fall_since(since, remediation, *signs.condition, *signal);
  if (signs.fall) {
    signs.gap = silence(*signal, since, signs.fall->low.front().at, signs.condition->period).value_or("");
  }
  return signs;
}

bool can_be_judged_now(const Signs& signs, const Observation& observation) {
  return signs.signal != nullptr && can_be_judged(*signs.condition, *signs.signal, observation.taken_at);
}

}  // namespace

std::optional<std::string> boot_evidence(const Remediation& remediation, const FleetPolicy& policy,
                                         const Observation& observation) {
  const auto* intent = treatment_intent(remediation);
  if (intent == nullptr) return std::nullopt;
  const Time now = observation.taken_at;
  const bool settled = now - intent->at >= policy.timing.settle;
  const auto signs = signs_of_a_boot(remediation, intent->at, policy, observation);
  if (!signs.fall || !can_be_judged_now(signs, observation)) {
    return signs.console.empty() || !settled ? std::nullopt : std::optional(signs.console);
  }
  if (!signs.gap.empty()) return fall_text(*signs.fall) + " and " + signs.gap;
  // A single low sample may be anything, and some consoles are written to all the time.
  if (signs.fall->low.size() >= kMoreThanAGlitch && !signs.console.empty())
    return fall_text(*signs.fall) + " and " + signs.console;
  if (settled && stayed(*signs.fall, *signs.condition, policy.timing.settle))
    return stayed_low_text(*signs.fall);
  return std::nullopt;
}

std::optional<std::string> booted_without_us(const Remediation& remediation, const FleetPolicy& policy,
                                             const Observation& observation) {
  const auto signs = signs_of_a_boot(remediation, remediation.started_at, policy, observation);
  if (!signs.fall || signs.console.empty()) return std::nullopt;
  return fall_text(*signs.fall) + " and " + signs.console;
}

std::optional<double> value_after_treatment(const Remediation& remediation, const FleetPolicy& policy,
                                            const Observation& observation) {
  const auto* intent = treatment_intent(remediation);
  const auto* signal = with_samples(signal_of(remediation, policy, observation));
  if (intent == nullptr || signal == nullptr || signal->samples.back().at <= intent->at) return std::nullopt;
  return signal->samples.back().value;
}

}  // namespace evenkeel::decide
