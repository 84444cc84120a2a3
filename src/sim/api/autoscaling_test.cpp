#include <gtest/gtest.h>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

struct Grouped : World {
  Grouped() {
    AutoScalingGroup group;
    group.name = "web-asg";
    group.min_size = 2;
    group.max_size = 4;
    group.desired = 3;
    group.health_check_type = "EC2,ELB";
    group.suspended_processes = {"ReplaceUnhealthy"};
    group.target_group_arns = {tg1, tg80};
    for (const std::string& id : ids) group.members.push_back({id});
    account.auto_scaling_groups[group.name] = group;
  }
};

const std::string kGroupElement =
    "/DescribeAutoScalingGroupsResponse/DescribeAutoScalingGroupsResult/AutoScalingGroups/member";

TEST(DescribeAutoScalingGroups, ShowsAGroupAndItsMembers) {
  Grouped world;
  const FrontReply reply =
      world.auto_scaling("DescribeAutoScalingGroups", {{"AutoScalingGroupNames.member.1", "web-asg"}});
  EXPECT_EQ(reply.text(kGroupElement + "/MinSize"), "2");
  EXPECT_EQ(reply.text(kGroupElement + "/MaxSize"), "4");
  EXPECT_EQ(reply.text(kGroupElement + "/DesiredCapacity"), "3");
  EXPECT_EQ(reply.text(kGroupElement + "/HealthCheckType"), "EC2,ELB");
  EXPECT_EQ(reply.texts(kGroupElement + "/TargetGroupARNs/member"), (std::vector{world.tg1, world.tg80}));
  EXPECT_EQ(reply.texts(kGroupElement + "/TrafficSources/member/Identifier"),
            (std::vector{world.tg1, world.tg80}));
  EXPECT_EQ(reply.text(kGroupElement + "/SuspendedProcesses/member/ProcessName"), "ReplaceUnhealthy");
  EXPECT_EQ(reply.texts(kGroupElement + "/Instances/member/InstanceId"), world.ids);
  EXPECT_EQ(reply.text(kGroupElement + "/Instances/member/LifecycleState"), "InService");
  EXPECT_EQ(reply.text(kGroupElement + "/Instances/member/HealthStatus"), "Healthy");
}

TEST(DescribeAutoScalingGroups, ShowsWeightsPoliciesAndEveryTrafficSource) {
  Grouped world;
  const FormFields form = {{"AutoScalingGroupNames.member.1", "web-asg"}};
  const FrontReply plain = world.auto_scaling("DescribeAutoScalingGroups", form);
  for (const char* absent : {"//MixedInstancesPolicy", "//WeightedCapacity", "//DesiredCapacityType",
                             "//InstanceLifecyclePolicy", "//LoadBalancerNames/member"})
    EXPECT_TRUE(plain.texts(absent).empty()) << absent;
  auto& group = world.account.auto_scaling_groups.at("web-asg");
  group.weights = {{"m5.large", 1}, {"m5.xlarge", 2}};
  group.desired_capacity_type = "units";
  group.members[1].weight = 2;
  group.classic_names = {"old"};
  group.lattice_arns = {"arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-01"};
  group.retains = true;
  const FrontReply reply = world.auto_scaling("DescribeAutoScalingGroups", form);
  const std::string overrides = kGroupElement + "/MixedInstancesPolicy/LaunchTemplate/Overrides/member";
  EXPECT_EQ(reply.texts(overrides + "/WeightedCapacity"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(reply.texts(kGroupElement + "/Instances/member/WeightedCapacity"), std::vector<std::string>{"2"});
  EXPECT_EQ(reply.text(kGroupElement + "/Instances/member/InstanceType"), "m5.large");
  EXPECT_EQ(reply.text(kGroupElement + "/DesiredCapacityType"), "units");
  EXPECT_EQ(reply.texts(kGroupElement + "/LoadBalancerNames/member"), std::vector<std::string>{"old"});
  EXPECT_EQ(reply.texts(kGroupElement + "/TrafficSources/member/Type"),
            (std::vector<std::string>{"elbv2", "elbv2", "elb", "vpc-lattice"}));
  EXPECT_EQ(reply.text(kGroupElement + "/InstanceLifecyclePolicy/RetentionTriggers/TerminateHookAbandon"),
            "retain");
}

TEST(DescribeAutoScalingGroups, AnUnknownNameIsSimplyAbsent) {
  Grouped world;
  const FrontReply reply =
      world.auto_scaling("DescribeAutoScalingGroups", {{"AutoScalingGroupNames.member.1", "other"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.texts(kGroupElement).empty());
}

TEST(DescribeAutoScalingGroups, Pages) {
  Grouped world;
  world.account.auto_scaling_groups["other"].name = "other";
  const FrontReply first = world.auto_scaling("DescribeAutoScalingGroups", {{"MaxRecords", "1"}});
  EXPECT_EQ(first.texts(kGroupElement).size(), 1);
  const FormFields rest = {{"MaxRecords", "1"}, {"NextToken", first.text("//NextToken")}};
  const FrontReply second = world.auto_scaling("DescribeAutoScalingGroups", rest);
  EXPECT_NE(second.text("//AutoScalingGroupName"), first.text("//AutoScalingGroupName"));
  EXPECT_TRUE(second.texts("//NextToken").empty());
  EXPECT_EQ(world.auto_scaling("DescribeAutoScalingGroups", {{"NextToken", "x"}}).code(), "InvalidNextToken");
  EXPECT_EQ(world.auto_scaling("DescribeAutoScalingGroups", {{"MaxRecords", "101"}}).code(),
            "ValidationError");
}

TEST(DescribeAutoScalingGroups, TakesFiftyNamesOrAHundredWithMaxRecords) {
  Grouped world;
  FormFields form;
  for (int i = 1; i <= 51; ++i)
    form.emplace_back("AutoScalingGroupNames.member." + std::to_string(i), "web-asg");
  EXPECT_EQ(world.auto_scaling("DescribeAutoScalingGroups", form).code(), "ValidationError");
  form.emplace_back("MaxRecords", "100");
  EXPECT_EQ(world.auto_scaling("DescribeAutoScalingGroups", form).status, 200);
}

}  // namespace
}  // namespace evenkeel::sim
