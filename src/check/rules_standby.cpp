#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "check/foreseen.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

// The group that members leave by Standby; nullptr: they don't.
const AutoScalingGroup* left_by_standby(const Subject& fleet) {
  return fleet.policy.leave_by == Leave::standby ? fleet.scaling : nullptr;
}

}  // namespace

Findings standby_at_min_size(const Subject& fleet) {
  const auto* group = left_by_standby(fleet);
  if (group == nullptr) return {};
  const auto standby = static_cast<int>(
      std::ranges::count_if(group->members, in_standby, &AutoScalingMember::lifecycle_state));
  if (foreseen(fleet, "standby", Reason::standby_at_min_size).empty()) return {};
  const bool ever = group->desired + standby - 1 >= group->min;
  const auto remedy =
      fmt::format("lower its minimum to at most {}, or raise its desired size", group->desired + standby - 1);
  return {
      {.severity = ever ? Severity::warning : Severity::would_not_work,
       .text =
           ever ? fmt::format("{} of Auto Scaling group {} {} in Standby, and its desired size of {} is its "
                              "minimum by now: no more servers may leave until they are back",
                              count(static_cast<std::size_t>(standby), "member"), printable(group->name),
                              is_are(static_cast<std::size_t>(standby)), group->desired)
                : fmt::format("the desired size of Auto Scaling group {} is {}, and its minimum {}: "
                              "Standby takes one from the desired size, so no server could ever leave",
                              printable(group->name), group->desired, group->min),
       .remedy = ever ? "nothing, if one at a time is enough; else " + remedy : remedy,
       .numbers = {{"desired", group->desired}, {"min", group->min}, {"standby", standby}}}};
}

Findings grace_period(const Subject& fleet) {
  const auto* group = left_by_standby(fleet);
  if (group == nullptr || !group->elb_health_check) return {};
  auto too_short = findings_of(fleet, foreseen(fleet, "grace_period", Reason::grace_period),
                               "raise the group's health check grace period");
  if (!too_short.empty() || group->replacement_suspended) return too_short;
  const auto grace = group->grace;
  const auto rejoin = fleet.policy.timing.rejoin;
  if (grace >= rejoin) return {};
  return {
      {.severity = Severity::note,
       .text = fmt::format("Auto Scaling group {} checks health by ELB, and gives who comes back from "
                           "Standby {} before it replaces it; timing.rejoin would wait for {}",
                           printable(group->name), format_duration(grace), format_duration(rejoin)),
       .remedy = fmt::format("raise its health check grace period to {} seconds or more", seconds(rejoin)),
       .numbers = {{"grace_period_seconds", seconds(grace)}, {"rejoin_seconds", seconds(rejoin)}}}};
}

}  // namespace evenkeel::check::rules
