// Every AWS action that Evenkeel calls, and why: for `evenkeel iam`, which writes them into a policy
// document, and for `evenkeel check`, which says which of them are missing. Which actions take resource ARNs:
// docs/aws.md, IAM (Service Authorization Reference).
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace evenkeel::aws {

// What an IAM statement may name as the action's Resource.
enum class Resource {
  any,                 // "*": the action knows no resources
  target_group,        // arn:P:elasticloadbalancing:R:A:targetgroup/NAME/ID
  instance,            // arn:P:ec2:R:A:instance/i-…
  auto_scaling_group,  // arn:P:autoscaling:R:A:autoScalingGroup:*:autoScalingGroupName/NAME
  document,            // arn:P:ssm:R:A:document/NAME, and the instance that it is run on
  calendar,            // arn:P:ssm:R:A:document/NAME
};

// Who makes the call.
enum class NeededBy {
  tick,   // `run` and `plan`: without it Evenkeel doesn't work
  check,  // `check` alone looks there: without it the tick works as well
};

// Which fleets need it; what that means in words of the policy: iam/needs.h.
enum class Need {
  always,
  metrics,             // a metric is read
  auto_scaling_group,  // one is named
  standby,             // members leave by Standby
  reboot,              // treated so
  boot,                // treated by whatever ends in a boot of the same instance
  stop_start,          // treated so
  replace,             // treated so
  alarms,              // a gate or a rule names one
  calendars,           // a gate names one
  documents,           // SSM runs one on a member: as a treatment or for evidence
  witness_tag,         // who is out carries a tag
};

// How `evenkeel check` finds out whether the action is allowed.
enum class Proof {
  asked,  // it makes the call, with DryRun or about no instance where it would change something
  none,   // AWS has no way to tell without doing it: the first time shows
};

struct NeededPermission {
  std::string_view action;  // "elasticloadbalancing:DescribeTargetGroups", as IAM writes it
  bool writes;              // it changes the account
  Resource resource;
  NeededBy needed_by;
  Need need;
  std::string_view purpose;  // what Evenkeel uses it for, in plain words: "to …"
  Proof proof = Proof::asked;
};

inline constexpr std::array<NeededPermission, 31> kNeededPermissions = {{
    {"elasticloadbalancing:DescribeTargetGroups", false, Resource::any, NeededBy::tick, Need::always,
     "to find the target groups by their names, and every other one that a server may be registered in"},
    {"elasticloadbalancing:DescribeTargetHealth", false, Resource::any, NeededBy::tick, Need::always,
     "to see which servers are registered, healthy or drained"},
    {"elasticloadbalancing:DescribeTargetGroupAttributes", false, Resource::any, NeededBy::tick, Need::always,
     "to know deregistration delay, slow start and fail-open thresholds"},
    {"elasticloadbalancing:DescribeLoadBalancerAttributes", false, Resource::any, NeededBy::tick,
     Need::always, "to know whether a load balancer keeps each zone's requests in the zone"},
    {"elasticloadbalancing:DescribeLoadBalancers", false, Resource::any, NeededBy::tick, Need::always,
     "to see which Classic Load Balancers a server is registered with, and which zones a load balancer serves"},
    {"elasticloadbalancing:DeregisterTargets", true, Resource::target_group, NeededBy::tick, Need::always,
     "to take a server out of rotation"},
    {"elasticloadbalancing:RegisterTargets", true, Resource::target_group, NeededBy::tick, Need::always,
     "to put a server back"},
    {"ec2:DescribeInstances", false, Resource::any, NeededBy::tick, Need::always,
     "to see whether the servers run and since when"},
    {"ec2:DescribeInstanceStatus", false, Resource::any, NeededBy::tick, Need::always,
     "to see what EC2 has scheduled for a server, and its status checks"},
    {"ec2:RebootInstances", true, Resource::instance, NeededBy::tick, Need::reboot, "to reboot a server"},
    {"ec2:GetConsoleOutput", false, Resource::instance, NeededBy::tick, Need::boot,
     "to prove that a server has booted, by the time of its console output"},
    {"ec2:DescribeInstanceAttribute", false, Resource::any, NeededBy::tick, Need::stop_start,
     "to see whether a server is protected from being stopped"},
    {"ec2:StopInstances", true, Resource::instance, NeededBy::tick, Need::stop_start, "to stop a server"},
    {"ec2:StartInstances", true, Resource::instance, NeededBy::tick, Need::stop_start,
     "to start a server again that it stopped"},
    {"ec2:CreateTags", true, Resource::instance, NeededBy::tick, Need::witness_tag,
     "to mark a server that it takes out with the tag evenkeel:state"},
    {"ec2:DeleteTags", true, Resource::instance, NeededBy::tick, Need::witness_tag,
     "to take the tag evenkeel:state off again"},
    {"autoscaling:DescribeAutoScalingGroups", false, Resource::any, NeededBy::tick, Need::auto_scaling_group,
     "to see whether Auto Scaling would replace a server that is out"},
    {"autoscaling:DescribeScalingActivities", false, Resource::any, NeededBy::tick, Need::auto_scaling_group,
     "to stand back while Auto Scaling is changing the group"},
    {"autoscaling:DescribeInstanceRefreshes", false, Resource::any, NeededBy::tick, Need::auto_scaling_group,
     "to stand back while an instance refresh is under way"},
    {"autoscaling:EnterStandby", true, Resource::auto_scaling_group, NeededBy::tick, Need::standby,
     "to take a server out of its Auto Scaling group's service", Proof::none},
    {"autoscaling:ExitStandby", true, Resource::auto_scaling_group, NeededBy::tick, Need::standby,
     "to bring a server back into its Auto Scaling group's service"},
    {"autoscaling:TerminateInstanceInAutoScalingGroup", true, Resource::auto_scaling_group, NeededBy::tick,
     Need::replace, "to have a server replaced by its Auto Scaling group", Proof::none},
    {"cloudwatch:ListMetrics", false, Resource::any, NeededBy::tick, Need::metrics,
     "to find the metric's dimensions for each server"},
    {"cloudwatch:GetMetricData", false, Resource::any, NeededBy::tick, Need::metrics, "to read the metric"},
    {"cloudwatch:DescribeAlarms", false, Resource::any, NeededBy::tick, Need::alarms,
     "to see the alarms that hold back every start, or call for one"},
    {"ssm:GetCalendarState", false, Resource::calendar, NeededBy::tick, Need::calendars,
     "to see whether a change calendar is open"},
    {"ssm:SendCommand", true, Resource::document, NeededBy::tick, Need::documents,
     "to run the policy's documents on a server", Proof::none},
    {"ssm:GetCommandInvocation", false, Resource::any, NeededBy::tick, Need::documents,
     "to see what became of a document that it ran"},
    {"ssm:ListCommandInvocations", false, Resource::any, NeededBy::tick, Need::documents,
     "to find a command again whose answer got lost"},
    {"elasticloadbalancing:DescribeListeners", false, Resource::any, NeededBy::check, Need::always,
     "to see which target groups get traffic from a listener"},
    {"elasticloadbalancing:DescribeRules", false, Resource::any, NeededBy::check, Need::always,
     "to see which target groups get traffic from a listener's rules"},
}};

constexpr const NeededPermission* find_permission(std::string_view action) {
  const auto* found = std::ranges::find(kNeededPermissions, action, &NeededPermission::action);
  return found == kNeededPermissions.end() ? nullptr : found;
}

}  // namespace evenkeel::aws
