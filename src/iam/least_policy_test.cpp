// Goal: the document allows what Evenkeel calls and nothing beside it.
#include "iam/least_policy.h"

#include <gtest/gtest.h>
#include <set>

#include "iam/testing/grant.h"

namespace evenkeel::iam {
namespace {

TEST(LeastPolicy, AllowsEveryCallOfATick) {
  const Grant grant = only({{all_of_it()}});
  for (const auto& needed : aws::kNeededPermissions)
    EXPECT_EQ(may(grant, needed), needed.needed_by == aws::NeededBy::tick) << needed.action;
  EXPECT_TRUE(grant.doubts.empty());
}

// One row of what a policy asks for: the fleet without it and with it, and the actions that make the
// difference.
struct Difference {
  const char* what;
  FleetPolicy without, with;
  std::set<std::string> actions;
};

std::vector<Difference> differences() {
  const auto bare = fleet("web", {"tg1"}, "web-asg");
  const auto changed = [&](auto change) {
    auto policy = bare;
    change(policy);
    return policy;
  };
  const auto treated = [&](std::vector<Step> treatments) {
    return changed([&](auto& policy) { policy.treatments = std::move(treatments); });
  };
  const auto cycled = treated({step(Treatment::none)});
  const auto no_metric = changed([](auto& policy) {
    policy.reboot_when.metric.clear();
    policy.also_when = {when(Condition::Kind::uptime)};
  });
  auto by_metric = no_metric;
  by_metric.also_when.push_back(when(Condition::Kind::metric));
  auto by_load = no_metric;
  by_load.keep.load_below.emplace();
  const std::set<std::string> metrics = {"cloudwatch:ListMetrics", "cloudwatch:GetMetricData"};
  const std::set<std::string> documents = {"ssm:SendCommand", "ssm:GetCommandInvocation",
                                           "ssm:ListCommandInvocations"};
  return {
      {"a group",
       changed([](auto& policy) {
         policy.auto_scaling_group.clear();
         policy.leave_by = Leave::deregister;
       }),
       changed([](auto& policy) { policy.leave_by = Leave::deregister; }),
       {"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeInstanceRefreshes"}},
      {"standby",
       changed([](auto& policy) { policy.leave_by = Leave::deregister; }),
       bare,
       {"autoscaling:EnterStandby", "autoscaling:ExitStandby"}},
      {"reboot", cycled, bare, {"ec2:RebootInstances", "ec2:GetConsoleOutput"}},
      {"stop_start",
       bare,
       treated({step(Treatment::reboot), step(Treatment::stop_start)}),
       {"ec2:DescribeInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"}},
      {"stop_start alone",
       cycled,
       treated({step(Treatment::stop_start)}),
       {"ec2:DescribeInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances", "ec2:GetConsoleOutput"}},
      {"replace",
       cycled,
       treated({step(Treatment::replace)}),
       {"autoscaling:TerminateInstanceInAutoScalingGroup"}},
      {"command", cycled, treated({step(Treatment::command, "restart-pool")}), documents},
      {"evidence", bare,
       changed([](auto& policy) { policy.evidence.emplace().document.name = "restart-pool"; }), documents},
      {"witness_tag",
       bare,
       changed([](auto& policy) { policy.witness_tag = true; }),
       {"ec2:CreateTags", "ec2:DeleteTags"}},
      {"a gate's alarm",
       bare,
       changed([](auto& policy) { policy.gates.alarms = {"web-*"}; }),
       {"cloudwatch:DescribeAlarms"}},
      {"a rule's alarm",
       bare,
       changed([](auto& policy) { policy.also_when = {when(Condition::Kind::alarm)}; }),
       {"cloudwatch:DescribeAlarms"}},
      {"a calendar",
       bare,
       changed([](auto& policy) { policy.gates.calendars = {"web-freeze"}; }),
       {"ssm:GetCalendarState"}},
      {"reboot_when", no_metric, bare, metrics},
      {"a rule's metric", no_metric, by_metric, metrics},
      {"load_below", no_metric, by_load, metrics},
  };
}

TEST(LeastPolicy, AllowsExactlyWhatThePolicyUses) {
  for (const auto& row : differences()) {
    const Grant without = only({{row.without}});
    const Grant with = only({{row.with}});
    for (const auto& needed : aws::kNeededPermissions) {
      const bool differs = row.actions.contains(std::string(needed.action));
      EXPECT_EQ(may(with, needed) && !may(without, needed), differs) << row.what << ": " << needed.action;
      EXPECT_LE(may(without, needed), may(with, needed)) << row.what << ": " << needed.action;
    }
  }
}

TEST(LeastPolicy, DeniesWhatEachPolicyDoesNotUse) {
  const auto cycled = [] {
    auto policy = fleet("web", {"tg1"}, "web-asg");
    policy.treatments = {step(Treatment::none)};
    return policy;
  }();
  const std::vector<std::string> destructive = {"ec2:RebootInstances", "ec2:StopInstances", "ssm:SendCommand",
                                                "autoscaling:TerminateInstanceInAutoScalingGroup"};
  for (const auto& action : destructive) {
    const auto& needed = *aws::find_permission(action);
    const Ask ask{action, thing(needed), of_group("web-asg")};
    EXPECT_TRUE(denied(only({{cycled}}), ask)) << action;
    EXPECT_FALSE(denied(only({{all_of_it()}}), ask)) << action;
  }
}

TEST(LeastPolicy, DeniesAlwaysWhatNoPolicyCanUse) {
  for (const char* action :
       {"autoscaling:UpdateAutoScalingGroup", "autoscaling:SetDesiredCapacity", "autoscaling:DetachInstances",
        "autoscaling:DeleteAutoScalingGroup", "ec2:TerminateInstances", "ec2:ModifyInstanceAttribute",
        "ec2:RunInstances", "elasticloadbalancing:DeleteTargetGroup", "ssm:StartSession", "iam:PassRole"}) {
    EXPECT_TRUE(denied(only({{all_of_it()}}), {action, "arn:aws:x:y:z:anything", of_group("web-asg")}))
        << action;
  }
}

TEST(LeastPolicy, NeverAllowsToChangeTheSizesOfAGroup) {
  const Grant grant = only({{all_of_it()}});
  for (const char* action : {"autoscaling:UpdateAutoScalingGroup", "autoscaling:SetDesiredCapacity"})
    EXPECT_FALSE(allows(grant, {action, kScalingGroup, of_group("web-asg")})) << action;
}

TEST(LeastPolicy, StandsByAndReplacesInNoOtherGroup) {
  const Grant grant = only({{all_of_it()}});
  for (const char* action : {"autoscaling:EnterStandby", "autoscaling:ExitStandby",
                             "autoscaling:TerminateInstanceInAutoScalingGroup"}) {
    EXPECT_TRUE(allows(grant, {action, kScalingGroup})) << action;
    EXPECT_FALSE(allows(grant, {action, kOtherScalingGroup})) << action;
    EXPECT_TRUE(denied(grant, {action, kOtherScalingGroup})) << action;
  }
}

TEST(LeastPolicy, StopsAndRunsDocumentsOnMembersOnly) {
  const Grant grant = only({{all_of_it()}});
  for (const char* action : {"ec2:StopInstances", "ec2:StartInstances", "ssm:SendCommand"}) {
    EXPECT_TRUE(allows(grant, {action, kInstance, of_group("web-asg")})) << action;
    for (const auto& context : {of_group("other-asg"), kIreland}) {
      EXPECT_FALSE(allows(grant, {action, kInstance, context})) << action;
      EXPECT_TRUE(denied(grant, {action, kInstance, context})) << action;
    }
  }
}

TEST(LeastPolicy, RunsNoDocumentThatThePolicyDoesNotName) {
  const Grant grant = only({{all_of_it()}});
  EXPECT_TRUE(allows(grant, {"ssm:SendCommand", document("restart-pool")}));
  EXPECT_FALSE(allows(grant, {"ssm:SendCommand", document("restart-pool2")}));
  EXPECT_TRUE(denied(grant, {"ssm:SendCommand", document("restart-pool2")}));
  EXPECT_TRUE(denied(grant, {"ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"}));
  EXPECT_TRUE(denied(grant, {"ssm:SendCommand", "arn:aws:ssm:" + kHere + "managed-instance/mi-1"}));
}

TEST(LeastPolicy, KnowsTheDocumentsOfAwsAndOfOtherAccounts) {
  auto policy = fleet("web", {"tg1"}, "web-asg");
  policy.treatments = {step(Treatment::command, "AWS-RunShellScript"), step(Treatment::reboot)};
  policy.evidence.emplace().document.name = "arn:aws:ssm:eu-west-1:210987654321:document/shared";
  policy.gates.calendars = {"arn:aws:ssm:eu-west-1:210987654321:document/freeze"};
  const Grant grant = only({{policy}});
  EXPECT_TRUE(allows(grant, {"ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"}));
  EXPECT_TRUE(allows(grant, {"ssm:SendCommand", "arn:aws:ssm:eu-west-1:210987654321:document/shared"}));
  EXPECT_TRUE(allows(grant, {"ssm:GetCalendarState", "arn:aws:ssm:eu-west-1:210987654321:document/freeze"}));
  EXPECT_FALSE(allows(grant, {"ssm:SendCommand", document("shared")}));
}

TEST(LeastPolicy, GivesOneFleetsTreatmentsToNoOtherFleet) {
  auto api = fleet("api", {"tg2"}, "api-asg");
  api.treatments = {step(Treatment::none)};
  const Grant grant = only({{all_of_it(), api}});
  const std::string api_group =
      "arn:aws:autoscaling:" + kHere + "autoScalingGroup:2:autoScalingGroupName/api-asg";
  for (const char* action : {"ec2:RebootInstances", "ec2:StopInstances", "ssm:SendCommand"}) {
    EXPECT_TRUE(allows(grant, {action, kInstance, of_group("web-asg")})) << action;
    EXPECT_FALSE(allows(grant, {action, kInstance, of_group("api-asg")})) << action;
  }
  EXPECT_FALSE(allows(grant, {"autoscaling:TerminateInstanceInAutoScalingGroup", api_group}));
  EXPECT_TRUE(allows(grant, {"autoscaling:EnterStandby", api_group}));
}

TEST(LeastPolicy, MovesAnyTargetWhereThePolicyNamesNoTargetGroup) {
  const Grant grant = only({{fleet("web", {}, "web-asg")}});
  EXPECT_TRUE(allows(grant, {"elasticloadbalancing:RegisterTargets", kOtherGroup}));
  EXPECT_FALSE(allows(grant, {"elasticloadbalancing:RegisterTargets",
                              "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tg1/1"}));
  ASSERT_EQ(grant.doubts.size(), 1U);
  EXPECT_NE(grant.doubts[0].find("target_groups of web"), std::string::npos) << grant.doubts[0];
}

TEST(LeastPolicy, TakesNoNameForAWildcard) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-*$?")}});
  const std::string text = grant.document.dump();
  EXPECT_NE(text.find("autoScalingGroupName/web-${*}${$}${?}"), std::string::npos) << text;
}

TEST(LeastPolicy, SaysWhatMayBeDoneToAnyInstance) {
  auto policy = fleet("web", {"tg1"});
  policy.treatments = {step(Treatment::command, "restart-pool"), step(Treatment::stop_start)};
  ASSERT_EQ(only({{policy}}).doubts.size(), 1U);
  EXPECT_NE(only({{policy}}).doubts[0].find("stopped and started, made to run"), std::string::npos);
  EXPECT_EQ(only({{policy}}).doubts[0].find("rebooted"), std::string::npos);
  policy.treatments = {step(Treatment::none)};
  EXPECT_TRUE(only({{policy}}).doubts.empty());
}

TEST(LeastPolicy, AllowsWhatCheckLooksAtOnlyWhenAsked) {
  auto setting = in_account();
  setting.with_check = true;
  const Grant grant = only({{fleet("web", {"tg1"})}}, setting);
  EXPECT_TRUE(allows(grant, {"elasticloadbalancing:DescribeRules", "*", kIreland}));
}

TEST(LeastPolicy, MovesNoTargetOfAnotherGroup) {
  const Grant grant = only({{fleet("web", {"tg1"})}});
  EXPECT_TRUE(allows(grant, {"elasticloadbalancing:DeregisterTargets", kGroup}));
  EXPECT_FALSE(allows(grant, {"elasticloadbalancing:DeregisterTargets", kOtherGroup}));
  EXPECT_FALSE(allows(grant, {"elasticloadbalancing:RegisterTargets", kOtherGroup}));
}

TEST(LeastPolicy, RebootsOnlyMembersOfTheFleetsAutoScalingGroup) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}});
  const auto reboot = [&](std::map<std::string, std::string> tags) {
    return allows(grant, {"ec2:RebootInstances", kInstance, std::move(tags)});
  };
  EXPECT_TRUE(reboot({{"aws:ResourceTag/aws:autoscaling:groupName", "web-asg"}}));
  EXPECT_FALSE(reboot({{"aws:ResourceTag/aws:autoscaling:groupName", "other-asg"}}));
  EXPECT_FALSE(reboot({}));
  EXPECT_TRUE(grant.doubts.empty());
}

