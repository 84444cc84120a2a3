#include <algorithm>
#include <fmt/core.h>
#include <optional>

#include "base/text.h"
#include "check/nearest.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

std::string instead(std::string_view target_type) {
  if (target_type == "ip")
    return "targets by address can't be registered again while they drain, and an address may change hands";
  if (target_type == "lambda") return "a function is not a server";
  return "it holds no servers of its own";
}

}  // namespace

Findings target_group_not_found(const Subject& fleet) {
  Findings findings;
  if (!fleet.facts.existing_groups) return findings;
  const auto& existing = *fleet.facts.existing_groups;
  for (const auto& name : fleet.policy.target_groups) {
    if (std::ranges::find(existing, name) != existing.end()) continue;
    const auto near = nearest(name, existing, 3);
    findings.push_back(
        {.severity = Severity::would_not_work,
         .text = fmt::format("there is no target group {} in {}; no member may leave while a "
                             "named group can't be seen",
                             name, fleet.facts.region),
         .remedy = near.empty() ? "the region has no target groups at all: correct the fleet's region"
                                : fmt::format("correct target_groups, or the fleet's region; the region "
                                              "has {} ({} in all)",
                                              some(near), existing.size()),
         .target_group = name});
  }
  return findings;
}

std::optional<Finding> target_group_type(const Subject& /*fleet*/, const GroupFacts& group) {
  if (group.is.target_type == "instance") return {};
  return Finding{.severity = Severity::would_not_work,
                 .text = fmt::format("its targets are of type {}: {}; no member that is registered in "
                                     "it is ever touched",
                                     printable(group.is.target_type), instead(group.is.target_type)),
                 .remedy =
                     "use target groups of type instance; or remove it from target_groups and deregister "
                     "there the servers that are to be treated"};
}

std::optional<Finding> target_group_empty(const Subject& fleet, const GroupFacts& group) {
  const bool none =
      fleet.members.empty() && std::ranges::all_of(fleet.facts.groups, [](const GroupFacts& one) {
        return one.seen.registrations && one.seen.registrations->empty();
      });
  if (!group.seen.registrations || !group.seen.registrations->empty()) return {};
  return Finding{
      .severity = none ? Severity::would_not_work : Severity::warning,
      .text =
          fleet.members.empty()
              ? "nothing is registered in it, and the fleet has no members: there is nothing to look after"
              : "nothing is registered in it",
      .remedy = "register the servers, or correct target_groups and the fleet's region"};
}

std::optional<Finding> no_load_balancer(const Subject& fleet, const GroupFacts& group) {
  if (!group.is.load_balancer_arns.empty()) return {};
  const auto in = fleet.ids_in(group);
  return Finding{
      .severity = in.empty() ? Severity::warning : worse_for_all(in.size(), fleet.size()),
      .text = fmt::format("no listener of any load balancer forwards to it: its targets are never healthy, "
                          "and Evenkeel leaves {} alone",
                          in.empty() ? "them" : count(in.size(), "member")),
      .remedy =
          "add it to a listener or a rule; or, when nothing uses it any more, deregister its targets "
          "and remove it from target_groups",
      .members = in};
}

std::optional<Finding> no_traffic(const Subject& /*fleet*/, const GroupFacts& group) {
  if (!group.traffic || group.traffic->highest_weight > 0) return {};
  const auto& traffic = *group.traffic;
  return Finding{
      .severity = Severity::warning,
      .text = traffic.forwards == 0
                  ? fmt::format("it belongs to {}, but no listener or rule there names it any more: it gets "
                                "no requests",
                                printable(traffic.balancer))
                  : fmt::format("every rule of {} that names it gives it weight 0: it gets no requests, and "
                                "its servers are rebooted and counted for nothing",
                                printable(traffic.balancer)),
      .remedy =
          "give it a weight, or remove it from target_groups as long as it is the resting side of a "
          "blue/green pair"};
}

std::optional<Finding> zone_not_enabled(const Subject& fleet, const GroupFacts& group) {
  if (!group.traffic || group.traffic->zones.empty()) return {};
  const auto& zones = group.traffic->zones;
  std::vector<std::string> outside, where;
  for (const auto& id : fleet.ids_in(group)) {
    const auto zone = fleet.members.at(id).zone();
    if (zone.empty() || std::ranges::find(zones, zone) != zones.end()) continue;
    outside.push_back(id);
    if (std::ranges::find(where, zone) == where.end()) where.push_back(zone);
  }
  if (outside.empty()) return {};
  return Finding{
      .severity = worse_for_all(outside.size(), fleet.size()),
      .text = fmt::format("{} {} in {}, where {} is not enabled: {} targets there are unused "
                          "and never become healthy, so Evenkeel leaves them alone",
                          some(outside), is_are(outside.size()), join(where, ", "),
                          printable(group.traffic->balancer), outside.size() == 1 ? "its" : "their"),
      .remedy = fmt::format("enable the zone for the load balancer (it has {}), or move the servers",
                            join(zones, ", ")),
      .members = outside};
}

}  // namespace evenkeel::check::rules
