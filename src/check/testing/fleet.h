// For tests: a fleet of eight healthy servers with which nothing is wrong, to be spoilt.
#pragma once

#include <fmt/core.h>
#include <functional>
#include <string>
#include <vector>

#include "aws/permissions.h"
#include "base/text.h"
#include "check/check.h"
#include "observe/target_groups.h"

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
    facts.seen.taken_at = parse_iso8601("2026-11-22T10:00:00Z").value();
    facts.existing_groups = std::vector<std::string>{"other", "tg1", "tg1-80"};
    facts.seen.elsewhere.emplace().complete = true;
    facts.seen.instances_complete = true;
    facts.metrics = std::vector<aws::cloudwatch::Metric>{};
    facts.groups = {group("tg1", 443), group("tg1-80", 80)};
    for (int i = 1; i <= 8; ++i) add(id(i), i % 2 == 0 ? "eu-west-1b" : "eu-west-1a", 40.0 + i);
    facts.asked_about = id(1);
    facts.highest = 71;
    for (const auto& needed : aws::kNeededPermissions) facts.allowed.emplace(needed.action);
  }

  static std::string id(int number) { return fmt::format("i-{:017x}", number); }
  static aws::cloudwatch::Metric metric(const std::string& id) {
    return {"CWAgent",
            "Memory % Committed Bytes In Use",
            {{"ImageId", "ami-1"}, {"InstanceId", id}, {"objectname", "Memory"}}};
  }

  static GroupFacts group(const std::string& name, int port) {
    GroupFacts group;
    group.is = {
        .arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/" + name + "/1",
        .name = name,
        .protocol = "HTTPS",
        .port = port,
        .target_type = "instance",
        .vpc_id = "vpc-1",
        .load_balancer_arns = {"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"},
        .health_check = aws::elbv2::HealthCheck{.interval = 30s, .timeout = 5s, .healthy_threshold = 5}};
    group.seen.arn = group.is.arn;
    group.seen.name = name;
    group.seen.has_load_balancer = group.seen.of_fleet = true;
    group.seen.port = port;
    group.seen.load_balancer_arn = group.is.load_balancer_arns.front();
    group.seen.to_healthy = observe::to_healthy(group.is);
    group.seen.zonal = false;
    group.seen.attributes = TargetGroup::Attributes{.deregistration_delay = 300s};
    group.seen.registrations.emplace();
    group.traffic = Traffic{.forwards = 1,
                            .highest_weight = 1,
                            .balancer = "web",
                            .type = "application",
                            .zones = {"eu-west-1a", "eu-west-1b"}};
    return group;
  }

  void add(const std::string& id, const std::string& zone, double value) {
    for (auto& group : facts.groups)
      group.seen.registrations->push_back(
          {id, group.seen.port, TargetState::healthy, TargetReason::none, false, false});
    facts.seen.instances[id] = {.id = id,
                                .state = InstanceState::running,
                                .launch_time = facts.seen.taken_at - 24h,
                                .availability_zone = zone,
                                .private_ip = "",
                                .auto_scaling_group = "",
                                .ebs_root = true,
                                .stop_protected = false};
    facts.metrics->push_back(metric(id));
    facts.series[id] = {metric(id)};
    facts.seen.signals[id] = signal(1min, [value](int) { return value; });
  }

  // The newest period ended a minute ago; value(0) is its value.
  Signal signal(Duration period, const std::function<double(int)>& value) const {
    Signal made{.state = SignalState::fresh, .samples = {}, .detail = ""};
    for (int i = static_cast<int>(kSamplesOver / period) - 2; i >= 0; --i)
      made.samples.push_back({facts.seen.taken_at - 1min - period * (i + 1), value(i)});
    return made;
  }
  void resample(Duration period, const std::function<double(int)>& value) {
    for (auto& [member, one] : facts.seen.signals) one = signal(period, value);
    facts.highest = value(0);
  }
  void take_series_from(const std::string& member) {
    facts.series[member].clear();
    facts.seen.signals[member] = {.samples = {}, .detail = "", .no_series = true};
  }

  GroupFacts& tg1() { return facts.groups.front(); }
  Registration& registration(int number) {
    return tg1().seen.registrations->at(static_cast<std::size_t>(number - 1));
  }
  Instance& instance(int number) { return facts.seen.instances.at(id(number)); }
  void register_elsewhere(const std::string& id, const std::string& group, bool by_address = false) {
    facts.seen.elsewhere->registrations.push_back(
        {id, 80, TargetState::healthy, TargetReason::none, false, by_address});
    facts.seen.elsewhere->groups.push_back(group);
  }
  // Every member is in this Auto Scaling group, which the policy names.
  AutoScalingGroup& in_auto_scaling_group() {
    policy.auto_scaling_group = "web-asg";
    AutoScalingGroup group;
    group.name = "web-asg";
    group.min = 2;
    group.max = 10;
    group.desired = 8;
    group.grace = 300s;
    group.target_group_arns = {facts.groups[0].is.arn, facts.groups[1].is.arn};
    for (auto& one : facts.groups) one.seen.attached = true;
    for (auto& [member, instance] : facts.seen.instances) {
      instance.auto_scaling_group = "web-asg";
      group.members.push_back({member, LifecycleState::in_service});
    }
    return facts.seen.auto_scaling_group.emplace(std::move(group));
  }
};

}  // namespace evenkeel::check
