#include "decide/guards.h"

#include <algorithm>
#include <fmt/core.h>
#include <ranges>

#include "base/text.h"
#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

using Guard = std::optional<Verdict>;

Guard paused(const FleetView& fleet) {
  if (!fleet.state.pause) return std::nullopt;
  const auto& pause = *fleet.state.pause;
  return Verdict{Reason::paused,
                 fmt::format("paused by {} since {}: {}", pause.author, iso8601(pause.since), pause.reason),
                 {}};
}

Guard breaker_open(const FleetView& fleet) {
  if (!fleet.state.breaker) return std::nullopt;
  return Verdict{
      Reason::breaker_open,
      fmt::format("breaker open since {}: {}; when it is understood: evenkeel resume {} --reason …",
                  iso8601(fleet.state.breaker->since), fleet.state.breaker->reason, fleet.policy.name),
      {}};
}

Guard retired(const FleetView& fleet) {
  if (!fleet.policy.retired) return std::nullopt;
  return Verdict{Reason::retired, "the fleet is being restored only: it is no longer started from", {}};
}

Guard asked_late(const FleetView& fleet) {
  const auto late = fleet.observation.late_by;
  if (late == Duration::zero()) return std::nullopt;
  return Verdict{Reason::asked_late,
                 fmt::format("this tick was asked for {} ago: it only restores, the next one looks again",
                             format_duration(late)),
                 {{"late_seconds", std::chrono::duration<double>(late).count()}}};
}

Guard clock_backwards(const FleetView& fleet) {
  const auto back = fleet.state.last_tick_at - fleet.observation.taken_at;
  if (back <= kMaxSpread) return std::nullopt;
  return Verdict{Reason::clock_backwards,
                 fmt::format("AWS's clock stands {} before the last tick's", format_duration(back)),
                 {}};
}

Guard observation_incomplete(const FleetView& fleet) {
  if (!fleet.unreadable.empty()) {
    return Verdict{Reason::observation_incomplete, join(fleet.unreadable, "; "), {}};
  }
  if (fleet.observation.spread > kMaxSpread) {
    return Verdict{Reason::observation_incomplete,
                   fmt::format("AWS's answers are {} apart, {} at the most describe one moment",
                               format_duration(fleet.observation.spread), format_duration(kMaxSpread)),
                   {}};
  }
  return std::nullopt;
}

// An empty or halved answer where there was a fleet a tick ago is more often a wrong answer than a vanished
// fleet.
Guard observation_contradicts(const FleetView& fleet) {
  const int before = fleet.state.members_last_seen;
  const auto now = static_cast<int>(fleet.members.size());
  if (now * 2 >= before) return std::nullopt;
  return Verdict{
      Reason::observation_contradicts,
      fmt::format("only {} members seen where the last tick saw {}; waiting one tick for it to be confirmed",
                  now, before),
      {{"members", now}, {"members_before", before}}};
}

Guard too_many_out(const FleetView& fleet) {
  const auto out = fleet.out();
  const int limit = fleet.policy.keep.out;
  if (static_cast<int>(out.size()) < limit) return std::nullopt;
  return Verdict{Reason::too_many_out,
                 fmt::format("{} out already, {} may be: {}", out.size(), limit, join(out, ", ")),
                 {{"out", static_cast<double>(out.size())}, {"limit", limit}}};
}

Guard starts_per_hour(const FleetView& fleet) {
  const Time now = fleet.observation.taken_at;
  std::vector<Time> starts;
  const auto count = [&](Time started_at) {
    if (now - started_at < 1h) starts.push_back(started_at);
  };
  for (const auto& remediation : fleet.state.open) count(remediation.started_at);
  for (const auto& ended : fleet.state.recent) count(ended.started_at);
  const int limit = fleet.policy.keep.starts_per_hour;
  if (static_cast<int>(starts.size()) < limit) return std::nullopt;
  std::ranges::sort(starts);
  const Time next = starts[starts.size() - static_cast<std::size_t>(limit)] + 1h;
  return Verdict{Reason::starts_per_hour,
                 fmt::format("{} started within an hour, {} may be; the next at {}", starts.size(), limit,
                             iso8601(next)),
                 {{"starts", static_cast<double>(starts.size())}, {"limit", limit}}};
}

