#include "aws/elbv2.h"

#include <algorithm>
#include <set>
#include <utility>

#include "aws/ec2.h"
#include "aws/paging.h"
#include "base/text.h"

namespace evenkeel::aws::elbv2 {
namespace {

using wire::Element;

constexpr std::size_t kNamesPerCall =
    20;  // more: "You cannot describe more than '20' target groups at a time"
constexpr int kLargestPage = 400;
constexpr std::size_t kTargetsPerCall = 100;

wire::Call make_call(std::string action) {
  wire::Call call;
  call.service = wire::Service::elastic_load_balancing_v2;
  call.action = std::move(action);
  return call;
}

Result<std::optional<int>> read_port(const Element& element) {
  const auto port = TRY(element.optional_integer("Port"));
  if (!port) return std::nullopt;
  if (*port < 1 || *port > 65535) {
    return fail(ErrorKind::invalid, element.path() + "/Port: " + std::to_string(*port) + " is no port");
  }
  return static_cast<int>(*port);
}

Result<std::optional<HealthCheck>> read_health_check(const Element& element) {
  const auto interval = TRY(element.optional_integer("HealthCheckIntervalSeconds"));
  const auto timeout = TRY(element.optional_integer("HealthCheckTimeoutSeconds"));
  const auto healthy = TRY(element.optional_integer("HealthyThresholdCount"));
  if (!interval || !healthy) return std::nullopt;
  return HealthCheck{.enabled = TRY(element.optional_boolean("HealthCheckEnabled")).value_or(true),
                     .interval = std::chrono::seconds{*interval},
                     .timeout = std::chrono::seconds{timeout.value_or(0)},
                     .healthy_threshold = static_cast<int>(*healthy)};
}

Result<TargetGroup> read_group(const Element& element) {
  TargetGroup group;
  group.arn = TRY(element.text("TargetGroupArn"));
  group.name = TRY(element.text("TargetGroupName"));
  group.protocol = element.text_or_empty("Protocol");
  group.port = TRY(read_port(element));
  group.target_type = TRY(element.text("TargetType"));
  group.vpc_id = element.text_or_empty("VpcId");
  for (const auto& arn : element.optional_list("LoadBalancerArns")) {
    group.load_balancer_arns.push_back(arn.content());
  }
  group.health_check = TRY(read_health_check(element));
  return group;
}

Result<TargetHealth> read_health(const Element& element) {
  TargetHealth health;
  const Element target = TRY(element.child("Target"));
  health.target.id = TRY(target.text("Id"));
  health.target.port = TRY(read_port(target));
  if (auto zone = target.text_or_empty("AvailabilityZone"); !zone.empty()) {
    health.target.availability_zone = std::move(zone);
  }
  const Element state = TRY(element.child("TargetHealth"));
  health.state = TRY(state.text("State"));
  health.reason = state.text_or_empty("Reason");
  health.description = state.text_or_empty("Description");
  if (const auto administrative = element.find("AdministrativeOverride")) {
    health.administrative_override = administrative->text_or_empty("State");
  }
  return health;
}

Result<std::string> read_groups(const Element& result, std::vector<TargetGroup>& groups) {
  for (const auto& item : TRY(result.list("TargetGroups"))) groups.push_back(TRY(read_group(item)));
  return result.text_or_empty("NextMarker");
}

// AWS says only that one of the chunk's names is unknown: ask for each alone to tell which.
Error name_the_missing(wire::Caller& caller, std::span<const std::string> names, const Error& error) {
  std::vector<wire::Call> calls;
  for (const auto& name : names) {
    calls.push_back(make_call("DescribeTargetGroups"));
    calls.back().parameters.add_members("Names", {&name, 1});
  }
  std::vector<std::string> missing;
  const auto replies = caller.call(calls);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!replies[i].outcome && replies[i].outcome.error().code == error.code) missing.push_back(names[i]);
  }
  if (missing.empty()) return error;
  return {ErrorKind::not_found,
          "no such target group in " + caller.region() + ": " + printable(join(missing, ", "), 500) +
              "; check the names and the region in the policy",
          error.code};
}

