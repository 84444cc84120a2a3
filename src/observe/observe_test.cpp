// Goal: what is missing is said to be missing, and nothing is guessed. Method: a scripted AWS that answers
// each action from a table, in which a test breaks one entry.
#include "observe/observe.h"

#include <gtest/gtest.h>
#include <map>

#include "observe/words.h"
#include "wire/scripted_transport.h"

namespace evenkeel::observe {
namespace {

using namespace std::chrono_literals;
using wire::ec2_answer;
using wire::form_of;
using wire::query_answer;
using wire::query_error;

constexpr const char* kOne = "i-00000000000000001";
constexpr const char* kTwo = "i-00000000000000002";
const std::string kArn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg1/1";
const std::string kOther = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg-other/2";

std::string group_xml(const std::string& arn, const std::string& name) {
  return "<member><TargetGroupArn>" + arn + "</TargetGroupArn><TargetGroupName>" + name +
         "</TargetGroupName><Protocol>HTTPS</Protocol><Port>443</Port><VpcId>vpc-1</VpcId><LoadBalancerArns>"
         "<member>lb</member></LoadBalancerArns><TargetType>instance</TargetType></member>";
}

std::string health_xml(const std::string& id, int port, const std::string& state,
                       const std::string& reason = "") {
  return "<member><Target><Id>" + id + "</Id><Port>" + std::to_string(port) +
         "</Port></Target><TargetHealth><State>" + state + "</State>" +
         (reason.empty() ? "" : "<Reason>" + reason + "</Reason>") + "</TargetHealth></member>";
}

std::string instance_xml(const std::string& id) {
  return "<item><instanceId>" + id +
         "</instanceId><instanceState><code>16</code><name>running</name></"
         "instanceState><instanceType>m5.large"
         "</instanceType><launchTime>2026-11-20T00:00:00Z</launchTime><privateIpAddress>10.0.0.1</"
         "privateIpAddress>"
         "<vpcId>vpc-1</vpcId><placement><availabilityZone>eu-west-1a</availabilityZone></"
         "placement><tagSet><item>"
         "<key>aws:autoscaling:groupName</key><value>web-asg</value></item></tagSet></item>";
}

std::string series_xml(const std::string& id, const std::string& more = "") {
  return "<member><Namespace>CWAgent</Namespace><MetricName>mem</"
         "MetricName><Dimensions><member><Name>InstanceId</Name>"
         "<Value>" +
         id + "</Value></member>" + more + "</Dimensions></member>";
}

const std::string kMemory = "<member><Name>objectname</Name><Value>Memory</Value></member>";

// Samples at the given minutes before the account's date, 06:45:07.
std::string data_xml(const std::string& query, const std::vector<std::pair<int, double>>& samples,
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

struct Observing : testing::Test {
  std::map<std::string, wire::Response> answers = {
      {"DescribeTargetGroups",
       query_answer("DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") + "</TargetGroups>")},
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
  std::map<std::string, int> asked;
  wire::ScriptedAccount account{[this](const wire::Request& request) {
    auto form = form_of(request);
    last[form["Action"]] = form;
    ++asked[form["Action"]];
    return answers.at(form["Action"]);
  }};
  std::map<std::string, std::map<std::string, std::string>> last;
  FleetPolicy policy;
  FleetState state;
  Cache cache;

  void SetUp() override {
    policy.name = "web";
    policy.target_groups = {"tg1"};
    policy.reboot_when.metric = "mem";
  }
  Observation observed() { return observe(policy, state, account.caller, cache).value(); }
  Signal signal_of(const std::string& id) {
    auto observation = observed();
    answer({Question::Kind::signal, {kOne, kTwo}, 5min}, policy, account.caller, cache, observation);
    return observation.signals.at(id);
  }
};

TEST_F(Observing, ReadsTheFleetWithAwssOwnTime) {
  const auto seen = observed();
  EXPECT_EQ(seen.taken_at, wire::aws_date());
  ASSERT_EQ(seen.target_groups.size(), 1U);
  const auto& group = seen.target_groups[0];
  EXPECT_TRUE(group.has_load_balancer);
  EXPECT_EQ(group.attributes->deregistration_delay, 60s);
  EXPECT_EQ(group.attributes->slow_start, 30s);
  ASSERT_EQ(group.registrations->size(), 2U);
  EXPECT_EQ(group.registrations->at(0).instance_id, kOne);
  EXPECT_EQ(group.registrations->at(0).state, TargetState::draining);
  EXPECT_EQ(seen.instances.at(kTwo).auto_scaling_group, "web-asg");
  EXPECT_TRUE(seen.instances_complete);
  EXPECT_TRUE(seen.problems.empty());
}

TEST_F(Observing, TheSpreadOfTheAnswersIsKept) {
  answers["DescribeInstances"].headers = {{"Date", "Sun, 22 Nov 2026 06:47:00 GMT"}};
  const auto seen = observed();
  EXPECT_EQ(seen.taken_at, wire::aws_date());
  EXPECT_EQ(seen.spread, 113s);
}

TEST_F(Observing, WhatCannotBeReadIsMissingAndSaidSo) {
  answers["DescribeTargetHealth"] = query_error(403, "AccessDenied", "not you");
  auto seen = observed();
  EXPECT_FALSE(seen.target_groups[0].registrations.has_value());
  EXPECT_FALSE(seen.instances_complete);
  EXPECT_EQ(seen.problems.size(), 1U);
}

TEST_F(Observing, ABadAttributeIsNotADefault) {
  answers["DescribeTargetGroupAttributes"] = query_answer(
      "DescribeTargetGroupAttributes",
      "<Attributes><member><Key>slow_start.duration_seconds</Key><Value>soon</Value></member></Attributes>");
  EXPECT_FALSE(observed().target_groups[0].attributes.has_value());
}

TEST_F(Observing, AttributesAreRememberedForSomeMinutes) {
  observed();
  observed();
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 1);
}

TEST_F(Observing, ASurveyReadsRememberedAttributesAfreshButNotTwiceInOneTick) {
  auto observation = observed();
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 1);
  cache.attributes[kArn].read_at -= 1min;
  observation = observed();
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 1);
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 2);
}

