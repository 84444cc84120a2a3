// What others do to Auto Scaling groups and to zones: people, deployments, scaling policies, AWS.
#include <algorithm>
#include <fmt/core.h>

#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

AutoScalingGroup* scaling_group(Account& account, const std::string& name) {
  auto& groups = account.auto_scaling_groups;
  const auto found = name.empty() ? groups.begin() : groups.find(name);
  return found == groups.end() ? nullptr : &found->second;
}

}  // namespace

void Account::scale_in(const std::string& group_name, const std::string& instance_id) {
  if (!instance_id.empty()) {
    terminate_in_group(instance_id, true, Actor::outsider);
    return;
  }
  const auto* group = scaling_group(*this, group_name);
  if (group != nullptr && group->desired > group->min_size)
    resize(group->name, std::nullopt, std::nullopt, group->desired - 1);
}

void Account::scale_out(const std::string& group_name) {
  const auto* group = scaling_group(*this, group_name);
  if (group != nullptr && group->desired < group->max_size)
    resize(group->name, std::nullopt, std::nullopt, group->desired + 1);
}

void Account::resize(const std::string& group_name, std::optional<int> min, std::optional<int> max,
                     std::optional<int> desired) {
  auto* group = scaling_group(*this, group_name);
  if (group == nullptr) return;
  group->min_size = min.value_or(group->min_size);
  group->max_size = std::max(group->min_size, max.value_or(group->max_size));
  group->desired = std::clamp(desired.value_or(group->desired), group->min_size, group->max_size);
  world_->note(FactKind::resize, {}, {}, group->desired,
               fmt::format("{} min={} max={} desired={}", group->name, group->min_size, group->max_size,
                           group->desired));
}

void Account::suspend_process(const std::string& group_name, const std::string& process) {
  auto* group = scaling_group(*this, group_name);
  if (group == nullptr || group->suspended(process)) return;
  group->suspended_processes.push_back(process);
  if (process == "Launch") group->launch_suspended_at = now();
}

void Account::resume_process(const std::string& group_name, const std::string& process) {
  auto* group = scaling_group(*this, group_name);
  if (group == nullptr || std::erase(group->suspended_processes, process) == 0) return;
  if (process == "Launch") group->launch_resumed_at = now();
}

void Account::start_refresh(const std::string& group_name, const std::string& strategy) {
  if (auto* group = scaling_group(*this, group_name))
    group->refreshes.push_back(
        {"r" + world_->life_random.hex(16), "InProgress", now(), std::nullopt, strategy});
}

void Account::end_refresh(const std::string& group_name) {
  auto* group = scaling_group(*this, group_name);
  if (group == nullptr) return;
  for (auto& refresh : group->refreshes) {
    if (refresh.ended) continue;
    refresh.status = "Successful";
    refresh.ended = now();
  }
}

void Account::shift_zone(const std::string& zone) {
  shifted_zones.insert(zone);
  world_->dirty = true;
}

void Account::unshift_zone(const std::string& zone) {
  shifted_zones.erase(zone);
  world_->dirty = true;
}

void Account::begin_zone_outage(const std::string& zone) {
  if (!zones_out.insert(zone).second) return;
  world_->note(FactKind::zone_outage, {}, {}, 0, zone);
  for (auto* run : world_->live) {
    if (run->server->zone == zone) world_->cut_requests(*run, false, "in flight in a zone that went down");
  }
  world_->dirty = true;
}

void Account::end_zone_outage(const std::string& zone) {
  if (zones_out.erase(zone) > 0) world_->note(FactKind::zone_restored, {}, {}, 0, zone);
  world_->dirty = true;
}

}  // namespace evenkeel::sim
