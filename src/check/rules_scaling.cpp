#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <set>

#include "base/text.h"
#include "check/foreseen.h"
#include "check/rules.h"

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
    states.insert(name(state));
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

}  // namespace evenkeel::check::rules
