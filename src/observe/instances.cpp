#include "observe/instances.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

constexpr const char* kOurTags = "evenkeel:";

bool has_condition(const FleetPolicy& policy, auto&& is) {
  return std::ranges::any_of(policy.also_when,
                             [&](const Rule& rule) { return std::ranges::any_of(rule.all, is); });
}

std::map<std::string, std::string> tags_of_interest(const aws::ec2::Instance& instance,
                                                    const FleetPolicy& policy) {
  std::map<std::string, std::string> tags;
  for (const auto& [key, value] : instance.tags) {
    const auto asked_for = [&](const Condition& condition) {
      return condition.kind == Condition::Kind::tag && condition.name == key;
    };
    if (key.starts_with(kOurTags) || has_condition(policy, asked_for)) tags[key] = bounded(value);
  }
  return tags;
}

bool status_matters(const Condition& condition) {
  return condition.kind == Condition::Kind::scheduled_event ||
         condition.kind == Condition::Kind::status_check;
}

}  // namespace

void read_instances(ObservationBuilder& builder) {
  auto& observation = builder.observation;
  std::set<std::string> ids;
  bool all_known = builder.groups_known;
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) all_known = false;
    if (!group.registrations || group.type != TargetType::instance) continue;
    for (const auto& registration : *group.registrations) ids.insert(registration.instance_id);
  }
  for (const auto& remediation : builder.state.open) ids.insert(remediation.instance_id);
  for (const auto& [group, seen] : builder.state.groups_seen)
    ids.insert(seen.members.begin(), seen.members.end());
  if (observation.auto_scaling_group) {
    for (const auto& member : observation.auto_scaling_group->members) ids.insert(member.instance_id);
  }
  if (ids.empty()) {
    observation.instances_complete = all_known;
    return;
  }
  const std::vector<std::string> asked(ids.begin(), ids.end());
  auto answer = aws::ec2::describe_instances(builder.caller, asked);
  const auto* instances = builder.take_in(Problem::Kind::instances, "", answer);
  if (instances == nullptr) return;
  observation.instances_complete = all_known;
  for (const auto& instance : *instances)
    observation.instances[instance.id] = seen_instance(instance, builder.policy);
}

void read_statuses(ObservationBuilder& builder) {
  if (!has_condition(builder.policy, status_matters)) return;
  auto& observation = builder.observation;
  std::vector<std::string> ids;
  for (const auto& [id, instance] : observation.instances) {
    if (instance.state != InstanceState::terminated) ids.push_back(id);
  }
  if (ids.empty()) {
    observation.statuses_complete = observation.instances_complete;
    return;
  }
  auto answer = aws::ec2::describe_instance_status(builder.caller, ids);
  const auto* statuses = builder.take_in(Problem::Kind::statuses, "", answer);
  if (statuses == nullptr) return;
  for (const auto& status : *statuses) {
    const auto instance = observation.instances.find(status.id);
    if (instance != observation.instances.end()) instance->second.status = instance_status(status);
  }
  const auto unknown = [&](const std::string& id) { return !observation.instances.at(id).status; };
  const auto missing = std::ranges::count_if(ids, unknown);
  observation.statuses_complete = observation.instances_complete && missing == 0;
  if (missing > 0) {
    observation.problems.push_back({Problem::Kind::statuses, "",
                                    "EC2 gave none for " + std::to_string(missing) + " of " +
                                        std::to_string(ids.size()) + " instances, " +
                                        printable(*std::ranges::find_if(ids, unknown)) + " among them"});
  }
}

Instance seen_instance(const aws::ec2::Instance& instance, const FleetPolicy& policy) {
  const auto group = instance.tags.find("aws:autoscaling:groupName");
  return {.id = instance.id,
          .state = or_other<InstanceState>(instance.state),
          .launch_time = instance.launch_time,
          .availability_zone = instance.availability_zone,
          .private_ip = instance.private_ip,
          .addresses = instance.addresses,
          .auto_scaling_group = group == instance.tags.end() ? "" : group->second,
          .tags = tags_of_interest(instance, policy),
          .ebs_root = instance.root_device_type == "ebs",
          .reboot_migrates = instance.reboot_migration == "default"};
}

InstanceStatus instance_status(const aws::ec2::InstanceStatus& status) {
  InstanceStatus seen;
  seen.check = worst_check(std::array{status.system, status.instance, status.attached_ebs});
  seen.impaired_since = status.impaired_since;
  for (const auto& event : status.events)
    seen.events.push_back({event.code, bounded(event.description), event.not_before, bounded(event.id)});
  return seen;
}

}  // namespace evenkeel::observe
