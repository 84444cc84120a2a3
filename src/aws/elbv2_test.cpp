#include "aws/elbv2.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::elbv2 {
namespace {

using wire::form_of;
using wire::query_answer;
using wire::query_error;
using wire::Request;
using wire::ScriptedAccount;

std::string group_xml(const std::string& name) {
  return "<member><TargetGroupArn>arn:" + name + "</TargetGroupArn><TargetGroupName>" + name +
         "</TargetGroupName><Protocol>HTTPS</Protocol><Port>443</Port><VpcId>vpc-1</VpcId>"
         "<TargetType>instance</TargetType><LoadBalancerArns><member>lb-1</member></LoadBalancerArns>"
         "<HealthCheckPort>traffic-port</HealthCheckPort></member>";
}

// Knows every group whose name starts with "tg".
Result<wire::Response> describe_groups(const Request& request) {
  std::string members;
  for (const auto& [name, value] : form_of(request)) {
    if (!name.starts_with("Names.member.")) continue;
    if (!value.starts_with("tg")) {
      return query_error(400, "TargetGroupNotFound", "One or more target groups not found");
    }
    members = group_xml(value) + members;  // in an order of its own
  }
  return query_answer("DescribeTargetGroups", "<TargetGroups>" + members + "</TargetGroups>");
}

std::string health_xml(const std::string& id, int port, const std::string& health) {
  return "<member><HealthCheckPort>80</HealthCheckPort><Target><Id>" + id + "</Id><Port>" +
         std::to_string(port) + "</Port></Target><TargetHealth>" + health +
         "</TargetHealth><AdministrativeOverride><State>no_override</State></AdministrativeOverride></"
         "member>";
}

TEST(Elbv2, ReadsATargetGroup) {
  ScriptedAccount account(describe_groups);
  const std::vector<std::string> names = {"tg1"};
  const auto groups = describe_target_groups(account.caller, names);
  ASSERT_TRUE(groups) << groups.error().message;
  EXPECT_EQ(groups->date, wire::aws_date());
  const TargetGroup& group = groups->value.at(0);
  EXPECT_EQ(group.arn, "arn:tg1");
  EXPECT_EQ(group.name, "tg1");
  EXPECT_EQ(group.protocol, "HTTPS");
  EXPECT_EQ(group.port, 443);
  EXPECT_EQ(group.target_type, "instance");
  EXPECT_EQ(group.vpc_id, "vpc-1");
  EXPECT_EQ(group.load_balancer_arns, (std::vector<std::string>{"lb-1"}));
}

TEST(Elbv2, AsksForTwentyNamesAtATimeSideBySideAndKeepsTheOrder) {
  ScriptedAccount account(describe_groups);
  std::vector<std::string> names;
  for (int i = 44; i >= 0; --i) names.push_back("tg" + std::to_string(i));
  const auto groups = describe_target_groups(account.caller, names);
  ASSERT_TRUE(groups);
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{3}));
  for (const auto& request : account.transport.requests) EXPECT_LE(form_of(request).size(), 22U);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(groups->value.at(i).name, names[i]);
}

TEST(Elbv2, NamesTheGroupsThatDontExist) {
  ScriptedAccount account(describe_groups);
  const std::vector<std::string> names = {"tg1", "missing", "tg2", "gone"};
  const auto groups = describe_target_groups(account.caller, names);
  ASSERT_FALSE(groups);
  ASSERT_EQ(wire::kind_of(groups), ErrorKind::not_found);
  EXPECT_EQ(groups.error().code, "TargetGroupNotFound");
  EXPECT_TRUE(groups.error().message.starts_with("no such target group in eu-west-1: gone, missing;"));
}

TEST(Elbv2, NamesAGroupThatAnAnswerLeavesOut) {
  ScriptedAccount account(
      [](const Request&) { return query_answer("DescribeTargetGroups", "<TargetGroups/>"); });
  const std::vector<std::string> names = {"tg1"};
  const auto groups = describe_target_groups(account.caller, names);
  ASSERT_FALSE(groups);
  ASSERT_EQ(wire::kind_of(groups), ErrorKind::not_found);
  EXPECT_NE(groups.error().message.find("tg1"), std::string::npos);
}

