// What a generated scenario says of a moment: the faults that are active, what was done to Evenkeel, and whether the
// policy's calendar lets it start.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

#include "model/policy.h"
#include "sim/scenario/scenario.h"
#include "sim/world/account.h"

namespace evenkeel::play {

// A fault of the wire is active, or was a moment ago: what could not be read may say so.
inline bool is_faulty(const sim::Scenario& scenario, Time now) {
  return std::ranges::any_of(scenario.faults.list, [&](const sim::Fault& fault) {
    return now + Duration{60'000} >= fault.from &&
           (fault.until == Time{} || now <= fault.until + Duration{600'000});
  });
}

// It dies with its next write, perhaps an hour later.
inline bool was_killed(const sim::Scenario& scenario, Time now) {
  return std::ranges::any_of(scenario.operator_events, [&](const auto& event) {
    return event.name == "kill" && scenario.start + event.at <= now;
  });
}

inline bool group_was_deleted(const sim::Scenario& scenario, Time now) {
  return std::ranges::any_of(scenario.events, [&](const sim::WorldEvent& event) {
    return event.words.front() == "delete-group" && scenario.start + event.at <= now;
  });
}

// A Date that was later than it is, or (earlier) off in any direction, was answered within the last hours.
inline bool wrong_date(const sim::Scenario& scenario, Time now, bool later) {
  return std::ranges::any_of(scenario.faults.list, [&](const sim::Fault& fault) {
    return fault.kind == sim::FaultKind::wrong_date && now + Duration{60'000} >= fault.from &&
           (!later || fault.date_by > Duration::zero());
  });
}

// By how much Evenkeel's clock may be behind: an answer's Date said so. It is off for some minutes after that, too.
inline Duration clock_behind(const sim::Scenario& scenario, Time now) {
  Duration most{};
  for (const auto& fault : scenario.faults.list) {
    const bool active = now + Duration{60'000} >= fault.from &&
                        (fault.until == Time{} || now <= fault.until + Duration{600'000});
    if (fault.kind == sim::FaultKind::wrong_date && active) most = std::max(most, -fault.date_by);
  }
  return most;
}

// The generated windows and freezes are in UTC or in Berlin's winter time; windows end before midnight.
inline Time local_time(const TimeZone& zone, Time at) {
  return at + (zone.name.contains("Berlin") ? Duration{3'600'000} : Duration{});
}

inline bool outside_windows(const FleetPolicy& policy, Time at) {
  if (policy.windows.empty()) return false;
  return std::ranges::none_of(policy.windows, [&](const Window& window) {
    const auto local = local_time(window.zone, at);
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const unsigned weekday = std::chrono::weekday{day}.iso_encoding() - 1;
    return ((window.days >> weekday) & 1U) != 0 && local - day >= window.from && local - day < window.to;
  });
}

inline bool is_frozen(const FleetPolicy& policy, Time at) {
  return std::ranges::any_of(policy.freezes, [&](const Freeze& freeze) {
    const auto day = std::chrono::floor<std::chrono::days>(local_time(freeze.zone, at));
    return std::chrono::sys_days{freeze.first} <= day && day <= std::chrono::sys_days{freeze.last};
  });
}

// Listed by its group, and no member any more, as long as it is registered nowhere.
inline bool is_retained(const sim::Account& account, const std::string& id) {
  const bool registered = std::ranges::any_of(account.target_groups, [&](const auto& entry) {
    const auto& targets = entry.second.targets;
    return std::ranges::find(targets, id, &sim::RegisteredTarget::instance_id) != targets.end();
  });
  return !registered && std::ranges::any_of(account.auto_scaling_groups, [&](const auto& entry) {
    return std::ranges::any_of(entry.second.members, [&](const sim::AutoScalingMember& member) {
      return member.instance_id == id && member.lifecycle_state == "Terminating:Retained";
    });
  });
}

inline bool is_of(const sim::Series& series, const std::string& id, const MetricCondition& condition) {
  return series.metric == condition.metric && series.metric_namespace == condition.metric_namespace &&
         std::ranges::any_of(series.dimensions,
                             [&](const auto& one) { return one.first == "InstanceId" && one.second == id; });
}

// A rule names an alarm of each member; the generated account has none of them.
inline bool names_alarms_of_members(const FleetPolicy& policy) {
  return std::ranges::any_of(policy.also_when, [](const Rule& rule) {
    return std::ranges::any_of(rule.all, [](const Condition& one) {
      return one.kind == Condition::Kind::alarm && one.name.contains('{');
    });
  });
}

// A gate names what the account does not have.
inline bool names_missing_alarm(const FleetPolicy& policy, const sim::Account& account) {
  return std::ranges::any_of(policy.gates.alarms, [&](const std::string& name) {
    return !name.ends_with('*') && !account.alarms.contains(name);
  });
}
inline bool names_missing_calendar(const FleetPolicy& policy, const sim::Account& account) {
  return std::ranges::any_of(policy.gates.calendars,
                             [&](const std::string& name) { return !account.calendars.contains(name); });
}

}  // namespace evenkeel::play
