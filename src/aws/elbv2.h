// Elastic Load Balancing v2: target groups and their targets (docs/aws.md, Elastic Load Balancing).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::elbv2 {

struct HealthCheck {
  bool enabled = true;
  Duration interval{};
  Duration timeout{};
  int healthy_threshold = 0;  // passing checks in a row; an ALB takes one for a newly registered target
};

struct TargetGroup {
  std::string arn;
  std::string name;
  std::string protocol;                         // "HTTP", "HTTPS", "TCP" …; empty for lambda groups
  std::optional<int> port;                      // none for lambda groups
  std::string target_type;                      // "instance", "ip", "lambda", "alb"
  std::string vpc_id;                           // empty for lambda groups
  std::vector<std::string> load_balancer_arns;  // empty: no load balancer sends traffic here
  std::optional<HealthCheck> health_check;      // none: AWS did not say
};

// (id, port) is a target's identity: one instance may be registered on several ports.
struct TargetDescription {
  std::string id;
  std::optional<int> port;  // not given: the group's default. Always give it to (de)register exactly
  std::optional<std::string> availability_zone;  // never to be sent for instance and alb targets

  friend bool operator==(const TargetDescription&, const TargetDescription&) = default;
};

// State and reason are AWS's words, unknown ones included.
struct TargetHealth {
  TargetDescription target;
  std::string state;   // "initial", "healthy", "unhealthy", "unhealthy.draining", "unused", "draining", …
  std::string reason;  // "Target.NotRegistered", …; empty when healthy
  std::string description;  // for people; untrusted
  // AdministrativeOverride: "no_override", "zonal_shift_active", "zonal_shift_delegated_to_dns", "unknown";
  // empty: AWS didn't say.
  std::string administrative_override = {};
};

// In the order of `names`; naming none is `invalid`. `not_found` (TargetGroupNotFound) names the groups that
// don't exist.
Result<Dated<std::vector<TargetGroup>>> describe_target_groups(wire::Caller& caller,
                                                               std::span<const std::string> names);

// The same by ARN, in no promised order.
Result<Dated<std::vector<TargetGroup>>> describe_target_groups_by_arn(wire::Caller& caller,
                                                                      std::span<const std::string> arns);

// Every target group of the region, pages followed.
Result<Dated<std::vector<TargetGroup>>> describe_all_target_groups(wire::Caller& caller);

// Key → value, one result per ARN, side by side. AWS promises no order, so it is a map.
using Attributes = std::map<std::string, std::string>;
std::vector<Result<Dated<Attributes>>> describe_target_group_attributes(
    wire::Caller& caller, std::span<const std::string> target_group_arns);

// Registered and draining targets, one result per ARN, side by side. A target that is fully deregistered or
// terminated is absent.
std::vector<Result<Dated<std::vector<TargetHealth>>>> describe_target_health(
    wire::Caller& caller, std::span<const std::string> target_group_arns);

// One call with all targets (1 to 100), signed with `sign_at` on every attempt. Registering what is
// registered and deregistering what is not are successes.
Mutation register_targets(wire::Caller& caller, const std::string& target_group_arn,
                          std::span<const TargetDescription> targets, Time sign_at, std::string nonce);
Mutation deregister_targets(wire::Caller& caller, const std::string& target_group_arn,
                            std::span<const TargetDescription> targets, Time sign_at, std::string nonce);

struct LoadBalancer {
  std::string arn;
  std::string name;
  std::string type;                // "application", "network", "gateway"
  std::vector<std::string> zones;  // enabled Availability Zones, sorted
};

// Key → value, one result per load balancer, side by side.
std::vector<Result<Dated<Attributes>>> describe_load_balancer_attributes(
    wire::Caller& caller, std::span<const std::string> load_balancer_arns);

// All of them, twenty a call; naming none is `invalid`. Nothing is promised about the order.
Result<Dated<std::vector<LoadBalancer>>> describe_load_balancers(
    wire::Caller& caller, std::span<const std::string> load_balancer_arns);

// Where a listener or one of its rules sends requests. Weight 0: nothing.
struct Forward {
  std::string target_group_arn;
  int weight = 1;
};

struct Listener {
  std::string arn;
  std::vector<Forward> forwards;  // of its default actions; rules come on top of them
};

// One result per load balancer, side by side, all pages.
std::vector<Result<Dated<std::vector<Listener>>>> describe_listeners(
    wire::Caller& caller, std::span<const std::string> load_balancer_arns);

// The forwards of all rules of a listener, its default rule included. One result per listener, side by side.
std::vector<Result<Dated<std::vector<Forward>>>> describe_rules(wire::Caller& caller,
                                                                std::span<const std::string> listener_arns);

// Whether we may register targets here, without registering any: asks for an instance id that can't exist.
// AWS looks at the permission first and then refuses the id (docs/adr/0011). An endpoint that takes the id
// allows it, and is asked to forget it again. An error: neither of the two answers came.
Result<Dated<Permission>> register_probe(wire::Caller& caller, const std::string& target_group_arn);
// The same for deregistering. Here AWS may as well say yes: what isn't registered can be deregistered.
Result<Dated<Permission>> deregister_probe(wire::Caller& caller, const std::string& target_group_arn);

}  // namespace evenkeel::aws::elbv2
