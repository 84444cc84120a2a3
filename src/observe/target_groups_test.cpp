#include "observe/target_groups.h"

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

TEST_F(Observing, AGroupKnowsItsPortItsLoadBalancerAndThatItIsTheFleets) {
  const auto group = observed().target_groups.at(0);
  EXPECT_TRUE(group.of_fleet);
  EXPECT_FALSE(group.attached) << "no Auto Scaling group is named";
  EXPECT_EQ(group.port, 443);
  EXPECT_EQ(group.load_balancer_arn, "lb");
}

TEST_F(Observing, APolicyWithoutTargetGroupsTakesThoseAttachedToItsAutoScalingGroup) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  scaling({.attached = {kArn}});
  const auto seen = observed();
  ASSERT_EQ(seen.target_groups.size(), 1U);
  EXPECT_TRUE(seen.target_groups[0].of_fleet);
  EXPECT_TRUE(seen.target_groups[0].attached);
  EXPECT_EQ(last["DescribeTargetGroups"]["TargetGroupArns.member.1"], kArn);
  EXPECT_EQ(asked["DescribeTargetGroups"], 1);
  EXPECT_TRUE(seen.instances_complete);
  EXPECT_TRUE(seen.problems.empty()) << describe(seen.problems.at(0));
}

TEST_F(Observing, AnUnreadableAutoScalingGroupIsNoFleetWithoutGroups) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kArn, "tg1", 443, false}};
  state.open = {open};
  answers["DescribeAutoScalingGroups"] = query_error(403, "AccessDenied", "not you");
  const auto seen = observed();
  EXPECT_FALSE(seen.auto_scaling_group);
  EXPECT_FALSE(seen.instances_complete);
  EXPECT_EQ(seen.problems.size(), 3U);
  ASSERT_EQ(seen.target_groups.size(), 1U) << "the open one goes back all the same";
  EXPECT_FALSE(seen.target_groups[0].of_fleet);
  EXPECT_EQ(asked["DescribeTargetGroups"], 0) << "asked for no group AWS answers with all";
  EXPECT_TRUE(seen.instances.contains(kOne));
}

TEST_F(Observing, WithoutAnyAnswerTheAutoScalingGroupsErrorIsTold) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  answers["DescribeAutoScalingGroups"] = query_error(403, "AccessDenied", "not you");
  const auto seen = observe(policy, state, account.caller, cache);
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().kind, ErrorKind::denied);
}

TEST_F(Observing, AnAutoScalingGroupWithoutTargetGroupsIsSaidToHaveNone) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  scaling({.attached = {}});
  const auto seen = observed();
  EXPECT_TRUE(seen.target_groups.empty());
  EXPECT_EQ(asked["DescribeTargetGroups"], 0);
  ASSERT_EQ(seen.problems.size(), 1U);
  EXPECT_NE(seen.problems[0].text.find("write target_groups"), std::string::npos);
}

TEST_F(Observing, AnAttachedGroupThatIsGoneDoesNotHideTheOthers) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  scaling({.attached = {kArn, kOther}});
  scripts["DescribeTargetGroups"] = [&](const Form& form) {
    if (form.contains("TargetGroupArns.member.1")) return query_error(400, "TargetGroupNotFound", "gone");
    return answers.at("DescribeTargetGroups");
  };
  const auto seen = observed();
  ASSERT_EQ(seen.target_groups.size(), 1U);
  EXPECT_EQ(seen.target_groups[0].arn, kArn);
  ASSERT_EQ(seen.problems.size(), 1U);
  EXPECT_NE(seen.problems[0].text.find("tg-other"), std::string::npos);
}

TEST_F(Observing, ANamedGroupThatDoesNotExistIsSaidToBeAbsentAndTheOthersAreSeen) {
  policy.target_groups.emplace_back("tg9");
  scripts["DescribeTargetGroups"] = [&](const Form& form) {
    if (form.contains("Names.member.1")) return query_error(400, "TargetGroupNotFound", "gone");
    return answers.at("DescribeTargetGroups");
  };
  const auto seen = observed();
  EXPECT_EQ(seen.target_groups.size(), 1U);
  EXPECT_EQ(seen.absent_names, std::vector<std::string>{"tg9"});
}

