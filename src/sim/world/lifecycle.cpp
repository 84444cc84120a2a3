// The lives of the members of Auto Scaling groups: in service, in Standby and back, detached, terminated
// (docs/aws.md, Auto Scaling).
#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/text.h"
#include "sim/world/world.h"

namespace evenkeel::sim {
namespace {

constexpr Duration kReturning{15'000};
constexpr Duration kHookWaits{60'000};
constexpr Duration kReplacingVolume{120'000};
constexpr Duration kVolumeReplaced{10'000};
constexpr std::size_t kMostActivities = 1000;
constexpr std::size_t kMostMembersAtOnce = 20;
constexpr const char* kWaitingForDraining = "WaitingForELBConnectionDraining";

ApiRefusal validation_error(std::string message) { return {400, "ValidationError", std::move(message)}; }

const RegisteredTarget* find_live_target(const TargetGroup& group, const std::string& instance_id) {
  const auto found = std::ranges::find_if(group.targets, [&](const RegisteredTarget& target) {
    return target.instance_id == instance_id && target.port == group.port && !target.instance_gone;
  });
  return found == group.targets.end() ? nullptr : &*found;
}

// What the sizes forbid, in the words that AWS uses for EnterStandby.
ApiRefusal wrong_sizes(const AutoScalingGroup& group, const char* what, std::size_t count) {
  return validation_error(fmt::format(
      "AutoScalingGroup {} has min-size={}, max-size={}, and desired-size={}. To {} {} instance{}, please "
      "update the AutoScalingGroup sizes appropriately.",
      group.name, group.min_size, group.max_size, group.desired, what, count, count == 1 ? "" : "s"));
}

// An error unless each is a member in this state.
std::optional<ApiRefusal> check_members(AutoScalingGroup& group, const std::set<std::string>& ids,
                                        const char* state) {
  if (ids.empty()) return validation_error("At least one instance ID must be specified");
  if (ids.size() > kMostMembersAtOnce) return validation_error("At most 20 instance IDs may be specified");
  for (const auto& id : ids) {
    const auto* member = group.find(id);
    if (member == nullptr)
      return validation_error(
          fmt::format("The instance {} is not part of Auto Scaling group {}.", id, group.name));
    if (member->lifecycle_state != state)
      return validation_error(fmt::format("The instance {} is not in {}.", id, state));
  }
  return std::nullopt;
}

ApiRefusal no_such_group(const std::string& name) {
  return validation_error(
      fmt::format("AutoScalingGroup name not found - AutoScalingGroup '{}' not found", name));
}

}  // namespace

void Account::World::begin_activity(AutoScalingGroup& group, AutoScalingMember& member, const char* what,
                                    const std::string& cause, const char* status, int progress) {
  if (group.activities.size() >= kMostActivities) group.activities.erase(group.activities.begin());
  member.activity = ++group.activities_so_far;
  const auto& id = member.instance_id;
  group.activities.push_back({member.activity, id, id.empty() ? what : fmt::format("{}: {}", what, id), cause,
                              status, progress, now, std::nullopt});
}

void Account::World::end_activity(AutoScalingGroup& group, AutoScalingMember& member, const char* status) {
  auto* activity = group.find_activity(member.activity);
  if (activity == nullptr) return;
  activity->status = status;
  activity->progress = 100;
  activity->ended = now;
}

bool Account::World::in_groups(const AutoScalingGroup& group, const std::string& instance_id) {
  return std::ranges::any_of(group.attached(), [&](const std::string& arn) {
    const auto* attached = account.find_group(arn);
    return attached != nullptr && find_live_target(*attached, instance_id) != nullptr;
  });
}

void Account::World::take_from_groups(const AutoScalingGroup& group, const std::string& instance_id,
                                      Actor actor) {
  for (const auto& arn : group.attached()) {
    const auto* attached = account.find_group(arn);
    const auto* target = attached == nullptr ? nullptr : find_live_target(*attached, instance_id);
    if (target != nullptr && target->state != "draining")
      account.deregister_target(arn, instance_id, std::nullopt, actor);
  }
}

int Account::World::decrement_of(const AutoScalingMember& member) const {
  return account.switches.standby_counts_units ? member.units() : 1;
}

// From Terminating to its end: through the hook where the group has one.
bool Account::World::step_termination(AutoScalingGroup& group, AutoScalingMember& member) {
  const auto hook = group.terminate_hook;
  if (member.lifecycle_state == "Terminating" && hook != TerminateHook::none) {
    member.lifecycle_state = "Terminating:Wait";
    member.pending_until = now + kHookWaits;
    return false;
  }
  if (member.lifecycle_state == "Terminating:Wait") {
    if (now < member.pending_until) return false;
    if (hook == TerminateHook::abandons && group.retains) {
      member.lifecycle_state = "Terminating:Retained";
      end_activity(group, member, "Cancelled");
      note(FactKind::retained, member.instance_id, {}, group.desired, group.name);
      return false;
    }
  }
  end_activity(group, member);
  account.terminate(member.instance_id);
  return true;
}

// In place: the instance boots from another volume, and keeps its id. AWS doesn't say that it leaves its target
// groups for that; here it stays registered.
void Account::World::replace_root_volume(AutoScalingGroup& group, AutoScalingMember& member) {
  member.lifecycle_state = "ReplacingRootVolume";
  member.pending_until = now + kReplacingVolume;
  note(FactKind::root_volume, member.instance_id, {}, 0, group.name);
  run_of(member.instance_id).reboots.emplace_back(now, Actor::outsider);
}

bool Account::World::step_root_volume(AutoScalingGroup& group, AutoScalingMember& member) {
  if (now < member.pending_until) return false;
  if (member.lifecycle_state == "ReplacingRootVolume") {
    member.lifecycle_state = "RootVolumeReplaced";
    member.pending_until = now + kVolumeReplaced;
    return false;
  }
  member.lifecycle_state = "InService";
  member.in_service_since = now;
  note(FactKind::in_service, member.instance_id, {}, 0, group.name);
  return false;
}

void Account::World::retire(AutoScalingGroup& group, AutoScalingMember& member, const std::string& cause,
                            Actor actor) {
  member.lifecycle_state = "Terminating";
  begin_activity(group, member, "Terminating EC2 instance", cause, "InProgress", 0);
  take_from_groups(group, member.instance_id, actor);
}

bool Account::World::step_lifecycle(AutoScalingGroup& group, AutoScalingMember& member) {
  const auto& id = member.instance_id;
  if (member.lifecycle_state == "Pending") {
    if (now < member.pending_until) return false;
    member.lifecycle_state = "InService";
    member.in_service_since = now;
    member.decremented = 0;
    member.deregistered_by_outsider = false;
    note(FactKind::in_service, id, {}, 0, group.name, 0, member.standby_by.value_or(Actor::outsider));
    member.standby_by.reset();
    end_activity(group, member);
    if (group.suspended("AddToLoadBalancer")) return false;
    for (const auto& arn : group.attached()) account.register_target(arn, id, std::nullopt, Actor::outsider);
    return false;
  }
  if (member.replaces_root_volume()) return step_root_volume(group, member);
  if (in_groups(group, id)) {
    if (auto* activity = group.find_activity(member.activity)) activity->status = kWaitingForDraining;
    return false;
  }
  if (member.lifecycle_state.starts_with("Terminating")) return step_termination(group, member);
  end_activity(group, member);
  if (member.lifecycle_state == "EnteringStandby") {
    member.lifecycle_state = "Standby";
    return false;
  }
  if (const auto server = account.servers.find(id); server != account.servers.end()) {
    server->second.auto_scaling_group.clear();
    server->second.tags.erase("aws:autoscaling:groupName");
  }
  return true;
}

void Account::World::step_lifecycles(AutoScalingGroup& group) {
  for (std::size_t i = 0; i < group.members.size();) {
    const auto& state = group.members[i].lifecycle_state;
    const bool rests = state == "InService" || state == "Standby" || state == "Terminating:Retained";
    if (rests || !step_lifecycle(group, group.members[i])) {
      ++i;
    } else {
      group.members.erase(group.members.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

AutoScalingGroup* Account::group_of(const std::string& instance_id) {
  for (auto& [name, group] : auto_scaling_groups) {
    if (group.find(instance_id) != nullptr) return &group;
  }
  return nullptr;
}

std::optional<ApiRefusal> Account::enter_standby(const std::string& group_name,
                                                 const std::vector<std::string>& ids, bool decrement,
                                                 Actor actor) {
  const auto found = auto_scaling_groups.find(group_name);
  if (found == auto_scaling_groups.end()) return no_such_group(group_name);
  auto& group = found->second;
  const std::set<std::string> wanted(ids.begin(), ids.end());
  if (auto refusal = check_members(group, wanted, "InService")) return refusal;
  int total = 0;
  for (const auto& id : wanted) total += world_->decrement_of(*group.find(id));
  if (decrement && group.desired - total < group.min_size)
    return wrong_sizes(group, "place into standby", wanted.size());
  if (decrement) group.desired -= total;
  const bool was_uneven = world_->uneven(group);
  for (const auto& id : wanted) {
    auto& member = *group.find(id);
    member.lifecycle_state = "EnteringStandby";
    member.standby_by = actor;
    member.decremented = decrement ? world_->decrement_of(member) : 0;
    auto cause = fmt::format("At {} instance {} was moved to standby in response to a user request",
                             iso8601(now()), id);
    if (decrement) {
      cause += fmt::format(", shrinking the capacity from {} to {}", group.desired + total, group.desired);
    }
    world_->begin_activity(group, member, "Moving EC2 instance to Standby", cause + ".", "InProgress", 50);
    world_->note(FactKind::standby, id, {}, group.desired, decrement ? "decrement" : "keep", 0, actor);
    world_->take_from_groups(group, id, actor);
  }
  if (actor == Actor::evenkeel)
    group.uneven_by_us = group.uneven_by_us || (!was_uneven && world_->uneven(group));
  return std::nullopt;
}

std::optional<ApiRefusal> Account::exit_standby(const std::string& group_name,
                                                const std::vector<std::string>& ids, Actor actor) {
  const auto found = auto_scaling_groups.find(group_name);
  if (found == auto_scaling_groups.end()) return no_such_group(group_name);
  auto& group = found->second;
  const std::set<std::string> wanted(ids.begin(), ids.end());
  if (auto refusal = check_members(group, wanted, "Standby")) return refusal;
  if (group.suspended("Launch"))
    return validation_error(fmt::format(
        "The Launch process of Auto Scaling group {} is suspended: instances cannot exit standby.",
        group.name));
  int back = 0;
  for (const auto& id : wanted) back += group.find(id)->decremented;
  if (group.desired + back > group.max_size) return wrong_sizes(group, "exit from standby", wanted.size());
  const int before = group.desired;
  group.desired += back;
  for (const auto& id : wanted) {
    auto& member = *group.find(id);
    member.lifecycle_state = "Pending";
    member.pending_until = now() + kReturning;
    const auto cause = fmt::format(
        "At {} instance {} was moved out of standby in response to a user request, increasing the capacity "
        "from {} to {}.",
        iso8601(now()), id, before, group.desired);
    world_->begin_activity(group, member, "Moving EC2 instance out of Standby", cause, "PreInService", 30);
    world_->note(FactKind::exit_standby, id, {}, group.desired, {}, 0, actor);
  }
  return std::nullopt;
}

// Once kept, it is terminated without another hook, and whatever is asked of the desired size.
std::optional<ApiRefusal> Account::end_retention(AutoScalingGroup& group, AutoScalingMember& member,
                                                 Actor actor) {
  const auto id = member.instance_id;
  world_->begin_activity(
      group, member, "Terminating EC2 instance",
      fmt::format("At {} instance {} was taken out of service in response to a user request.", iso8601(now()),
                  id),
      "InProgress", 50);
  world_->note(FactKind::scale_in, id, {}, group.desired, "asked", 0, actor);
  member.lifecycle_state = "Terminating:Proceed";
  return std::nullopt;
}

std::optional<ApiRefusal> Account::terminate_in_group(const std::string& id, bool decrement, Actor actor) {
  auto* group = group_of(id);
  if (group == nullptr)
    return validation_error(
        fmt::format("Instance Id not found - No managed instance found for instance ID: {}", id));
  auto& member = *group->find(id);
  const auto* activity = group->find_activity(member.activity);
  if (activity != nullptr && !activity->ended)
    return ApiRefusal{400, "ScalingActivityInProgress",
                      fmt::format("Scaling activity {} of instance {} is in progress and blocks this action",
                                  activity->number, id)};
  if (member.lifecycle_state == "Terminating:Retained") return end_retention(*group, member, actor);
  const int units = world_->decrement_of(member);
  if (decrement && member.counts() && group->desired - units < group->min_size)
    return validation_error(fmt::format(
        "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate "
        "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower "
        "group's min size.",
        group->min_size));
  if (member.counts() && decrement) group->desired -= units;
  if (member.counts() && !decrement && actor == Actor::evenkeel) ++group->owed_to_us;
  world_->note(FactKind::scale_in, id, {}, group->desired, decrement ? "asked, decrement" : "asked", 0,
               actor);
  world_->retire(*group, member,
                 fmt::format("At {} instance {} was taken out of service in response to a user request.",
                             iso8601(now()), id),
                 actor);
  return std::nullopt;
}

void Account::enter_standby(const std::string& instance_id, Actor actor, bool decrement) {
  if (const auto* group = group_of(instance_id))
    enter_standby(std::string(group->name), {instance_id}, decrement, actor);
}

void Account::exit_standby(const std::string& instance_id, Actor actor) {
  if (const auto* group = group_of(instance_id)) exit_standby(std::string(group->name), {instance_id}, actor);
}

void Account::detach(const std::string& instance_id, Actor actor) {
  auto* group = group_of(instance_id);
  if (group == nullptr) return;
  auto& member = *group->find(instance_id);
  const bool in_service = member.lifecycle_state == "InService";
  if (!in_service && member.lifecycle_state != "Standby") return;
  const int units = world_->decrement_of(member);
  if (in_service && group->desired - units < group->min_size) return;
  if (in_service) group->desired -= units;
  member.lifecycle_state = "Detaching";
  world_->begin_activity(*group, member, "Detaching EC2 instance",
                         fmt::format("At {} instance {} was detached in response to a user request.",
                                     iso8601(now()), instance_id),
                         "InProgress", 50);
  world_->note(FactKind::detach, instance_id, {}, group->desired, group->name, 0, actor);
  world_->take_from_groups(*group, instance_id, actor);
  if (actor == Actor::outsider) world_->run_of(instance_id).taken.clear();  // now the outsider's to return
}

}  // namespace evenkeel::sim
