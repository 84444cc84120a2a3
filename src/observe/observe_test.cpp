// Goal: what is missing is said to be missing, and nothing is guessed. Method: a scripted AWS that answers
// each action from a table, in which a test breaks one entry.
#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

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

TEST_F(Observing, APolicyThatAsksForNothingNewCostsFourCalls) {
  observed();
  EXPECT_EQ(asked, (std::map<std::string, int>{{"DescribeTargetGroups", 1},
                                               {"DescribeTargetHealth", 1},
                                               {"DescribeInstances", 1},
                                               {"DescribeTargetGroupAttributes", 1}}));
}

TEST_F(Observing, WhoCarriesTheTagIsReadWhereThePolicyWantsIt) {
  EXPECT_FALSE(observed().marks);
  policy.witness_tag = true;
  const auto tagged = [](const std::string& id, const std::string& life) {
    auto xml = instance_xml(id);
    xml.replace(xml.find("running"), 7, life);
    const std::string tags = "<tagSet>";
    xml.insert(xml.find(tags) + tags.size(),
               "<item><key>evenkeel:state</key><value>web/" + id + "</value></item>");
    return xml;
  };
  const auto ordinary = answers["DescribeInstances"];
  bool denied = false;
  scripts["DescribeInstances"] = [&](const Form& form) {
    if (form.at("Filter.1.Name") != "tag-key") return ordinary;
    EXPECT_EQ(form.at("Filter.1.Value.1"), "evenkeel:state");
    if (denied) return wire::ec2_error(403, "UnauthorizedOperation", "not you");
    return ec2_answer("DescribeInstances", "<reservationSet><item><instancesSet>" + tagged("i-9", "stopped") +
                                               tagged("i-8", "terminated") +
                                               "</instancesSet></item></reservationSet>");
  };
  EXPECT_EQ(observed().marks, (std::map<std::string, std::string>{{"i-9", "web/i-9"}}));
  denied = true;
  const auto seen = observed();
  EXPECT_FALSE(seen.marks);
  ASSERT_EQ(seen.problems.size(), 1U);
  EXPECT_TRUE(describe(seen.problems[0]).starts_with("instances with the tag evenkeel:state: "));
  EXPECT_TRUE(observe(policy, state, account.caller, cache).value().problems.empty())
      << "no restore needs it";
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

}  // namespace
}  // namespace evenkeel::observe