TEST_F(Observing, WithoutAnyAnswerThereIsNoObservation) {
  for (auto& [action, response] : answers) response = query_error(403, "AccessDenied", "not you");
  const auto seen = observe(policy, state, account.caller, cache);
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().kind, ErrorKind::denied);
}

TEST_F(Observing, TheGroupsOfAnOpenRemediationAreReadWhateverThePolicySays) {
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kOther, "tg-other", 8080, false}};
  state.open = {open};
  const auto seen = observed();
  ASSERT_EQ(seen.target_groups.size(), 2U);
  EXPECT_EQ(asked["DescribeTargetHealth"], 2);
  answers["DescribeTargetHealth"] = query_error(400, "TargetGroupNotFound", "gone");
  EXPECT_EQ(observed().absent_groups, (std::vector{kOther, kArn}));
}

TEST_F(Observing, JoinsSignalsOnTheirIdAndSortsThemByTime) {
  EXPECT_EQ(signal_of(kOne).samples.back().value, 80);
  const auto two = signal_of(kTwo);
  EXPECT_EQ(two.state, SignalState::fresh);
  ASSERT_EQ(two.samples.size(), 2U);
  EXPECT_LT(two.samples[0].at, two.samples[1].at);
  EXPECT_EQ(last["GetMetricData"]["EndTime"], "2026-11-22T06:45:00Z") << "the minute under way is not final";
  EXPECT_EQ(asked["ListMetrics"], 1);
}

TEST_F(Observing, AStaleMissingOrPartialSignalIsMarked) {
  answers["GetMetricData"] = query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{8, 80}}) +
                                                               data_xml("m1", {}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::stale);
  EXPECT_EQ(signal_of(kTwo).state, SignalState::missing);
  answers["GetMetricData"] =
      query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{2, 80}}, "InternalError") +
                                        data_xml("m1", {{2, 40}}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::partial);
  answers["GetMetricData"] = query_error(400, "ValidationError", "no");
  EXPECT_EQ(signal_of(kOne).state, SignalState::failed);
}

TEST_F(Observing, TwoSeriesOfOneMemberMustAgree) {
  answers["ListMetrics"] =
      query_answer("ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) + series_xml(kOne) + "</Metrics>");
  const auto both = [&](double second) {
    answers["GetMetricData"] =
        query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{2, 80}, {3, 79}}) +
                                          data_xml("m1", {{2, second}}) + "</MetricDataResults>");
    cache = {};
    return signal_of(kOne).state;
  };
  EXPECT_EQ(both(80), SignalState::fresh);
  EXPECT_EQ(both(40), SignalState::ambiguous);
}