TEST(Elbv2, NeverTakesNoNamesForAllGroups) {
  ScriptedAccount account(describe_groups);
  ASSERT_EQ(wire::kind_of(describe_target_groups(account.caller, {})), ErrorKind::invalid);
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(Elbv2, PagesThroughAllGroups) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_EQ(form["PageSize"], "400");
    return form["Marker"].empty()
               ? query_answer("DescribeTargetGroups",
                              "<TargetGroups>" + group_xml("a") + "</TargetGroups><NextMarker>m</NextMarker>")
               : query_answer("DescribeTargetGroups", "<TargetGroups>" + group_xml("b") + "</TargetGroups>");
  });
  const auto groups = describe_all_target_groups(account.caller);
  ASSERT_TRUE(groups);
  ASSERT_EQ(groups->value.size(), 2U);
  EXPECT_EQ(groups->value[1].name, "b");
}

TEST(Elbv2, ReadsAttributesByKeyAndKeepsTheirFailuresApart) {
  ScriptedAccount account([](const Request& request) -> Result<wire::Response> {
    if (form_of(request)["TargetGroupArn"] == "gone") return query_error(400, "TargetGroupNotFound", "");
    return query_answer("DescribeTargetGroupAttributes",
                        "<Attributes><member><Key>b</Key><Value>2</Value></member>"
                        "<member><Key>a</Key><Value/></member></Attributes>");
  });
  const std::vector<std::string> arns = {"here", "gone"};
  const auto attributes = describe_target_group_attributes(account.caller, arns);
  EXPECT_EQ(attributes.at(0)->value, (Attributes{{"a", ""}, {"b", "2"}}));
  ASSERT_EQ(wire::kind_of(attributes.at(1)), ErrorKind::not_found);
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{2}));
}

TEST(Elbv2, ReadsTargetHealthOfSeveralGroupsSideBySide) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_FALSE(form_of(request).contains("Targets.member.1.Id"));
    return query_answer(
        "DescribeTargetHealth",
        "<TargetHealthDescriptions>" + health_xml("i-1", 443, "<State>healthy</State>") +
            health_xml("i-1", 8443,
                       "<State>draining</State><Reason>Target.DeregistrationInProgress</Reason>"
                       "<Description>Target deregistration is in progress</Description>") +
            "</TargetHealthDescriptions>");
  });
  const std::vector<std::string> arns = {"a", "b"};
  const auto healths = describe_target_health(account.caller, arns);
  ASSERT_EQ(healths.size(), 2U);
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{2}));
  const auto& targets = healths[1]->value;
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].target, (TargetDescription{"i-1", 443, {}}));
  EXPECT_EQ(targets[0].state, "healthy");
  EXPECT_EQ(targets[0].reason, "");
  EXPECT_EQ(targets[1].target.port, 8443);
  EXPECT_EQ(targets[1].reason, "Target.DeregistrationInProgress");
}

TEST(Elbv2, TellsAGroupWithoutTargetsFromAnAnswerWithoutAList) {
  for (const bool list : {true, false}) {
    ScriptedAccount account([&](const Request&) {
      return query_answer("DescribeTargetHealth", list ? "<TargetHealthDescriptions/>" : "");
    });
    const std::vector<std::string> arns = {"a"};
    EXPECT_EQ(describe_target_health(account.caller, arns).at(0).has_value(), list);
  }
}

TEST(Elbv2, RefusesHealthThatMakesNoSense) {
  for (const std::string& item :
       {health_xml("i-1", 0, "<State>healthy</State>"), health_xml("i-1", 65536, "<State>healthy</State>"),
        health_xml("", 80, "<State>healthy</State>"), health_xml("i-1", 80, ""),
        std::string{"<member><TargetHealth><State>healthy</State></TargetHealth></member>"}}) {
    ScriptedAccount account([&](const Request&) {
      return query_answer("DescribeTargetHealth",
                          "<TargetHealthDescriptions>" + item + "</TargetHealthDescriptions>");
    });
    const std::vector<std::string> arns = {"a"};
    const auto healths = describe_target_health(account.caller, arns);
    ASSERT_FALSE(healths.at(0)) << item;
    ASSERT_EQ(wire::kind_of(healths[0]), ErrorKind::invalid);
    EXPECT_NE(healths[0].error().message.find("TargetHealthDescriptions/member[1]"), std::string::npos);
  }
}