Guard in_remediation(const FleetView&, const Member& member) {
  if (member.open == nullptr) return std::nullopt;
  const auto& open = *member.open;
  return Verdict{Reason::in_remediation,
                 open.phase == Phase::held
                     ? "held: " + open.held_because
                     : fmt::format("{} since {}, until {} at the latest", name(open.phase),
                                   iso8601(open.phase_since), iso8601(open.deadline)),
                 {}};
}

Guard not_running(const FleetView&, const Member& member) {
  if (member.instance == nullptr) {
    return Verdict{Reason::instance_unknown, "EC2 does not know this instance, or could not be asked", {}};
  }
  if (member.instance->state == InstanceState::running) return std::nullopt;
  return Verdict{Reason::not_running, fmt::format("the instance is {}", name(member.instance->state)), {}};
}

Guard not_serving(const FleetView& fleet, const Member& member) {
  if (member.places.empty()) {
    return Verdict{
        Reason::not_registered, "in the Auto Scaling group, but registered in none of the target groups", {}};
  }
  for (const auto& [group, registration, healthy_since] : member.places) {
    const auto where = [&] { return fmt::format("{} port {}", group->name, registration->port); };
    if (group->type != TargetType::instance) {
      return Verdict{
          Reason::unsupported_target_type,
          group->name + " does not have targets of type instance; Evenkeel can't put those back exactly",
          {}};
    }
    switch (registration->state) {
      case TargetState::draining:
      case TargetState::unhealthy_draining:
        return Verdict{Reason::being_drained, "somebody else is draining it from " + where(), {}};
      case TargetState::healthy:
      case TargetState::unhealthy:
        break;
      default:
        if (registration->reason == "Target.NotInUse" || !group->has_load_balancer) {
          return Verdict{Reason::group_without_load_balancer,
                         where() + " gets no traffic: no listener forwards to it, or its zone is not enabled",
                         {}};
        }
        return Verdict{
            Reason::not_healthy,
            fmt::format("{} at {} ({})", name(registration->state), where(), printable(registration->reason)),
            {}};
    }
    const auto slow_start = group->attributes ? group->attributes->slow_start : Duration::zero();
    if (slow_start == Duration::zero() || registration->state != TargetState::healthy) continue;
    const Time now = fleet.observation.taken_at;
    const Duration healthy_for = now - healthy_since.value_or(now);
    if (healthy_for < slow_start) {
      return Verdict{Reason::slow_start,
                     fmt::format("may be in slow start at {}: seen healthy for {} of {}", where(),
                                 format_duration(healthy_for), format_duration(slow_start)),
                     {}};
    }
  }
  return std::nullopt;
}

Guard auto_scaling(const FleetView& fleet, const Member& member) {
  const auto& named = fleet.policy.auto_scaling_group;
  const auto& tag = member.instance->auto_scaling_group;
  if (!tag.empty() && tag != named) {
    return Verdict{
        Reason::in_unnamed_auto_scaling_group,
        fmt::format(
            "belongs to Auto Scaling group {}, which could replace it while it is out; name it in the "
            "policy as auto_scaling_group",
            printable(tag)),
        {}};
  }
  if (member.scaling == nullptr) return std::nullopt;
  const auto& group = *fleet.observation.auto_scaling_group;
  if (group.elb_health_check && !group.replacement_suspended) {
    return Verdict{
        Reason::auto_scaling_would_replace,
        fmt::format("Auto Scaling group {} has health check type ELB and may replace a member that is out; "
                    "suspend its processes HealthCheck and ReplaceUnhealthy, or set the type to EC2",
                    group.name),
        {}};
  }
  if (member.scaling->lifecycle_state != "InService") {
    return Verdict{
        Reason::auto_scaling_state,
        "its Auto Scaling state is " + printable(member.scaling->lifecycle_state) + ", not InService",
        {}};
  }
  return std::nullopt;
}

