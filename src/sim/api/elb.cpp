// Classic Load Balancers, in the first API of Elastic Load Balancing: what the Elastic Load Balancing API Reference,
// version 2012-06-01, says of DescribeLoadBalancers and DescribeInstanceHealth.
#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

ApiRefusal no_such_classic(const std::string& name) {
  return {400, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '" + printable(name) + "'"};
}

Xml instance_id_xml(const std::string& id) { return tag("InstanceId", id); }

Xml classic_xml(const TargetGroup& balancer, const Account& account) {
  std::vector<std::string> instances;
  for (const auto& target : account.visible_targets(balancer.arn)) {
    if (target.state != "draining") instances.push_back(target.instance_id);
  }
  std::set<std::string> zones;
  for (const auto& [id, server] : account.servers) zones.insert(account.region + server.zone);
  const Xml listener = all(tag("Protocol", balancer.protocol), tag("LoadBalancerPort", balancer.port),
                           tag("InstanceProtocol", balancer.protocol), tag("InstancePort", balancer.port));
  return all(tag("LoadBalancerName", balancer.name), tag("DNSName", balancer.name + ".elb.example.com"),
             tag("CreatedTime", "2020-01-01T00:00:00Z"), tag("Scheme", "internet-facing"),
             tag("VPCId", balancer.vpc_id), list("Instances", "member", instances, instance_id_xml),
             list("AvailabilityZones", "member", zones, [](const auto& zone) { return zone; }),
             tag("ListenerDescriptions", tag("member", tag("Listener", listener), tag("PolicyNames"))));
}

ApiResult<Xml> describe_classic(ApiSession& session, RequestParameters& parameters) {
  const auto wanted = parameters.list("LoadBalancerNames.member");
  const auto size = static_cast<std::size_t>(parameters.integer("PageSize", 1, 400).value_or(400));
  const std::string marker = parameters.text("Marker").value_or("");
  TRY_VOID(parameters.finish());
  for (const auto& name : wanted) {
    if (session.account.find_group(classic_arn_of(name)) == nullptr)
      return std::unexpected(no_such_classic(name));
  }
  std::vector<TargetGroup> found;
  for (const auto& [arn, group] : session.account.target_groups) {
    if (group.classic && (wanted.empty() || contains(wanted, group.name))) found.push_back(group);
  }
  scatter(found, session.seed, &TargetGroup::name);
  const Page page = TRY(page_of(found.size(), size, marker, parameters, "ValidationError"));
  const auto write = [&](const TargetGroup& each) { return classic_xml(each, session.account); };
  return all(list("LoadBalancerDescriptions", "member", cut(found, page), write),
             unless_empty("NextMarker", page.next));
}

struct ShownInstanceState {
  const char *state, *reason, *description;
};

ShownInstanceState state_in_classic(const RegisteredTarget* target) {
  if (target == nullptr)
    return {"OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."};
  if (target->state == "healthy") return {"InService", "N/A", "N/A"};
  if (target->state == "draining")
    return {"InService", "N/A", "Instance deregistration currently in progress."};
  if (target->state == "initial")
    return {"OutOfService", "ELB", "Instance registration is still in progress."};
  if (target->state == "unused") return {"OutOfService", "Instance", "Instance is in stopped state."};
  return {"OutOfService", "Instance",
          "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."};
}

ApiResult<Xml> describe_instance_health(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("LoadBalancerName");
  std::vector<std::string> asked;
  for (const auto& prefix : parameters.structures("Instances.member"))
    asked.push_back(parameters.required(prefix + ".InstanceId"));
  TRY_VOID(parameters.finish());
  const auto* balancer = session.account.find_group(classic_arn_of(name));
  if (balancer == nullptr) return std::unexpected(no_such_classic(name));
  const auto targets = session.account.visible_targets(balancer->arn);
  if (asked.empty()) {
    for (const auto& target : targets) asked.push_back(target.instance_id);
    scatter(asked, session.seed, [](const std::string& id) { return id; });
  }
  return list("InstanceStates", "member", asked, [&](const std::string& id) {
    const auto target = std::ranges::find(targets, id, &RegisteredTarget::instance_id);
    const auto shown = state_in_classic(target == targets.end() ? nullptr : &*target);
    return all(tag("InstanceId", id), tag("State", shown.state), tag("ReasonCode", shown.reason),
               tag("Description", shown.description));
  });
}

}  // namespace

std::span<const Operation> elb_operations() {
  static constexpr Operation kOperations[] = {{"DescribeLoadBalancers", describe_classic},
                                              {"DescribeInstanceHealth", describe_instance_health}};
  return kOperations;
}

}  // namespace evenkeel::sim
