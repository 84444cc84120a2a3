// Where else an instance may serve: by another address, and through a Classic Load Balancer.
#include <gtest/gtest.h>

#include "sim/testing/front.h"
#include "sim/testing/scaled_fleet.h"

namespace evenkeel::sim {
namespace {

// Two interfaces with two addresses each, and a group of type ip.
struct Addressed : World {
  Addressed() {
    Server server;
    server.name = "many";
    server.interfaces = server.addresses_each = 2;
    id = account.add_server(server);
    TargetGroup group;
    group.name = "by-address";
    group.target_type = "ip";
    group.load_balancer_arns = {"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"};
    ip_group = account.add_target_group(group);
  }

  std::string address(std::size_t interface, std::size_t index) {
    return account.servers.at(id).addresses[interface][index];
  }
  FrontReply registers(const std::string& target) {
    return elb("RegisterTargets", {{"TargetGroupArn", ip_group}, {"Targets.member.1.Id", target}});
  }

  std::string id, ip_group;
};

TEST(Addresses, AreShownByInterfaceTheFirstAsThePrimaryOne) {
  Addressed world;
  const FrontReply reply = world.ec2("DescribeInstances", {{"InstanceId.1", world.id}});
  const std::string interfaces = "//instancesSet/item/networkInterfaceSet/item";
  EXPECT_EQ(reply.texts(interfaces + "/networkInterfaceId").size(), 2U);
  EXPECT_EQ(reply.texts(interfaces + "/attachment/deviceIndex"), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(
      reply.texts(interfaces + "/privateIpAddressesSet/item/privateIpAddress"),
      (std::vector{world.address(0, 0), world.address(0, 1), world.address(1, 0), world.address(1, 1)}));
  EXPECT_EQ(reply.texts(interfaces + "/privateIpAddressesSet/item/primary"),
            (std::vector<std::string>{"true", "false", "true", "false"}));
  EXPECT_EQ(reply.text("//instancesSet/item/privateIpAddress"), world.address(0, 0));
}

TEST(Addresses, AreTheTargetsOfAGroupOfTypeIp) {
  Addressed world;
  EXPECT_EQ(world.registers(world.address(1, 1)).status, 200);
  EXPECT_EQ(world.registers(world.id).code(), "ValidationError");
  EXPECT_EQ(world.registers("10.99.0.1").code(), "ValidationError");
  world.wait(std::chrono::minutes{1});
  const FrontReply health = world.health(world.ip_group);
  EXPECT_EQ(health.texts("//Target/Id"), std::vector{world.address(1, 1)});
  EXPECT_EQ(health.text("//Target/AvailabilityZone"), "eu-west-1a");
  EXPECT_EQ(health.text("//TargetHealth/State"), "healthy");
  EXPECT_EQ(world.health(world.ip_group, {{"Targets.member.1.Id", world.id}}).text("//Reason"),
            "Target.NotRegistered");
  EXPECT_EQ(world
                .elb("DeregisterTargets",
                     {{"TargetGroupArn", world.ip_group}, {"Targets.member.1.Id", world.address(1, 1)}})
                .status,
            200);
  EXPECT_EQ(world.health(world.ip_group).text("//TargetHealth/State"), "draining");
}

TEST(Addresses, TwoOfOneInstanceAreTwoTargets) {
  Addressed world;
  world.registers(world.address(0, 0));
  world.registers(world.address(0, 1));
  world.wait(std::chrono::minutes{1});
  EXPECT_EQ(world.health(world.ip_group).texts("//TargetHealth[State='healthy']").size(), 2U);
}

TEST(Addresses, MakeARebootUndrainedWhereAnyOfThemIsRegistered) {
  Addressed world;
  world.registers(world.address(1, 0));
  world.account.reboot({world.id});
  world.wait(std::chrono::minutes{1});
  EXPECT_EQ(world.account.counters().undrained_reboots, 1);
}

TEST(TargetZones, AreRefusedForInstancesAlone) {
  Addressed world;
  const auto with_zone = [&](const std::string& arn, const std::string& target) {
    return world
        .elb("RegisterTargets", {{"TargetGroupArn", arn},
                                 {"Targets.member.1.Id", target},
                                 {"Targets.member.1.AvailabilityZone", "eu-west-1a"}})
        .status;
  };
  EXPECT_EQ(with_zone(world.ip_group, world.address(0, 0)), 200);
  EXPECT_EQ(with_zone(world.tg1, world.id), 400);
}

TEST(StopProtection, IsToldRefusesTheStopAndLetsADryRunPass) {
  World world;
  const FormFields attribute = {{"InstanceId", world.ids[0]}, {"Attribute", "disableApiStop"}};
  const std::string path = "/DescribeInstanceAttributeResponse/disableApiStop/value";
  EXPECT_EQ(world.ec2("DescribeInstanceAttribute", attribute).text(path), "false");
  world.account.servers.at(world.ids[0]).stop_protected = true;
  EXPECT_EQ(world.ec2("DescribeInstanceAttribute", attribute).text(path), "true");
  EXPECT_EQ(world.ec2("StopInstances", {{"InstanceId.1", world.ids[0]}, {"DryRun", "true"}}).code(),
            "DryRunOperation");
  const FrontReply real = world.ec2("StopInstances", {{"InstanceId.1", world.ids[0]}});
  EXPECT_EQ(real.status, 400);
  EXPECT_EQ(real.code(), "OperationNotPermitted");
  EXPECT_EQ(world.ec2("DescribeInstanceAttribute", {{"InstanceId", world.ids[0]}, {"Attribute", "userData"}})
                .code(),
            "InvalidParameterValue");
}

// A Classic Load Balancer `old` with web-1 behind it.
struct Classic : World {
  Classic() {
    TargetGroup balancer;
    balancer.name = "old";
    balancer.port = 8080;
    balancer.classic = true;
    balancer.load_balancer_arns = {classic_arn_of("old")};
    balancer.attributes["deregistration_delay.timeout_seconds"] = "60";
    arn = account.add_target_group(balancer);
    account.register_target(arn, ids[0], std::nullopt);
    wait(std::chrono::minutes{2});
  }
  FrontReply classic(const std::string& action, const FormFields& form = {}) {
    return call(ApiService::elb, action, form);
  }
  FrontReply instance_health() { return classic("DescribeInstanceHealth", {{"LoadBalancerName", "old"}}); }

  std::string arn;
};

TEST(ClassicLoadBalancer, IsAnsweredAtTheSameEndpointByTheOlderVersion) {
  Classic world;
  const FrontReply reply = world.classic("DescribeLoadBalancers");
  EXPECT_TRUE(
      reply.body.starts_with("<DescribeLoadBalancersResponse "
                             "xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\">"));
  const std::string member = "//DescribeLoadBalancersResult/LoadBalancerDescriptions/member";
  EXPECT_EQ(reply.texts(member + "/LoadBalancerName"), std::vector<std::string>{"old"});
  EXPECT_EQ(reply.texts(member + "/Instances/member/InstanceId"), std::vector{world.ids[0]});
  EXPECT_EQ(world.classic("DescribeLoadBalancers", {{"LoadBalancerNames.member.1", "other"}}).code(),
            "LoadBalancerNotFound");
  EXPECT_EQ(world.classic("DescribeTargetGroups").code(), "InvalidAction");
}

TEST(ClassicLoadBalancer, IsNotShownByTheSecondApi) {
  Classic world;
  EXPECT_EQ(world.elb("DescribeTargetGroups").texts("//TargetGroupName").size(), 2U);
  EXPECT_EQ(world.elb("DescribeLoadBalancers").texts("//LoadBalancerArn").size(), 1U);
  EXPECT_EQ(world.health(world.arn).code(), "ValidationError");
}

TEST(ClassicLoadBalancer, TellsTheHealthOfItsInstances) {
  Classic world;
  EXPECT_EQ(world.instance_health().texts("//InstanceStates/member/State"),
            std::vector<std::string>{"InService"});
  const FrontReply other =
      world.classic("DescribeInstanceHealth",
                    {{"LoadBalancerName", "old"}, {"Instances.member.1.InstanceId", world.ids[1]}});
  EXPECT_EQ(other.text("//State"), "OutOfService");
  EXPECT_EQ(other.text("//Description"), "Instance is not currently registered with the LoadBalancer.");
  world.account.crash(world.ids[0]);
  world.wait(std::chrono::minutes{1});
  EXPECT_EQ(world.instance_health().text("//ReasonCode"), "Instance");
  world.account.deregister_target(world.arn, world.ids[0], std::nullopt, Actor::outsider);
  EXPECT_EQ(world.instance_health().text("//Description"), "Instance deregistration currently in progress.");
  EXPECT_TRUE(world.classic("DescribeLoadBalancers").texts("//Instances/member").empty());
  world.wait(std::chrono::minutes{2});
  EXPECT_TRUE(world.instance_health().texts("//InstanceStates/member").empty());
}

TEST(ClassicLoadBalancer, AttachedToAGroupIsLeftByAStandbyAndEnteredAgain) {
  ScaledFleet fleet(3);
  TargetGroup balancer;
  balancer.name = "old";
  balancer.classic = true;
  balancer.load_balancer_arns = {classic_arn_of("old")};
  balancer.attributes["deregistration_delay.timeout_seconds"] = "200";
  const auto arn = fleet.account.add_target_group(balancer);
  fleet.scaling().classic_names = {"old"};
  fleet.account.register_target(arn, fleet.ids[0], std::nullopt, Actor::outsider);
  fleet.pass(1min);
  EXPECT_EQ(fleet.health(fleet.ids[0], arn), "healthy");
  fleet.enter(0);
  EXPECT_EQ(fleet.pass_until_lifecycle(0, "Standby"), 200s);
  fleet.leave_standby(0);
  fleet.pass(2min);
  EXPECT_EQ(fleet.health(fleet.ids[0], arn), "healthy");
}

TEST(ClassicLoadBalancer, MakesARebootOfItsInstanceUndrained) {
  Classic world;
  world.account.deregister_target(world.tg1, world.ids[0], std::nullopt);
  world.account.deregister_target(world.tg80, world.ids[0], std::nullopt);
  world.wait(std::chrono::minutes{6});
  world.account.reboot({world.ids[0]});
  world.wait(std::chrono::minutes{1});
  EXPECT_EQ(world.account.counters().undrained_reboots, 1);
}

}  // namespace
}  // namespace evenkeel::sim
