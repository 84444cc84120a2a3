#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "aws/autoscaling.h"
#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "aws/permissions.h"
#include "aws/ssm.h"
#include "check/reading.h"
#include "iam/needs.h"

namespace evenkeel::check {
namespace {

constexpr const char* kNoCommand = "00000000-0000-0000-0000-000000000000";

using Permitted = Result<aws::Dated<aws::Permission>>;

void keep_answer(Reading& reading, Permitted answer, const std::string& action) {
  const auto permission = reading.keep(std::move(answer), action);
  if (!permission || permission->allowed) return;
  reading.facts.allowed.erase(action);
  reading.facts.denied.emplace(action, permission->message);
}

// A running member, or an instance that can't exist: reads may be asked about that.
std::string some_member(const Facts& facts) {
  return facts.asked_about.empty() ? std::string(aws::ec2::kNoInstance) : facts.asked_about;
}

std::string some_load_balancer(const Facts& facts) {
  for (const auto& group : facts.groups) {
    if (!group.is.load_balancer_arns.empty()) return group.is.load_balancer_arns.front();
  }
  return "arn:" + facts.partition + ":elasticloadbalancing:" + facts.region +
         ":000000000000:loadbalancer/app/none/0000000000000000";
}

bool scaling_exists(const Reading& reading) {
  const auto& all = reading.facts.scaling;
  return all && std::ranges::find(*all, reading.policy.auto_scaling_group, &aws::autoscaling::Group::name) !=
                    all->end();
}

// How each action is asked for where nothing else in this read has: one line an action.
const std::map<std::string, std::function<void(Reading&, const std::string&)>>& ways_to_ask() {
  static const std::map<std::string, std::function<void(Reading&, const std::string&)>> ways = {
      {"ec2:DescribeInstanceStatus",
       [](Reading& r, const std::string& action) {
         r.ask(aws::ec2::describe_instance_status(r.caller, std::vector{some_member(r.facts)}), action);
       }},
      {"ec2:DescribeInstanceAttribute",
       [](Reading& r, const std::string& action) {
         r.ask(aws::ec2::stop_protection(r.caller, some_member(r.facts)), action);
       }},
      {"ec2:StopInstances",
       [](Reading& r, const std::string& action) {
         if (r.facts.asked_about.empty()) return;
         keep_answer(r, aws::ec2::stop_dry_run(r.caller, r.facts.asked_about), action);
       }},
      {"ec2:StartInstances",
       [](Reading& r, const std::string& action) {
         if (r.facts.asked_about.empty()) return;
         keep_answer(r, aws::ec2::start_dry_run(r.caller, r.facts.asked_about), action);
       }},
      {"ec2:CreateTags",
       [](Reading& r, const std::string& action) {
         if (r.facts.asked_about.empty()) return;
         keep_answer(r, aws::ec2::create_tag_dry_run(r.caller, r.facts.asked_about, {kWitnessTag, "check"}),
                     action);
       }},
      {"ec2:DeleteTags",
       [](Reading& r, const std::string& action) {
         if (r.facts.asked_about.empty()) return;
         keep_answer(r, aws::ec2::delete_tag_dry_run(r.caller, r.facts.asked_about, {kWitnessTag, "check"}),
                     action);
       }},
      {"elasticloadbalancing:DescribeLoadBalancerAttributes",
       [](Reading& r, const std::string& action) {
         const std::vector<std::string> arns = {some_load_balancer(r.facts)};
         r.ask(aws::elbv2::describe_load_balancer_attributes(r.caller, arns).front(), action);
       }},
      {"autoscaling:DescribeScalingActivities",
       [](Reading& r, const std::string& action) {
         r.ask(aws::autoscaling::describe_scaling_activities(r.caller, r.policy.auto_scaling_group), action);
       }},
      {"autoscaling:DescribeInstanceRefreshes",
       [](Reading& r, const std::string& action) {
         r.ask(aws::autoscaling::describe_instance_refreshes(r.caller, r.policy.auto_scaling_group), action);
       }},
      {"autoscaling:ExitStandby",
       [](Reading& r, const std::string& action) {
         if (!scaling_exists(r)) return;  // without it AWS's answer tells nothing
         keep_answer(r, aws::autoscaling::exit_standby_probe(r.caller, r.policy.auto_scaling_group), action);
       }},
      {"cloudwatch:ListMetrics",
       [](Reading& r, const std::string& action) {
         r.ask(aws::cloudwatch::list_metrics(r.caller, "AWS/EC2", "CPUUtilization"), action);
       }},
      {"cloudwatch:GetMetricData", [](Reading& r, const std::string&) { try_metric_data(r); }},
      {"cloudwatch:DescribeAlarms",
       [](Reading& r, const std::string& action) {
         r.ask(aws::cloudwatch::describe_alarms(r.caller, std::vector<std::string>{"none"}), action);
       }},
      {"ssm:GetCommandInvocation",
       [](Reading& r, const std::string& action) {
         r.ask(aws::ssm::get_command_invocation(r.caller, kNoCommand, some_member(r.facts)), action);
       }},
      {"ssm:ListCommandInvocations",
       [](Reading& r, const std::string& action) {
         r.ask(aws::ssm::find_command(r.caller, some_member(r.facts), "none"), action);
       }},
  };
  return ways;
}

}  // namespace

void try_the_rest(Reading& reading) {
  const auto& facts = reading.facts;
  for (const auto& needed : aws::kNeededPermissions) {
    const std::string action(needed.action);
    if (needed.needed_by != aws::NeededBy::tick || !iam::needs(reading.policy, needed)) continue;
    if (facts.allowed.contains(action) || facts.denied.contains(action) || facts.failed.contains(action))
      continue;
    const auto way = ways_to_ask().find(action);
    if (way != ways_to_ask().end()) way->second(reading, action);
  }
}

}  // namespace evenkeel::check
