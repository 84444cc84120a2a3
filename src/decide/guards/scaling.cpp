#include "decide/guards/scaling.h"

#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "decide/remediation/protocol.h"
#include "decide/rules/escalation.h"

namespace evenkeel::decide {
namespace {

std::string in_seconds(Duration time) {
  return fmt::format("{} s", std::chrono::ceil<std::chrono::seconds>(time).count());
}

// Whether a member counts in its zone, or may before long.
bool may_count(const AutoScalingMember& member) {
  return member.lifecycle_state == LifecycleState::in_service ||
         member.lifecycle_state == LifecycleState::pending || in_standby(member.lifecycle_state);
}

// How many members of the Auto Scaling group are in service in a zone, while some are on their way.
struct InService {
  int fewest = 0, most = 0;
  bool may_be_short = false;  // a member of ours is out of it, or about to be
};

// With `member` about to leave. What we take out may be gone already or not yet; what is in Standby comes back, the
// candidate perhaps before the others.
std::map<std::string_view, InService> on_the_way(const FleetView& fleet, const Member& member) {
  std::map<std::string_view, InService> zones;
  for (const auto& zone : fleet.observation.auto_scaling_group->zones) zones[zone];
  for (const auto& [id, one] : fleet.members) {
    if (one.scaling == nullptr) continue;
    const bool in_service = one.scaling->lifecycle_state == LifecycleState::in_service;
    const bool stands_by = in_standby(one.scaling->lifecycle_state);
    const bool leaves = id == member.id || (one.open != nullptr && !one.open->auto_scaling_group.empty() &&
                                            one.open->phase == Phase::draining);
    if (!may_count(*one.scaling)) continue;
    auto& zone = zones[one.zone];
    if (in_service && !leaves) ++zone.fewest;
    ++zone.most;
    if (stands_by || leaves) zone.may_be_short = true;
  }
  return zones;
}

// At its smallest size a group is every night; where that is its largest too, no scaling will change it.
Verdict unless_it_grows(const AutoScalingGroup& group, Verdict no) {
  return group.max > group.min ? no : lasting(std::move(no));
}

}  // namespace

Treatment treatment_of(const FleetView& fleet, const Member& member) {
  return fleet.policy.treatments[static_cast<std::size_t>(level_for(fleet, member))].treatment;
}

bool leaves_by_standby(const FleetView& fleet, const Member& member) {
  return member.scaling != nullptr && fleet.policy.leave_by == Leave::standby &&
         treatment_of(fleet, member) != Treatment::replace;
}

// Standby and a termination take a member from the group's target groups and Classic Load Balancers
// (docs/adr/0031-units-and-places.md); of other sources AWS doesn't say so.
Ruling traffic_sources(const FleetView& fleet, const Member& member, bool) {
  if (member.scaling == nullptr) return std::nullopt;
  const bool by_group = leaves_by_standby(fleet, member) || treatment_of(fleet, member) == Treatment::replace;
  const auto& group = *fleet.observation.auto_scaling_group;
  for (const auto& source : group.other_traffic_sources) {
    const bool classic = source.kind == TrafficSource::Kind::classic_load_balancer;
    if (classic && by_group) continue;
    return lasting(
        Verdict{Reason::elsewhere_registered,
                fmt::format("Auto Scaling group {} also sends it requests through {}, where Evenkeel can "
                            "neither see it nor take it out: {}",
                            printable(group.name), printable(source.name),
                            classic ? "set leave_by: standby, or detach that load balancer"
                                    : "detach that traffic source")});
  }
  return std::nullopt;
}

Ruling standby(const FleetView& fleet, const Member& member, bool explain) {
  if (!leaves_by_standby(fleet, member)) return std::nullopt;
  const auto& group = *fleet.observation.auto_scaling_group;
  if (group.in_units) return std::nullopt;
  const bool too_few = group.desired - 1 < group.min;
  if (!too_few && !explain) return std::nullopt;
  const Numbers numbers = {{Number::desired, group.desired}, {Number::min, group.min}};
  if (too_few) {
    return unless_it_grows(group,
                           {Reason::standby_at_min_size,
                            fmt::format("Auto Scaling group {} wants {} and has a minimum of {}, so AWS "
                                        "lets no server into Standby: raise its desired capacity, lower "
                                        "its minimum by hand, or set leave_by: deregister; Evenkeel never "
                                        "changes its sizes",
                                        printable(group.name), group.desired, group.min),
                            numbers});
  }
  return passes(fmt::format("{} wanted; the minimum is {}", group.desired, group.min), numbers);
}

Ruling capacity_units(const FleetView& fleet, const Member& member, bool explain) {
  if (!leaves_by_standby(fleet, member)) return std::nullopt;
  const auto& group = *fleet.observation.auto_scaling_group;
  if (!group.in_units) return std::nullopt;
  const int weight = member.scaling->weight;
  if (weight < 1) {
    return lasting(
        Verdict{Reason::capacity_units,
                fmt::format("Auto Scaling group {} counts its capacity in units, and AWS does not say how "
                            "many this server counts, so what Standby would leave is not known: set "
                            "leave_by: deregister",
                            printable(group.name)),
                {{Number::desired, group.desired}, {Number::min, group.min}}});
  }
  const Numbers numbers = {
      {Number::desired, group.desired}, {Number::min, group.min}, {Number::weight, weight}};
  // Where AWS takes one although the server counts more, the group lacks the rest of it.
  if (weight > 1) {
    return lasting(Verdict{
        Reason::capacity_units,
        fmt::format("it counts {} of the {} units that Auto Scaling group {} wants, and AWS does not say "
                    "whether Standby takes {} or 1 from that number: if 1, the group launches another server "
                    "meanwhile and terminates a healthy one when this one returns; set leave_by: deregister",
                    weight, group.desired, printable(group.name), weight),
        numbers});
  }
  const int left = group.desired - 1;
  const bool too_few = left < group.min;
  if (!too_few && !explain) return std::nullopt;
  if (too_few) {
    return unless_it_grows(group,
                           {Reason::capacity_units,
                            fmt::format("Auto Scaling group {} wants {} units and has a minimum of {}, so "
                                        "AWS lets no server into Standby: raise its desired capacity, lower "
                                        "its minimum by hand, or set leave_by: deregister",
                                        printable(group.name), group.desired, group.min),
                            numbers});
  }
  return passes(
      fmt::format("{} units wanted, {} without it; the minimum is {}", group.desired, left, group.min),
      numbers);
}

Ruling launch(const FleetView& fleet, const Member& member, bool) {
  const bool replaced = treatment_of(fleet, member) == Treatment::replace;
  if (member.scaling == nullptr || (!leaves_by_standby(fleet, member) && !replaced)) return std::nullopt;
  return launch_guard(*fleet.observation.auto_scaling_group);
}

Ruling registering(const FleetView& fleet, const Member& member, bool) {
  const bool replaced = treatment_of(fleet, member) == Treatment::replace;
  if (member.scaling == nullptr || (!leaves_by_standby(fleet, member) && !replaced)) return std::nullopt;
  return registering_guard(*fleet.observation.auto_scaling_group, replaced);
}

Ruling az_rebalance(const FleetView& fleet, const Member& member, bool explain) {
  if (!leaves_by_standby(fleet, member)) return std::nullopt;
  const auto& group = *fleet.observation.auto_scaling_group;
  // Without Terminate it may launch one too many, but takes no server out.
  if (group.az_rebalance_suspended || group.terminate_suspended) return std::nullopt;
  if (member.zone.empty()) {
    return Verdict{
        Reason::az_rebalance,
        "its Availability Zone is not known, so it is not known whether Auto Scaling would even out "
        "the zones"};
  }
  for (const auto& [id, one] : fleet.members) {
    if (one.scaling == nullptr || !one.zone.empty() || !may_count(*one.scaling)) continue;
    const bool launched = one.scaling->lifecycle_state == LifecycleState::pending;
    Verdict unknown{
        Reason::az_rebalance,
        fmt::format(
            "the Availability Zone of {}, which Auto Scaling group {} has in {}, is not known, so "
            "Evenkeel can't tell whether the zones would be even{}",
            printable(id), printable(group.name), state_word(*one.scaling),
            launched ? "" : "; if the instance is gone, detach it from the group or terminate it there")};
    return launched ? unknown : lasting(std::move(unknown));
  }
  const auto zones = on_the_way(fleet, member);
  std::string_view lowest = member.zone, highest;
  int gap = std::numeric_limits<int>::min();
  for (const auto& [low, short_of] : zones) {
    if (!short_of.may_be_short) continue;
    for (const auto& [zone, full] : zones) {
      if (zone == low || (low != member.zone && zone != member.zone)) continue;
      if (full.most - short_of.fewest <= gap) continue;
      gap = full.most - short_of.fewest;
      lowest = low;
      highest = zone;
    }
  }
  if (highest.empty()) return std::nullopt;  // one zone has nothing to be evened out
  const int left = zones.at(lowest).fewest, most = zones.at(highest).most;
  const bool uneven = gap >= 2;
  if (!uneven && !explain) return std::nullopt;
  const Numbers numbers = {{Number::left_in_zone, left}, {Number::most_in_a_zone, most}};
  if (uneven) {
    const auto how = lowest == member.zone
                         ? fmt::format("in Standby it would leave {} in service in {}, against {} in {}",
                                       left, printable(lowest), most, printable(highest))
                         : fmt::format(
                               "back from Standby it would be one of {} in service in {}, against "
                               "{} in {} while others are out",
                               most, printable(highest), left, printable(lowest));
    Verdict no{Reason::az_rebalance,
               fmt::format("{}: Auto Scaling group {} would even out its zones and may terminate a healthy "
                           "server there: suspend its process AZRebalance, add servers in {}, or set "
                           "leave_by: deregister",
                           how, printable(group.name), printable(lowest)),
               numbers};
    return lowest == member.zone ? lasting(std::move(no)) : no;
  }
  return passes(fmt::format("{} would be left in service in {}, at most {} in another zone", left,
                            printable(lowest), most),
                numbers);
}

Ruling grace_period(const FleetView& fleet, const Member& member, bool explain) {
  if (!leaves_by_standby(fleet, member)) return std::nullopt;
  const auto& group = *fleet.observation.auto_scaling_group;
  if (!group.elb_health_check || group.replacement_suspended) return std::nullopt;
  Duration checks{};
  for (const auto& place : member.places) {
    if (place.group->attached) checks = std::max(checks, place.group->to_healthy.value_or(Duration::zero()));
  }
  if (checks == Duration::zero()) return std::nullopt;
  const auto needed = checks + kRegistering;
  const bool too_short = group.grace < needed;
  if (!too_short && !explain) return std::nullopt;
  const Numbers numbers = {{Number::grace_period_seconds, std::chrono::duration<double>(group.grace).count()},
                           {Number::needed_seconds, std::chrono::duration<double>(needed).count()}};
  if (too_short) {
    return lasting(
        Verdict{Reason::grace_period,
                fmt::format("Auto Scaling group {} checks health by ELB and gives a server that comes back "
                            "from Standby {} before it replaces it; the health checks need up to {} to call "
                            "it healthy: raise its health check grace period to {} or more",
                            printable(group.name), format_duration(group.grace), format_duration(needed),
                            in_seconds(needed)),
                numbers});
  }
  return passes(fmt::format("{} of grace; the health checks need up to {}", format_duration(group.grace),
                            format_duration(needed)),
                numbers);
}

}  // namespace evenkeel::decide
