#include "aws/autoscaling.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::autoscaling {
namespace {

using wire::form_of;
using wire::query_answer;
using wire::query_error;
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

Group read_with(const std::string& more) {
  ScriptedAccount account([&](const Request&) {
    auto xml = group_xml("web");
    xml.insert(xml.rfind("</member>"), more);
    return query_answer("DescribeAutoScalingGroups", "<AutoScalingGroups>" + xml + "</AutoScalingGroups>");
  });
  const std::vector<std::string> names = {"web"};
  auto groups = describe_auto_scaling_groups(account.caller, names);
  EXPECT_TRUE(groups) << groups.error().message;
  return groups ? groups->value.at(0) : Group{};
}

TEST(AutoScaling, SizesCountUnitsWhereAnythingHasAWeight) {
  EXPECT_FALSE(read_with("").in_units);
  EXPECT_FALSE(read_with("<DesiredCapacityType>units</DesiredCapacityType>").in_units);
  EXPECT_TRUE(read_with("<DesiredCapacityType>vcpu</DesiredCapacityType>").in_units);
  const std::string overrides =
      "<MixedInstancesPolicy><LaunchTemplate><Overrides><member><InstanceType>m5.large"
      "</InstanceType></member><member><InstanceType>m5.xlarge</InstanceType>";
  const std::string end = "</member></Overrides></LaunchTemplate></MixedInstancesPolicy>";
  EXPECT_FALSE(read_with(overrides + end).in_units);
  EXPECT_TRUE(read_with(overrides + "<WeightedCapacity>2</WeightedCapacity>" + end).in_units);
}

TEST(AutoScaling, ReadsWeightsZonesOtherTrafficSourcesAndTheLifecyclePolicy) {
  const auto group = read_with(
      "<AvailabilityZones><member>eu-west-1a</member><member>eu-west-1b</member></AvailabilityZones>"
      "<LoadBalancerNames><member>classic</member><member>older</member></LoadBalancerNames>"
      "<InstanceLifecyclePolicy><RetentionTriggers><TerminateHookAbandon>retain</TerminateHookAbandon>"
      "</RetentionTriggers></InstanceLifecyclePolicy>");
  EXPECT_EQ(group.zones, (std::vector<std::string>{"eu-west-1a", "eu-west-1b"}));
  EXPECT_EQ(group.other_traffic_sources, (std::vector<TrafficSource>{{"elb", "classic"}, {"elb", "older"}}));
  EXPECT_TRUE(group.retains_terminated);
  EXPECT_FALSE(read_with("").retains_terminated);
}

TEST(AutoScaling, AnInstancesWeightIsItsOwn) {
  ScriptedAccount account([](const Request&) {
    auto xml = group_xml("web");
    const std::string_view at = "<InstanceId>i-2</InstanceId>";
    xml.insert(xml.find(at) + at.size(), "<WeightedCapacity>4</WeightedCapacity>");
    return query_answer("DescribeAutoScalingGroups", "<AutoScalingGroups>" + xml + "</AutoScalingGroups>");
  });
  const std::vector<std::string> names = {"web"};
  const auto groups = describe_auto_scaling_groups(account.caller, names);
  ASSERT_TRUE(groups) << groups.error().message;
  EXPECT_EQ(groups->value.at(0).instances.at(1).weight, 4);
  EXPECT_EQ(groups->value.at(0).instances.at(0).weight, std::nullopt);
  EXPECT_TRUE(groups->value.at(0).in_units);
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

TEST(AutoScaling, KeepsHealthInAWSsOwnCase) {
  std::string xml = group_xml("web");
  xml.replace(xml.find(">Healthy<"), 9, ">HEALTHY<");
  ScriptedAccount account([&](const Request&) {
    return query_answer("DescribeAutoScalingGroups", "<AutoScalingGroups>" + xml + "</AutoScalingGroups>");
  });
  const std::vector<std::string> names = {"web"};
  const auto groups = describe_auto_scaling_groups(account.caller, names);
  ASSERT_TRUE(groups) << groups.error().message;
  EXPECT_EQ(groups->value[0].instances[1].health_status, "HEALTHY");
  EXPECT_EQ(groups->value[0].instances[0].health_status, "Unhealthy");
}

constexpr const char* kAtMinSize =
    "AutoScalingGroup web has min-size=1, max-size=1, and desired-size=1. To place into standby 1 instance, "
    "please update the AutoScalingGroup sizes appropriately.";

struct MutationCase {
  const char* action;
  Mutation (*send)(wire::Caller&, Time);
  bool at_most_once;
};

const std::vector<MutationCase> kChanges = {
    {"EnterStandby",
     [](wire::Caller& caller, Time at) { return enter_standby(caller, "web", "i-1", at, "n0nce"); }, false},
    {"ExitStandby",
     [](wire::Caller& caller, Time at) { return exit_standby(caller, "web", "i-1", at, "n0nce"); }, false},
    {"TerminateInstanceInAutoScalingGroup",
     [](wire::Caller& caller, Time at) { return terminate_instance(caller, "i-1", at, "n0nce"); }, true}};

TEST(AutoScaling, SignsEveryChangeWithItsIntentAndCarriesTheNonce) {
  for (const auto& change : kChanges) {
    ScriptedAccount account([&](const Request&) { return query_answer(change.action, "<Activities/>"); });
    const Mutation sent = change.send(account.caller, account.clock.time - std::chrono::minutes{1});
    EXPECT_EQ(sent.outcome, wire::aws_date());
    EXPECT_FALSE(sent.may_land_late);
    const Request& request = account.transport.requests.at(0);
    EXPECT_EQ(form_of(request)["Action"], change.action);
    EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064400Z") << change.action;
    EXPECT_TRUE(wire::header_of(request, "User-Agent").ends_with("md/intent#n0nce")) << change.action;
    EXPECT_EQ(request.at_most_once, change.at_most_once) << change.action;
  }
}

TEST(AutoScaling, LowersTheDesiredCapacityOnTheWayToStandbyAndNeverElsewhere) {
  std::map<std::string, std::string> form;
  ScriptedAccount account([&](const Request& request) {
    form = form_of(request);
    return query_answer(form["Action"], "<Activities/>");
  });
  enter_standby(account.caller, "web", "i-1", account.clock.time, "n");
  EXPECT_EQ(form["AutoScalingGroupName"], "web");
  EXPECT_EQ(form["InstanceIds.member.1"], "i-1");
  EXPECT_FALSE(form.contains("InstanceIds.member.2"));
  EXPECT_EQ(form["ShouldDecrementDesiredCapacity"], "true");
  exit_standby(account.caller, "web", "i-1", account.clock.time, "n");
  EXPECT_EQ(form["AutoScalingGroupName"], "web");
  EXPECT_EQ(form["InstanceIds.member.1"], "i-1");
  EXPECT_FALSE(form.contains("ShouldDecrementDesiredCapacity"));
  terminate_instance(account.caller, "i-1", account.clock.time, "n");
  EXPECT_EQ(form["InstanceId"], "i-1");
  EXPECT_EQ(form["ShouldDecrementDesiredCapacity"], "false");
}

TEST(AutoScaling, TellsARefusalFromWhatMayBeTriedAgain) {
  for (const auto& [status, code, text, kind] :
       {std::tuple{400, "ValidationError", kAtMinSize, ErrorKind::rejected},
        {400, "ValidationError", "The instance i-1 is not in InService or EnteringStandby or Standby.",
         ErrorKind::rejected},
        {400, "ValidationError", "The instance i-1 is not part of Auto Scaling group web.",
         ErrorKind::rejected},
        {500, "ResourceContention", "You already have a pending update", ErrorKind::unavailable},
        {400, "ScalingActivityInProgress", "Activity a is in progress", ErrorKind::unavailable},
        {400, "Throttling", "Rate exceeded", ErrorKind::throttled},
        {403, "AccessDenied", "not authorized", ErrorKind::denied}}) {
    for (const auto& change : kChanges) {
      ScriptedAccount account([&](const Request&) { return query_error(status, code, text); });
      const Mutation sent = change.send(account.caller, account.clock.time);
      ASSERT_FALSE(sent.outcome);
      EXPECT_EQ(std::string{name(sent.outcome.error().kind)}, name(kind)) << sent.outcome.error().message;
      EXPECT_FALSE(sent.may_land_late);
      EXPECT_NE(sent.outcome.error().message.find(text), std::string::npos) << sent.outcome.error().message;
    }
  }
}

TEST(AutoScaling, RepeatsAStandbyThatMetAnotherUpdateButNoTermination) {
  for (const auto& change : kChanges) {
    int attempts = 0;
    ScriptedAccount account([&](const Request&) {
      if (++attempts < 3) return query_error(500, "ResourceContention", "pending update");
      return query_answer(change.action, "");
    });
    const Mutation sent = change.send(account.caller, account.clock.time);
    EXPECT_EQ(sent.outcome.has_value(), !change.at_most_once) << change.action;
    EXPECT_EQ(attempts, change.at_most_once ? 1 : 3) << change.action;
    EXPECT_FALSE(sent.may_land_late);
  }
}

TEST(AutoScaling, AStandbyWhoseAnswerGotLostIsUnknownWhateverTheRepetitionIsTold) {
  int attempts = 0;
  ScriptedAccount account([&](const Request&) -> Result<wire::Response> {
    if (++attempts == 1) return wire::reply_lost();
    return query_error(400, "ValidationError", "The instance i-1 is not in InService.");
  });
  const Mutation sent = enter_standby(account.caller, "web", "i-1", account.clock.time, "n");
  ASSERT_EQ(wire::kind_of(sent.outcome), ErrorKind::maybe_happened);
  EXPECT_TRUE(sent.may_land_late);
}

TEST(AutoScaling, NeverTerminatesTwice) {
  ScriptedAccount account([](const Request&) { return wire::reply_lost(); });
  const Mutation sent = terminate_instance(account.caller, "i-1", account.clock.time, "n");
  EXPECT_EQ(wire::kind_of(sent.outcome), ErrorKind::maybe_happened);
  EXPECT_EQ(account.transport.requests.size(), 1U);
}

TEST(AutoScaling, ProbesTheWayBackWithAnInstanceThatCannotExist) {
  ScriptedAccount allowed([](const Request& request) {
    EXPECT_EQ(form_of(request)["Action"], "ExitStandby");
    EXPECT_EQ(form_of(request)["InstanceIds.member.1"], "i-00000000000000000");
    return query_error(400, "ValidationError",
                       "The instance i-00000000000000000 is not part of Auto Scaling group web.");
  });
  const auto yes = exit_standby_probe(allowed.caller, "web");
  ASSERT_TRUE(yes) << yes.error().message;
  EXPECT_TRUE(yes->value.allowed);
  EXPECT_EQ(yes->date, wire::aws_date());

  ScriptedAccount denied([](const Request&) {
    return query_error(403, "AccessDenied", "User is not authorized to perform: autoscaling:ExitStandby");
  });
  const auto no = exit_standby_probe(denied.caller, "web");
  ASSERT_TRUE(no) << no.error().message;
  EXPECT_FALSE(no->value.allowed);
  EXPECT_NE(no->value.message.find("not authorized"), std::string::npos);

  ScriptedAccount imitation([](const Request&) { return query_answer("ExitStandby", "<Activities/>"); });
  EXPECT_TRUE(exit_standby_probe(imitation.caller, "web")->value.allowed);
}

TEST(AutoScaling, TakesNothingElseForAProbesAnswer) {
  for (const auto& [response, kind] :
       {std::pair{query_error(400, "ValidationError", "AutoScalingGroup name not found - no such group: web"),
                  ErrorKind::rejected},
        {query_error(500, "ResourceContention", "pending update"), ErrorKind::unavailable},
        {query_error(403, "SignatureDoesNotMatch", ""), ErrorKind::denied}}) {
    ScriptedAccount account([&](const Request&) { return response; });
    EXPECT_EQ(wire::kind_of(exit_standby_probe(account.caller, "web")), kind);
  }
}

std::string activity_xml(const std::string& status, int progress) {
  return "<member><ActivityId>a</ActivityId><Description>Launching a new EC2 instance: i-1</Description>"
         "<StatusCode>" +
         status + "</StatusCode><Progress>" + std::to_string(progress) + "</Progress></member>";
}

TEST(AutoScaling, ReadsTheActivitiesThatAreUnderWay) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_EQ(form_of(request)["AutoScalingGroupName"], "web");
    return query_answer("DescribeScalingActivities",
                        "<Activities>" + activity_xml("WaitingForELBConnectionDraining", 50) +
                            activity_xml("PreInService", 30) + activity_xml("BrandNew", 0) +
                            activity_xml("InProgress", 100) + activity_xml("Failed", 20) +
                            activity_xml("Cancelled", 0) + activity_xml("Successful", 100) +
                            "</Activities><NextToken>weeks-of-history</NextToken>");
  });
  const auto activities = describe_scaling_activities(account.caller, "web");
  ASSERT_TRUE(activities) << activities.error().message;
  ASSERT_EQ(activities->value.size(), 3U);
  EXPECT_EQ(activities->value[0].status, "WaitingForELBConnectionDraining");
  EXPECT_EQ(activities->value[0].progress, 50);
  EXPECT_EQ(activities->value[1].description, "Launching a new EC2 instance: i-1");
  EXPECT_EQ(activities->value[2].status, "BrandNew");
  EXPECT_EQ(account.transport.requests.size(), 1U);  // what is in progress comes first
}

