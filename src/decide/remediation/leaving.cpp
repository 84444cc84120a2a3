// How a member leaves: by Standby, by deregistration, and out of what else it serves in.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/guards/guards.h"
#include "decide/guards/scaling.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/gate.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/protocol.h"
#include "decide/remediation/witness.h"

namespace evenkeel::decide {
namespace {

// Ticks that are further apart than that leave out what may have been seen between them.
constexpr Duration kLongWithoutTick = 5min;

// Capacity lost for other reasons while the member is out: better to have it back than treated.
std::optional<std::string> guard_broken(const Remediation& remediation, const PlanBuilder& builder,
                                        const FleetView& fleet) {
  for (const auto lost : {zonal_shift, zone_failing}) {
    if (const auto no = lost(fleet, false)) return no->text;
  }
  if (!builder.observation.instances_complete) return std::nullopt;  // who serves is not known
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* believed = find_group(builder.observation, target.target_group_arn);
    const auto* group = find_group(fleet.observation, target.target_group_arn);
    if (believed == nullptr || !believed->registrations || group == nullptr || !group->attributes ||
        !fleet.groups.contains(group))
      continue;
    const auto& count = fleet.groups.at(group);
    // By today's policy, and by its own.
    const int required = std::max(count.required, required_healthy(builder.policy.keep, count.members,
                                                                   group->attributes->fail_open_count,
                                                                   group->attributes->fail_open_percent));
    if (count.serving < required) {
      const bool by_policy =
          std::max(fleet.healthy_wanted(count), builder.policy.keep.healthy.of(count.members)) >= required;
      return fmt::format("{} are left healthy in {}; {} asks for {}", count.serving, group->name,
                         by_policy ? "keep.healthy" : "its fail-open threshold", required);
    }
  }
  return std::nullopt;
}

// Our groups in which the target is still in service although its deregistration, if any, must have become
// visible.
std::vector<std::string> still_in_service(const Remediation& remediation, const PlanBuilder& builder) {
  std::vector<std::string> arns;
  for (const auto& arn : our_groups(remediation)) {
    const auto* group = find_group(builder.observation, arn);
    if (group == nullptr || !group->registrations) continue;
    const bool in_service = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
      if (target.target_group_arn != arn || target.by_auto_scaling) return false;
      const auto* there = find_registration(*group, remediation.instance_id, target.port);
      return there != nullptr && there->state != TargetState::draining &&
             there->state != TargetState::unhealthy_draining && there->state != TargetState::unused;
    });
    if (in_service && !may_not_show_yet(latest_intent(remediation, Effect::deregister, arn), builder.now()))
      arns.push_back(arn);
  }
  return arns;
}

// Why what was not treated by its deadline was not. Drained by now, it may have been drained in time: nothing
// looked then.
std::string why_not_by(const Remediation& remediation, const PlanBuilder& builder, const FleetView& fleet) {
  const auto deadline = iso8601(remediation.deadline);
  if (const auto stopped = stopped_by_another(remediation, builder.observation); !stopped.empty())
    return fmt::format("{}; not drained by {}", stopped, deadline);
  const auto seen = presence(remediation, builder.observation);
  const auto where = may_serve_in(remediation, builder.observation);
  const auto& why = remediation.why_untreated;  // this tick's: an earlier one's is forgotten (`advance`)
  if (!why.empty() && why != where)
    return fmt::format("{}not allowed to be treated by {}: {}",
                       seen == Presence::drained ? "drained, but " : "", deadline, why);
  const Time last = fleet.state.last_tick_at;
  if (seen == Presence::drained && last != Time{} && builder.now() - last > kLongWithoutTick)
    return fmt::format("no tick ended from {} to {}, and it had to be seen drained by {}", iso8601(last),
                       iso8601(builder.now()), deadline);
  return (seen == Presence::registered ? "not drained by " : "not seen drained by ") + deadline +
         (where.empty() ? "" : ": " + where);
}

