#include <algorithm>
#include <fmt/core.h>
#include <optional>

#include "base/text.h"
#include "check/rules.h"

namespace evenkeel::check::rules {

std::optional<Finding> zone_too_small(const Subject& fleet, const GroupFacts& group) {
  const auto& share = fleet.policy.keep.healthy_per_zone;
  if (!share || !fleet.facts.instances_read()) return {};
  std::map<std::string, std::vector<std::string>> zones;
  for (const auto& id : fleet.ids_in(group)) {
    if (const auto zone = fleet.members.at(id).zone(); !zone.empty()) zones[zone].push_back(id);
  }
  std::vector<std::string> stuck, where;
  for (const auto& [zone, ids] : zones) {
    const auto members = static_cast<int>(ids.size());
    if (members - 1 >= share->of(members)) continue;
    where.push_back(fmt::format("{} ({} of {})", printable(zone), share->of(members), members));
    stuck.insert(stuck.end(), ids.begin(), ids.end());
  }
  if (stuck.empty()) return {};
  return Finding{
      .severity = worse_for_all(stuck.size(), fleet.size()),
      .text =
          fmt::format("keep.healthy_per_zone asks for as many as there are, or more, in {}: no server there "
                      "could ever leave",
                      join(where, ", ")),
      .remedy =
          "lower keep.healthy_per_zone, or leave it out: then one is kept where a zone has two or more; "
          "or add servers in that zone",
      .members = stuck,
      .numbers = {{"members", static_cast<double>(stuck.size())}}};
}

Findings out_per_zone_unreachable(const Subject& fleet) {
  const auto& per_zone = fleet.policy.keep.out_per_zone;
  if (!per_zone || per_zone->percent != 0) return {};
  const int out = fleet.policy.keep.out.at_most(static_cast<int>(fleet.size()));
  if (per_zone->count <= out) return {};
  return {{.severity = Severity::note,
           .text = fmt::format("keep.out_per_zone is {}, but keep.out lets only {} be out in the whole fleet",
                               per_zone->count, out),
           .remedy = fmt::format("set keep.out_per_zone to {} or less, or raise keep.out", out)}};
}

}  // namespace evenkeel::check::rules