TEST(AutoScaling, FollowsPagesWhileEverythingIsUnderWay) {
  ScriptedAccount account([](const Request& request) {
    const bool first = !form_of(request).contains("NextToken");
    return query_answer("DescribeScalingActivities",
                        "<Activities>" + activity_xml(first ? "InProgress" : "Successful", first ? 10 : 100) +
                            "</Activities>" + (first ? "<NextToken>t</NextToken>" : ""));
  });
  EXPECT_EQ(describe_scaling_activities(account.caller, "web")->value.size(), 1U);
  EXPECT_EQ(account.transport.requests.size(), 2U);
}

TEST(AutoScaling, ActivitiesWithoutAListAreNotNone) {
  ScriptedAccount account([](const Request&) { return query_answer("DescribeScalingActivities", ""); });
  EXPECT_EQ(wire::kind_of(describe_scaling_activities(account.caller, "web")), ErrorKind::invalid);
}

TEST(AutoScaling, ReadsInstanceRefreshesNewestFirst) {
  ScriptedAccount account([](const Request&) {
    return query_answer("DescribeInstanceRefreshes",
                        "<InstanceRefreshes><member><InstanceRefreshId>r-2</InstanceRefreshId>"
                        "<Status>Baking</Status></member><member><InstanceRefreshId>r-1</InstanceRefreshId>"
                        "<Status>Successful</Status></member></InstanceRefreshes>");
  });
  const auto refreshes = describe_instance_refreshes(account.caller, "web");
  ASSERT_TRUE(refreshes) << refreshes.error().message;
  ASSERT_EQ(refreshes->value.size(), 2U);
  EXPECT_EQ(refreshes->value[0].id, "r-2");
  EXPECT_EQ(refreshes->value[0].status, "Baking");
}

TEST(AutoScaling, ARefreshIsActiveUntilItIsKnownToBeOver) {
  for (const char* status : {"Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking", "New"})
    EXPECT_TRUE(refresh_is_active(status)) << status;
  for (const char* status : {"Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"})
    EXPECT_FALSE(refresh_is_active(status)) << status;
}

}  // namespace
}  // namespace evenkeel::aws::autoscaling
