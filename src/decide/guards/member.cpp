// The guards that look at one member.
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <functional>

#include "base/text.h"
#include "decide/guards/guards.h"
#include "decide/guards/scaling.h"
#include "decide/guards/slow_start.h"
#include "decide/rules/escalation.h"
#include "decide/rules/rules.h"

namespace evenkeel::decide {
namespace {

Ruling in_remediation(const FleetView& fleet, const Member& member, bool) {
  if (member.open == nullptr) return std::nullopt;
  const auto& open = *member.open;
  if (open.phase == Phase::held) return Verdict{Reason::held, "held: " + open.held_because};
  return Verdict{
      Reason::in_remediation,
      fmt::format("it has been {} for {} of {}", name(open.phase),
                  format_duration(std::max(Duration{0}, fleet.observation.taken_at - open.phase_since)),
                  format_duration(open.deadline - open.phase_since))};
}

Ruling in_another_fleet(const FleetView&, const Member& member, bool) {
  if (member.other == nullptr || !member.other->open) return std::nullopt;
  return Verdict{Reason::in_another_fleet,
                 fmt::format("fleet {} remediates it: that ends first", printable(member.other->fleet))};
}

// Of whichever instance the target is: one that EC2 does not know by it, too.
Ruling target_type(const FleetView&, const Member& member, bool) {
  const auto other = std::ranges::find_if(
      member.places, [](const Target& place) { return place.group->type != TargetType::instance; });
  if (other == member.places.end()) return std::nullopt;
  return lasting(Verdict{
      Reason::unsupported_target_type,
      fmt::format(
          "it is registered in {}, whose targets are not instances: Evenkeel can't take it out there and "
          "put it back exactly; deregister it there, or use a target group of type instance",
          printable(other->group->name))});
}

Ruling running(const FleetView&, const Member& member, bool) {
  if (member.instance == nullptr) {
    return Verdict{Reason::instance_unknown, "EC2 does not know this instance, or could not be asked"};
  }
  if (member.instance->state == InstanceState::running) return std::nullopt;
  return Verdict{Reason::not_running, fmt::format("the instance is {}", name(member.instance->state))};
}

Ruling hold_tag(const FleetView&, const Member& member, bool) {
  if (member.instance == nullptr) return std::nullopt;
  const auto tag = member.instance->tags.find(kHoldTag);
  if (tag == member.instance->tags.end() || !says_hold(tag->second)) return std::nullopt;
  return Verdict{Reason::hold_tag, fmt::format("its tag {} says \"{}\"; take the tag off to allow a start",
                                               kHoldTag, printable(tag->second))};
}

std::string where_is(const Target& place) {
  return fmt::format("{} port {}", place.group->name, place.registration->port);
}

Ruling not_in_service(const Target& place) {
  const auto& [group, registration, healthy_since, count] = place;
  if (registration->state == TargetState::healthy || registration->state == TargetState::unhealthy) {
    return std::nullopt;
  }
  const auto where = where_is(place);
  if (registration->state == TargetState::draining ||
      registration->state == TargetState::unhealthy_draining) {
    return Verdict{Reason::being_drained, "an operator or another tool is draining it from " + where};
  }
  if (registration->reason == TargetReason::not_in_use || !group->has_load_balancer) {
    return lasting(
        Verdict{Reason::group_without_load_balancer,
                where + " gets no traffic: no listener forwards to it, or its zone is not enabled"});
  }
  return Verdict{Reason::not_healthy, fmt::format("it is {} at {} ({})", name(registration->state), where,
                                                  name(registration->reason))};
}

Ruling in_slow_start(const Target& place, Time now) {
  if (!matters(*place.group, *place.registration)) return std::nullopt;
  const Duration ramp = place.group->attributes->slow_start;
  const Time since = place.healthy_since.value_or(now);
  if (now - since >= ramp) return std::nullopt;
  return Verdict{Reason::slow_start,
                 fmt::format("it may be in slow start at {}: seen healthy for {} of {}", where_is(place),
                             format_duration(now - since), format_duration(ramp)),
                 {},
                 since + ramp};
}

Ruling missing_somewhere(const FleetView& fleet, const Member& member) {
  std::vector<std::string> groups;
  std::optional<Time> since;
  for (const auto* group : member.missing) {
    groups.push_back(group->name);
    const auto seen = fleet.state.groups_seen.find(group->arn);
    if (seen == fleet.state.groups_seen.end()) continue;
    const auto found = seen->second.missing.find(member.id);
    if (found != seen->second.missing.end()) since = std::min(since.value_or(found->second), found->second);
  }
  return Verdict{
      Reason::not_registered,
      fmt::format(
          "it is not registered in {}{}, where it is expected, so it counts as out: register it there, "
          "terminate it, or, if it is meant to be out: evenkeel resume {} --reason …",
          join(groups, ", "), since ? " since " + iso8601(*since) : "", fleet.policy.name)};
}

Ruling registered(const FleetView& fleet, const Member& member, bool explain) {
  if (!member.missing.empty()) return missing_somewhere(fleet, member);
  if (member.places.empty()) {
    if (!fleet.unreadable.empty())
      return Verdict{
          Reason::observation_incomplete,
          "it is not known in which target groups it is registered: " + join(fleet.unreadable, ", ")};
    return Verdict{Reason::not_registered,
                   "it is in the Auto Scaling group, but registered in none of the fleet's target groups"};
  }
  for (const auto& place : member.places) {
    if (auto no = not_in_service(place)) return no;
    if (auto no = in_slow_start(place, fleet.observation.taken_at)) return no;
  }
  if (!explain) return std::nullopt;
  return passes(fmt::format("at {} place{}, {}", member.places.size(), member.places.size() == 1 ? "" : "s",
                            member.serving ? "serving" : "not serving: no capacity is lost with it"),
                {{Number::places, static_cast<double>(member.places.size())}});
}

Ruling named_group(const FleetView& fleet, const Member& member, bool) {
  if (member.instance == nullptr || member.instance->auto_scaling_group.empty()) return std::nullopt;
  const auto& named = fleet.policy.auto_scaling_group;
  const auto& tag = member.instance->auto_scaling_group;
  if (tag != named) {
    return lasting(Verdict{
        Reason::in_unnamed_auto_scaling_group,
        fmt::format(
            "it belongs to Auto Scaling group {}, which could replace it while it is out: name that group in "
            "auto_scaling_group",
            printable(tag))});
  }
  return std::nullopt;
}

Ruling lifecycle(const FleetView& fleet, const Member& member, bool explain) {
  if (member.scaling == nullptr) {
    if (member.instance == nullptr || member.instance->auto_scaling_group.empty()) return std::nullopt;
    return Verdict{Reason::auto_scaling_state,
                   fmt::format("its tag says that it belongs to {}, which does not list it",
                               printable(member.instance->auto_scaling_group))};
  }
  const auto& group = *fleet.observation.auto_scaling_group;
  if (member.scaling->lifecycle_state != LifecycleState::in_service) {
    return Verdict{Reason::auto_scaling_state,
                   "its Auto Scaling state is " + state_word(*member.scaling) + ", not InService"};
  }
  if (!member.scaling->healthy && !group.replacement_suspended) {
    return Verdict{Reason::auto_scaling_would_replace,
                   fmt::format("Auto Scaling group {} calls it unhealthy and is about to replace it",
                               printable(group.name))};
  }
  if (fleet.policy.leave_by == Leave::deregister && group.elb_health_check && !group.replacement_suspended) {
    return lasting(
        Verdict{Reason::auto_scaling_would_replace,
                fmt::format("Auto Scaling group {} has health check type ELB and may replace a member "
                            "that is out; suspend its processes HealthCheck and ReplaceUnhealthy, set "
                            "the type to EC2, or set leave_by: standby",
                            printable(group.name))});
  }
  if (!explain) return std::nullopt;
  return passes("InService in " + printable(group.name));
}

Ruling treatment(const FleetView& fleet, const Member& member, bool explain) {
  const int level = level_for(fleet, member);
  const auto kind = treatment_of(fleet, member);
  const Applied applied{.treatment = kind,
                        .instance = member.instance,
                        .scaling = member.scaling,
                        .group = fleet.observation.auto_scaling_group,
                        .in_standby = leaves_by_standby(fleet, member)};
  if (auto no = treatment_guard(applied)) {
    no->numbers[Number::level] = level;
    return no;
  }
  if (!explain) return std::nullopt;
  return passes(fmt::format("{}, treatment {} of {}", name(kind), level + 1, fleet.policy.treatments.size()),
                {{Number::level, level}});
}

Ruling out_in_zone(const FleetView& fleet, const Member& member, bool explain) {
  if (!fleet.policy.keep.out_per_zone) return std::nullopt;
  if (member.zone.empty()) {
    return Verdict{Reason::too_many_out_in_zone,
                   "its Availability Zone is not known, so how many are out there (keep.out_per_zone) is not "
                   "known"};
  }
  const auto counted = fleet.zones.find(member.zone);
  if (counted == fleet.zones.end())
    return std::nullopt;  // all that is there is retained, and counts in no zone
  const auto& zone = counted->second;
  const int limit = fleet.policy.keep.out_per_zone->at_most(zone.members);
  if (zone.out < limit && !explain) return std::nullopt;
  return Verdict{zone.out < limit ? Reason::start : Reason::too_many_out_in_zone,
                 fmt::format("{} server{} out in zone {}; keep.out_per_zone allows {}", zone.out,
                             zone.out == 1 ? " is" : "s are", printable(member.zone), limit),
                 {{Number::out, zone.out}, {Number::limit, limit}}};
}

Ruling young(const FleetView& fleet, const Member& member, bool explain) {
  if (member.instance == nullptr) return std::nullopt;
  const Time boot = last_boot(member);
  const auto up = fleet.observation.taken_at - boot;
  const auto wanted = fleet.policy.keep.min_uptime;
  if (up >= wanted && !explain) return std::nullopt;
  return Verdict{up < wanted ? Reason::young : Reason::start,
                 fmt::format("{} since its last known boot or treatment; keep.min_uptime is {}",
                             format_duration(up), format_duration(wanted)),
                 {{Number::up_seconds, std::chrono::duration<double>(up).count()}},
                 up < wanted ? std::optional(boot + wanted) : std::nullopt};
}

Ruling late_effect(const FleetView& fleet, const Member& member, bool) {
  const auto& until = member.record->effects_until;
  if (!until || fleet.observation.taken_at >= *until) return std::nullopt;
  return Verdict{
      Reason::late_effect,
      fmt::format("a request of its last remediation may still act on it until {}", iso8601(*until)),
      {},
      until};
}

Ruling cooldown(const FleetView& fleet, const Member& member, bool explain) {
  auto last = member.record->ended_at;
  if (!member.past.empty()) last = std::max(last, std::optional(member.past.front()->ended_at));
  if (member.other != nullptr) last = std::max(last, member.other->ended_at);
  if (!last) return std::nullopt;
  const auto wanted = fleet.policy.keep.cooldown;
  const auto ago = fleet.observation.taken_at - *last;
  if (ago >= wanted && !explain) return std::nullopt;
  return Verdict{ago < wanted ? Reason::cooldown : Reason::start,
                 fmt::format("its last remediation ended {} ago; keep.cooldown is {}", format_duration(ago),
                             format_duration(wanted)),
                 {{Number::ago_seconds, std::chrono::duration<double>(ago).count()}},
                 ago < wanted ? std::optional(*last + wanted) : std::nullopt};
}

Ruling daily_limit(const FleetView& fleet, const Member& member, bool explain) {
  std::vector<Time> today;  // newest first
  for (const auto* past : member.past) {
    if (fleet.observation.taken_at - past->started_at < 24h) today.push_back(past->started_at);
  }
  if (member.other != nullptr) {
    for (const auto started_at : member.other->started_at) {
      if (fleet.observation.taken_at - started_at < 24h) today.push_back(started_at);
    }
    std::ranges::sort(today, std::greater{});
  }
  const auto limit = static_cast<std::size_t>(fleet.policy.keep.remediations_per_day);
  const bool full = today.size() >= limit;
  if (!full && !explain) return std::nullopt;
  return Verdict{
      full ? Reason::daily_limit : Reason::start,
      fmt::format("{} remediation{} within a day; keep.remediations_per_day allows {}{}", today.size(),
                  today.size() == 1 ? "" : "s", limit, full ? ": look at the server" : ""),
      {{Number::remediations, static_cast<double>(today.size())},
       {Number::limit, static_cast<double>(limit)}},
      full && limit > 0 ? std::optional(today[limit - 1] + 24h) : std::nullopt};
}

Ruling remedy(const FleetView& fleet, const Member& member, bool) { return levels_are_spent(fleet, member); }

constexpr std::array kOwnGuards = {MemberGuard{"remediation", in_remediation},
                                   MemberGuard{"other_fleet", in_another_fleet},
                                   MemberGuard{"target_type", target_type},
                                   MemberGuard{"running", running},
                                   MemberGuard{"hold_tag", hold_tag},
                                   MemberGuard{"registered", registered},
                                   MemberGuard{"auto_scaling_group", named_group},
                                   MemberGuard{"auto_scaling_state", lifecycle},
                                   MemberGuard{"traffic_sources", traffic_sources},
                                   MemberGuard{"standby", standby},
                                   MemberGuard{"capacity_units", capacity_units},
                                   MemberGuard{"launch", launch},
                                   MemberGuard{"registering", registering},
                                   MemberGuard{"az_rebalance", az_rebalance},
                                   MemberGuard{"grace_period", grace_period},
                                   MemberGuard{"treatment", treatment},
                                   MemberGuard{"out_in_zone", out_in_zone},
                                   MemberGuard{"uptime", young},
                                   MemberGuard{"late_effect", late_effect},
                                   MemberGuard{"cooldown", cooldown},
                                   MemberGuard{"daily_limit", daily_limit},
                                   MemberGuard{"remedy", remedy}};

}  // namespace

std::span<const MemberGuard> own_guards() { return kOwnGuards; }

}  // namespace evenkeel::decide
