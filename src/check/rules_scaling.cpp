#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <set>

#include "base/text.h"
#include "check/foreseen.h"
#include "check/rules.h"
#include "decide/fleet_view.h"

namespace evenkeel::check::rules {
namespace {

// The name as a word of a shell's command line; where it isn't one, what to put in its place.
std::string shell_word(const std::string& name) {
  const bool plain = std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("._-:/").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return plain ? name : "NAME";
}

// The group that members leave by Standby; nullptr: they don't.
const AutoScalingGroup* left_by_standby(const Subject& fleet) {
  return fleet.policy.leave_by == Leave::standby ? fleet.scaling : nullptr;
}

}  // namespace

Findings auto_scaling_group_not_found(const Subject& fleet) {
  const auto& name = fleet.policy.auto_scaling_group;
  const auto& absent = fleet.facts.seen.absent_names;
  if (name.empty() || std::ranges::find(absent, name) == absent.end()) return {};
  return {{.severity = Severity::would_not_work,
           .text = fmt::format("there is no Auto Scaling group {} in {}; no member may leave while a named "
                               "group can't be seen",
                               name, fleet.facts.region),
           .remedy = "correct auto_scaling_group, or the fleet's region, or remove the line when the servers "
                     "belong to none"}};
}

Findings auto_scaling_group_not_named(const Subject& fleet) {
  std::map<std::string, std::vector<std::string>> by_group;
  for (const auto& [id, member] : fleet.members) {
    const auto group = member.instance == nullptr ? "" : member.instance->auto_scaling_group;
    if (!group.empty() && group != fleet.policy.auto_scaling_group) by_group[group].push_back(id);
  }
  Findings findings;
  for (const auto& [group, ids] : by_group) {
    const auto text = fmt::format(
        "{} of {} belong{} to Auto Scaling group {}, which the policy doesn't name: "
        "it could replace them while they are out, so they are never touched",
        ids.size(), count(fleet.size(), "member"), ids.size() == 1 ? "s" : "", printable(group));
    findings.push_back({.severity = worse_for_all(ids.size(), fleet.size()),
                        .text = text,
                        .remedy = fleet.policy.auto_scaling_group.empty()
                                      ? fmt::format("write auto_scaling_group: {}", printable(group))
                                      : "give the servers of each Auto Scaling group a fleet of their own",
                        .members = ids});
  }
  return findings;
}

Findings auto_scaling_would_replace(const Subject& fleet) {
  if (fleet.scaling == nullptr) return {};
  const auto remedy = fmt::format(
      "take them out by Standby (leave_by: standby, the default); or suspend both of its processes, "
      "after which it replaces no server: aws autoscaling suspend-processes --auto-scaling-group-name {} "
      "--scaling-processes HealthCheck ReplaceUnhealthy",
      shell_word(fleet.scaling->name));
  auto findings =
      findings_of(fleet, foreseen(fleet, "auto_scaling_state", Reason::auto_scaling_would_replace), remedy);
  for (auto& stopped :
       findings_of(fleet, foreseen(fleet, "treatment", Reason::auto_scaling_would_replace), remedy))
    findings.push_back(std::move(stopped));
  return findings;
}

Findings auto_scaling_state(const Subject& fleet) {
  if (fleet.scaling == nullptr) return {};
  std::vector<std::string> ids;
  std::set<std::string> states;
  for (const auto& member : fleet.scaling->members) {
    const auto state = member.lifecycle_state;
    if (state == LifecycleState::in_service || in_standby(state)) continue;
    if (!fleet.members.contains(member.instance_id)) continue;
    ids.push_back(member.instance_id);
    states.insert(decide::state_word(member));
  }
  if (ids.empty()) return {};
  return {{.severity = worse_for_all(ids.size(), fleet.size()),
           .text = fmt::format("{} {} {} in Auto Scaling group {}, not InService: Evenkeel leaves them alone",
                               some(ids), is_are(ids.size()),
                               join(std::vector(states.begin(), states.end()), ", "),
                               printable(fleet.scaling->name)),
           .remedy = "wait until the Auto Scaling group has finished, and run `evenkeel check` again",
           .members = ids}};
}

Findings auto_scaling_without_target_groups(const Subject& fleet) {
  if (fleet.scaling == nullptr || !fleet.policy.target_groups.empty()) return {};
  if (!fleet.scaling->target_group_arns.empty()) return {};
  return {
      {.severity = Severity::would_not_work,
       .text = fmt::format("the policy names no target groups, and none are attached to Auto Scaling group "
                           "{}: the fleet has no members",
                           printable(fleet.scaling->name)),
       .remedy = "write target_groups, or attach them to the group"}};
}

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
