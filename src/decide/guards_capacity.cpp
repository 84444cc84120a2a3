// The guards that count who would be left.
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "decide/guards.h"

namespace evenkeel::decide {
namespace {

using Ruling = std::optional<Verdict>;

Ruling in_group(const FleetView& fleet, const Member& member, const TargetGroup& group, bool tell) {
  const auto& count = fleet.groups.at(&group);
  const int left = count.serving - (member.serving ? 1 : 0);
  const int required = fleet.required(group);
  if (left >= required && !tell) return std::nullopt;
  return Verdict{left >= required ? Reason::start : Reason::too_few_healthy,
                 fmt::format("{} of {} would be left healthy in {}, {} are asked for", left, count.members,
                             group.name, required),
                 {{"healthy_after", left}, {"required", required}}};
}

Ruling in_zone(const FleetView& fleet, const Member& member, const TargetGroup& group, bool tell) {
  if (member.zone.empty()) {
    return Verdict{Reason::too_few_healthy_in_zone,
                   "its Availability Zone is not known, so nobody can tell what it leaves behind there",
                   {}};
  }
  const auto& count = fleet.groups.at(&group).zones.at(member.zone);
  const int left = count.serving - (member.serving ? 1 : 0);
  const int required = fleet.required(count);
  if (left >= required && !tell) return std::nullopt;
  return Verdict{
      left >= required ? Reason::start : Reason::too_few_healthy_in_zone,
      fmt::format("{} of {} would be left healthy in {} in zone {}, {} {} asked for", left, count.members,
                  group.name, printable(member.zone), required, required == 1 ? "is" : "are"),
      {{"healthy_after", left}, {"required", required}}};
}

// On two ports of one group it is still one member.
std::vector<const TargetGroup*> groups_of(const Member& member) {
  std::vector<const TargetGroup*> groups;
  for (const auto& place : member.places) {
    if (groups.empty() || groups.back() != place.group) groups.push_back(place.group);
  }
  return groups;
}

}  // namespace

std::optional<Verdict> capacity_guard(const FleetView& fleet, const Member& member) {
  for (const auto* group : groups_of(member)) {
    if (auto no = in_group(fleet, member, *group, false)) return no;
    if (auto no = in_zone(fleet, member, *group, false)) return no;
  }
  return std::nullopt;
}

std::vector<Check> capacity_checks(const FleetView& fleet, const Member& member) {
  std::vector<Check> checks;
  const auto add = [&](std::string name, Ruling ruling) {
    checks.push_back({std::move(name), ruling->reason == Reason::start, std::move(ruling)});
  };
  for (const auto* group : groups_of(member)) {
    add("healthy " + group->name, in_group(fleet, member, *group, true));
    add(fmt::format("healthy {} {}", group->name, member.zone), in_zone(fleet, member, *group, true));
  }
  return checks;
}

}  // namespace evenkeel::decide
