#include "base/result.h"
#include "sim/api.h"
#include "sim/order.h"

namespace evenkeel::sim {
namespace {

Xml group_xml(const AutoScalingGroup& group, const Account& account) {
  const auto text = [](const std::string& value) { return value; };
  const auto member = [&](const AutoScalingMember& each) {
    const auto server = account.servers.find(each.instance_id);
    const std::string zone = server == account.servers.end() ? "a" : server->second.zone;
    return all(tag("InstanceId", each.instance_id), tag("AvailabilityZone", account.region + zone),
               tag("LifecycleState", each.lifecycle_state), tag("HealthStatus", each.health_status),
               tag("ProtectedFromScaleIn", false));
  };
  return all(tag("AutoScalingGroupName", group.name),
             tag("AutoScalingGroupARN", "arn:aws:autoscaling:" + account.region + ":" + account.account_id +
                                            ":autoScalingGroup:0a1b2c3d:autoScalingGroupName/" + group.name),
             tag("MinSize", group.min_size), tag("MaxSize", group.max_size),
             tag("DesiredCapacity", group.desired), tag("DefaultCooldown", 300),
             tag("AvailabilityZones", tag("member", account.region + "a")),
             list("TargetGroupARNs", "member", group.target_group_arns, text),
             tag("HealthCheckType", group.health_check_type),
             tag("HealthCheckGracePeriod", group.health_check_grace_period.count() / 1000),
             list("Instances", "member", group.members, member), tag("CreatedTime", "2026-01-01T00:00:00Z"),
             list("SuspendedProcesses", "member", group.suspended_processes,
                  [](const std::string& process) {
                    return all(tag("ProcessName", process), tag("SuspensionReason", "User suspended"));
                  }),
             list("TrafficSources", "member", group.target_group_arns,
                  [](const std::string& arn) { return all(tag("Identifier", arn), tag("Type", "elbv2")); }));
}

Answer<Xml> describe_groups(Session& session, Parameters& parameters) {
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
  const auto write = [&](const AutoScalingGroup& group) { return group_xml(group, session.account); };
  return all(list("AutoScalingGroups", "member", cut(groups, page), write),
             unless_empty("NextToken", page.next));
}

}  // namespace

std::span<const Operation> auto_scaling_operations() {
  static constexpr Operation kOperations[] = {{"DescribeAutoScalingGroups", describe_groups}};
  return kOperations;
}

}  // namespace evenkeel::sim