// Out of our groups. False: it was put in again from outside, and it goes back.
bool deregister(Remediation& remediation, PlanBuilder& builder) {
  const auto in_service = still_in_service(remediation, builder);
  for (const auto& arn : in_service) {
    const auto* intent = latest_intent(remediation, Effect::deregister, arn);
    if (intent != nullptr && intent->outcome == OutcomeKind::accepted) {
      put_back(remediation, builder,
               fmt::format(
                   "in service in {} {} after AWS accepted its deregistration: an operator or another "
                   "tool registered it again, or AWS's answer is old",
                   find_group(builder.observation, arn)->name, format_duration(builder.now() - intent->at)));
      return false;
    }
  }
  for (const auto& arn : in_service) {
    const auto permit = may_remove(remediation, Effect::deregister, arn, builder);
    if (!permit) return !apply_refusal(permit.error(), remediation, builder);
    builder.take(*permit, remediation);
  }
  return true;
}

// What Standby may take from the group's sizes (docs/adr/0031-units-and-places.md); nothing: not known.
std::optional<int> takes_from_sizes(const Remediation& remediation, const AutoScalingGroup& group) {
  if (!group.in_units) return 1;
  const auto* member = find_scaling(group, remediation.instance_id);
  if (member == nullptr || member->weight != 1) return std::nullopt;
  return 1;
}

// AWS lets no member into Standby below the smallest size, and would even out zones that it leaves uneven. The sizes
// and the other members may have changed since it was chosen.
void ask_for_standby(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet) {
  const auto& group = builder.observation.auto_scaling_group;
  const auto takes = group ? takes_from_sizes(remediation, *group) : std::nullopt;
  if (group && (!takes || group->desired - *takes < group->min))
    return put_back(
        remediation, builder,
        fmt::format("Auto Scaling group {} now wants {} and has a minimum of {}{}, so it can't enter Standby",
                    printable(group->name), group->desired, group->min,
                    !group->in_units ? ""
                    : takes          ? " in units"
                                     : " in units, of which it does not count one"));
  if (const auto member = fleet.members.find(remediation.instance_id); member != fleet.members.end()) {
    if (const auto no = az_rebalance(fleet, member->second, false))
      return put_back(remediation, builder, no->text);
  }
  const auto permit = may_remove(remediation, Effect::enter_standby, {}, builder);
  if (permit) return builder.take(*permit, remediation);
  apply_refusal(permit.error(), remediation, builder);
}

// Into Standby. True: it is on its way or there, and what Auto Scaling doesn't look after may follow.
bool enter_standby(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet,
                   Lifecycle lifecycle) {
  if (lifecycle == Lifecycle::entering || lifecycle == Lifecycle::standby) return true;
  if (lifecycle != Lifecycle::in_service) return false;
  const auto* intent = latest_intent(remediation, Effect::enter_standby);
  if (intent == nullptr) return ask_for_standby(remediation, builder, fleet), false;
  switch (intent->outcome) {
    case OutcomeKind::refused:
      put_back(remediation, builder, "Auto Scaling refused Standby: " + intent->detail);
      break;
    case OutcomeKind::accepted:
      if (!may_not_show_yet(intent, builder.now())) put_back(remediation, builder, "it has left Standby");
      break;
    case OutcomeKind::unknown:  // a second request would be refused, were the first one merely not visible
                                // yet
      if (builder.now() - intent->at >= kVisibleAfter) ask_for_standby(remediation, builder, fleet);
      break;
    case OutcomeKind::not_sent:
      ask_for_standby(remediation, builder, fleet);
      break;
  }
  return false;
}

}  // namespace

void draining(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet) {
  if (const auto no = forbids(remediation, builder); no && apply_refusal(*no, remediation, builder)) return;
  if (const auto refused = mark_refused(remediation); !refused.empty())
    return put_back(remediation, builder, refused);
  if (const auto broken = guard_broken(remediation, builder, fleet))
    return put_back(remediation, builder, *broken);
  // Who is ready just when its time is over is treated; later the reason to treat it is too old.
  if (builder.now() - remediation.deadline > kVisibleAfter)
    return put_back(remediation, builder, why_not_by(remediation, builder, fleet));
  const auto lifecycle = lifecycle_of(remediation, builder.observation);
  const bool over = builder.now() >= remediation.deadline;
  if (!over && lifecycle != Lifecycle::none && !enter_standby(remediation, builder, fleet, lifecycle)) return;
  if (!over && !deregister(remediation, builder)) return;
  treat_when_ready(remediation, builder);
  const bool still = remediation.phase == Phase::draining && builder.now() >= remediation.deadline;
  if (still) put_back(remediation, builder, why_not_by(remediation, builder, fleet));
}

}  // namespace evenkeel::decide
