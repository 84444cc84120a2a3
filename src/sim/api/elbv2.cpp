#include <algorithm>
#include <map>
#include <set>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

ApiResult<const TargetGroup*> find_group(ApiSession& session, const std::string& arn) {
  if (const TargetGroup* group = session.account.find_group(arn); group != nullptr && !group->classic)
    return group;
  if (!arn.starts_with("arn:") || arn.find(":targetgroup/") == std::string::npos)
    return refuse(400, "ValidationError", "'" + printable(arn) + "' is not a valid target group ARN");
  return refuse(400, "TargetGroupNotFound", "One or more target groups not found");
}

Xml target_group_xml(const TargetGroup& group) {
  return all(
      tag("TargetGroupArn", group.arn), tag("TargetGroupName", group.name), tag("Protocol", group.protocol),
      tag("Port", group.port), tag("VpcId", group.vpc_id), tag("HealthCheckProtocol", group.protocol),
      tag("HealthCheckPort", "traffic-port"), tag("HealthCheckEnabled", true),
      tag("HealthCheckIntervalSeconds", group.check_interval.count() / 1000),
      tag("HealthCheckTimeoutSeconds", 5), tag("HealthyThresholdCount", group.healthy_threshold),
      tag("UnhealthyThresholdCount", group.unhealthy_threshold), tag("HealthCheckPath", "/"),
      tag("Matcher", tag("HttpCode", "200")),
      list("LoadBalancerArns", "member", group.load_balancer_arns, [](const auto& arn) { return arn; }),
      tag("TargetType", group.target_type), tag("IpAddressType", "ipv4"));
}

ApiResult<Xml> describe_target_groups(ApiSession& session, RequestParameters& parameters) {
  const auto wanted = parameters.list("Names.member");
  const auto arns = parameters.list("TargetGroupArns.member");
  const std::string load_balancer = parameters.text("LoadBalancerArn").value_or("");
  const auto size = static_cast<std::size_t>(parameters.integer("PageSize", 1, 400).value_or(400));
  const std::string marker = parameters.text("Marker").value_or("");
  const int kinds = int{!wanted.empty()} + int{!arns.empty()} + int{!load_balancer.empty()};
  if (kinds > 1) parameters.complain("Names, ARNs and a load balancer's ARN exclude each other");
  if (wanted.size() > 20 || arns.size() > 20)
    parameters.complain("You cannot describe more than '20' target groups at a time");
  TRY_VOID(parameters.finish());

  std::vector<TargetGroup> groups;
  for (const auto& [arn, group] : session.account.target_groups) {
    if (group.classic) continue;
    if (kinds == 0 || contains(wanted, group.name) || contains(arns, arn) ||
        contains(group.load_balancer_arns, load_balancer))
      groups.push_back(group);
  }
  if (!load_balancer.empty() && groups.empty())
    return refuse(400, "LoadBalancerNotFound", "One or more load balancers not found");
  for (const std::string& arn : arns) TRY_VOID(find_group(session, arn));
  for (const std::string& name : wanted) {
    if (std::ranges::find(groups, name, &TargetGroup::name) == groups.end())
      return refuse(400, "TargetGroupNotFound", "One or more target groups not found");
  }
  scatter(groups, session.seed, &TargetGroup::arn);
  const Page page = TRY(page_of(groups.size(), size, marker, parameters, "ValidationError"));
  return all(list("TargetGroups", "member", cut(groups, page), target_group_xml),
             unless_empty("NextMarker", page.next));
}