// An action names one group, or several with weights; older ones name it both ways.
Result<void> read_forwards(const std::vector<Element>& actions, std::vector<Forward>& forwards) {
  for (const auto& action : actions) {
    const auto config = action.find("ForwardConfig");
    const auto weighted = config ? config->optional_list("TargetGroups") : std::vector<Element>{};
    for (const auto& group : weighted) {
      const auto weight = TRY(group.optional_integer("Weight")).value_or(1);
      forwards.push_back({TRY(group.text("TargetGroupArn")), static_cast<int>(weight)});
    }
    auto arn = action.text_or_empty("TargetGroupArn");
    if (weighted.empty() && !arn.empty()) forwards.push_back({std::move(arn), 1});
  }
  return {};
}

Result<LoadBalancer> read_load_balancer(const Element& element) {
  LoadBalancer balancer{.arn = TRY(element.text("LoadBalancerArn")),
                        .name = element.text_or_empty("LoadBalancerName"),
                        .type = element.text_or_empty("Type"),
                        .zones = {}};
  for (const auto& zone : TRY(element.list("AvailabilityZones")))
    balancer.zones.push_back(TRY(zone.text("ZoneName")));
  std::ranges::sort(balancer.zones);
  return balancer;
}

// A value per call from a call per value: the values of those calls that went well, with their Dates.
template <class T>
std::vector<Result<Dated<T>>> dated(std::vector<T> values, std::vector<Result<Time>> dates) {
  std::vector<Result<Dated<T>>> results;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (dates[i]) {
      results.emplace_back(Dated<T>{std::move(values[i]), *dates[i]});
    } else {
      results.emplace_back(std::unexpected(std::move(dates[i]).error()));
    }
  }
  return results;
}

std::vector<Result<Dated<std::vector<TargetHealth>>>> read_healths(wire::Caller& caller,
                                                                   std::span<const wire::Call> calls) {
  std::vector<std::vector<TargetHealth>> healths(calls.size());
  auto dates = read_all(caller, calls, [&](std::size_t index, const Element& result) -> Result<void> {
    for (const auto& item : TRY(result.list("TargetHealthDescriptions"))) {
      healths[index].push_back(TRY(read_health(item)));
    }
    return {};
  });
  return dated(std::move(healths), std::move(dates));
}

void add_targets(wire::Parameters& parameters, std::span<const TargetDescription> targets) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string prefix = wire::member("Targets", i + 1);
    parameters.add(prefix + ".Id", targets[i].id);
    if (targets[i].port) parameters.add(prefix + ".Port", *targets[i].port);
    if (targets[i].availability_zone) {
      parameters.add(prefix + ".AvailabilityZone", *targets[i].availability_zone);
    }
  }
}

Mutation change_targets(wire::Caller& caller, std::string action, const std::string& target_group_arn,
                        std::span<const TargetDescription> targets, Time sign_at, std::string nonce) {
  wire::Call call = make_call(std::move(action));
  if (targets.empty() || targets.size() > kTargetsPerCall) {
    return {fail(ErrorKind::invalid, full_name(call) + ": " + std::to_string(targets.size()) +
                                         " targets given; give 1 to 100, nothing was sent"),
            false, 0};
  }
  call.parameters.add("TargetGroupArn", target_group_arn);
  add_targets(call.parameters, targets);
  return mutate(caller, std::move(call), sign_at, std::move(nonce));
}

wire::Reply ask_for_no_target(wire::Caller& caller, std::string action, const std::string& target_group_arn) {
  wire::Call call = make_call(std::move(action));
  call.parameters.add("TargetGroupArn", target_group_arn);
  call.parameters.add("Targets.member.1.Id", ec2::kNoInstance);
  call.mutates = true;
  return caller.call(call);
}

Result<Dated<Permission>> permission_from(wire::Reply reply) {
  if (reply.outcome) return Dated<Permission>{{true, ""}, *reply.date};
  Error& error = reply.outcome.error();
  const bool allowed = error.code == "InvalidTarget";
  const bool refused = error.kind == ErrorKind::denied && error.code.starts_with("AccessDenied");
  if ((!allowed && !refused) || !reply.date) return std::unexpected(std::move(error));
  return Dated<Permission>{{allowed, allowed ? "" : std::move(error.message)}, *reply.date};
}

}  // namespace

