#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <optional>
#include <set>

#include "base/text.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

// "keep.healthy is 75%, of 8 that is 6"
std::string asked_for(const Subject& fleet, int total) {
  const auto& share = fleet.policy.keep.healthy;
  if (share.percent == 0) return fmt::format("keep.healthy is {}", share.count);
  return fmt::format("keep.healthy is {}%, of {} that is {}", share.percent, total, share.of(total));
}

int fail_open_threshold(const GroupFacts& group, int total) {
  const auto& attributes = group.seen.attributes;
  if (!attributes) return 0;
  return std::max(attributes->fail_open_count, (attributes->fail_open_percent * total + 99) / 100);
}

}  // namespace

std::optional<Finding> fleet_too_small(const Subject& fleet, const GroupFacts& group) {
  const auto in = fleet.ids_in(group);
  if (in.empty()) return {};
  const auto members = static_cast<int>(in.size());
  const int required = fleet.required(group), healthy = fleet.healthy_in(group);
  Finding finding{.severity = Severity::warning, .text = {}, .remedy = {}};
  finding.numbers = {{"members", members}, {"healthy", healthy}, {"required", required}};
  const auto asked = asked_for(fleet, fleet.counted_in(group));
  if (members - 1 < required) {
    finding.severity = worse_for_all(in.size(), fleet.size());
    finding.text = fmt::format(
        "it has {}, and {} must be left healthy after one has gone ({}): no server could ever leave",
        count(in.size(), "member"), required, asked);
    finding.remedy = members == 1
                         ? "one server can't be taken out without an outage: add a server"
                         : fmt::format("set keep.healthy to at most {}, or add {}", members - 1,
                                       count(static_cast<std::size_t>(required + 1 - members), "server"));
  } else if (healthy - 1 < required) {
    finding.text = fmt::format(
        "{} of its {} are healthy now, and {} must be left after one has gone ({}): "
        "no server may leave until more are healthy",
        healthy, count(in.size(), "member"), required, asked);
    finding.remedy = "look at the members that aren't healthy; `evenkeel plan` names them";
  } else {
    return {};
  }
  return finding;
}

std::optional<Finding> fail_open(const Subject& fleet, const GroupFacts& group) {
  const auto members = static_cast<int>(fleet.ids_in(group).size());
  if (members == 0) return {};
  const int total = fleet.counted_in(group), threshold = fail_open_threshold(group, total);
  const int kept = fleet.policy.keep.healthy.of(total);
  if (threshold < kept) return {};
  const bool always = threshold + 1 > members - 1 && threshold > 1;
  return Finding{
      .severity = always ? Severity::would_not_work : Severity::note,
      .text = fmt::format("with fewer than {} healthy it fails open and sends requests to unhealthy servers "
                          "as well; so Evenkeel leaves {} healthy there, although keep.healthy asks for {}{}",
                          threshold, threshold + 1, kept,
                          always ? fmt::format(", and with {} no server could ever leave", members) : ""),
      .remedy = always ? "lower the group's minimum_healthy_targets (unhealthy_state_routing, dns_failover), "
                         "or add servers"
                       : fmt::format("nothing, or set keep.healthy to {}", threshold + 1),
      .numbers = {{"threshold", threshold}, {"keep_healthy", kept}, {"members", members}}};
}

Findings without_witness(const Subject& fleet) {
  const auto& policy = fleet.policy;
  const bool shows = !policy.auto_scaling_group.empty() && policy.leave_by == Leave::standby;
  if (policy.witness_tag || shows) return {};
  return {
      {.severity = Severity::note,
       .text =
           "only Evenkeel's state knows which server is out: a server that left by deregistration looks like "
           "one that was never there. An old copy of the state, or another file, would forget it",
       .remedy = "witness_tag: yes marks it by a tag (it needs ec2:CreateTags and ec2:DeleteTags)"}};
}

Findings out_unreachable(const Subject& fleet) {
  int room = static_cast<int>(fleet.size());
  std::string narrowest;
  for (const auto& group : fleet.facts.groups) {
    const auto members = static_cast<int>(fleet.ids_in(group).size());
    if (members == 0 || members - fleet.required(group) >= room) continue;
    room = members - fleet.required(group);
    narrowest = group.is.name;
  }
  const int out = fleet.policy.keep.out.at_most(static_cast<int>(fleet.members.size()));
  if (room < 1 || out <= room) return {};
  return {{.severity = Severity::note,
           .text = fmt::format("keep.out is {}, but keep.healthy lets only {} be out at once in {}", out,
                               room, narrowest),
           .remedy = fmt::format("set keep.out to {}, or lower keep.healthy", room),
           .target_group = narrowest}};
}

