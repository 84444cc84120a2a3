#include <fmt/core.h>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

std::string arn_of(const std::string& group, const Account& account) {
  return "arn:aws:autoscaling:" + account.region + ":" + account.account_id +
         ":autoScalingGroup:0a1b2c3d:autoScalingGroupName/" + group;
}

std::string zone_of(const std::string& instance_id, const Account& account) {
  const auto server = account.servers.find(instance_id);
  return account.region + (server == account.servers.end() ? "a" : server->second.zone);
}

std::string type_of(const std::string& instance_id, const Account& account) {
  const auto server = account.servers.find(instance_id);
  return server == account.servers.end() ? "" : server->second.type;
}

Xml weight_xml(const AutoScalingMember& member) {
  return member.weight > 0 ? tag("WeightedCapacity", member.weight) : Xml{};
}

// Shown only where the group has one.
Xml policies_xml(const AutoScalingGroup& group) {
  Xml xml = unless_empty("DesiredCapacityType", group.desired_capacity_type);
  if (!group.weights.empty()) {
    const auto override_of = [](const auto& each) {
      return all(tag("InstanceType", each.first), tag("WeightedCapacity", each.second));
    };
    const Xml specification = tag("LaunchTemplateSpecification", tag("LaunchTemplateName", group.name));
    xml.add(tag("MixedInstancesPolicy", tag("LaunchTemplate", specification,
                                            list("Overrides", "member", group.weights, override_of))));
  }
  if (group.retains)
    xml.add(tag("InstanceLifecyclePolicy", tag("RetentionTriggers", tag("TerminateHookAbandon", "retain"))));
  return xml;
}

Xml traffic_sources_xml(const AutoScalingGroup& group) {
  Xml members;
  const auto add = [&](const std::vector<std::string>& identifiers, const char* type) {
    for (const auto& each : identifiers)
      members.add(tag("member", tag("Identifier", each), tag("Type", type)));
  };
  add(group.target_group_arns, "elbv2");
  add(group.classic_names, "elb");
  add(group.lattice_arns, "vpc-lattice");
  return tag("TrafficSources", members);
}

Xml scaling_group_xml(const AutoScalingGroup& group, const Account& account) {
  const auto text = [](const std::string& value) { return value; };
  const auto member = [&](const AutoScalingMember& each) {
    return all(tag("InstanceId", each.instance_id),
               tag("AvailabilityZone", zone_of(each.instance_id, account)),
               unless_empty("InstanceType", type_of(each.instance_id, account)),
               tag("LifecycleState", each.lifecycle_state), tag("HealthStatus", each.health_status),
               tag("ProtectedFromScaleIn", each.protected_from_scale_in), weight_xml(each));
  };
  std::set<std::string> zones{account.region + "a"};
  for (const auto& each : group.members) zones.insert(zone_of(each.instance_id, account));
  for (const auto& zone : group.zones) zones.insert(account.region + zone);
  return all(tag("AutoScalingGroupName", group.name), tag("AutoScalingGroupARN", arn_of(group.name, account)),
             tag("MinSize", group.min_size), tag("MaxSize", group.max_size),
             tag("DesiredCapacity", group.desired), tag("DefaultCooldown", 300),
             list("AvailabilityZones", "member", zones, text),
             list("TargetGroupARNs", "member", group.target_group_arns, text),
             list("LoadBalancerNames", "member", group.classic_names, text),
             tag("HealthCheckType", group.health_check_type),
             tag("HealthCheckGracePeriod", group.health_check_grace_period.count() / 1000),
             list("Instances", "member", group.members, member), tag("CreatedTime", "2026-01-01T00:00:00Z"),
             list("SuspendedProcesses", "member", group.suspended_processes,
                  [](const std::string& process) {
                    return all(tag("ProcessName", process), tag("SuspensionReason", "User suspended"));
                  }),
             traffic_sources_xml(group), policies_xml(group));
}

ApiResult<Xml> describe_groups(ApiSession& session, RequestParameters& parameters) {
  const auto wanted = parameters.list("AutoScalingGroupNames.member");
  const auto asked_size = parameters.integer("MaxRecords", 1, 100);
  const std::string token = parameters.text("NextToken").value_or("");
  if (wanted.size() > (asked_size ? 100 : 50))
    parameters.complain("At most 50 names, or 100 with MaxRecords");
  TRY_VOID(parameters.finish());
  std::vector<AutoScalingGroup> groups;
  for (const auto& [name, group] : session.account.auto_scaling_groups) {
    if (wanted.empty() || contains(wanted, name)) groups.push_back(group);
  }
  scatter(groups, session.seed, &AutoScalingGroup::name);
  const auto size = static_cast<std::size_t>(asked_size.value_or(50));
  const Page page = TRY(page_of(groups.size(), size, token, parameters));
  const auto write = [&](const AutoScalingGroup& group) { return scaling_group_xml(group, session.account); };
  return all(list("AutoScalingGroups", "member", cut(groups, page), write),
             unless_empty("NextToken", page.next));
}

std::string activity_id(const AutoScalingGroup& group, const ScalingActivity& activity) {
  const auto one = hashed(group.name + std::to_string(activity.number), 1);
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", one >> 32, (one >> 16) & 0xffff, one & 0xfff,
                     activity.number & 0xfff, hashed(group.name, 2) >> 16);
}