TEST_F(Observing, AttachedGroupsAreAskedForTwentyAtATime) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  std::vector<std::string> attached;
  for (int i = 10; i < 31; ++i) attached.push_back(kArn + std::to_string(i));
  scaling({.attached = attached});
  scripts["DescribeTargetGroups"] = [](const Form& form) {
    std::string groups;
    for (const auto& [key, value] : form)
      if (key.starts_with("TargetGroupArns."))
        groups += group_xml(value, "tg" + value.substr(value.size() - 2));
    EXPECT_FALSE(form.contains("TargetGroupArns.member.21"));
    return query_answer("DescribeTargetGroups", "<TargetGroups>" + groups + "</TargetGroups>");
  };
  EXPECT_EQ(observed().target_groups.size(), 21U);
  EXPECT_EQ(asked["DescribeTargetGroups"], 2);
}

TEST_F(Observing, GroupsThatThePolicyNamesAreTheFleetsWhateverElseIsAttached) {
  policy.auto_scaling_group = "web-asg";
  scaling({.attached = {kArn, kOther}});
  const auto seen = observed();
  ASSERT_EQ(seen.target_groups.size(), 1U) << "the other one is found by the survey, and refused";
  EXPECT_TRUE(seen.target_groups[0].attached);
  EXPECT_EQ(seen.auto_scaling_group->target_group_arns, (std::vector{kOther, kArn}));
}

TEST_F(Observing, AGroupThatIsReadForAnOpenRemediationAloneIsNotTheFleets) {
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kOther, "tg-other", 8080, false}};
  state.open = {open};
  const auto seen = observed();
  EXPECT_EQ(seen.target_groups.at(0).arn, kOther);
  EXPECT_FALSE(seen.target_groups[0].of_fleet);
  EXPECT_TRUE(seen.target_groups.at(1).of_fleet);
}

TEST_F(Observing, GroupsThatCouldNotBeLookedUpAreNotAnEmptyFleet) {
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kArn, "tg1", 443, false}};
  state.open = {open};
  answers["DescribeTargetGroups"] = query_error(403, "AccessDenied", "not you");
  const auto seen = observed();
  ASSERT_EQ(seen.target_groups.size(), 1U);
  EXPECT_TRUE(seen.target_groups[0].of_fleet) << "the policy names it";
  EXPECT_FALSE(seen.instances_complete);
}

TEST_F(Observing, AnAttachedGroupThatCouldNotBeLookedUpIsStillTheFleets) {
  policy.target_groups.clear();
  policy.auto_scaling_group = "web-asg";
  scaling({.attached = {kArn}});
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kArn, "tg1", 443, false}};
  state.open = {open};
  answers["DescribeTargetGroups"] = query_error(403, "AccessDenied", "not you");
  const auto seen = observed();
  EXPECT_TRUE(seen.target_groups.at(0).of_fleet);
  EXPECT_EQ(seen.target_groups.at(0).port, 0) << "unknown";
  EXPECT_FALSE(seen.instances_complete);
}

TEST_F(Observing, AGroupThatWasCreatedAgainUnderItsNameIsAnother) {
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kArn + "-before", "tg1", 443, false}};
  state.open = {open};
  const auto seen = observed();
  ASSERT_EQ(seen.target_groups.size(), 2U);
  EXPECT_TRUE(seen.target_groups[0].of_fleet);
  EXPECT_FALSE(seen.target_groups[1].of_fleet);
}

TEST_F(Observing, AShiftedZoneIsSeenAtItsTargets) {
  const auto shifted = [&](const std::string& word) {
    std::string one = health_xml(kOne, 443, "healthy");
    one.insert(one.find("</member>"),
               "<AdministrativeOverride><State>" + word + "</State></AdministrativeOverride>");
    answers["DescribeTargetHealth"] = query_answer(
        "DescribeTargetHealth", "<TargetHealthDescriptions>" + one + "</TargetHealthDescriptions>");
    return observed().target_groups.at(0).registrations->at(0).zonal_shift;
  };
  EXPECT_TRUE(shifted("zonal_shift_active"));
  EXPECT_TRUE(shifted("zonal_shift_delegated_to_dns"));
  EXPECT_FALSE(shifted("no_override"));
}

}  // namespace
}  // namespace evenkeel::observe
