#include "check/foreseen.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/text.h"
#include "decide/fleet_view.h"
#include "decide/guards/guards.h"
#include "decide/guards/scaling.h"
#include "observe/auto_scaling.h"
#include "observe/instances.h"
#include "observe/target_groups.h"
#include "observe/words.h"

namespace evenkeel::check {
namespace {

TargetGroup seen_target_group(const Group& group, const aws::autoscaling::Group* scaling) {
  TargetGroup seen;
  seen.arn = group.is.arn;
  seen.name = group.is.name;
  seen.type = observe::target_type(group.is.target_type);
  seen.has_load_balancer = !group.is.load_balancer_arns.empty();
  seen.of_fleet = true;
  seen.attached = scaling != nullptr && std::ranges::find(scaling->target_group_arns, group.is.arn) !=
                                            scaling->target_group_arns.end();
  seen.port = group.is.port.value_or(0);
  if (seen.has_load_balancer) seen.load_balancer_arn = group.is.load_balancer_arns.front();
  seen.to_healthy = observe::to_healthy(group.is);
  if (group.attributes) {
    seen.attributes = TargetGroup::Attributes{.deregistration_delay = group.attributes->deregistration_delay,
                                              .slow_start = group.attributes->slow_start,
                                              .fail_open_count = group.attributes->fail_open_count,
                                              .fail_open_percent = group.attributes->fail_open_percent};
    seen.zonal = group.attributes->zonal;
  } else {
    seen.zonal = false;  // that it was not read is a finding of its own
  }
  if (group.targets) {
    auto& registrations = seen.registrations.emplace();
    for (const auto& target : *group.targets) registrations.push_back(observe::registration(target));
    std::ranges::sort(registrations, {},
                      [](const Registration& r) { return std::tie(r.instance_id, r.port); });
  }
  return seen;
}

Observation as_observed(const Subject& fleet) {
  Observation seen;
  seen.taken_at = fleet.facts.taken_at;
  for (const auto& group : fleet.facts.groups)
    seen.target_groups.push_back(seen_target_group(group, fleet.scaling));
  std::ranges::sort(seen.target_groups, {}, &TargetGroup::arn);
  if (fleet.facts.instances) {
    for (const auto& [id, instance] : *fleet.facts.instances) {
      auto& one = seen.instances[id] = observe::seen_instance(instance, fleet.policy);
      const auto known = fleet.facts.stop_protected.find(id);
      one.stop_protected = known == fleet.facts.stop_protected.end() ? false : known->second;
    }
  }
  observe::name_targets(seen);
  if (fleet.scaling != nullptr) seen.auto_scaling_group = observe::seen_group(*fleet.scaling);
  return seen;
}

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
  if (!fleet.facts.instances) return held;
  const auto seen = as_observed(fleet);
  FleetState state;
  std::set<std::pair<std::string, std::string>> told;  // member, text
  for (int rung = 0; rung < static_cast<int>(fleet.policy.treatments.size()); ++rung) {
    for (const auto& [id, member] : fleet.members) state.members[id].rung = rung;
    const decide::FleetView view(fleet.policy, seen, state);
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
    findings.push_back({.severity = worse_for_all(one.members.size(), fleet.size()),
                        .text = fmt::format("{} of {} would be left alone ({}): {}", one.members.size(),
                                            count(fleet.size(), "member"), some(one.members), one.text),
                        .remedy = remedy,
                        .members = one.members,
                        .numbers = one.numbers});
  }
  return findings;
}

}  // namespace evenkeel::check
