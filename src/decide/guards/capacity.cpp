// The guards that count who would be left.
#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "decide/guards/guards.h"

namespace evenkeel::decide {
namespace {

std::string without_shifted(const Count& count) {
  return count.shifted == 0 ? ""
                            : fmt::format(" without the {} that traffic is shifted away from", count.shifted);
}

Ruling in_group(const FleetView& fleet, const Member& member, const Target& place, bool explain) {
  const auto& count = *place.count;
  const int left = count.serving - (member.serving ? 1 : 0);
  if (left >= count.required && !explain) return std::nullopt;
  const bool by_policy = fleet.healthy_wanted(count) >= count.required;
  Verdict verdict{left >= count.required ? Reason::start : Reason::too_few_healthy,
                  fmt::format("{} of {} would be left healthy in {}{}; {} asks for {}", left, count.members,
                              place.group->name, without_shifted(count),
                              by_policy ? "keep.healthy" : "its fail-open threshold", count.required),
                  {{Number::healthy_after, left}, {Number::required, count.required}}};
  if (count.members - 1 < count.required) {  // even while all of them serve
    verdict.lasts = true;
    verdict.text += count.members < 2 ? "; add servers: the only one can never leave"
                    : by_policy
                        ? fmt::format(
                              "; set keep.healthy to {} or less, or add servers; a fail-open threshold of "
                              "the group may ask for as many",
                              count.members - 1)
                        : "; lower that threshold (minimum_healthy_targets of the group), or add servers";
  }
  return verdict;
}

// Requests that come in through a zone which stands alone would reach no server.
Ruling last_of_zone(const Member& member, const Target& place, int left) {
  const auto& zonal = place.group->zonal;
  const bool serves = gets_requests(*place.registration);  // here, whatever it does elsewhere
  if (left > 0 || !serves || (zonal && !*zonal)) return std::nullopt;
  Verdict last{
      Reason::zone_without_cross_zone,
      fmt::format("it is the last of {} that serves in zone {}, and {}: turn on cross-zone load balancing "
                  "(load_balancing.cross_zone.enabled), or add servers in that zone",
                  place.group->name, printable(member.zone),
                  zonal ? "the zone's requests stay in the zone"
                        : "whether the zone's requests stay in the zone could not be read"),
      {{Number::healthy_after, left}}};
  last.lasts = place.count->zones.at(member.zone).members < 2;
  return last;
}

Ruling in_zone(const FleetView& fleet, const Member& member, const Target& place, bool explain) {
  if (member.zone.empty()) {
    return Verdict{Reason::too_few_healthy_in_zone,
                   "its Availability Zone is not known, so how many it would leave there "
                   "(keep.healthy_per_zone) is not known"};
  }
  const auto& count = place.count->zones.at(member.zone);
  const int left = count.serving - (member.serving ? 1 : 0);
  const int required = fleet.required(count);
  if (auto no = last_of_zone(member, place, left)) return no;
  if (left >= required && !explain) return std::nullopt;
  Verdict verdict{
      left >= required ? Reason::start : Reason::too_few_healthy_in_zone,
      fmt::format("{} of {} would be left healthy in {} in zone {}{}; keep.healthy_per_zone asks for {}",
                  left, count.members, place.group->name, printable(member.zone), without_shifted(count),
                  required),
      {{Number::healthy_after, left}, {Number::required, required}}};
  if (count.members - 1 < required) {
    verdict.lasts = true;
    verdict.text += "; set keep.healthy_per_zone lower, or add servers there";
  }
  return verdict;
}

// On two ports of one group it is still one member.
bool counted_before(const Member& member, const Target& place) {
  return &place != member.places.data() && (&place - 1)->group == place.group;
}

}  // namespace

std::optional<Verdict> capacity_guard(const FleetView& fleet, const Member& member) {
  for (const auto& place : member.places) {
    if (counted_before(member, place)) continue;
    if (auto no = in_group(fleet, member, place, false)) return no;
    if (auto no = in_zone(fleet, member, place, false)) return no;
  }
  return std::nullopt;
}

std::vector<Check> capacity_checks(const FleetView& fleet, const Member& member) {
  std::vector<Check> checks;
  const auto add = [&](std::string name, Ruling ruling) {
    checks.push_back({std::move(name), ruling->reason == Reason::start, std::move(ruling)});
  };
  for (const auto& place : member.places) {
    if (counted_before(member, place)) continue;
    add("healthy " + place.group->name, in_group(fleet, member, place, true));
    add(fmt::format("healthy {} {}", place.group->name, member.zone), in_zone(fleet, member, place, true));
  }
  return checks;
}

}  // namespace evenkeel::decide