TEST(LeastPolicy, ForbidsByDenyWhatAnotherPolicyMayAllow) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}});
  for (const char* action :
       {"ec2:TerminateInstances", "ec2:StopInstances", "autoscaling:TerminateInstanceInAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup", "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes", "iam:PassRole", "ssm:SendCommand"}) {
    EXPECT_TRUE(denied(grant, {action, "arn:aws:x:y:z:anything"})) << action;
  }
  EXPECT_TRUE(denied(grant, {"elasticloadbalancing:RegisterTargets", kOtherGroup}));
  EXPECT_TRUE(denied(grant, {"ec2:RebootInstances", kInstance}));
}

TEST(LeastPolicy, NeverForbidsWhatItNeeds) {
  auto untagged = all_of_it();
  untagged.auto_scaling_group.clear();
  for (const auto& needed : aws::kNeededPermissions) {
    const std::string action(needed.action);
    EXPECT_FALSE(denied(only({{all_of_it()}}), call_of(needed, of_group("web-asg")))) << action;
    if (needed.resource == aws::Resource::auto_scaling_group) continue;
    EXPECT_FALSE(denied(only({{untagged}}), call_of(needed, kIreland))) << action;
  }
}

TEST(LeastPolicy, TagsWithOneKeyAndTheFleetsOwnAlone) {
  const Grant grant = only({{all_of_it()}});
  const auto asked = [&](const std::string& action, const std::string& key, const std::string& group) {
    auto context = of_group(group);
    context["aws:TagKeys"] = key;
    return Ask{action, kInstance, context};
  };
  for (const char* action : {"ec2:CreateTags", "ec2:DeleteTags"}) {
    EXPECT_TRUE(allows(grant, asked(action, "evenkeel:state", "web-asg"))) << action;
    EXPECT_FALSE(allows(grant, asked(action, "Name", "web-asg"))) << action;
    EXPECT_TRUE(denied(grant, asked(action, "Name", "web-asg"))) << action;
    EXPECT_TRUE(denied(grant, asked(action, "evenkeel:state", "other-asg"))) << action;
    EXPECT_TRUE(denied(grant, {action, kInstance, of_group("web-asg")})) << action << " of every tag";
  }
  EXPECT_FALSE(allows_by_itself(grant, "MarkWhoIsOut", {"ec2:DeleteTags", kInstance, of_group("web-asg")}));
  for (const char* action : {"ec2:CreateVolume", "ec2:DeleteVolume", "ec2:CreateImage"})
    EXPECT_TRUE(denied(grant, {action, kInstance, of_group("web-asg")})) << action;
  const Grant without = only({{fleet("web", {"tg1"}, "web-asg")}});
  EXPECT_TRUE(denied(without, asked("ec2:CreateTags", "evenkeel:state", "web-asg")));
}