TEST(Elbv2, DeregistersExactlyTheTargetsGivenSignedWithTheIntent) {
  ScriptedAccount account([n = 0](const Request&) mutable -> Result<wire::Response> {
    if (n++ == 0) return query_error(500, "InternalFailure", "");
    return query_answer("DeregisterTargets", "");
  });
  const std::vector<TargetDescription> targets = {{"i-1", 443, {}}, {"10.0.0.1", 80, "eu-west-1a"}};
  const Time intent = account.clock.time - std::chrono::seconds{30};
  const Mutation mutation = deregister_targets(account.caller, "arn:tg1", targets, intent, "abc");
  EXPECT_EQ(mutation.outcome, wire::aws_date());
  EXPECT_TRUE(mutation.may_land_late);
  EXPECT_EQ(mutation.attempts, 2);
  for (const auto& request : account.transport.requests) {
    EXPECT_EQ(request.body,
              "Action=DeregisterTargets&Version=2015-12-01&TargetGroupArn=arn%3Atg1&Targets.member.1.Id=i-1&"
              "Targets.member.1.Port=443&Targets.member.2.Id=10.0.0.1&Targets.member.2.Port=80&"
              "Targets.member.2.AvailabilityZone=eu-west-1a");
    EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064430Z");
    EXPECT_TRUE(wire::header_of(request, "User-Agent").ends_with("md/intent#abc"));
  }
}

TEST(Elbv2, ReportsARefusedRegistration) {
  ScriptedAccount account([](const Request&) {
    return query_error(400, "InvalidTarget", "The following targets are not in a running state");
  });
  const std::vector<TargetDescription> targets = {{"i-1", 443, {}}};
  const Mutation mutation = register_targets(account.caller, "arn:tg1", targets, account.clock.time, "abc");
  ASSERT_EQ(wire::kind_of(mutation.outcome), ErrorKind::rejected);
  EXPECT_EQ(mutation.outcome.error().code, "InvalidTarget");
  EXPECT_FALSE(mutation.may_land_late);
  EXPECT_EQ(mutation.attempts, 1);
}

