// Every AWS action that Evenkeel calls, and why: for `evenkeel iam`, which writes them into a policy
// document, and for `evenkeel check`, which says which of them are missing. Which actions take resource ARNs:
// aws-facts.md §9 (Service Authorization Reference).
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace evenkeel::aws {

// What an IAM statement may name as the action's Resource.
enum class Resource {
  any,           // "*": the action knows no resources
  target_group,  // arn:P:elasticloadbalancing:R:A:targetgroup/NAME/ID
  instance,      // arn:P:ec2:R:A:instance/i-…
};

// Who makes the call.
enum class NeededBy {
  tick,   // `run` and `plan`: without it Evenkeel doesn't work
  check,  // `check` alone looks there: without it the tick works as well
};

struct NeededPermission {
  std::string_view action;  // "elasticloadbalancing:DescribeTargetGroups", as IAM writes it
  bool writes;              // it changes the account
  Resource resource;
  NeededBy needed_by;
  std::string_view purpose;  // what Evenkeel uses it for, in plain words: "to …"
};

inline constexpr std::array<NeededPermission, 14> kNeededPermissions = {{
    {"elasticloadbalancing:DescribeTargetGroups", false, Resource::any, NeededBy::tick,
     "to find the target groups by their names, and every other one that a server may be registered in"},
    {"elasticloadbalancing:DescribeTargetHealth", false, Resource::any, NeededBy::tick,
     "to see which servers are registered, healthy or drained"},
    {"elasticloadbalancing:DescribeTargetGroupAttributes", false, Resource::any, NeededBy::tick,
     "to know deregistration delay, slow start and fail-open thresholds"},
    {"elasticloadbalancing:DeregisterTargets", true, Resource::target_group, NeededBy::tick,
     "to take a server out of rotation"},
    {"elasticloadbalancing:RegisterTargets", true, Resource::target_group, NeededBy::tick,
     "to put a server back"},
    {"ec2:DescribeInstances", false, Resource::any, NeededBy::tick,
     "to see whether the servers run and since when"},
    {"ec2:RebootInstances", true, Resource::instance, NeededBy::tick, "to reboot a server"},
    {"ec2:GetConsoleOutput", false, Resource::instance, NeededBy::tick,
     "to prove that a server has booted, by the time of its console output"},
    {"autoscaling:DescribeAutoScalingGroups", false, Resource::any, NeededBy::tick,
     "to see whether Auto Scaling would replace a server that is out"},
    {"cloudwatch:ListMetrics", false, Resource::any, NeededBy::tick,
     "to find the metric's dimensions for each server"},
    {"cloudwatch:GetMetricData", false, Resource::any, NeededBy::tick, "to read the metric"},
    {"elasticloadbalancing:DescribeLoadBalancers", false, Resource::any, NeededBy::check,
     "to see which zones a load balancer serves"},
    {"elasticloadbalancing:DescribeListeners", false, Resource::any, NeededBy::check,
     "to see which target groups get traffic from a listener"},
    {"elasticloadbalancing:DescribeRules", false, Resource::any, NeededBy::check,
     "to see which target groups get traffic from a listener's rules"},
}};

constexpr const NeededPermission* find_permission(std::string_view action) {
  const auto* found = std::ranges::find(kNeededPermissions, action, &NeededPermission::action);
  return found == kNeededPermissions.end() ? nullptr : found;
}

}  // namespace evenkeel::aws
