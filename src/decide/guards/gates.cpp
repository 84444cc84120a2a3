// The guards that look beyond the fleet: the calendar, other people's alarms, Auto Scaling, zonal shifts.
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/guards/guards.h"
#include "decide/guards/windows.h"

namespace evenkeel::decide {
namespace {

Ruling window(const FleetView& fleet, bool explain) {
  const auto& policy = fleet.policy;
  if (policy.windows.empty() && policy.freezes.empty()) return std::nullopt;
  const auto calendar = opening(policy, fleet.observation.taken_at);
  if (!calendar.open) return Verdict{calendar.reason, calendar.text, {}, calendar.next_change};
  if (!explain) return std::nullopt;
  return passes(calendar.next_change ? "open until " + iso8601(*calendar.next_change) : "open");
}

Ruling calendars(const FleetView& fleet, bool explain) {
  const auto& named = fleet.policy.gates.calendars;
  for (const auto& name : named) {
    const auto found = fleet.observation.calendars.find(name);
    if (found == fleet.observation.calendars.end() || found->second == CalendarState::unknown) {
      return Verdict{Reason::calendar_closed,
                     fmt::format("Change Calendar {} could not be read, so it counts as closed: see that it "
                                 "exists and that ssm:GetCalendarState is allowed, or take it out of "
                                 "gates.calendars",
                                 printable(name))};
    }
    if (found->second == CalendarState::closed) {
      return Verdict{Reason::calendar_closed,
                     fmt::format("Change Calendar {} is closed (gates.calendars)", printable(name))};
    }
  }
  if (!explain || named.empty()) return std::nullopt;
  return passes("open: " + printable(join(named, ", ")));
}

Ruling alarms(const FleetView& fleet, bool explain) {
  const auto& gates = fleet.policy.gates;
  std::vector<std::string> firing, unreadable, undecided;
  for (const auto& word : gates.alarms) {
    const auto found = fleet.observation.alarms.find(word);
    if (found == fleet.observation.alarms.end() || found->second.empty()) {
      unreadable.push_back(printable(word));
      continue;
    }
    for (const auto& alarm : found->second) {
      if (alarm.state == AlarmState::alarm) {
        firing.push_back(printable(alarm.name));
      } else if (alarm.state == AlarmState::insufficient_data) {
        if (gates.insufficient_data_blocks) undecided.push_back(printable(alarm.name));
      } else if (alarm.state != AlarmState::ok) {
        unreadable.push_back(printable(alarm.name));
      }
    }
  }
  if (!firing.empty()) {
    return Verdict{Reason::alarm_firing,
                   "in ALARM: " + join(firing, ", ") + " (gates.alarms)",
                   {{Number::firing, static_cast<double>(firing.size())}}};
  }
  if (!unreadable.empty()) {
    return Verdict{
        Reason::alarm_unreadable,
        fmt::format(
            "the state of the alarm {} is not known: see that it exists in this region (a prefix must "
            "match at least one) and that cloudwatch:DescribeAlarms is allowed, or take it "
            "out of gates.alarms",
            join(unreadable, ", ")),
        {{Number::unreadable, static_cast<double>(unreadable.size())}}};
  }
  if (!undecided.empty()) {
    return Verdict{Reason::alarm_unreadable,
                   fmt::format("in INSUFFICIENT_DATA: {}; gates.insufficient_data: passes would allow it",
                               join(undecided, ", ")),
                   {{Number::undecided, static_cast<double>(undecided.size())}}};
  }
  if (!explain || gates.alarms.empty()) return std::nullopt;
  return passes("not in ALARM: " + printable(join(gates.alarms, ", ")));
}

// What Auto Scaling is doing is read only while a server might start.
bool none_might_start(const FleetView& fleet) {
  return std::ranges::any_of(inner_guards(),
                             [&](const FleetGuard& guard) { return guard.judge(fleet, false).has_value(); });
}

Ruling instance_refresh(const FleetView& fleet, bool explain) {
  const auto& group = fleet.observation.auto_scaling_group;
  if (!group) return std::nullopt;
  if (!group->instance_refresh) {
    if (none_might_start(fleet)) return std::nullopt;
    return Verdict{Reason::instance_refresh,
                   fmt::format("whether an instance refresh of {} is under way is not known: see that "
                               "autoscaling:DescribeInstanceRefreshes is allowed",
                               printable(group->name))};
  }
  if (!group->instance_refresh->empty()) {
    return Verdict{Reason::instance_refresh,
                   fmt::format("an instance refresh of {} is {}: it takes servers out itself",
                               printable(group->name), printable(*group->instance_refresh))};
  }
  if (!explain) return std::nullopt;
  return passes("no instance refresh of " + printable(group->name));
}

Ruling scaling_activity(const FleetView& fleet, bool explain) {
  const auto& group = fleet.observation.auto_scaling_group;
  if (!group) return std::nullopt;
  if (group->being_deleted) {
    return Verdict{Reason::scaling_activity,
                   "Auto Scaling group " + printable(group->name) + " is being deleted"};
  }
  if (!group->activities) {
    if (none_might_start(fleet)) return std::nullopt;
    return Verdict{Reason::scaling_activity,
                   fmt::format("which activities of {} are under way is not known: see that "
                               "autoscaling:DescribeScalingActivities is allowed",
                               printable(group->name))};
  }
  if (!group->activities->empty()) {
    return Verdict{Reason::scaling_activity,
                   fmt::format("Auto Scaling group {} has activities under way: {}", printable(group->name),
                               printable(join(*group->activities, ", "))),
                   {{Number::activities, static_cast<double>(group->activities->size())}}};
  }
  if (!explain) return std::nullopt;
  return passes("no activity of " + printable(group->name));
}

}  // namespace

Ruling zonal_shift(const FleetView& fleet, bool) {
  for (const auto& [group, count] : fleet.groups) {
    if (!group->registrations) continue;
    const auto shifted =
        std::ranges::find_if(*group->registrations, [](const Registration& r) { return r.zonal_shift; });
    if (shifted == group->registrations->end()) continue;
    return Verdict{
        Reason::zonal_shift,
        fmt::format("traffic is shifted away from the zone of {} in {}, so the other zones carry all "
                    "of it: end the zonal shift first",
                    shifted->instance_id, group->name)};
  }
  return std::nullopt;
}

namespace {

constexpr std::array kOuterGuards = {FleetGuard{"window", window},
                                     FleetGuard{"calendars", calendars},
                                     FleetGuard{"alarms", alarms},
                                     FleetGuard{"instance_refresh", instance_refresh},
                                     FleetGuard{"scaling_activity", scaling_activity},
                                     FleetGuard{"zonal_shift", zonal_shift}};

}  // namespace

std::span<const FleetGuard> outer_guards() { return kOuterGuards; }

}  // namespace evenkeel::decide
