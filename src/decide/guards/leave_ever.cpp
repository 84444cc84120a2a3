#include "decide/guards/leave_ever.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/text.h"
#include "decide/guards/scaling.h"

namespace evenkeel::decide {
namespace {

// Those that list it and are not its Auto Scaling group's: of the group's own a guard tells.
std::vector<std::string> classic_of_others(const FleetView& fleet, const Member& member,
                                           const std::map<std::string, std::set<std::string>>& classic) {
  const auto& group = fleet.observation.auto_scaling_group;
  std::vector<std::string> names;
  for (const auto& [name, ids] : classic) {
    const bool own = member.scaling != nullptr &&
                     std::ranges::find(group->other_traffic_sources, name, &TrafficSource::name) !=
                         group->other_traffic_sources.end();
    if (!own && ids.contains(member.id)) names.push_back(name);
  }
  return names;
}

// What is known of where else it is registered, from whichever closer look there was.
Ruling registered_elsewhere(const FleetView& fleet, const Member& member) {
  Survey known;
  known.complete = true;
  known.may_reboot = known.may_register = true;
  known.events.emplace();
  if (const auto& elsewhere = fleet.observation.elsewhere) {
    for (std::size_t i = 0; i < elsewhere->registrations.size(); ++i) {
      if (elsewhere->registrations[i].instance_id != member.id) continue;
      known.elsewhere.push_back(elsewhere->registrations[i]);
      known.elsewhere_groups.push_back(elsewhere->groups[i]);
    }
    if (elsewhere->classic) known.classic = classic_of_others(fleet, member, *elsewhere->classic);
  }
  return survey_guard(known);
}

// Terminated in Standby, where Auto Scaling keeps it in its list: nothing of it is left that could leave.
bool is_gone(const Member& member) {
  const bool there = member.instance != nullptr && member.instance->state != InstanceState::terminated;
  return !there && member.scaling != nullptr && in_standby(member.scaling->lifecycle_state);
}

// The first no that does not pass by itself, though another one may hold it back just now.
Ruling for_good(const FleetView& fleet, const Member& member) {
  const auto lasts = [](const Ruling& ruling) { return ruling && ruling->lasts; };
  for (const auto& guard : own_guards()) {
    if (auto no = guard.judge(fleet, member, false); lasts(no)) return no;
  }
  if (auto no = capacity_guard(fleet, member); lasts(no)) return no;
  if (member.instance != nullptr && member.instance->stop_protected) {
    if (auto no = stop_protection_guard(treatment_of(fleet, member), member.instance); lasts(no)) return no;
  }
  if (auto no = registered_elsewhere(fleet, member); lasts(no)) return no;
  return std::nullopt;
}

Ruling for_now(const FleetView& fleet, const Member& member) {
  auto no = member_guards(fleet, member);
  return no ? no : capacity_guard(fleet, member);
}

// The ruling of each member, those that are gone left out where it is for good; nothing as soon as one has none.
std::vector<Verdict> of_each(const FleetView& fleet, Ruling (*rule)(const FleetView&, const Member&)) {
  std::vector<Verdict> all;
  for (const auto& [id, member] : fleet.members) {
    auto no = rule(fleet, member);
    if (!no && rule == for_good && is_gone(member)) continue;
    if (!no) return {};
    all.push_back(std::move(*no));
  }
  return all;
}

std::string most_of(const std::vector<Verdict>& all) {
  std::map<Reason, std::size_t> times;
  for (const auto& verdict : all) ++times[verdict.reason];
  const auto most = std::ranges::max_element(times, {}, [](const auto& entry) { return entry.second; });
  const auto& first = *std::ranges::find(all, most->first, &Verdict::reason);
  return fmt::format("{} of {}: {}", most->second, all.size(), first.text);
}

// What only a closer look finds is named first: without one it is not known to be over.
Reason subject_of(const std::vector<Verdict>& all) {
  const auto found = std::ranges::find_if(all, [](const Verdict& verdict) {
    return verdict.reason == Reason::elsewhere_registered || verdict.reason == Reason::stop_protected;
  });
  return found == all.end() ? all.front().reason : found->reason;
}

std::string places_of(const FleetView& fleet) {
  std::vector<std::string> names;
  for (const auto& [group, count] : fleet.groups) names.push_back(printable(group->name));
  std::ranges::sort(names);
  return join(names, ", ");
}

}  // namespace

std::vector<BlindTo> never_to_leave(const Plan& plan, const FleetView& fleet,
                                    const std::vector<Verdict>& held_back_by) {
  std::vector<BlindTo> never;
  for (const auto& verdict : held_back_by) {
    if (verdict.lasts) never.push_back({Blindness::fleet_may_not_start, name(verdict.reason), verdict.text});
  }
  if (!fleet.readable() || !fleet.doubted.empty()) return never;
  if (fleet.members.empty()) {
    const auto& group = fleet.observation.auto_scaling_group;
    if (group && group->desired == 0) return never;  // at rest, and nothing to look after
    never.push_back({Blindness::no_members, "",
                     fmt::format("no members: nothing is registered in {}; register the servers, or correct "
                                 "target_groups, auto_scaling_group, region or role_arn",
                                 places_of(fleet))});
    return never;
  }
  if (const auto all = of_each(fleet, for_good); !all.empty()) {
    never.push_back({Blindness::no_member_may_leave, name(subject_of(all)),
                     "no member could ever leave: " + most_of(all)});
    return never;
  }
  const Verdict* asked = nullptr;
  std::string id;
  for (const auto& [one, verdict] : plan.members) {
    if (verdict.reason == Reason::start || verdict.reason == Reason::next_in_line) return never;
    if (!verdict.wanted) continue;
    if (!verdict.lasts || verdict.of_fleet) return never;  // of the whole fleet it has been said
    if (asked != nullptr) continue;
    asked = &verdict;
    id = one;
  }
  if (asked != nullptr)
    never.push_back(
        {Blindness::may_never_leave, id, id + " is asked for and may never leave: " + asked->text});
  return never;
}

std::string why_none_may_leave(const FleetView& fleet) {
  if (!fleet.readable() || fleet.members.empty()) return {};
  const auto all = of_each(fleet, for_now);
  return all.empty() ? std::string() : "no member may leave now: " + most_of(all);
}

}  // namespace evenkeel::decide
