#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

// The group that members leave by Standby; nullptr: they don't.
const aws::autoscaling::Group* left_by_standby(const Subject& fleet) {
  return fleet.policy.leave_by == Leave::standby ? fleet.scaling : nullptr;
}

int in_standby(const aws::autoscaling::Group& group) {
  return static_cast<int>(std::ranges::count_if(group.instances, [](const auto& instance) {
    return instance.lifecycle_state == "Standby" || instance.lifecycle_state == "EnteringStandby";
  }));
}

// What the slowest health check needs to call a server healthy that it has just begun to ask.
Duration to_healthy(const Subject& fleet) {
  Duration longest{};
  for (const auto& group : fleet.facts.groups) {
    if (group.is.health_check)
      longest = std::max(longest, group.is.health_check->interval * group.is.health_check->healthy_threshold);
  }
  return longest + kRegistering;
}

}  // namespace

Findings standby_at_min_size(const Subject& fleet) {
  const auto* group = left_by_standby(fleet);
  if (group == nullptr) return {};
  const int standby = in_standby(*group);
  if (group->desired - 1 >= group->min) return {};
  const bool ever = group->desired + standby - 1 >= group->min;
  const auto remedy =
      fmt::format("lower its minimum to at most {}, or raise its desired size", group->desired + standby - 1);
  return {{.severity = ever ? Severity::warning : Severity::would_not_work,
           .text = ever ? fmt::format(
                              "{} of Auto Scaling group {} {} in Standby, and its desired size of {} is its "
                              "minimum by now: nobody more may leave until they are back",
                              count(static_cast<std::size_t>(standby), "member"), printable(group->name),
                              is_are(static_cast<std::size_t>(standby)), group->desired)
                        : fmt::format("the desired size of Auto Scaling group {} is {}, and its minimum {}: "
                                      "Standby takes one from the desired size, so nobody could ever leave",
                                      printable(group->name), group->desired, group->min),
           .remedy = ever ? "nothing, if one at a time is enough; else " + remedy : remedy,
           .numbers = {{"desired", group->desired}, {"min", group->min}, {"standby", standby}}}};
}

Findings launch_suspended(const Subject& fleet) {
  const auto* group = left_by_standby(fleet);
  if (group == nullptr || !suspended(*group, "Launch")) return {};
  return {
      {.severity = Severity::would_not_work,
       .text = fmt::format("Auto Scaling group {} has its process Launch suspended: nobody comes back from "
                           "Standby then, so nobody is let go",
                           printable(group->name)),
       .remedy = "aws autoscaling resume-processes --scaling-processes Launch for the group, when whatever "
                 "needed it is over"}};
}

Findings grace_period(const Subject& fleet) {
  const auto* group = left_by_standby(fleet);
  if (group == nullptr || !group->health_check_type.contains("ELB")) return {};
  if (suspended(*group, "ReplaceUnhealthy")) return {};
  const auto grace = group->health_check_grace_period;
  const auto needed = to_healthy(fleet);
  const auto rejoin = fleet.policy.timing.rejoin;
  if (grace >= std::max(needed, rejoin)) return {};
  const bool too_short = grace < needed;
  return {
      {.severity = too_short ? Severity::warning : Severity::note,
       .text = fmt::format(
           "Auto Scaling group {} checks health by ELB, and gives who comes back from Standby {} before it "
           "replaces it; {}",
           printable(group->name), format_duration(grace),
           too_short ? fmt::format("the health checks need {} to call it healthy", format_duration(needed))
                     : fmt::format("timing.rejoin would wait for {}", format_duration(rejoin))),
       .remedy = fmt::format("raise its health check grace period to {} seconds or more",
                             seconds(std::max(needed, too_short ? needed : rejoin))),
       .numbers = {{"grace_period_seconds", seconds(grace)},
                   {"needed_seconds", seconds(needed)},
                   {"rejoin_seconds", seconds(rejoin)}}}};
}

Findings zone_rebalancing(const Subject& fleet) {
  const auto* group = left_by_standby(fleet);
  if (group == nullptr || suspended(*group, "AZRebalance")) return {};
  std::map<std::string, int> zones;
  for (const auto& instance : group->instances) {
    if (instance.lifecycle_state == "InService") ++zones[instance.availability_zone];
  }
  if (zones.size() < 2) return {};
  const auto [least, most] =
      std::ranges::minmax_element(zones, {}, [](const auto& zone) { return zone.second; });
  const int members = static_cast<int>(group->instances.size());
  int away = fleet.policy.keep.out.at_most(members);
  if (fleet.policy.keep.out_per_zone)
    away = std::min(away, fleet.policy.keep.out_per_zone->at_most(least->second));
  const int left = std::max(0, least->second - away);
  if (most->second - left < 2) return {};
  return {
      {.severity = Severity::warning,
       .text = fmt::format("with {} away, {} has {} members in service and {} has {}: Auto Scaling group {} "
                           "would rebalance its zones, launching in the one and terminating in the other "
                           "while a member is in Standby",
                           away, printable(least->first), left, printable(most->first), most->second,
                           printable(group->name)),
       .remedy = "suspend its process AZRebalance: aws autoscaling suspend-processes --scaling-processes "
                 "AZRebalance; or keep the zones even, and keep.out_per_zone at 1",
       .numbers = {{"most_in_a_zone", most->second}, {"left_in_a_zone", left}}}};
}

}  // namespace evenkeel::check::rules