TEST(LeastPolicy, TellsInstancesApartByATagWhereThereIsNoAutoScalingGroup) {
  const Policy policy{{fleet("web", {"tg1"}), fleet("api", {"tg2"}, "api-asg")}};
  EXPECT_TRUE(allows(only(policy), {"ec2:RebootInstances", kInstance}));
  ASSERT_EQ(only(policy).doubts.size(), 1U);
  EXPECT_NE(only(policy).doubts[0].find("--instance-tag"), std::string::npos);
  auto setting = in_account();
  setting.instance_tag = {"role", "web"};
  const Grant tagged = only(policy, setting);
  EXPECT_FALSE(allows(tagged, {"ec2:RebootInstances", kInstance}));
  EXPECT_TRUE(allows(tagged, {"ec2:RebootInstances", kInstance, {{"aws:ResourceTag/role", "web"}}}));
  EXPECT_TRUE(tagged.doubts.empty());
}

TEST(LeastPolicy, LooksOnlyInTheFleetsRegions) {
  const Grant grant = only({{fleet("web", {"tg1"})}});
  EXPECT_TRUE(allows(grant, {"ec2:DescribeInstances", "*", kIreland}));
  EXPECT_FALSE(allows(grant, {"ec2:DescribeInstances", "*", {{"aws:RequestedRegion", "us-east-1"}}}));
}

