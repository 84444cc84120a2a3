#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

FormFields target(const std::string& id, const std::string& port = "") {
  FormFields form = {{"Targets.member.1.Id", id}};
  if (!port.empty()) form.emplace_back("Targets.member.1.Port", port);
  return form;
}

FormFields change(const std::string& arn, const std::string& id, const std::string& port = "") {
  FormFields form = target(id, port);
  form.emplace_back("TargetGroupArn", arn);
  return form;
}

std::string state_in(const FrontReply& reply, const std::string& id) {
  return reply.text("//member[Target/Id='" + id + "']/TargetHealth/State");
}

TEST(DescribeTargetGroups, FindsByNameInTheQueryShape) {
  World world;
  const FrontReply reply = world.elb("DescribeTargetGroups", {{"Names.member.1", "tg1-80"}});
  EXPECT_EQ(reply.status, 200);
  const std::string group = "/DescribeTargetGroupsResponse/DescribeTargetGroupsResult/TargetGroups/member";
  EXPECT_EQ(reply.texts(group + "/TargetGroupArn"), std::vector{world.tg80});
  EXPECT_EQ(reply.text(group + "/Port"), "80");
  EXPECT_EQ(reply.text(group + "/TargetType"), "instance");
  EXPECT_EQ(reply.texts(group + "/LoadBalancerArns/member").size(), 1);
  EXPECT_FALSE(reply.text("/DescribeTargetGroupsResponse/ResponseMetadata/RequestId").empty());
  EXPECT_NE(reply.body.find("xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\""),
            std::string::npos);
}