Xml activity_xml(const Account& account, const AutoScalingGroup& group, const ScalingActivity& activity) {
  return all(
      tag("ActivityId", activity_id(group, activity)), tag("AutoScalingGroupName", group.name),
      tag("AutoScalingGroupARN", arn_of(group.name, account)), tag("Description", activity.description),
      tag("Cause", activity.cause), tag("StartTime", iso8601(activity.started)),
      activity.ended ? tag("EndTime", iso8601(*activity.ended)) : Xml{}, tag("StatusCode", activity.status),
      tag("Progress", activity.progress),
      tag("Details", fmt::format(R"({{"Availability Zone":"{}"}})", zone_of(activity.instance_id, account))));
}

// The group's present activities of these instances.
Xml activities_of(ApiSession& session, const std::string& group_name, const std::vector<std::string>& ids) {
  auto& group = session.account.auto_scaling_groups.at(group_name);
  Xml members;
  for (const auto& id : ids) {
    const auto* activity = group.find_activity(group.find(id)->activity);
    members.add(tag("member", activity_xml(session.account, group, *activity)));
  }
  return tag("Activities", members);
}

ApiResult<Xml> describe_activities(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("AutoScalingGroupName");
  const auto size = static_cast<std::size_t>(parameters.integer("MaxRecords", 1, 100).value_or(100));
  const std::string token = parameters.text("NextToken").value_or("");
  TRY_VOID(parameters.finish());
  const auto& groups = session.account.auto_scaling_groups;
  const auto group = groups.find(name);
  if (group == groups.end()) return refuse(400, "ValidationError", "Group " + printable(name) + " not found");
  const std::vector<ScalingActivity> newest_first(group->second.activities.rbegin(),
                                                  group->second.activities.rend());
  const Page page = TRY(page_of(newest_first.size(), size, token, parameters));
  const auto write = [&](const ScalingActivity& activity) {
    return activity_xml(session.account, group->second, activity);
  };
  return all(list("Activities", "member", cut(newest_first, page), write),
             unless_empty("NextToken", page.next));
}

ApiResult<Xml> describe_refreshes(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("AutoScalingGroupName");
  const auto wanted = parameters.list("InstanceRefreshIds.member");
  const auto size = static_cast<std::size_t>(parameters.integer("MaxRecords", 1, 100).value_or(50));
  const std::string token = parameters.text("NextToken").value_or("");
  TRY_VOID(parameters.finish());
  const auto& groups = session.account.auto_scaling_groups;
  const auto group = groups.find(name);
  if (group == groups.end())
    return refuse(400, "ValidationError",
                  "AutoScalingGroup name not found - AutoScalingGroup '" + printable(name) + "' not found");
  std::vector<InstanceRefresh> newest_first(group->second.refreshes.rbegin(), group->second.refreshes.rend());
  std::erase_if(newest_first,
                [&](const auto& refresh) { return !wanted.empty() && !contains(wanted, refresh.id); });
  const Page page = TRY(page_of(newest_first.size(), size, token, parameters));
  const auto write = [&](const InstanceRefresh& refresh) {
    return all(tag("InstanceRefreshId", refresh.id), tag("AutoScalingGroupName", name),
               tag("Status", refresh.status), tag("Strategy", refresh.strategy),
               tag("StartTime", iso8601(refresh.started)),
               refresh.ended ? tag("EndTime", iso8601(*refresh.ended)) : Xml{},
               tag("PercentageComplete", refresh.ended ? 100 : 0),
               tag("InstancesToUpdate", refresh.ended ? 0 : group->second.desired));
  };
  return all(list("InstanceRefreshes", "member", cut(newest_first, page), write),
             unless_empty("NextToken", page.next));
}

ApiResult<Xml> enter_standby(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("AutoScalingGroupName");
  const auto ids = parameters.list("InstanceIds.member");
  parameters.required("ShouldDecrementDesiredCapacity");
  const bool decrement = parameters.flag("ShouldDecrementDesiredCapacity", false);
  TRY_VOID(parameters.finish());
  if (auto refusal = session.account.enter_standby(name, ids, decrement))
    return std::unexpected(std::move(*refusal));
  return activities_of(session, name, ids);
}

ApiResult<Xml> exit_standby(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("AutoScalingGroupName");
  const auto ids = parameters.list("InstanceIds.member");
  TRY_VOID(parameters.finish());
  if (auto refusal = session.account.exit_standby(name, ids)) return std::unexpected(std::move(*refusal));
  return activities_of(session, name, ids);
}

ApiResult<Xml> terminate_instance(ApiSession& session, RequestParameters& parameters) {
  const std::string id = parameters.required("InstanceId");
  parameters.required("ShouldDecrementDesiredCapacity");
  const bool decrement = parameters.flag("ShouldDecrementDesiredCapacity", false);
  TRY_VOID(parameters.finish());
  if (auto refusal = session.account.terminate_in_group(id, decrement))
    return std::unexpected(std::move(*refusal));
  auto& group = *session.account.group_of(id);
  return tag("Activity",
             activity_xml(session.account, group, *group.find_activity(group.find(id)->activity)));
}

}  // namespace

std::span<const Operation> auto_scaling_operations() {
  static constexpr Operation kOperations[] = {{"DescribeAutoScalingGroups", describe_groups},
                                              {"DescribeScalingActivities", describe_activities},
                                              {"DescribeInstanceRefreshes", describe_refreshes},
                                              {"EnterStandby", enter_standby},
                                              {"ExitStandby", exit_standby},
                                              {"TerminateInstanceInAutoScalingGroup", terminate_instance}};
  return kOperations;
}

}  // namespace evenkeel::sim
