#include "check/foreseen.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/guards/guards.h"
#include "decide/guards/scaling.h"

namespace evenkeel::check {
namespace {

using Verdicts = std::vector<Verdict>;

Verdicts verdicts(const decide::FleetView& view, const decide::Member& member, std::string_view guard) {
  Verdicts all;
  const auto add = [&](std::optional<Verdict> verdict) {
    if (verdict) all.push_back(std::move(*verdict));
  };
  if (guard == "capacity") add(decide::capacity_guard(view, member));
  if (guard == "stop_protection")
    add(decide::stop_protection_guard(decide::treatment_of(view, member), member.instance));
  for (const auto& own : decide::own_guards()) {
    if (own.name == guard) add(own.judge(view, member, false));
  }
  return all;
}

}  // namespace

std::vector<Foreseen> foreseen(const Subject& fleet, std::string_view guard, Reason reason) {
  std::vector<Foreseen> held;
  if (!fleet.facts.instances_read()) return held;
  FleetState state;
  std::set<std::pair<std::string, std::string>> told;  // member, text
  for (int level = 0; level < static_cast<int>(fleet.policy.treatments.size()); ++level) {
    for (const auto& [id, member] : fleet.members) state.members[id].level = level;
    const decide::FleetView view(fleet.policy, fleet.observed, state);
    for (const auto& [id, member] : view.members) {
      if (!fleet.members.contains(id)) continue;
      for (auto& verdict : verdicts(view, member, guard)) {
        if (verdict.reason != reason || !told.emplace(id, verdict.text).second) continue;
        auto same = std::ranges::find(held, verdict.text, &Foreseen::text);
        if (same == held.end())
          same = held.insert(held.end(), {verdict.text, {}, std::move(verdict.numbers)});
        same->members.push_back(id);
      }
    }
  }
  return held;
}

std::vector<Finding> findings_of(const Subject& fleet, const std::vector<Foreseen>& held,
                                 const std::string& remedy) {
  std::vector<Finding> findings;
  for (const auto& one : held) {
    std::map<std::string, double> numbers;
    for (const auto& [number, value] : one.numbers) numbers[name(number)] = value;
    findings.push_back({.severity = worse_for_all(one.members.size(), fleet.size()),
                        .text = fmt::format("{} of {} would be left alone ({}): {}", one.members.size(),
                                            count(fleet.size(), "member"), some(one.members), one.text),
                        .remedy = remedy,
                        .members = one.members,
                        .numbers = std::move(numbers)});
  }
  return findings;
}

}  // namespace evenkeel::check
