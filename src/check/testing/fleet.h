// For tests: a fleet of eight healthy servers with which nothing is wrong, to be spoilt.
#pragma once

#include <fmt/core.h>
#include <functional>
#include <string>
#include <vector>

#include "aws/permissions.h"
#include "base/text.h"
#include "check/check.h"

namespace evenkeel::check {

struct Healthy {
  FleetPolicy policy;
  Facts facts;

  Healthy() {
    policy.name = "web";
    policy.target_groups = {"tg1", "tg1-80"};
    policy.reboot_when = {.metric = "Memory % Committed Bytes In Use", .above = 65, .datapoints = 3};
    policy.keep.healthy.count = 5;
    policy.witness_tag = true;
    facts.region = "eu-west-1";
    facts.taken_at = parse_iso8601("2026-11-22T10:00:00Z").value();
    facts.existing_groups = std::vector<std::string>{"other", "tg1", "tg1-80"};
    facts.elsewhere = std::vector<Elsewhere>{};
    facts.instances = std::map<std::string, aws::ec2::Instance>{};
    facts.metrics = std::vector<aws::cloudwatch::Metric>{};
    facts.series = std::map<std::string, std::vector<Series>>{};
    facts.may_reboot = true;
    facts.groups = {group("tg1", 443), group("tg1-80", 80)};
    for (int i = 1; i <= 8; ++i) add(id(i), i % 2 == 0 ? "eu-west-1b" : "eu-west-1a", 40.0 + i);
    facts.asked_about = id(1);
    (*facts.series)[id(8)].front().highest = 71;
    for (const auto& needed : aws::kNeededPermissions) facts.allowed.emplace(needed.action);
  }

  static std::string id(int number) { return fmt::format("i-{:017x}", number); }
  static aws::cloudwatch::Metric metric(const std::string& id) {
    return {"CWAgent",
            "Memory % Committed Bytes In Use",
            {{"ImageId", "ami-1"}, {"InstanceId", id}, {"objectname", "Memory"}}};
  }

  static Group group(const std::string& name, int port) {
    Group group;
    group.is = {
        .arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/" + name + "/1",
        .name = name,
        .protocol = "HTTPS",
        .port = port,
        .target_type = "instance",
        .vpc_id = "vpc-1",
        .load_balancer_arns = {"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"},
        .health_check = aws::elbv2::HealthCheck{
            .interval = 30s, .timeout = 5s, .healthy_threshold = 5, .unhealthy_threshold = 2}};
    group.attributes = Attributes{.cross_zone = "use_load_balancer_configuration"};
    group.targets = std::vector<aws::elbv2::TargetHealth>{};
    group.traffic = Traffic{.forwards = 1,
                            .highest_weight = 1,
                            .balancer = "web",
                            .type = "application",
                            .zones = {"eu-west-1a", "eu-west-1b"}};
    group.may_register = group.may_deregister = true;
    return group;
  }

  void add(const std::string& id, const std::string& zone, double value) {
    for (auto& group : facts.groups)
      group.targets->push_back({{id, group.is.port, std::nullopt}, "healthy", "", "", ""});
    (*facts.instances)[id] = {.id = id,
                              .state_code = 16,
                              .state = "running",
                              .launch_time = facts.taken_at - 24h,
                              .availability_zone = zone,
                              .instance_type = "m5.large",
                              .private_ip = "",
                              .vpc_id = "vpc-1",
                              .root_device_type = "ebs",
                              .tags = {}};
    facts.metrics->push_back(metric(id));
    (*facts.series)[id] = {series(id, 1min, [value](int) { return value; })};
  }

  // The newest period ended a minute ago; value(0) is its value.
  Series series(const std::string& id, Duration period, const std::function<double(int)>& value) const {
    Series made{.metric = metric(id), .complete = true, .samples = {}, .highest = value(0)};
    for (int i = static_cast<int>(kSamplesOver / period) - 2; i >= 0; --i)
      made.samples.push_back({facts.taken_at - 1min - period * (i + 1), value(i)});
    return made;
  }
  void resample(Duration period, const std::function<double(int)>& value) {
    for (auto& [member, all] : *facts.series) all = {series(member, period, value)};
  }

  Group& tg1() { return facts.groups.front(); }
  aws::ec2::Instance& instance(int number) { return facts.instances->at(id(number)); }
  // Everybody in this Auto Scaling group, which the policy names.
  aws::autoscaling::Group& in_auto_scaling_group() {
    policy.auto_scaling_group = "web-asg";
    aws::autoscaling::Group group{.name = "web-asg",
                                  .min = 2,
                                  .max = 10,
                                  .desired = 8,
                                  .health_check_type = "EC2",
                                  .health_check_grace_period = 300s,
                                  .suspended_processes = {},
                                  .target_group_arns = {facts.groups[0].is.arn, facts.groups[1].is.arn},
                                  .instances = {},
                                  .status = ""};
    for (auto& [member, instance] : *facts.instances) {
      instance.tags["aws:autoscaling:groupName"] = "web-asg";
      group.instances.push_back({member, instance.availability_zone, "InService", "Healthy", false});
    }
    facts.scaling = std::vector{group};
    return facts.scaling->front();
  }
};

}  // namespace evenkeel::check
