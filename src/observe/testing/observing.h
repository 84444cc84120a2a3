// For tests: an account that answers each action from a table, in which a test breaks one entry.
#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <map>

#include "base/text.h"
#include "observe/observe.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::observe {

using namespace std::chrono_literals;
using wire::ec2_answer;
using wire::form_of;
using wire::query_answer;
using wire::query_error;

inline constexpr const char* kOne = "i-00000000000000001";
inline constexpr const char* kTwo = "i-00000000000000002";
inline const std::string kArn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg1/1";
inline const std::string kOther =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg-other/2";

inline std::string group_xml(const std::string& arn, const std::string& name) {
  return "<member><TargetGroupArn>" + arn + "</TargetGroupArn><TargetGroupName>" + name +
         "</TargetGroupName><Protocol>HTTPS</Protocol><Port>443</Port><VpcId>vpc-1</VpcId><LoadBalancerArns>"
         "<member>lb</member></LoadBalancerArns><TargetType>instance</TargetType></member>";
}

inline std::string health_xml(const std::string& id, int port, const std::string& state,
                              const std::string& reason = "") {
  return "<member><Target><Id>" + id + "</Id><Port>" + std::to_string(port) +
         "</Port></Target><TargetHealth><State>" + state + "</State>" +
         (reason.empty() ? "" : "<Reason>" + reason + "</Reason>") + "</TargetHealth></member>";
}

inline std::string instance_xml(const std::string& id) {
  return "<item><instanceId>" + id +
         "</instanceId><instanceState><code>16</code><name>running</name></"
         "instanceState><instanceType>m5.large"
         "</instanceType><launchTime>2026-11-20T00:00:00Z</launchTime><privateIpAddress>10.0.0.1</"
         "privateIpAddress><vpcId>vpc-1</vpcId><placement><availabilityZone>eu-west-1a</availabilityZone></"
         "placement><tagSet><item>"
         "<key>aws:autoscaling:groupName</key><value>web-asg</value></item></tagSet></item>";
}

inline std::string series_xml(const std::string& id, const std::string& more = "") {
  return "<member><Namespace>CWAgent</Namespace><MetricName>mem</"
         "MetricName><Dimensions><member><Name>InstanceId</Name><Value>" +
         id + "</Value></member>" + more + "</Dimensions></member>";
}

inline const std::string kMemory = "<member><Name>objectname</Name><Value>Memory</Value></member>";

// Samples at the given minutes before the account's date, 06:45:07.
using Samples = std::vector<std::pair<int, double>>;

inline std::string data_xml(const std::string& query, const Samples& samples,
                            const std::string& status = "Complete") {
  std::string times, values;
  for (const auto& [before, value] : samples) {
    times +=
        "<member>" + iso8601(parse_iso8601("2026-11-22T06:45:00Z").value() - before * 1min) + "</member>";
    values += "<member>" + std::to_string(value) + "</member>";
  }
  return "<member><Id>" + query + "</Id><Label>l</Label><Timestamps>" + times + "</Timestamps><Values>" +
         values + "</Values><StatusCode>" + status + "</StatusCode></member>";
}

using Form = std::map<std::string, std::string>;

struct ScalingAnswer {
  std::vector<std::string> attached = {};
  std::string more = {};
  struct Member {
    std::string id, lifecycle_state, health;
  };
  std::vector<Member> members = {};
};

inline wire::Response scaling_answer(const ScalingAnswer& group) {
  std::string arns, members;
  for (const auto& arn : group.attached) arns += "<member>" + arn + "</member>";
  for (const auto& member : group.members) {
    members += "<member><InstanceId>" + member.id + "</InstanceId><LifecycleState>" + member.lifecycle_state +
               "</LifecycleState><HealthStatus>" + member.health + "</HealthStatus></member>";
  }
  return query_answer("DescribeAutoScalingGroups",
                      "<AutoScalingGroups><member><AutoScalingGroupName>web-asg</AutoScalingGroupName>"
                      "<MinSize>1</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity>"
                      "<HealthCheckType>EC2,ELB</HealthCheckType><TargetGroupARNs>" +
                          arns + "</TargetGroupARNs><Instances>" + members + "</Instances>" + group.more +
                          "</member></AutoScalingGroups>");
}

struct Observing : testing::Test {
  std::map<std::string, wire::Response> answers = {
      {"DescribeTargetGroups",
       query_answer("DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") + "</TargetGroups>")},
      {"DescribeLoadBalancers",
       query_answer("DescribeLoadBalancers", "<LoadBalancerDescriptions></LoadBalancerDescriptions>")},
      {"DescribeTargetGroupAttributes",
       query_answer(
           "DescribeTargetGroupAttributes",
           "<Attributes><member><Key>slow_start.duration_seconds</Key><Value>30</Value></member><member><Key>"
           "deregistration_delay.timeout_seconds</Key><Value>60</Value></member></Attributes>")},
      {"DescribeTargetHealth",
       query_answer("DescribeTargetHealth",
                    "<TargetHealthDescriptions>" + health_xml(kTwo, 443, "healthy") +
                        health_xml(kOne, 443, "draining", "Target.DeregistrationInProgress") +
                        "</TargetHealthDescriptions>")},
      {"DescribeInstances",
       ec2_answer("DescribeInstances", "<reservationSet><item><instancesSet>" + instance_xml(kOne) +
                                           instance_xml(kTwo) + "</instancesSet></item></reservationSet>")},
      {"ListMetrics", query_answer("ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) +
                                                      series_xml(kTwo, kMemory) + "</Metrics>")},
      {"GetMetricData",
       query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m1", {{2, 50}, {3, 49}}) +
                                         data_xml("m0", {{2, 80}, {3, 79}}) + "</MetricDataResults>")},
      {"RebootInstances", wire::ec2_error(412, "DryRunOperation", "Request would have succeeded")},
  };
  // Where an answer depends on what is asked.
  std::map<std::string, std::function<wire::Response(const Form&)>> scripts;
  std::map<std::string, int> asked;
  wire::ScriptedAccount account{[this](const wire::Request& request) {
    auto form = form_of(request);
    auto action = form["Action"];
    if (action.empty()) action = split(wire::header_of(request, "X-Amz-Target"), '.').back();
    last[action] = form;
    last_body[action] = request.body;
    ++asked[action];
    if (scripts.contains(action)) return scripts.at(action)(form);
    return answers.contains(action) ? answers.at(action)
                                    : query_error(403, "AccessDenied", "not expected: " + action);
  }};
  std::map<std::string, Form> last;
  std::map<std::string, std::string> last_body;
  FleetPolicy policy;
  FleetState state;
  Cache cache;

  void SetUp() override {
    policy.name = "web";
    policy.target_groups = {"tg1"};
    policy.reboot_when.metric = "mem";
  }
  void scaling(const ScalingAnswer& group) {
    answers["DescribeAutoScalingGroups"] = scaling_answer(group);
    answers["DescribeInstanceRefreshes"] = query_answer("DescribeInstanceRefreshes", "<InstanceRefreshes/>");
    answers["DescribeScalingActivities"] = query_answer("DescribeScalingActivities", "<Activities/>");
  }
  // All that a start needs included.
  Observation observed() {
    auto seen = observe(policy, state, account.caller, cache).value();
    observe_for_start(policy, state, account.caller, cache, seen);
    return seen;
  }
  Signal signal_of(const std::string& id) {
    auto observation = observed();
    answer({Question::Kind::signal, {kOne, kTwo}, 5min}, policy, account.caller, cache, observation);
    return observation.signals.at(id);
  }
};

}  // namespace evenkeel::observe
