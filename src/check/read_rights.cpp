#include <map>
#include <string>
#include <vector>

#include "aws/autoscaling.h"
#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "aws/permissions.h"
#include "aws/ssm.h"
#include "check/facts_builder.h"
#include "iam/needs.h"

namespace evenkeel::check {
namespace {

constexpr const char* kNoCommand = "00000000-0000-0000-0000-000000000000";

using Permitted = Result<aws::Dated<aws::Permission>>;

// Whether the answer tells that the call is allowed: that what was asked about does not exist says so as well.
template <class T>
bool told(const Result<aws::Dated<T>>& answer) {
  return answer || answer.error().kind == ErrorKind::not_found || answer.error().kind == ErrorKind::rejected;
}
bool told(const Permitted& answer) { return answer && answer->value.allowed; }

// Without a running member there is nothing to try it on.
bool on_member(FactsBuilder& r, Permitted (*dry_run)(wire::Caller&, const std::string&)) {
  return !r.facts.asked_about.empty() && told(dry_run(r.caller, r.facts.asked_about));
}
bool on_member(FactsBuilder& r,
               Permitted (*dry_run)(wire::Caller&, const std::string&, const aws::ec2::Tag&)) {
  return !r.facts.asked_about.empty() && told(dry_run(r.caller, r.facts.asked_about, {kWitnessTag, "check"}));
}

// It may be allowed in some groups only.
bool in_groups(FactsBuilder& r, const char* action, Permitted (*probe)(wire::Caller&, const std::string&)) {
  bool any = false;
  for (const auto& group : r.facts.groups) {
    const auto answer = probe(r.caller, group.is.arn);
    any = any || told(answer);
    if (answer && !answer->value.allowed) r.facts.refused_in[action].push_back(group.is.name);
  }
  return any;
}

// A running member, or an instance that can't exist: reads may be asked about that.
std::string some_member(const Facts& facts) {
  return facts.asked_about.empty() ? std::string(aws::ec2::kNoInstance) : facts.asked_about;
}

// None that exists: what may not be read can still be told.
std::string no_resource(const Facts& facts, const char* what) {
  return "arn:" + facts.partition + ":elasticloadbalancing:" + facts.region + ":000000000000:" + what +
         "/none/0000000000000000";
}
bool of_no_group(FactsBuilder& r, auto describe) {
  return told(describe(r.caller, std::vector{no_resource(r.facts, "targetgroup")}).front());
}

std::string some_load_balancer(const Facts& facts) {
  for (const auto& group : facts.groups) {
    if (!group.is.load_balancer_arns.empty()) return group.is.load_balancer_arns.front();
  }
  return no_resource(facts, "loadbalancer/app");
}

// How each action is asked for where nothing else in this read has, and whether the answer tells that it is
// allowed: one line an action. What refuses it look_on() remembers.
const std::map<std::string_view, bool (*)(FactsBuilder&)>& ways_to_ask() {
  namespace autoscaling = aws::autoscaling;
  namespace cloudwatch = aws::cloudwatch;
  namespace ec2 = aws::ec2;
  namespace elb = aws::elbv2;
  namespace ssm = aws::ssm;
  using R = FactsBuilder;
  using Arns = std::vector<std::string>;
  static const std::map<std::string_view, bool (*)(FactsBuilder&)> ways = {
      {"elasticloadbalancing:DescribeTargetHealth",
       [](R& r) { return of_no_group(r, elb::describe_target_health); }},
      {"elasticloadbalancing:DescribeTargetGroupAttributes",
       [](R& r) { return of_no_group(r, elb::describe_target_group_attributes); }},
      {"elasticloadbalancing:DescribeLoadBalancerAttributes",
       [](R& r) {
         const Arns arns = {some_load_balancer(r.facts)};
         return told(elb::describe_load_balancer_attributes(r.caller, arns).front());
       }},
      {"elasticloadbalancing:RegisterTargets",
       [](R& r) { return in_groups(r, "elasticloadbalancing:RegisterTargets", elb::register_probe); }},
      {"elasticloadbalancing:DeregisterTargets",
       [](R& r) { return in_groups(r, "elasticloadbalancing:DeregisterTargets", elb::deregister_probe); }},
      {"ec2:DescribeInstances",
       [](R& r) { return told(ec2::describe_instances(r.caller, Arns{ec2::kNoInstance})); }},
      {"ec2:DescribeInstanceStatus",
       [](R& r) { return told(ec2::describe_instance_status(r.caller, Arns{some_member(r.facts)})); }},
      {"ec2:DescribeInstanceAttribute",
       [](R& r) { return told(ec2::stop_protection(r.caller, some_member(r.facts))); }},
      {"ec2:GetConsoleOutput",
       [](R& r) {
         return !r.facts.asked_about.empty() && told(ec2::console_output_time(r.caller, r.facts.asked_about));
       }},
      {"ec2:RebootInstances", [](R& r) { return on_member(r, ec2::reboot_dry_run); }},
      {"ec2:StopInstances", [](R& r) { return on_member(r, ec2::stop_dry_run); }},
      {"ec2:StartInstances", [](R& r) { return on_member(r, ec2::start_dry_run); }},
      {"ec2:CreateTags", [](R& r) { return on_member(r, ec2::create_tag_dry_run); }},
      {"ec2:DeleteTags", [](R& r) { return on_member(r, ec2::delete_tag_dry_run); }},
      {"autoscaling:DescribeScalingActivities",
       [](R& r) {
         return told(autoscaling::describe_scaling_activities(r.caller, r.policy.auto_scaling_group));
       }},
      {"autoscaling:DescribeInstanceRefreshes",
       [](R& r) {
         return told(autoscaling::describe_instance_refreshes(r.caller, r.policy.auto_scaling_group));
       }},
      {"autoscaling:ExitStandby",
       [](R& r) {  // without the group AWS's answer tells nothing
         return r.facts.seen.auto_scaling_group &&
                told(autoscaling::exit_standby_probe(r.caller, r.policy.auto_scaling_group));
       }},
      {"cloudwatch:ListMetrics",
       [](R& r) { return told(cloudwatch::list_metrics(r.caller, "AWS/EC2", "CPUUtilization")); }},
      {"cloudwatch:GetMetricData",
       [](R& r) {
         const std::vector<cloudwatch::MetricQuery> one = {
             {"m0", {"AWS/EC2", "CPUUtilization", {}}, "Average", 60}};
         return told(cloudwatch::get_metric_data(r.caller, one, r.caller.now() - 5min, r.caller.now()));
       }},
      {"cloudwatch:DescribeAlarms",
       [](R& r) { return told(cloudwatch::describe_alarms(r.caller, Arns{"none"})); }},
      {"ssm:GetCommandInvocation",
       [](R& r) { return told(ssm::get_command_invocation(r.caller, kNoCommand, some_member(r.facts))); }},
      {"ssm:ListCommandInvocations",
       [](R& r) { return told(ssm::find_command(r.caller, some_member(r.facts), "none")); }},
  };
  return ways;
}

}  // namespace

void try_the_rest(FactsBuilder& builder) {
  auto& facts = builder.facts;
  for (const auto& [id, instance] : facts.seen.instances) {
    if (instance.state == InstanceState::running && facts.asked_about.empty()) facts.asked_about = id;
  }
  for (const auto& needed : aws::kNeededPermissions) {
    const std::string action(needed.action);
    if (needed.needed_by != aws::NeededBy::tick || !iam::needs(builder.policy, needed)) continue;
    if (facts.allowed.contains(action) || facts.denied.contains(action) || facts.failed.contains(action))
      continue;
    const auto way = ways_to_ask().find(action);
    if (way != ways_to_ask().end() && way->second(builder)) facts.allowed.insert(action);
  }
}

}  // namespace evenkeel::check