TEST(Elbv2, SendsNoRegistrationWithoutTargetsOrWithTooMany) {
  ScriptedAccount account([](const Request&) { return query_answer("RegisterTargets", ""); });
  const std::vector<TargetDescription> many(101, TargetDescription{"i-1", 80, {}});
  for (const auto& targets : {std::vector<TargetDescription>{}, many}) {
    const Mutation mutation = register_targets(account.caller, "arn", targets, account.clock.time, "n");
    ASSERT_EQ(wire::kind_of(mutation.outcome), ErrorKind::invalid);
    EXPECT_EQ(mutation.attempts, 0);
  }
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(Elbv2, ReadsHealthCheckSettingsWhereTheyAreTold) {
  ScriptedAccount account([](const Request&) {
    auto group = group_xml("tg1");
    group.insert(group.find("<HealthCheckPort>"),
                 "<HealthCheckIntervalSeconds>10</HealthCheckIntervalSeconds><HealthCheckTimeoutSeconds>5"
                 "</HealthCheckTimeoutSeconds><HealthyThresholdCount>3</HealthyThresholdCount>"
                 "<UnhealthyThresholdCount>2</UnhealthyThresholdCount>");
    return query_answer("DescribeTargetGroups",
                        "<TargetGroups>" + group + group_xml("tg2") + "</TargetGroups>");
  });
  const auto groups = describe_all_target_groups(account.caller);
  ASSERT_TRUE(groups) << groups.error().message;
  const auto& check = groups->value.at(0).health_check;
  ASSERT_TRUE(check);
  EXPECT_EQ(check->interval, std::chrono::seconds{10});
  EXPECT_EQ(check->timeout, std::chrono::seconds{5});
  EXPECT_EQ(check->healthy_threshold, 3);
  EXPECT_TRUE(check->enabled);
  EXPECT_FALSE(groups->value.at(1).health_check);
}

TEST(Elbv2, ReadsALoadBalancersZonesSorted) {
  ScriptedAccount account([](const Request&) {
    return query_answer(
        "DescribeLoadBalancers",
        "<LoadBalancers><member><LoadBalancerArn>lb-1</LoadBalancerArn><LoadBalancerName>web"
        "</LoadBalancerName><Type>network</Type><AvailabilityZones><member><ZoneName>eu-west-1b"
        "</ZoneName></member><member><ZoneName>eu-west-1a</ZoneName></member>"
        "</AvailabilityZones></member></LoadBalancers>");
  });
  const std::vector<std::string> arns = {"lb-1"};
  const auto balancers = describe_load_balancers(account.caller, arns);
  ASSERT_TRUE(balancers) << balancers.error().message;
  EXPECT_EQ(form_of(account.transport.requests.at(0)).at("LoadBalancerArns.member.1"), "lb-1");
  EXPECT_EQ(balancers->value.at(0).type, "network");
  EXPECT_EQ(balancers->value.at(0).zones, (std::vector<std::string>{"eu-west-1a", "eu-west-1b"}));
  EXPECT_EQ(describe_load_balancers(account.caller, {}).error().kind, ErrorKind::invalid);
}

std::string forward(const std::string& inside) {
  return "<member><Type>forward</Type>" + inside + "</member>";
}
std::string weighted(const std::string& arn, const std::string& weight) {
  return "<member><TargetGroupArn>" + arn + "</TargetGroupArn>" + weight + "</member>";
}

TEST(Elbv2, ReadsForwardsWithAndWithoutWeights) {
  ScriptedAccount account([](const Request& request) {
    if (form_of(request).at("Action") == "DescribeListeners") {
      return query_answer("DescribeListeners",
                          "<Listeners><member><ListenerArn>listener-1</ListenerArn><DefaultActions>" +
                              forward("<TargetGroupArn>tg-1</TargetGroupArn>") +
                              "</DefaultActions></member></Listeners>");
    }
    const auto both = "<TargetGroupArn>tg-1</TargetGroupArn><ForwardConfig><TargetGroups>" +
                      weighted("tg-1", "") + weighted("tg-2", "<Weight>0</Weight>") +
                      "</TargetGroups></ForwardConfig>";
    return query_answer("DescribeRules", "<Rules><member><Actions>" + forward(both) +
                                             "</Actions></member><member><Actions><member><Type>redirect"
                                             "</Type></member></Actions></member></Rules>");
  });
  const std::vector<std::string> balancers = {"lb-1"}, listeners = {"listener-1"};
  const auto listed = describe_listeners(account.caller, balancers);
  ASSERT_TRUE(listed.at(0)) << listed.at(0).error().message;
  EXPECT_EQ(listed[0]->value.at(0).arn, "listener-1");
  EXPECT_EQ(listed[0]->value.at(0).forwards.at(0).target_group_arn, "tg-1");
  const auto rules = describe_rules(account.caller, listeners);
  ASSERT_TRUE(rules.at(0)) << rules.at(0).error().message;
  ASSERT_EQ(rules[0]->value.size(), 2U);  // once, although it is named both ways
  EXPECT_EQ(rules[0]->value[0].weight, 1);
  EXPECT_EQ(rules[0]->value[1].target_group_arn, "tg-2");
  EXPECT_EQ(rules[0]->value[1].weight, 0);
}

TEST(Elbv2, AProbeOfDeregisteringIsAllowedWhateverAwsThinksOfTheInstance) {
  const std::string arn = "arn:tg1";
  ScriptedAccount knows([](const Request&) { return query_answer("DeregisterTargets", ""); });
  EXPECT_TRUE(deregister_probe(knows.caller, arn)->value.allowed);
  EXPECT_EQ(form_of(knows.transport.requests.at(0)).at("Targets.member.1.Id"), "i-00000000000000000");
  ScriptedAccount strict([](const Request&) { return query_error(400, "InvalidTarget", "not valid"); });
  EXPECT_TRUE(deregister_probe(strict.caller, arn)->value.allowed);
  ScriptedAccount denied([](const Request&) { return query_error(403, "AccessDenied", "no"); });
  const auto refused = deregister_probe(denied.caller, arn);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_FALSE(refused->value.allowed);
  EXPECT_NE(refused->value.message.find("DeregisterTargets"), std::string::npos);
  ScriptedAccount gone([](const Request&) { return query_error(400, "TargetGroupNotFound", "gone"); });
  EXPECT_EQ(deregister_probe(gone.caller, arn).error().kind, ErrorKind::not_found);
}

TEST(Elbv2, ReadsThatAWSShiftedTrafficAwayFromATargetsZone) {
  std::string shifted = health_xml("i-2", 80, "<State>healthy</State>");
  shifted.replace(shifted.find("no_override"), 11, "zonal_shift_active");
  std::string silent = health_xml("i-3", 80, "<State>healthy</State>");
  silent.erase(silent.find("<AdministrativeOverride>"), silent.rfind("</member>") - silent.find("<Admin"));
  ScriptedAccount account([&](const Request&) {
    return query_answer("DescribeTargetHealth", "<TargetHealthDescriptions>" +
                                                    health_xml("i-1", 80, "<State>healthy</State>") +
                                                    shifted + silent + "</TargetHealthDescriptions>");
  });
  const std::vector<std::string> arns = {"arn:tg1"};
  const auto healths = describe_target_health(account.caller, arns);
  ASSERT_TRUE(healths[0]) << healths[0].error().message;
  ASSERT_EQ(healths[0]->value.size(), 3U);
  EXPECT_EQ(healths[0]->value[0].administrative_override, "no_override");
  EXPECT_EQ(healths[0]->value[1].administrative_override, "zonal_shift_active");
  EXPECT_EQ(healths[0]->value[2].administrative_override, "");
}

}  // namespace
}  // namespace evenkeel::aws::elbv2