Result<Dated<std::vector<TargetGroup>>> describe_target_groups(wire::Caller& caller,
                                                               std::span<const std::string> names) {
  TRY_VOID(require_some(names.size(), "DescribeTargetGroups", "names"));
  const std::set<std::string> sorted(names.begin(), names.end());
  const std::vector<std::string> unique(sorted.begin(), sorted.end());
  const auto parts = chunks(unique, kNamesPerCall);
  std::vector<wire::Call> calls;
  for (const auto& part : parts) {
    calls.push_back(make_call("DescribeTargetGroups"));
    calls.back().parameters.add_members("Names", part);
  }
  std::vector<TargetGroup> found;
  const auto dates = read_pages(caller, calls, "Marker", [&](std::size_t, const Element& result) {
    return read_groups(result, found);
  });
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!dates[i] && dates[i].error().kind == ErrorKind::not_found) {
      return std::unexpected(name_the_missing(caller, parts[i], dates[i].error()));
    }
  }
  Dated<std::vector<TargetGroup>> groups{{}, TRY(oldest(dates))};
  std::map<std::string, const TargetGroup*> by_name;
  for (const auto& group : found) by_name.emplace(group.name, &group);
  for (const auto& name : names) {
    const auto at = by_name.find(name);
    if (at == by_name.end()) {
      return fail(ErrorKind::not_found,
                  "no such target group in " + caller.region() + ": " + printable(name) +
                      "; check the names and the region in the policy",
                  "TargetGroupNotFound");
    }
    groups.value.push_back(*at->second);
  }
  return groups;
}

Result<Dated<std::vector<TargetGroup>>> describe_target_groups_by_arn(wire::Caller& caller,
                                                                      std::span<const std::string> arns) {
  TRY_VOID(require_some(arns.size(), "DescribeTargetGroups", "ARNs"));
  std::vector<wire::Call> calls;
  for (const auto& part : chunks(arns, kNamesPerCall)) {
    calls.push_back(make_call("DescribeTargetGroups"));
    calls.back().parameters.add_members("TargetGroupArns", part);
  }
  std::vector<TargetGroup> groups;
  const auto dates = read_pages(caller, calls, "Marker", [&](std::size_t, const Element& result) {
    return read_groups(result, groups);
  });
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<TargetGroup>>{std::move(groups), date};
}

Result<Dated<std::vector<TargetGroup>>> describe_all_target_groups(wire::Caller& caller) {
  wire::Call call = make_call("DescribeTargetGroups");
  call.parameters.add("PageSize", kLargestPage);
  std::vector<TargetGroup> groups;
  const auto dates = read_pages(caller, {&call, 1}, "Marker", [&](std::size_t, const Element& result) {
    return read_groups(result, groups);
  });
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<TargetGroup>>{std::move(groups), date};
}

namespace {

std::vector<Result<Dated<Attributes>>> describe_attributes(wire::Caller& caller, std::string_view action,
                                                           std::string_view parameter,
                                                           std::span<const std::string> arns) {
  std::vector<wire::Call> calls;
  for (const auto& arn : arns) {
    calls.push_back(make_call(std::string{action}));
    calls.back().parameters.add(std::string{parameter}, arn);
  }
  std::vector<Attributes> attributes(calls.size());
  auto dates = read_all(caller, calls, [&](std::size_t index, const Element& result) -> Result<void> {
    for (const auto& item : TRY(result.list("Attributes"))) {
      attributes[index].insert_or_assign(TRY(item.text("Key")), item.text_or_empty("Value"));
    }
    return {};
  });
  return dated(std::move(attributes), std::move(dates));
}

}  // namespace

std::vector<Result<Dated<Attributes>>> describe_target_group_attributes(
    wire::Caller& caller, std::span<const std::string> target_group_arns) {
  return describe_attributes(caller, "DescribeTargetGroupAttributes", "TargetGroupArn", target_group_arns);
}

std::vector<Result<Dated<Attributes>>> describe_load_balancer_attributes(
    wire::Caller& caller, std::span<const std::string> load_balancer_arns) {
  return describe_attributes(caller, "DescribeLoadBalancerAttributes", "LoadBalancerArn", load_balancer_arns);
}

std::vector<Result<Dated<std::vector<TargetHealth>>>> describe_target_health(
    wire::Caller& caller, std::span<const std::string> target_group_arns) {
  std::vector<wire::Call> calls;
  for (const auto& arn : target_group_arns) {
    calls.push_back(make_call("DescribeTargetHealth"));
    calls.back().parameters.add("TargetGroupArn", arn);
  }
  return read_healths(caller, calls);
}