Guard history(const FleetView& fleet, const Member& member) {
  const Time now = fleet.observation.taken_at;
  const auto& keep = fleet.policy.keep;
  if (const auto up = now - member.instance->launch_time; up < keep.min_uptime) {
    return Verdict{Reason::young,
                   fmt::format("launched {} ago, {} are asked for", format_duration(up),
                               format_duration(keep.min_uptime)),
                   {}};
  }
  int today = 0, judged = 0, in_vain = 0;
  std::optional<Time> last_end;
  for (const auto& past : std::views::reverse(fleet.state.recent)) {
    if (past.instance_id != member.id) continue;
    if (!last_end) last_end = past.ended_at;
    if (now - past.started_at < 24h) ++today;
    if ((past.ending == Ending::cured || past.ending == Ending::not_cured) && judged < 3) {
      ++judged;
      if (past.ending == Ending::not_cured) ++in_vain;
    }
  }
  if (last_end && now - *last_end < keep.cooldown) {
    return Verdict{Reason::cooldown,
                   fmt::format("its last remediation ended {} ago, the cooldown is {}",
                               format_duration(now - *last_end), format_duration(keep.cooldown)),
                   {}};
  }
  if (today >= keep.remediations_per_day) {
    return Verdict{
        Reason::daily_limit,
        fmt::format("{} remediations within a day, {} may be: a reboot is not the remedy; look at the server",
                    today, keep.remediations_per_day),
        {{"remediations", today}, {"limit", keep.remediations_per_day}}};
  }
  if (in_vain >= 2) {
    return Verdict{Reason::remedy_does_not_help,
                   fmt::format("{} of its last {} reboots did not bring the signal down; look at the server",
                               in_vain, judged),
                   {{"in_vain", in_vain}, {"of", judged}}};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Verdict> fleet_guards(const FleetView& fleet) {
  std::vector<Verdict> no;
  for (const auto guard : {paused, breaker_open, retired, asked_late, clock_backwards, observation_incomplete,
                           observation_contradicts, too_many_out, starts_per_hour}) {
    if (auto verdict = guard(fleet)) no.push_back(std::move(*verdict));
  }
  return no;
}

std::optional<Verdict> member_guards(const FleetView& fleet, const Member& member) {
  for (const auto guard : {in_remediation, not_running, not_serving, auto_scaling, history}) {
    if (auto verdict = guard(fleet, member)) return verdict;
  }
  return std::nullopt;
}

std::optional<Verdict> capacity_guard(const FleetView& fleet, const Member& member) {
  for (const auto& place : member.places) {
    const int serving = fleet.groups.at(place.group).serving;
    const int left = serving - (member.serving ? 1 : 0);
    const int required = fleet.required(*place.group);
    if (left >= required) continue;
    return Verdict{Reason::too_few_healthy,
                   fmt::format("{} of {} would be left healthy in {}, {} are asked for", left,
                               fleet.groups.at(place.group).members, place.group->name, required),
                   {{"healthy_after", left}, {"required", required}}};
  }
  return std::nullopt;
}

std::optional<Verdict> survey_guard(const Survey& survey) {
  if (!survey.elsewhere.empty()) {
    return Verdict{Reason::elsewhere_registered,
                   fmt::format("also registered in {}; name it in the policy's target_groups",
                               join(survey.elsewhere_groups, ", ")),
                   {}};
  }
  if (!survey.complete) {
    return Verdict{Reason::survey_incomplete,
                   "whether it is registered elsewhere could not be found out: " + survey.detail,
                   {}};
  }
  if (!survey.may_reboot.value_or(false)) {
    return Verdict{Reason::reboot_denied, "AWS would not let us reboot it: " + survey.detail, {}};
  }
  if (!survey.may_register.value_or(false)) {
    return Verdict{Reason::register_denied, "AWS would not let us put it back: " + survey.detail, {}};
  }
  return std::nullopt;
}

}  // namespace evenkeel::decide
