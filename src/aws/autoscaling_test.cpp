#include "aws/autoscaling.h"

#include <gtest/gtest.h>

#include "wire/scripted_transport.h"

namespace evenkeel::aws::autoscaling {
namespace {

using wire::form_of;
using wire::query_answer;
using wire::Request;
using wire::ScriptedAccount;

std::string group_xml(const std::string& name) {
  return "<member><AutoScalingGroupName>" + name +
         "</AutoScalingGroupName><MinSize>2</MinSize><MaxSize>8</MaxSize><DesiredCapacity>4</DesiredCapacity>"
         "<HealthCheckType>EC2,ELB</HealthCheckType><Status>Delete in progress</Status>"
         "<SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName></member></SuspendedProcesses>"
         "<TargetGroupARNs><member>arn:b</member><member>arn:a</member></TargetGroupARNs>"
         "<TrafficSources><member><Identifier>arn:a</Identifier><Type>elbv2</Type></member>"
         "<member><Identifier>arn:c</Identifier><Type>elbv2</Type></member>"
         "<member><Identifier>classic</Identifier><Type>elb</Type></member></TrafficSources>"
         "<Instances><member><InstanceId>i-2</InstanceId><AvailabilityZone>a</AvailabilityZone>"
         "<LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus>"
         "<ProtectedFromScaleIn>true</ProtectedFromScaleIn></member>"
         "<member><InstanceId>i-1</InstanceId><LifecycleState>Brand:New</LifecycleState>"
         "<HealthStatus>Unhealthy</HealthStatus></member></Instances></member>";
}

TEST(AutoScaling, ReadsAGroup) {
  ScriptedAccount account([](const Request&) {
    return query_answer("DescribeAutoScalingGroups",
                        "<AutoScalingGroups>" + group_xml("web") + "</AutoScalingGroups>");
  });
  const std::vector<std::string> names = {"web"};
  const auto groups = describe_auto_scaling_groups(account.caller, names);
  ASSERT_TRUE(groups) << groups.error().message;
  const Group& group = groups->value.at(0);
  EXPECT_EQ(group.name, "web");
  EXPECT_EQ(group.min, 2);
  EXPECT_EQ(group.max, 8);
  EXPECT_EQ(group.desired, 4);
  EXPECT_EQ(group.health_check_type, "EC2,ELB");
  EXPECT_EQ(group.suspended_processes, (std::vector<std::string>{"AZRebalance"}));
  EXPECT_EQ(group.target_group_arns, (std::vector<std::string>{"arn:a", "arn:b", "arn:c"}));
  EXPECT_EQ(group.status, "Delete in progress");
  ASSERT_EQ(group.instances.size(), 2U);
  EXPECT_EQ(group.instances[0].id, "i-1");
  EXPECT_EQ(group.instances[0].lifecycle_state, "Brand:New");
  EXPECT_FALSE(group.instances[0].protected_from_scale_in);
  EXPECT_TRUE(group.instances[1].protected_from_scale_in);
}

TEST(AutoScaling, AsksForFiftyGroupsAtATimeAndLeavesOutUnknownOnes) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_FALSE(form.contains("AutoScalingGroupNames.member.51"));
    std::string members;
    for (const auto& [key, value] : form) {
      if (key.starts_with("AutoScalingGroupNames.member.") && value != "g7") members += group_xml(value);
    }
    return query_answer("DescribeAutoScalingGroups",
                        "<AutoScalingGroups>" + members + "</AutoScalingGroups>");
  });
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) names.push_back("g" + std::to_string(i));
  const auto groups = describe_auto_scaling_groups(account.caller, names);
  ASSERT_TRUE(groups) << groups.error().message;
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{2}));
  EXPECT_EQ(groups->value.size(), 59U);
  EXPECT_EQ(groups->value.at(6).name, "g6");
  EXPECT_EQ(groups->value.at(7).name, "g8");
}

TEST(AutoScaling, NeverTakesNoNamesForAllGroups) {
  ScriptedAccount account([](const Request&) { return query_answer("DescribeAutoScalingGroups", ""); });
  ASSERT_EQ(wire::kind_of(describe_auto_scaling_groups(account.caller, {})), ErrorKind::invalid);
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(AutoScaling, RefusesSizesThatMakeNoSense) {
  std::string xml = group_xml("web");
  xml.replace(xml.find("<MinSize>2"), 10, "<MinSize>-2");
  ScriptedAccount account([&](const Request&) {
    return query_answer("DescribeAutoScalingGroups", "<AutoScalingGroups>" + xml + "</AutoScalingGroups>");
  });
  const std::vector<std::string> names = {"web"};
  const auto groups = describe_auto_scaling_groups(account.caller, names);
  ASSERT_EQ(wire::kind_of(groups), ErrorKind::invalid);
  EXPECT_NE(groups.error().message.find("MinSize"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::aws::autoscaling