ApiResult<Xml> describe_attributes(ApiSession& session, RequestParameters& parameters) {
  const std::string arn = parameters.required("TargetGroupArn");
  TRY_VOID(parameters.finish());
  auto attributes = TRY(find_group(session, arn))->attributes;
  attributes.insert({
      {"deregistration_delay.timeout_seconds", "300"},
      {"slow_start.duration_seconds", "0"},
      {"stickiness.enabled", "false"},
      {"stickiness.type", "lb_cookie"},
      {"stickiness.lb_cookie.duration_seconds", "86400"},
      {"stickiness.app_cookie.cookie_name", ""},
      {"stickiness.app_cookie.duration_seconds", "86400"},
      {"load_balancing.algorithm.type", "round_robin"},
      {"load_balancing.algorithm.anomaly_mitigation", "off"},
      {"load_balancing.cross_zone.enabled", "use_load_balancer_configuration"},
      {"target_group_health.dns_failover.minimum_healthy_targets.count", "1"},
      {"target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"},
      {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"},
      {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
  });
  std::vector<std::pair<std::string, std::string>> shuffled(attributes.begin(), attributes.end());
  scatter(shuffled, hashed(arn, session.seed), [](const auto& attribute) { return attribute.first; });
  return list("Attributes", "member", shuffled, [](const auto& attribute) {
    return all(tag("Key", attribute.first), tag("Value", attribute.second));
  });
}

struct RequestedTarget {
  std::string id;
  std::optional<int> port;
  bool with_zone = false;
};

std::vector<RequestedTarget> read_targets(RequestParameters& parameters) {
  std::vector<RequestedTarget> targets;
  for (const std::string& prefix : parameters.structures("Targets.member")) {
    targets.push_back({parameters.required(prefix + ".Id"), parameters.integer(prefix + ".Port", 1, 65535),
                       parameters.text(prefix + ".AvailabilityZone").has_value()});
  }
  return targets;
}

ApiResult<const TargetGroup*> group_of(ApiSession& session, const std::string& arn,
                                       const std::vector<RequestedTarget>& targets) {
  const TargetGroup* group = TRY(find_group(session, arn));
  if (group->target_type == "instance" && std::ranges::any_of(targets, &RequestedTarget::with_zone))
    return refuse(400, "ValidationError",
                  "You cannot specify an Availability Zone for a target of type 'instance'");
  return group;
}

// What a query that names its targets gets: an answer for each, registered or not.
std::vector<RegisteredTarget> targets_asked_for(ApiSession& session, const TargetGroup& group,
                                                const std::vector<RequestedTarget>& asked) {
  const auto registered = session.account.visible_targets(group.arn, true);
  std::vector<RegisteredTarget> shown;
  for (const RequestedTarget& each : asked) {
    RegisteredTarget answer;
    answer.instance_id = each.id;
    answer.port = each.port.value_or(group.port);
    answer.state = "unused";
    answer.reason = "Target.NotRegistered";
    answer.description = "Target is not registered to the target group";
    for (const RegisteredTarget& target : registered) {
      if (target.id() == each.id && target.port == answer.port) answer = target;
    }
    shown.push_back(std::move(answer));
  }
  return shown;
}

Xml override_xml(bool shifted) {
  return tag("AdministrativeOverride", tag("State", shifted ? "zonal_shift_active" : "no_override"),
             tag("Reason",
                 shifted ? "AdministrativeOverride.ZonalShiftActive" : "AdministrativeOverride.NoOverride"),
             tag("Description",
                 shifted ? "Zonal shift is active on target" : "No override is currently active on target"));
}

Xml health_xml(const RegisteredTarget& target, const std::string& zone, bool shifted) {
  return all(tag("Target", tag("Id", target.id()), tag("Port", target.port),
                 unless_empty("AvailabilityZone", target.address.empty() ? "" : zone)),
             tag("HealthCheckPort", target.port),
             tag("TargetHealth", tag("State", target.state), unless_empty("Reason", target.reason),
                 unless_empty("Description", target.description)),
             override_xml(shifted));
}

ApiResult<Xml> describe_target_health(ApiSession& session, RequestParameters& parameters) {
  const std::string arn = parameters.required("TargetGroupArn");
  const auto asked = read_targets(parameters);
  TRY_VOID(parameters.finish());
  const TargetGroup* group = TRY(group_of(session, arn, asked));
  auto targets =
      asked.empty() ? session.account.visible_targets(arn) : targets_asked_for(session, *group, asked);
  scatter(targets, hashed(arn, session.seed),
          [](const auto& target) { return target.id() + std::to_string(target.port); });
  const auto& account = session.account;
  return list("TargetHealthDescriptions", "member", targets, [&](const RegisteredTarget& target) {
    const auto server = account.servers.find(target.instance_id);
    const std::string zone = server == account.servers.end() ? "" : server->second.zone;
    return health_xml(target, account.region + zone, account.shifted_zones.contains(zone));
  });
}

struct TargetChange {
  std::string arn;
  std::vector<RequestedTarget> targets;
};

ApiResult<TargetChange> read_change(ApiSession& session, RequestParameters& parameters) {
  TargetChange change{parameters.required("TargetGroupArn"), read_targets(parameters)};
  if (change.targets.empty()) parameters.complain("The request must contain the parameter Targets", true);
  TRY_VOID(parameters.finish());
  TRY_VOID(group_of(session, change.arn, change.targets));
  return change;
}

ApiResult<Xml> register_targets(ApiSession& session, RequestParameters& parameters) {
  auto [arn, targets] = TRY(read_change(session, parameters));
  // Those that will be refused come first, so that a refused call has changed nothing.
  std::ranges::partition(targets, [&, group = arn](const RequestedTarget& target) {
    const auto* server = session.account.target_server(*session.account.find_group(group), target.id);
    return server == nullptr || !server->runs();
  });
  for (const RequestedTarget& target : targets) {
    if (auto refusal = session.account.register_target(arn, target.id, target.port))
      return std::unexpected(std::move(*refusal));
  }
  return Xml{};
}

ApiResult<Xml> deregister_targets(ApiSession& session, RequestParameters& parameters) {
  const auto [arn, targets] = TRY(read_change(session, parameters));
  for (const RequestedTarget& target : targets) {
    if (auto refusal = session.account.deregister_target(arn, target.id, target.port))
      return std::unexpected(std::move(*refusal));
  }
  return Xml{};
}

// The account keeps no load balancers of its own: one exists where a target group names it. It has a listener
// for every port of its target groups; the first group of a port is that listener's default, the others have
// rules.
struct Listener {
  std::string arn, load_balancer;
  int port = 0;
  std::string protocol;
  std::vector<std::string> groups;  // arns
};

constexpr Duration kLoadBalancerAge = std::chrono::hours{24 * 30};  // when the story begins

// "…:loadbalancer/app/web/50dc6c495c0c9188" → "app/web/50dc6c495c0c9188"
std::string path_of(const std::string& load_balancer) {
  const auto at = load_balancer.find(":loadbalancer/");
  return at == std::string::npos ? "" : load_balancer.substr(at + 14);
}

std::vector<std::string> load_balancers_of(const Account& account) {
  std::set<std::string> arns;
  for (const auto& [arn, group] : account.target_groups)
    if (!group.classic) arns.insert(group.load_balancer_arns.begin(), group.load_balancer_arns.end());
  return {arns.begin(), arns.end()};
}

std::vector<Listener> listeners_of(const Account& account) {
  std::vector<Listener> listeners;
  for (const auto& [arn, group] : account.target_groups) {
    if (group.classic) continue;
    for (const std::string& balancer : group.load_balancer_arns) {
      auto found = std::ranges::find_if(listeners, [&](const Listener& listener) {
        return listener.load_balancer == balancer && listener.port == group.port;
      });
      if (found == listeners.end()) {
        std::string listener_arn = balancer;
        const auto at = listener_arn.find(":loadbalancer/");
        if (at != std::string::npos) listener_arn.replace(at, 14, ":listener/");
        listener_arn += "/" + std::to_string(1000000000000000 + group.port);
        listeners.push_back({listener_arn, balancer, group.port, group.protocol, {}});
        found = std::prev(listeners.end());
      }
      found->groups.push_back(arn);
    }
  }
  return listeners;
}

Xml forward_xml(const std::string& group) {
  const auto member = [](const std::string& arn) {
    return all(tag("TargetGroupArn", arn), tag("Weight", 1));
  };
  return all(tag("Type", "forward"), tag("TargetGroupArn", group), tag("Order", 1),
             tag("ForwardConfig", list("TargetGroups", "member", std::vector{group}, member),
                 tag("TargetGroupStickinessConfig", tag("Enabled", false))));
}

ApiResult<Xml> describe_load_balancers(ApiSession& session, RequestParameters& parameters) {
  const auto arns = parameters.list("LoadBalancerArns.member");
  const auto names = parameters.list("Names.member");
  const auto size = static_cast<std::size_t>(parameters.integer("PageSize", 1, 400).value_or(400));
  const std::string marker = parameters.text("Marker").value_or("");
  if (!arns.empty() && !names.empty()) parameters.complain("Names and ARNs exclude each other");
  if (arns.size() > 20 || names.size() > 20)
    parameters.complain("You cannot describe more than '20' load balancers at a time");
  TRY_VOID(parameters.finish());
  const auto name_of = [](const std::string& arn) {
    const auto parts = split(path_of(arn), '/');
    return parts.size() == 3 ? parts[1] : "";
  };
  const auto existing = load_balancers_of(session.account);
  std::vector<std::string> found;
  for (const std::string& arn : existing) {
    if ((arns.empty() && names.empty()) || contains(arns, arn) || contains(names, name_of(arn)))
      found.push_back(arn);
  }
  if (found.size() < arns.size() + names.size())
    return refuse(400, "LoadBalancerNotFound", "One or more load balancers not found");
  scatter(found, session.seed, [](const std::string& arn) { return arn; });
  const Page page = TRY(page_of(found.size(), size, marker, parameters, "ValidationError"));
  std::set<std::string> zones;
  for (const auto& [id, server] : session.account.servers) zones.insert(session.account.region + server.zone);
  const auto zone_xml = [](const std::string& zone) {
    return all(tag("ZoneName", zone), tag("SubnetId", "subnet-" + zone), tag("LoadBalancerAddresses"));
  };
  const auto write = [&](const std::string& arn) {
    const bool network = path_of(arn).starts_with("net/");
    return all(tag("LoadBalancerArn", arn), tag("LoadBalancerName", name_of(arn)),
               tag("DNSName", name_of(arn) + ".elb.example.com"),
               tag("CreatedTime", iso8601(session.account.started() - kLoadBalancerAge)),
               tag("Scheme", "internet-facing"), tag("VpcId", "vpc-0a1b2c3d"),
               tag("State", tag("Code", "active")), tag("Type", network ? "network" : "application"),
               list("AvailabilityZones", "member", zones, zone_xml), tag("IpAddressType", "ipv4"));
  };
  return all(list("LoadBalancers", "member", cut(found, page), write), unless_empty("NextMarker", page.next));
}

// Nothing but target groups has any.
ApiResult<std::map<std::string, std::string>> tags_on(ApiSession& session, const std::string& arn) {
  if (arn.find(":loadbalancer/") != std::string::npos) {
    if (contains(load_balancers_of(session.account), arn)) return std::map<std::string, std::string>{};
    return refuse(400, "LoadBalancerNotFound", "Load balancer '" + printable(arn) + "' not found");
  }
  if (arn.find(":listener/") != std::string::npos) {
    const auto listeners = listeners_of(session.account);
    if (std::ranges::find(listeners, arn, &Listener::arn) != listeners.end())
      return std::map<std::string, std::string>{};
    return refuse(400, "ListenerNotFound", "Listener '" + printable(arn) + "' not found");
  }
  return TRY(find_group(session, arn))->tags;
}

ApiResult<Xml> describe_tags(ApiSession& session, RequestParameters& parameters) {
  parameters.required("ResourceArns.member.1");
  const auto arns = parameters.list("ResourceArns.member");
  if (arns.size() > 20) parameters.complain("You cannot describe the tags of more than '20' resources");
  TRY_VOID(parameters.finish());
  Xml descriptions;
  for (const std::string& arn : arns) {
    const auto tags = TRY(tags_on(session, arn));
    descriptions.add(
        tag("member", tag("ResourceArn", arn), list("Tags", "member", tags, [](const auto& entry) {
              return all(tag("Key", entry.first), tag("Value", entry.second));
            })));
  }
  return tag("TagDescriptions", descriptions);
}

ApiResult<Xml> describe_listeners(ApiSession& session, RequestParameters& parameters) {
  const std::string balancer = parameters.text("LoadBalancerArn").value_or("");
  const auto arns = parameters.list("ListenerArns.member");
  const auto size = static_cast<std::size_t>(parameters.integer("PageSize", 1, 400).value_or(400));
  const std::string marker = parameters.text("Marker").value_or("");
  if (balancer.empty() == arns.empty())
    parameters.complain("Either a load balancer or listeners must be specified");
  TRY_VOID(parameters.finish());
  std::vector<Listener> found;
  for (Listener& listener : listeners_of(session.account)) {
    if (listener.load_balancer == balancer || contains(arns, listener.arn))
      found.push_back(std::move(listener));
  }
  if (!balancer.empty() && found.empty())
    return refuse(400, "LoadBalancerNotFound", "One or more load balancers not found");
  if (found.size() < arns.size()) return refuse(400, "ListenerNotFound", "One or more listeners not found");
  scatter(found, session.seed, &Listener::arn);
  const Page page = TRY(page_of(found.size(), size, marker, parameters, "ValidationError"));
  const auto write = [](const Listener& listener) {
    return all(tag("ListenerArn", listener.arn), tag("LoadBalancerArn", listener.load_balancer),
               tag("Port", listener.port), tag("Protocol", listener.protocol),
               tag("DefaultActions", tag("member", forward_xml(listener.groups.front()))));
  };
  return all(list("Listeners", "member", cut(found, page), write), unless_empty("NextMarker", page.next));
}

ApiResult<Xml> describe_rules(ApiSession& session, RequestParameters& parameters) {
  const std::string arn = parameters.required("ListenerArn");
  const auto size = static_cast<std::size_t>(parameters.integer("PageSize", 1, 400).value_or(400));
  const std::string marker = parameters.text("Marker").value_or("");
  TRY_VOID(parameters.finish());
  const auto listeners = listeners_of(session.account);
  const auto listener = std::ranges::find(listeners, arn, &Listener::arn);
  if (listener == listeners.end()) return refuse(400, "ListenerNotFound", "One or more listeners not found");
  const Page page = TRY(page_of(listener->groups.size(), size, marker, parameters, "ValidationError"));
  Xml rules;
  for (std::size_t i = page.begin; i < page.end; ++i) {
    const bool by_default = i == 0;
    const auto priority = by_default ? std::string("default") : std::to_string(i);
    rules.add(tag("member", tag("RuleArn", arn + "/" + priority), tag("Priority", priority),
                  tag("Conditions"), tag("Actions", tag("member", forward_xml(listener->groups[i]))),
                  tag("IsDefault", by_default)));
  }
  return all(tag("Rules", rules), unless_empty("NextMarker", page.next));
}

}  // namespace

std::span<const Operation> elbv2_operations() {
  static constexpr Operation kOperations[] = {{"DescribeTargetGroups", describe_target_groups},
                                              {"DescribeTargetGroupAttributes", describe_attributes},
                                              {"DescribeTargetHealth", describe_target_health},
                                              {"DescribeLoadBalancers", describe_load_balancers},
                                              {"DescribeListeners", describe_listeners},
                                              {"DescribeRules", describe_rules},
                                              {"DescribeTags", describe_tags},
                                              {"RegisterTargets", register_targets},
                                              {"DeregisterTargets", deregister_targets}};
  return kOperations;
}

}  // namespace evenkeel::sim
