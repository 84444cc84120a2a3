// Auto Scaling's own hand: a member that is gone or, where ELB health counts, unhealthy is replaced
// (aws-facts §3). Simple: one at a time would be AWS's business; here each on its next check.
#include <algorithm>
#include <fmt/core.h>

#include "sim/world.h"

namespace evenkeel::sim {
namespace {

using Life = Server::Life;

bool suspended(const AutoScalingGroup& group, const char* process) {
  return std::ranges::find(group.suspended_processes, process) != group.suspended_processes.end();
}

}  // namespace

bool Account::World::replaces(const AutoScalingGroup& group, const AutoScalingMember& member) {
  if (member.lifecycle_state != "InService" || suspended(group, "HealthCheck") ||
      suspended(group, "ReplaceUnhealthy") || suspended(group, "Launch")) {
    return false;
  }
  const auto found = account.servers.find(member.instance_id);
  if (found == account.servers.end()) return false;
  const auto& server = found->second;
  if (server.life == Life::stopped || server.life == Life::terminated) return true;
  if (group.health_check_type.find("ELB") == std::string::npos ||
      now - server.launched_at < group.health_check_grace_period) {
    return false;
  }
  return std::ranges::any_of(group.target_group_arns, [&](const std::string& arn) {
    const auto* target_group = account.find_group(arn);
    return target_group != nullptr && std::ranges::any_of(target_group->targets, [&](const auto& target) {
             return target.instance_id == server.id && target.state == "unhealthy";
           });
  });
}

std::string Account::World::launch_replacement(AutoScalingGroup& group, const Server& pattern) {
  Server fresh = pattern;
  fresh.id.clear();
  fresh.private_ip.clear();
  fresh.name = fmt::format("{}-r{}", group.name, account.servers.size());
  fresh.tags["Name"] = fresh.name;
  fresh.memory = fresh.memory_at_boot;
  fresh.launched_at = now;
  fresh.console_at.reset();
  fresh.life = Life::booting;
  fresh.boot_never_ends = fresh.agent_silent = false;
  fresh.crashes = fresh.reboots_by_api = 0;
  const auto id = account.add_server(std::move(fresh));
  begin_boot(run_of(id));
  for (const auto& arn : group.target_group_arns) {
    account.register_target(arn, id, std::nullopt, Hand::outsider);
  }
  return id;
}

void Account::World::step_auto_scaling() {
  for (auto& [name, group] : account.auto_scaling_groups) {
    for (auto& member : group.members) {
      if (!replaces(group, member)) continue;
      const auto gone = member.instance_id;
      account.terminate(gone);
      member = AutoScalingMember{launch_replacement(group, account.servers.at(gone))};
      note("replace", gone, {}, 0, member.instance_id);
    }
  }
}

}  // namespace evenkeel::sim