TEST(DescribeTargetGroups, OneUnknownNameFailsTheWholeCall) {
  World world;
  const FrontReply reply =
      world.elb("DescribeTargetGroups", {{"Names.member.1", "tg1"}, {"Names.member.2", "tg2"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.text("/ErrorResponse/Error/Code"), "TargetGroupNotFound");
  EXPECT_EQ(reply.text("/ErrorResponse/Error/Type"), "Sender");
  EXPECT_FALSE(reply.text("/ErrorResponse/RequestId").empty());
}

TEST(DescribeTargetGroups, TakesOneKindOfIdentifier) {
  World world;
  const std::string balancer = world.account.find_group(world.tg1)->load_balancer_arns[0];
  EXPECT_EQ(world.elb("DescribeTargetGroups", {{"LoadBalancerArn", balancer}})
                .texts("//TargetGroups/member")
                .size(),
            2);
  EXPECT_EQ(
      world.elb("DescribeTargetGroups", {{"TargetGroupArns.member.1", world.tg1}}).text("//TargetGroupName"),
      "tg1");
  EXPECT_EQ(world.elb("DescribeTargetGroups", {{"LoadBalancerArn", balancer + "2"}}).code(),
            "LoadBalancerNotFound");
  for (const FormFields& form :
       {FormFields{{"Names.member.1", "tg1"}, {"TargetGroupArns.member.1", world.tg1}},
        FormFields{{"Names.member.1", "tg1"}, {"LoadBalancerArn", balancer}}})
    EXPECT_EQ(world.elb("DescribeTargetGroups", form).code(), "ValidationError");
}

TEST(DescribeTargetGroups, RefusesMoreThanTwentyNames) {
  World world;
  FormFields form;
  for (int i = 1; i <= 21; ++i) form.emplace_back("Names.member." + std::to_string(i), "tg1");
  const FrontReply reply = world.elb("DescribeTargetGroups", form);
  EXPECT_EQ(reply.code(), "ValidationError");
  EXPECT_EQ(reply.message(), "You cannot describe more than '20' target groups at a time");
  form.pop_back();
  EXPECT_EQ(world.elb("DescribeTargetGroups", form).status, 200);
}

TEST(DescribeTargetGroups, PagesByMarker) {
  World world;
  const FrontReply first = world.elb("DescribeTargetGroups", {{"PageSize", "1"}});
  const std::string marker = first.text("//NextMarker");
  const FrontReply second = world.elb("DescribeTargetGroups", {{"PageSize", "1"}, {"Marker", marker}});
  EXPECT_EQ((std::set{first.text("//TargetGroupArn"), second.text("//TargetGroupArn")}),
            (std::set{world.tg1, world.tg80}));
  EXPECT_TRUE(second.texts("//NextMarker").empty());
  EXPECT_EQ(world.elb("DescribeTargetGroups", {{"Marker", "x"}}).code(), "ValidationError");
}

TEST(DescribeTargetGroupAttributes, GivesEveryKeyAndItsDefaultInNoUsefulOrder) {
  World world;
  world.account.find_group(world.tg1)->attributes["slow_start.duration_seconds"] = "60";
  const FrontReply reply = world.elb("DescribeTargetGroupAttributes", {{"TargetGroupArn", world.tg1}});
  const auto value = [&](const std::string& key) { return reply.text("//member[Key='" + key + "']/Value"); };
  EXPECT_EQ(value("deregistration_delay.timeout_seconds"), "300");
  EXPECT_EQ(value("slow_start.duration_seconds"), "60");
  EXPECT_EQ(value("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"), "1");
  const auto keys = reply.texts("//member/Key");
  EXPECT_EQ(keys.size(), 14);
  EXPECT_FALSE(std::ranges::is_sorted(keys));
  EXPECT_NE(
      keys,
      world.elb("DescribeTargetGroupAttributes", {{"TargetGroupArn", world.tg80}}).texts("//member/Key"));
}

TEST(DescribeTargetGroupAttributes, NeedsAnExistingGroup) {
  World world;
  EXPECT_EQ(world.elb("DescribeTargetGroupAttributes", {{"TargetGroupArn", world.tg1 + "0"}}).code(),
            "TargetGroupNotFound");
  EXPECT_EQ(world.elb("DescribeTargetGroupAttributes", {{"TargetGroupArn", "tg1"}}).code(),
            "ValidationError");
  EXPECT_EQ(world.elb("DescribeTargetGroupAttributes").code(), "ValidationError");
}

TEST(DescribeTargetHealth, ListsEveryTargetAndAHealthyOneHasNoReason) {
  World world;
  const FrontReply reply = world.health(world.tg1);
  EXPECT_EQ(reply.texts("//TargetHealthDescriptions/member").size(), 3);
  EXPECT_EQ(reply.texts("//TargetHealth/State"), (std::vector<std::string>{"healthy", "healthy", "healthy"}));
  EXPECT_TRUE(reply.texts("//TargetHealth/Reason").empty());
  EXPECT_EQ(reply.text("//Target/Port"), "443");
  EXPECT_EQ(reply.text("//HealthCheckPort"), "443");
}

TEST(DescribeTargetHealth, AskedForATargetThatNeverWasSaysNotRegistered) {
  World world;
  const FrontReply reply = world.health(world.tg1, target("i-0123456789abcdef0"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("//TargetHealth/State"), "unused");
  EXPECT_EQ(reply.text("//TargetHealth/Reason"), "Target.NotRegistered");
  EXPECT_EQ(reply.text("//TargetHealth/Description"), "Target is not registered to the target group");
  EXPECT_EQ(reply.text("//Target/Port"), "443");
}

TEST(DescribeTargetHealth, AnotherPortIsAnotherTarget) {
  World world;
  world.elb("RegisterTargets", change(world.tg1, world.ids[0], "8443"));
  world.wait(std::chrono::minutes{2});
  EXPECT_EQ(world.health(world.tg1).texts("//member").size(), 4);
  EXPECT_EQ(world.health(world.tg1, target(world.ids[0], "8443")).text("//State"), "healthy");
  world.elb("DeregisterTargets", change(world.tg1, world.ids[0], "443"));
  EXPECT_EQ(world.health(world.tg1, target(world.ids[0])).text("//State"), "draining");
  EXPECT_EQ(world.health(world.tg1, target(world.ids[0], "8443")).text("//State"), "healthy");
}

TEST(DescribeTargetHealth, ADeregisteredTargetDrainsTheWholeDelayAndThenLeavesTheList) {
  World world;
  EXPECT_EQ(world.elb("DeregisterTargets", change(world.tg1, world.ids[0], "443")).status, 200);
  const FrontReply reply = world.health(world.tg1);
  EXPECT_EQ(state_in(reply, world.ids[0]), "draining");
  EXPECT_EQ(reply.text("//TargetHealth[State='draining']/Reason"), "Target.DeregistrationInProgress");
  world.wait(std::chrono::seconds{295});
  EXPECT_EQ(state_in(world.health(world.tg1), world.ids[0]), "draining");
  world.wait(std::chrono::seconds{10});
  EXPECT_EQ(world.health(world.tg1).texts("//member").size(), 2);
  EXPECT_EQ(world.health(world.tg1, target(world.ids[0])).text("//Reason"), "Target.NotRegistered");
  EXPECT_EQ(state_in(world.health(world.tg80), world.ids[0]), "healthy");
}

TEST(DescribeTargetHealth, ATerminatedOneLeavesTheListAndStillDrainsWhenAskedFor) {
  World world;
  world.account.terminate(world.ids[0]);
  world.wait(std::chrono::minutes{2});
  EXPECT_EQ(world.health(world.tg1).texts("//member").size(), 2);
  EXPECT_EQ(world.health(world.tg1, target(world.ids[0])).text("//State"), "draining");
}

TEST(DescribeTargetHealth, AStoppedOneIsUnusedButStillRegistered) {
  World world;
  world.account.stop(world.ids[0]);
  world.wait(std::chrono::minutes{3});
  const FrontReply reply = world.health(world.tg1, target(world.ids[0]));
  EXPECT_EQ(reply.text("//State"), "unused");
  EXPECT_EQ(reply.text("//Reason"), "Target.InvalidState");
}

TEST(DescribeTargetHealth, TheOrderIsNotTheOneOfRegistration) {
  World world;
  for (int i = 0; i < 20; ++i) {
    const std::string id = world.account.add_server({});
    world.account.register_target(world.tg1, id, std::nullopt);
  }
  const auto ids = world.health(world.tg1).texts("//Target/Id");
  std::vector<std::string> registered;
  for (const auto& each : world.account.find_group(world.tg1)->targets)
    registered.push_back(each.instance_id);
  EXPECT_NE(ids, registered);
  EXPECT_FALSE(std::ranges::is_sorted(ids));
  EXPECT_TRUE(std::ranges::is_permutation(ids, registered));
}

TEST(DeregisterTargets, HasAnEmptyResultAndSucceedsForUnknownInstances) {
  World world;
  const FrontReply reply = world.elb("DeregisterTargets", change(world.tg1, "i-0123456789abcdef0", "443"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.texts("/DeregisterTargetsResponse/DeregisterTargetsResult").size(), 1);
  EXPECT_EQ(world.health(world.tg1).texts("//member").size(), 3);
}

TEST(DeregisterTargets, RefusesWhatItCannotMean) {
  World world;
  EXPECT_EQ(world.elb("DeregisterTargets", {{"TargetGroupArn", world.tg1}}).code(), "ValidationError");
  EXPECT_EQ(world.elb("DeregisterTargets", change(world.tg1 + "0", world.ids[0])).code(),
            "TargetGroupNotFound");
  for (const char* port : {"0", "65536", "-1", "http"})
    EXPECT_EQ(world.elb("DeregisterTargets", change(world.tg1, world.ids[0], port)).code(), "ValidationError")
        << port;
  FormFields zoned = change(world.tg1, world.ids[0]);
  zoned.emplace_back("Targets.member.1.AvailabilityZone", "eu-west-1a");
  EXPECT_EQ(world.elb("DeregisterTargets", zoned).code(), "ValidationError");
  EXPECT_EQ(world.health(world.tg1).texts("//TargetHealth/State"),
            (std::vector<std::string>{"healthy", "healthy", "healthy"}));
}

TEST(RegisterTargets, GoesThroughInitialToHealthy) {
  World world;
  world.elb("DeregisterTargets", change(world.tg1, world.ids[0], "443"));
  world.wait(std::chrono::minutes{6});
  EXPECT_EQ(world.elb("RegisterTargets", change(world.tg1, world.ids[0], "443")).status, 200);
  EXPECT_EQ(state_in(world.health(world.tg1), world.ids[0]), "initial");
  EXPECT_EQ(world.health(world.tg1, target(world.ids[0])).text("//Reason"), "Elb.RegistrationInProgress");
  world.wait(std::chrono::minutes{2});
  EXPECT_EQ(state_in(world.health(world.tg1), world.ids[0]), "healthy");
}

TEST(RegisterTargets, BringsADrainingTargetBack) {
  World world;
  world.elb("DeregisterTargets", change(world.tg1, world.ids[0], "443"));
  world.wait(std::chrono::minutes{1});
  world.elb("RegisterTargets", change(world.tg1, world.ids[0], "443"));
  world.wait(std::chrono::minutes{6});
  EXPECT_EQ(state_in(world.health(world.tg1), world.ids[0]), "healthy");
}

TEST(RegisterTargets, AStoppedInstanceFailsTheWholeCall) {
  World world;
  const std::string spare = world.account.add_server({}), stopped = world.account.add_server({});
  world.account.stop(stopped);
  world.wait(std::chrono::minutes{5});
  const FrontReply reply = world.elb(
      "RegisterTargets",
      {{"TargetGroupArn", world.tg1}, {"Targets.member.1.Id", spare}, {"Targets.member.2.Id", stopped}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.code(), "InvalidTarget");
  EXPECT_EQ(reply.message(),
            "The following targets are not in a running state and cannot be registered: '" + stopped + "'");
  EXPECT_EQ(world.health(world.tg1).texts("//member").size(), 3);
}

TEST(RegisterTargets, RefusesInstancesThatDontExist) {
  World world;
  EXPECT_EQ(world.elb("RegisterTargets", change(world.tg1, "i-0123456789abcdef0")).code(), "InvalidTarget");
}

TEST(ElbV2, AnUnknownParameterIsRefused) {
  World world;
  EXPECT_EQ(world.elb("DescribeTargetGroups", {{"Name.member.1", "tg1"}}).code(), "ValidationError");
  EXPECT_EQ(world.elb("DescribeTargetGroups", {{"Names.1", "tg1"}}).code(), "ValidationError");
}

TEST(DescribeLoadBalancers, OneExistsWhereATargetGroupNamesIt) {
  World world;
  const std::string balancer = world.account.find_group(world.tg1)->load_balancer_arns[0];
  world.account.servers.at(world.ids[0]).zone = "b";
  const FrontReply reply = world.elb("DescribeLoadBalancers", {{"LoadBalancerArns.member.1", balancer}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.texts("//LoadBalancers/member/LoadBalancerName"), std::vector<std::string>{"web"});
  EXPECT_EQ(reply.text("//LoadBalancers/member/Type"), "application");
  EXPECT_EQ(reply.texts("//AvailabilityZones/member/ZoneName"),
            (std::vector<std::string>{"eu-west-1a", "eu-west-1b"}));
  EXPECT_EQ(
      world.elb("DescribeLoadBalancers", {{"Names.member.1", "web"}}).texts("//LoadBalancers/member").size(),
      1);
  EXPECT_EQ(world.elb("DescribeLoadBalancers", {{"LoadBalancerArns.member.1", balancer + "2"}}).code(),
            "LoadBalancerNotFound");
  EXPECT_EQ(
      world.elb("DescribeLoadBalancers", {{"Names.member.1", "web"}, {"LoadBalancerArns.member.1", balancer}})
          .code(),
      "ValidationError");
}

TEST(DescribeLoadBalancers, AreOlderThanTheStory) {
  World world;
  const auto created =
      parse_iso8601(world.elb("DescribeLoadBalancers").text("//LoadBalancers/member/CreatedTime"));
  ASSERT_TRUE(created);
  EXPECT_LT(*created, kStart);
  world.wait(std::chrono::minutes{5});
  EXPECT_EQ(world.elb("DescribeLoadBalancers").text("//LoadBalancers/member/CreatedTime"), iso8601(*created));
}

TEST(DescribeTags, SaysTheTagsOfEachResourceThatIsNamed) {
  World world;
  world.account.find_group(world.tg1)->tags = {{"team", "shop & <co>"}, {"stage", "live"}};
  const std::string balancer = world.account.find_group(world.tg1)->load_balancer_arns[0];
  const std::string listener =
      world.elb("DescribeListeners", {{"LoadBalancerArn", balancer}}).text("//ListenerArn");
  const FrontReply reply = world.elb("DescribeTags", {{"ResourceArns.member.1", world.tg80},
                                                      {"ResourceArns.member.2", world.tg1},
                                                      {"ResourceArns.member.3", balancer},
                                                      {"ResourceArns.member.4", listener}});
  EXPECT_EQ(reply.texts("//TagDescriptions/member/ResourceArn"),
            (std::vector<std::string>{world.tg80, world.tg1, balancer, listener}));
  EXPECT_EQ(reply.texts("//TagDescriptions/member[2]/Tags/member/Key"),
            (std::vector<std::string>{"stage", "team"}));
  EXPECT_EQ(reply.texts("//Tags/member/Value"), (std::vector<std::string>{"live", "shop & <co>"}));
}

TEST(DescribeTags, RefusesWhatDoesNotExist) {
  World world;
  const auto code = [&](const std::string& arn) {
    return world.elb("DescribeTags", {{"ResourceArns.member.1", arn}}).code();
  };
  const std::string start = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:";
  EXPECT_EQ(code(start + "targetgroup/none/0123456789abcdef"), "TargetGroupNotFound");
  EXPECT_EQ(code(start + "loadbalancer/app/none/1"), "LoadBalancerNotFound");
  EXPECT_EQ(code(start + "listener/app/none/1/2"), "ListenerNotFound");
  EXPECT_EQ(code("web"), "ValidationError");
  EXPECT_EQ(world.elb("DescribeTags").code(), "ValidationError");
  FormFields many;
  for (int i = 1; i <= 21; ++i) many.emplace_back("ResourceArns.member." + std::to_string(i), world.tg1);
  EXPECT_EQ(world.elb("DescribeTags", many).code(), "ValidationError");
}

TEST(DescribeListeners, EveryPortHasOneAndItsRulesNameEveryGroup) {
  World world;
  const std::string balancer = world.account.find_group(world.tg1)->load_balancer_arns[0];
  TargetGroup second;
  second.name = "tg2";
  second.load_balancer_arns = {balancer};
  const std::string tg2 = world.account.add_target_group(second);
  const FrontReply listeners = world.elb("DescribeListeners", {{"LoadBalancerArn", balancer}});
  EXPECT_EQ(listeners.status, 200);
  auto ports = listeners.texts("//Listeners/member/Port");
  std::ranges::sort(ports);
  EXPECT_EQ(ports, (std::vector<std::string>{"443", "80"}));
  const auto listener = listeners.text("//Listeners/member[Port='443']/ListenerArn");
  const FrontReply rules = world.elb("DescribeRules", {{"ListenerArn", listener}});
  auto groups = rules.texts("//Rules/member/Actions/member/ForwardConfig/TargetGroups/member/TargetGroupArn");
  std::ranges::sort(groups);
  auto both = std::vector{world.tg1, tg2};
  std::ranges::sort(both);
  EXPECT_EQ(groups, both);
  EXPECT_EQ(rules.texts("//Rules/member[IsDefault='true']/Priority"), std::vector<std::string>{"default"});
  EXPECT_EQ(world.elb("DescribeRules", {{"ListenerArn", listener}, {"PageSize", "1"}})
                .texts("//Rules/member")
                .size(),
            1);
}

TEST(DescribeListeners, RefusesWhatDoesNotExistOrSaysNothing) {
  World world;
  EXPECT_EQ(world.elb("DescribeListeners", {{"LoadBalancerArn", "arn:aws:none"}}).code(),
            "LoadBalancerNotFound");
  EXPECT_EQ(world.elb("DescribeListeners").code(), "ValidationError");
  EXPECT_EQ(world.elb("DescribeListeners", {{"ListenerArns.member.1", "arn:aws:none"}}).code(),
            "ListenerNotFound");
  EXPECT_EQ(world.elb("DescribeRules", {{"ListenerArn", "arn:aws:none"}}).code(), "ListenerNotFound");
  EXPECT_EQ(world.elb("DescribeRules").code(), "ValidationError");
}

}  // namespace
}  // namespace evenkeel::sim
