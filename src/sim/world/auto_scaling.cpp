// Auto Scaling's own hand: it keeps the desired size, replaces members that are gone or unhealthy, and evens
// out the zones (docs/aws.md, Auto Scaling).
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kSizeEvery{10'000};
constexpr Duration kImpairedTolerated{300'000};
constexpr Duration kPendingInEc2{10'000};
constexpr Duration kPendingInGroup{20'000};

// In units where the group has weights.
int size_of(const AutoScalingGroup& group) {
  int size = 0;
  for (const auto& member : group.members) size += member.counts() ? member.units() : 0;
  return size;
}

bool for_long(const std::optional<Time>& since, Time now) {
  return since && now - *since >= kImpairedTolerated;
}

bool is_at(const RegisteredTarget& target, const std::string& instance_id, int port) {
  return target.instance_id == instance_id && target.port == port && !target.instance_gone;
}

}  // namespace

bool Account::World::unhealthy(const AutoScalingGroup& group, const AutoScalingMember& member,
                               bool thorough) {
  const auto found = account.servers.find(member.instance_id);
  if (found == account.servers.end()) return false;
  const auto& server = found->second;
  if (!server.runs() && server.life != Life::pending) return true;
  const Time since = member.in_service_since.value_or(server.launched_at);
  if (!thorough || now - since < group.health_check_grace_period) return false;
  if (for_long(server.impaired_since, now) || for_long(server.system_impaired_since, now)) return true;
  if (group.health_check_type.find("ELB") == std::string::npos) return false;
  return std::ranges::any_of(group.attached(), [&](const std::string& arn) {
    const auto* attached = account.find_group(arn);
    if (attached == nullptr) return false;
    const auto& targets = attached->targets;
    const bool failing = std::ranges::any_of(targets, [&](const auto& target) {
      return target.instance_id == server.id && target.state == "unhealthy";
    });
    const bool absent = std::ranges::none_of(
        targets, [&](const auto& target) { return is_at(target, server.id, attached->port); });
    return failing || (absent && member.deregistered_by_outsider && account.switches.replaces_deregistered);
  });
}

void Account::World::step_member_health(AutoScalingGroup& group, bool thorough) {
  if (!group.suspended("HealthCheck")) {
    for (auto& member : group.members) {
      if (member.lifecycle_state == "InService" && unhealthy(group, member, thorough))
        member.health_status = "Unhealthy";
    }
  }
  if (group.suspended("ReplaceUnhealthy") || group.suspended("Launch") || group.suspended("Terminate"))
    return;
  std::vector<std::string> gone;
  for (auto& member : group.members) {
    if (member.lifecycle_state != "InService" || member.health_status == "Healthy") continue;
    gone.push_back(member.instance_id);
    retire(group, member,
           fmt::format("At {} an instance was taken out of service in response to a health check failure.",
                       iso8601(now)),
           Actor::outsider);
  }
  for (const auto& id : gone) {
    const bool wanted = size_of(group) < group.desired;
    note(FactKind::replace, id, {}, 0, wanted ? launch(group, "replace").value_or("") : "");
  }
}

std::map<std::string, int> Account::World::members_by_zone(const AutoScalingGroup& group) {
  std::map<std::string, int> count;
  for (const auto& zone : group.zones) {
    if (!account.zones_out.contains(zone)) count[zone] = 0;
  }
  for (const auto& member : group.members) {
    const auto server = account.servers.find(member.instance_id);
    if (server == account.servers.end() || !member.counts()) continue;
    if (const auto zone = count.find(server->second.zone); zone != count.end()) ++zone->second;
  }
  return count;
}

std::optional<std::string> Account::World::launch(AutoScalingGroup& group, const char* why, Actor actor) {
  const auto by_zone = members_by_zone(group);
  const auto emptiest = std::ranges::min_element(by_zone, {}, [](const auto& entry) { return entry.second; });
  const auto pattern = std::ranges::find_if(
      account.servers, [&](const auto& entry) { return entry.second.auto_scaling_group == group.name; });
  AutoScalingMember member;
  const auto cause = fmt::format(
      "At {} an instance was started in response to a difference between desired and actual capacity.",
      iso8601(now));
  if (account.switches.no_capacity || emptiest == by_zone.end() || pattern == account.servers.end()) {
    begin_activity(group, member, "Launching a new EC2 instance", cause, "Failed", 100);
    group.activities.back().ended = now;
    return std::nullopt;
  }
  Server fresh = pattern->second;
  fresh.id.clear();
  fresh.private_ip.clear();
  fresh.addresses.clear();
  fresh.name = fmt::format("{}-r{}", group.name, account.servers.size());
  fresh.tags["Name"] = fresh.name;
  std::erase_if(fresh.tags, [](const auto& each) { return each.first.starts_with("evenkeel:"); });
  fresh.zone = emptiest->first;
  fresh.memory = fresh.memory_at_boot;
  fresh.launched_at = now;
  fresh.console_at.reset();
  fresh.impaired_since.reset();
  fresh.system_impaired_since.reset();
  fresh.events.clear();
  fresh.life = Life::pending;
  fresh.life_until = now + kPendingInEc2;
  fresh.initializing = true;
  fresh.boot_never_ends = fresh.agent_silent = false;
  fresh.crashes = fresh.reboots_by_api = 0;
  if (!group.weights.empty() && !group.weights.contains(fresh.type))
    fresh.type = group.weights.begin()->first;
  member.weight = group.weight_of(fresh.type);
  member.instance_id = account.add_server(std::move(fresh));
  member.lifecycle_state = "Pending";
  member.pending_until = now + kPendingInGroup;
  begin_activity(group, member, "Launching a new EC2 instance", cause, "PreInService", 30);
  if (group.owed_to_us > 0) {
    --group.owed_to_us;
    auto& run = run_of(member.instance_id);
    run.down_by_reboot = Actor::evenkeel;
    for (const auto& arn : group.attached()) {
      if (const auto* attached = account.find_group(arn)) run.taken.emplace(arn, attached->port);
    }
  }
  note(FactKind::launch, member.instance_id, {}, group.desired, why, 0, actor);
  group.members.push_back(member);
  return member.instance_id;
}

// Of the fullest zone the one that was launched first. None whose units are still wanted.
AutoScalingMember* Account::World::choose_for_scale_in(AutoScalingGroup& group) {
  const auto by_zone = members_by_zone(group);
  const int spare = size_of(group) - group.desired;
  AutoScalingMember* chosen = nullptr;
  std::pair<int, Time> best{-1, Time{}};
  for (auto& member : group.members) {
    const auto server = account.servers.find(member.instance_id);
    if (server == account.servers.end() || member.lifecycle_state != "InService" ||
        member.protected_from_scale_in || member.units() > spare) {
      continue;
    }
    const auto zone = by_zone.find(server->second.zone);
    const int count = zone == by_zone.end() ? 0 : zone->second;
    const Time launched = server->second.launched_at;
    if (count < best.first || (count == best.first && launched >= best.second)) continue;
    best = {count, launched};
    chosen = &member;
  }
  return chosen;
}

void Account::World::adjust_size(AutoScalingGroup& group) {
  const int size = size_of(group);
  if (size < group.desired && !group.suspended("Launch")) {
    while (size_of(group) < group.desired && launch(group, "size")) {
    }
  } else if (size > group.desired && !group.suspended("Terminate")) {
    if (auto* member = choose_for_scale_in(group)) {
      note(FactKind::scale_in, member->instance_id, {}, group.desired, "size");
      retire(group, *member,
             fmt::format("At {} an instance was taken out of service in response to a difference between "
                         "desired and actual capacity, shrinking the capacity from {} to {}.",
                         iso8601(now), size, size - member->units()),
             Actor::outsider);
    }
  } else {
    rebalance(group);
  }
}

bool Account::World::uneven(const AutoScalingGroup& group) {
  const auto by_zone = members_by_zone(group);
  const auto [least, most] =
      std::ranges::minmax_element(by_zone, {}, [](const auto& entry) { return entry.second; });
  return least != by_zone.end() && most->second - least->second >= 2;
}

// Launches first; the size, one too large then, takes the other one.
void Account::World::rebalance(AutoScalingGroup& group) {
  const bool busy = std::ranges::any_of(
      group.members, [](const auto& member) { return member.lifecycle_state == "Pending"; });
  if (!account.switches.az_rebalance || busy || group.suspended("AZRebalance") || group.suspended("Launch") ||
      group.suspended("Terminate")) {
    return;
  }
  if (!uneven(group)) {
    group.uneven_by_us = false;
    return;
  }
  launch(group, "rebalance", group.uneven_by_us ? Actor::evenkeel : Actor::outsider);
}

// One member after the other, each when the one before is in service again.
void Account::World::step_refresh(AutoScalingGroup& group) {
  if (group.refreshes.empty()) return;
  auto& refresh = group.refreshes.back();
  if (refresh.ended || refresh.strategy != "ReplaceRootVolume") return;
  if (std::ranges::any_of(group.members, &AutoScalingMember::replaces_root_volume)) return;
  const auto next = std::ranges::find_if(group.members, [&](const AutoScalingMember& member) {
    return member.lifecycle_state == "InService" &&
           std::ranges::find(refresh.replaced, member.instance_id) == refresh.replaced.end();
  });
  if (next == group.members.end()) return;
  refresh.replaced.push_back(next->instance_id);
  replace_root_volume(group, *next);
}

void Account::World::step_auto_scaling() {
  const auto since_epoch = second.time_since_epoch();
  const bool now_sizes = since_epoch % kSizeEvery == Duration::zero();
  for (auto& [name, group] : account.auto_scaling_groups) {
    step_lifecycles(group);
    if (!now_sizes) continue;
    for (const auto& member : group.members) {
      const auto server = account.servers.find(member.instance_id);
      if (server != account.servers.end()) group.zones.insert(server->second.zone);
    }
    step_refresh(group);
    step_member_health(group, since_epoch % minutes{1} == seconds{30});
    adjust_size(group);
  }
}

}  // namespace evenkeel::sim