TEST(LeastPolicy, WritesTheArnsOfTheFleetsPartition) {
  auto china = fleet("web", {"tg1"});
  china.region = "cn-north-1";
  EXPECT_NE(only({{china}}).document.dump().find("arn:aws-cn:elasticloadbalancing:cn-north-1:"),
            std::string::npos);
  china.region = "us-gov-west-1";
  EXPECT_NE(only({{china}}).document.dump().find("arn:aws-us-gov:ec2:us-gov-west-1:"), std::string::npos);
}

TEST(LeastPolicy, SaysWhatItCouldNotNarrowDown) {
  auto anywhere = fleet("web", {"tg1"}, "web-asg");
  anywhere.region = "";
  const Grant grant = only({{anywhere}}, {});
  EXPECT_EQ(grant.doubts.size(), 2U);  // region and account
  EXPECT_TRUE(allows(grant, {"elasticloadbalancing:RegisterTargets", kGroup}));
}

TEST(LeastPolicy, GivesEveryRoleItsOwnDocumentAndEvenkeelTheRightToTakeThem) {
  auto far = fleet("far", {"tg1"}, "far-asg");
  far.role_arn = "arn:aws:iam::210987654321:role/evenkeel";
  far.external_id = "s3same";
  const auto grants = least_policies({{fleet("web", {"tg1"}, "web-asg"), far}}, in_account());
  ASSERT_EQ(grants.size(), 2U);
  EXPECT_EQ(grants[0].role_arn, "");
  EXPECT_TRUE(allows(grants[0], {"sts:AssumeRole", far.role_arn, {{"sts:ExternalId", "s3same"}}}));
  EXPECT_FALSE(allows(grants[0], {"sts:AssumeRole", far.role_arn}));
  EXPECT_EQ(grants[1].role_arn, far.role_arn);
  EXPECT_NE(grants[1].document.dump().find(":210987654321:targetgroup/tg1/*"), std::string::npos);
  EXPECT_EQ(grants[1].document.dump().find("123456789012"), std::string::npos);
}

TEST(LeastPolicy, WarnsBeforeIAMFindsItTooLong) {
  Policy policy;
  for (int i = 0; i < 60; ++i) {
    policy.fleets.push_back(fleet("f" + std::to_string(i), {"target-group-" + std::to_string(i)}, "asg"));
  }
  ASSERT_EQ(only(policy).doubts.size(), 1U);
  EXPECT_NE(only(policy).doubts[0].find("6144"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::iam