Mutation register_targets(wire::Caller& caller, const std::string& target_group_arn,
                          std::span<const TargetDescription> targets, Time sign_at, std::string nonce) {
  return change_targets(caller, "RegisterTargets", target_group_arn, targets, sign_at, std::move(nonce));
}

Mutation deregister_targets(wire::Caller& caller, const std::string& target_group_arn,
                            std::span<const TargetDescription> targets, Time sign_at, std::string nonce) {
  return change_targets(caller, "DeregisterTargets", target_group_arn, targets, sign_at, std::move(nonce));
}

Result<Dated<std::vector<LoadBalancer>>> describe_load_balancers(
    wire::Caller& caller, std::span<const std::string> load_balancer_arns) {
  TRY_VOID(require_some(load_balancer_arns.size(), "DescribeLoadBalancers", "ARNs"));
  std::vector<wire::Call> calls;
  for (const auto& part : chunks(load_balancer_arns, kNamesPerCall)) {
    calls.push_back(make_call("DescribeLoadBalancers"));
    calls.back().parameters.add_members("LoadBalancerArns", part);
  }
  std::vector<LoadBalancer> found;
  const auto dates =
      read_pages(caller, calls, "Marker", [&](std::size_t, const Element& result) -> Result<std::string> {
        for (const auto& item : TRY(result.list("LoadBalancers")))
          found.push_back(TRY(read_load_balancer(item)));
        return result.text_or_empty("NextMarker");
      });
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<LoadBalancer>>{std::move(found), date};
}

std::vector<Result<Dated<std::vector<Listener>>>> describe_listeners(
    wire::Caller& caller, std::span<const std::string> load_balancer_arns) {
  std::vector<wire::Call> calls;
  for (const auto& arn : load_balancer_arns) {
    calls.push_back(make_call("DescribeListeners"));
    calls.back().parameters.add("LoadBalancerArn", arn);
  }
  std::vector<std::vector<Listener>> listeners(calls.size());
  auto dates = read_pages(
      caller, calls, "Marker", [&](std::size_t index, const Element& result) -> Result<std::string> {
        for (const auto& item : TRY(result.list("Listeners"))) {
          auto& listener = listeners[index].emplace_back();
          listener.arn = TRY(item.text("ListenerArn"));
          TRY_VOID(read_forwards(item.optional_list("DefaultActions"), listener.forwards));
        }
        return result.text_or_empty("NextMarker");
      });
  return dated(std::move(listeners), std::move(dates));
}

std::vector<Result<Dated<std::vector<Forward>>>> describe_rules(wire::Caller& caller,
                                                                std::span<const std::string> listener_arns) {
  std::vector<wire::Call> calls;
  for (const auto& arn : listener_arns) {
    calls.push_back(make_call("DescribeRules"));
    calls.back().parameters.add("ListenerArn", arn);
  }
  std::vector<std::vector<Forward>> forwards(calls.size());
  auto dates = read_pages(caller, calls, "Marker",
                          [&](std::size_t index, const Element& result) -> Result<std::string> {
                            for (const auto& rule : TRY(result.list("Rules")))
                              TRY_VOID(read_forwards(rule.optional_list("Actions"), forwards[index]));
                            return result.text_or_empty("NextMarker");
                          });
  return dated(std::move(forwards), std::move(dates));
}

Result<Dated<Permission>> register_probe(wire::Caller& caller, const std::string& target_group_arn) {
  wire::Reply reply = ask_for_no_target(caller, "RegisterTargets", target_group_arn);
  if (reply.outcome) {  // AWS never says so; an imitation of it may, and is left as it was
    auto undone = ask_for_no_target(caller, "DeregisterTargets", target_group_arn);
    if (!undone.outcome) return std::unexpected(std::move(undone.outcome.error()));
  }
  return permission_from(std::move(reply));
}

Result<Dated<Permission>> deregister_probe(wire::Caller& caller, const std::string& target_group_arn) {
  return permission_from(ask_for_no_target(caller, "DeregisterTargets", target_group_arn));
}

}  // namespace evenkeel::aws::elbv2