Findings member_not_running(const Subject& fleet) {
  if (!fleet.facts.instances_read()) return {};
  std::vector<std::string> ids;
  std::set<std::string> states;
  for (const auto& [id, member] : fleet.members) {
    if (member.running()) continue;
    ids.push_back(id);
    states.insert(member.instance == nullptr ? "unknown to EC2" : name(member.instance->state));
  }
  if (ids.empty()) return {};
  return {{.severity = worse_for_all(ids.size(), fleet.size()),
           .text = fmt::format(
               "{} of {} {} registered, but not running ({}): they serve no traffic, and Evenkeel "
               "leaves them alone",
               ids.size(), count(fleet.size(), "member"), is_are(ids.size()),
               join(std::vector(states.begin(), states.end()), ", ")),
           .remedy = "start " + some(ids) + ", or deregister what is not coming back",
           .members = ids}};
}

Findings elsewhere_registered(const Subject& fleet) {
  if (!fleet.facts.seen.elsewhere) return {};
  const auto& elsewhere = *fleet.facts.seen.elsewhere;
  Findings findings;
  for (const bool by_address : {false, true}) {
    std::set<std::string> ids, groups;
    for (std::size_t i = 0; i < elsewhere.registrations.size(); ++i) {
      const auto& one = elsewhere.registrations[i];
      if (one.by_address != by_address || !fleet.members.contains(one.instance_id)) continue;
      ids.insert(one.instance_id);
      groups.insert(elsewhere.groups[i]);
    }
    if (ids.empty()) continue;
    const std::vector<std::string> members(ids.begin(), ids.end()), names(groups.begin(), groups.end());
    findings.push_back(
        {.severity = worse_for_all(ids.size(), fleet.size()),
         .text = fmt::format("{} of {} {} registered in {} {}: taken out "
                             "here they would go on serving there, so they are never touched",
                             ids.size(), count(fleet.size(), "member"), is_are(ids.size()), some(names),
                             by_address ? "by address, where Evenkeel can't take them out"
                                        : "as well, which the policy doesn't name"),
         .remedy = by_address ? "deregister them there, or use a target group of type instance"
                              : "add " + some(names, 20) + " to target_groups",
         .members = members});
  }
  return findings;
}

Findings out_already(const Subject& fleet) {
  std::set<std::string> ids;
  for (const auto& [id, member] : fleet.members) {
    for (const auto& place : member.places) {
      const auto state = place.target->state;
      if (state == TargetState::draining || state == TargetState::unhealthy_draining) ids.insert(id);
    }
  }
  if (fleet.scaling != nullptr) {
    for (const auto& member : fleet.scaling->members) {
      const auto state = member.lifecycle_state;
      const bool nowhere = state == LifecycleState::in_service && !fleet.members.contains(member.instance_id);
      if (in_standby(state) || nowhere) ids.insert(member.instance_id);
    }
  }
  if (ids.empty()) return {};
  const std::vector<std::string> out(ids.begin(), ids.end());
  return {
      {.severity = Severity::warning,
       .text = fmt::format("{} {} out of service: draining, in standby, or not registered at all. A first "
                           "tick that remembers nothing of it opens the breaker, and starts nothing",
                           some(out), is_are(out.size())),
       .remedy = fmt::format("where Evenkeel runs already, `evenkeel status` tells whether it is its own "
                             "doing; else put them back first, or when that is how it should be: evenkeel "
                             "resume {} --reason …",
                             fleet.policy.name),
       .members = out}};
}

// Most members are in every group of the fleet: then those that miss one were left there by a deployment or by
// hand, and serve only half.
std::optional<Finding> missing_place(const Subject& fleet, const GroupFacts& group) {
  if (!group.seen.registrations || group.seen.type != TargetType::instance) return {};
  const auto in = fleet.ids_in(group);
  std::vector<std::string> missing;
  std::ranges::set_difference(fleet.ids(), in, std::back_inserter(missing));
  if (missing.empty() || missing.size() >= in.size()) return {};
  return Finding{.severity = Severity::warning,
                 .text = fmt::format(
                     "{} of {} {} not registered in it, but in another group of the fleet: it serves "
                     "there without them, and they count nothing here ({})",
                     missing.size(), count(fleet.size(), "member"), is_are(missing.size()), some(missing)),
                 .remedy = "register them here as well; or, if that is meant, give them a fleet of their own",
                 .members = missing};
}

Findings one_zone(const Subject& fleet) {
  std::set<std::string> zones;
  for (const auto& [id, member] : fleet.members) zones.insert(member.zone());
  if (fleet.size() < 2 || zones.size() != 1 || zones.begin()->empty()) return {};
  return {
      {.severity = Severity::note,
       .text = fmt::format("all {} are in {}: Evenkeel keeps enough of them healthy, but not through that "
                           "zone's outage",
                           count(fleet.size(), "member"), *zones.begin()),
       .remedy = "spread the servers over two zones or more"}};
}

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