TEST_F(Observing, TheSeriesThatProvedRightIsTheOnlyOneReadAgain) {
  answers["ListMetrics"] =
      query_answer("ListMetrics", "<Metrics>" + series_xml(kOne, kMemory) + series_xml(kOne) + "</Metrics>");
  answers["GetMetricData"] = query_answer("GetMetricData", "<MetricDataResults>" + data_xml("m0", {{2, 80}}) +
                                                               data_xml("m1", {}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  EXPECT_TRUE(last["GetMetricData"].contains("MetricDataQueries.member.2.Id"));
  answers["GetMetricData"] = query_answer(
      "GetMetricData", "<MetricDataResults>" + data_xml("m0", {{2, 80}}) + "</MetricDataResults>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::fresh);
  EXPECT_FALSE(last["GetMetricData"].contains("MetricDataQueries.member.2.Id"));
}

TEST_F(Observing, SeriesWithoutAnInstanceIdBelongToNobody) {
  answers["ListMetrics"] = query_answer(
      "ListMetrics",
      "<Metrics><member><Namespace>CWAgent</Namespace><MetricName>mem</MetricName><Dimensions/></member>" +
          series_xml("${aws:InstanceId}") + "</Metrics>");
  EXPECT_EQ(signal_of(kOne).state, SignalState::missing);
  EXPECT_EQ(asked["GetMetricData"], 0);
}

TEST_F(Observing, ASurveyFindsRegistrationsInUnnamedGroups) {
  auto observation = observed();
  answers["DescribeTargetGroups"] =
      query_answer("DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") +
                                               group_xml(kOther, "tg-other") + "</TargetGroups>");
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  const auto& found = observation.surveys.at(kOne);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.elsewhere_groups, std::vector<std::string>{"tg-other"});
  EXPECT_EQ(found.may_reboot, true);
  EXPECT_EQ(last["RebootInstances"]["DryRun"], "true");
  EXPECT_EQ(found.may_register, true);
  EXPECT_EQ(asked["RegisterTargets"], 0) << "it is draining: nothing is left to ask for";
  EXPECT_EQ(last["DescribeTargetHealth"]["TargetGroupArn"], kOther);
}

TEST_F(Observing, ASurveyFindsOutWhetherItCouldBePutBack) {
  auto observation = observed();
  const auto may_register = [&](const wire::Response& probe) {
    answers["RegisterTargets"] = probe;
    answer({Question::Kind::survey, {kTwo}, {}}, policy, account.caller, cache, observation);
    return observation.surveys.at(kTwo).may_register;
  };
  answers["DeregisterTargets"] = query_answer("DeregisterTargets", "");
  EXPECT_EQ(may_register(query_error(400, "InvalidTarget", "no such instance")), true);
  EXPECT_EQ(may_register(query_error(403, "AccessDenied", "not you")), false);
  EXPECT_NE(observation.surveys.at(kTwo).detail.find("tg1: elasticloadbalancing:RegisterTargets"),
            std::string::npos);
  EXPECT_EQ(last["RegisterTargets"]["Targets.member.1.Id"], "i-00000000000000000");
  EXPECT_EQ(last["RegisterTargets"]["TargetGroupArn"], kArn);
  EXPECT_EQ(may_register(query_error(400, "ValidationError", "?")), std::nullopt);
  EXPECT_EQ(may_register(query_answer("RegisterTargets", "")), true);
  EXPECT_EQ(last["DeregisterTargets"]["Targets.member.1.Id"], "i-00000000000000000") << "left as it was";
}

TEST_F(Observing, WhoeverOnlyLooksAsksForNoRegistration) {
  auto observation = observed();
  answer({Question::Kind::survey, {kTwo}, {}}, policy, account.caller, cache, observation, Probing::no);
  EXPECT_EQ(asked["RegisterTargets"], 0);
  EXPECT_EQ(observation.surveys.at(kTwo).may_register, true);
}

TEST_F(Observing, ASurveySkipsGroupsThatCanNotHoldTheInstance) {
  auto observation = observed();
  std::string far = group_xml(kOther, "tg-far");
  const auto at = far.find("<VpcId>vpc-1<");
  ASSERT_NE(at, std::string::npos);
  far.replace(at, 12, "<VpcId>vpc-2");
  answers["DescribeTargetGroups"] = query_answer(
      "DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") + far + "</TargetGroups>");
  asked["DescribeTargetHealth"] = 0;
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_TRUE(observation.surveys.at(kOne).complete);
  EXPECT_EQ(asked["DescribeTargetHealth"], 0);
}

TEST_F(Observing, ASurveyThatCouldNotAskEverywhereIsIncomplete) {
  auto observation = observed();
  answers["DescribeTargetGroups"] = query_error(403, "AccessDenied", "not you");
  answers["RebootInstances"] = wire::ec2_error(403, "UnauthorizedOperation", "not you");
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_FALSE(observation.surveys.at(kOne).complete);
  EXPECT_EQ(observation.surveys.at(kOne).may_reboot, false);
}

TEST(Words, WhatWeDoNotKnowIsOther) {
  EXPECT_EQ(target_state("unhealthy.draining"), TargetState::unhealthy_draining);
  EXPECT_EQ(target_state("healthyish"), TargetState::other);
  EXPECT_EQ(instance_state("hibernating"), InstanceState::other);
  EXPECT_EQ(target_type("instance"), TargetType::instance);
}

TEST(Words, TheStricterOfTwoThresholdsCounts) {
  const std::string health = "target_group_health.";
  const auto attributes =
      group_attributes({{health + "dns_failover.minimum_healthy_targets.count", "3"},
                        {health + "unhealthy_state_routing.minimum_healthy_targets.count", "2"},
                        {health + "unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
                        {health + "dns_failover.minimum_healthy_targets.percentage", "50"}});
  EXPECT_EQ(attributes->fail_open_count, 3);
  EXPECT_EQ(attributes->fail_open_percent, 50);
  EXPECT_EQ(attributes->deregistration_delay, 300s);
}

}  // namespace
}  // namespace evenkeel::observe
