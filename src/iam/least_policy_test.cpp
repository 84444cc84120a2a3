// Goal: the document allows what Evenkeel calls and nothing beside it. Method: a small evaluator of IAM's
// rules (a deny wins, then an allow, else no) asks what a document would say to single requests.
#include "iam/least_policy.h"

#include <gtest/gtest.h>
#include <map>

#include "aws/permissions.h"

namespace evenkeel::iam {
namespace {

FleetPolicy fleet(const std::string& name, std::vector<std::string> groups, std::string scaling_group = "") {
  FleetPolicy policy;
  policy.name = name;
  policy.region = "eu-west-1";
  policy.target_groups = std::move(groups);
  policy.auto_scaling_group = std::move(scaling_group);
  return policy;
}

struct Ask {
  std::string action;
  std::string resource = "*";
  std::map<std::string, std::string> context{};
};

// "*" stands for any text, as in IAM.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && pattern[0] == text[0] && matches(pattern.substr(1), text.substr(1));
}

bool any_matches(const Json& patterns, const std::string& text) {
  if (patterns.is_string()) return matches(patterns.get<std::string>(), text);
  return std::ranges::any_of(patterns,
                             [&](const Json& one) { return matches(one.get<std::string>(), text); });
}

bool applies(const Json& statement, const Ask& ask) {
  if (!any_matches(statement["Action"], ask.action)) return false;
  if (statement.contains("Resource") && !any_matches(statement["Resource"], ask.resource)) return false;
  if (statement.contains("NotResource") && any_matches(statement["NotResource"], ask.resource)) return false;
  if (!statement.contains("Condition")) return true;
  for (const auto& [test, keys] : statement["Condition"].items()) {
    for (const auto& [key, values] : keys.items()) {
      const auto found = ask.context.find(key);
      const bool equal = found != ask.context.end() && any_matches(values, found->second);
      EXPECT_TRUE(test == "StringEquals" || test == "StringLike" || test == "StringNotEquals") << test;
      if (equal == (test == "StringNotEquals")) return false;
    }
  }
  return true;
}

bool allows(const Grant& grant, const Ask& ask) {
  bool allowed = false;
  for (const auto& statement : grant.document["Statement"]) {
    if (!applies(statement, ask)) continue;
    if (statement["Effect"] == "Deny") return false;
    allowed = true;
  }
  return allowed;
}

const std::map<std::string, std::string> kIreland = {{"aws:RequestedRegion", "eu-west-1"}};
const std::string kGroup =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg1/0123456789abcdef";
const std::string kOtherGroup =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg10/0123456789abcdef";
const std::string kInstance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0";

Setting in_account() {
  Setting setting;
  setting.account = "123456789012";
  return setting;
}

Grant only(const Policy& policy, const Setting& setting = in_account()) {
  auto grants = least_policies(policy, setting);
  EXPECT_EQ(grants.size(), 1U);
  return grants.at(0);
}

TEST(LeastPolicy, AllowsEveryCallOfATick) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}});
  auto context = kIreland;
  context["aws:ResourceTag/aws:autoscaling:groupName"] = "web-asg";
  for (const auto& needed : aws::kNeededPermissions) {
    const std::string resource = needed.resource == aws::Resource::target_group ? kGroup
                                 : needed.resource == aws::Resource::instance   ? kInstance
                                                                                : "*";
    EXPECT_EQ(allows(grant, {std::string(needed.action), resource, context}),
              needed.needed_by == aws::NeededBy::tick)
        << needed.action;
  }
}

TEST(LeastPolicy, AsksAutoScalingOnlyWhereAFleetNamesAGroup) {
  const Grant grant = only({{fleet("web", {"tg1"})}});
  EXPECT_FALSE(allows(grant, {"autoscaling:DescribeAutoScalingGroups", "*", kIreland}));
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
  const auto denied = [&](const Ask& ask) {
    return std::ranges::any_of(grant.document["Statement"], [&](const Json& statement) {
      return statement["Effect"] == "Deny" && applies(statement, ask);
    });
  };
  for (const char* action :
       {"ec2:TerminateInstances", "ec2:StopInstances", "autoscaling:TerminateInstanceInAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup", "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes", "iam:PassRole", "ssm:SendCommand"}) {
    EXPECT_TRUE(denied({action, "arn:aws:x:y:z:anything"})) << action;
  }
  EXPECT_TRUE(denied({"elasticloadbalancing:RegisterTargets", kOtherGroup}));
  EXPECT_TRUE(denied({"ec2:RebootInstances", kInstance}));
}

TEST(LeastPolicy, NeverForbidsWhatItNeeds) {
  for (const auto& statement : only({{fleet("web", {"tg1"})}}).document["Statement"]) {
    if (statement["Effect"] != "Deny" || !statement.contains("Resource")) continue;
    for (const auto& needed : aws::kNeededPermissions) {
      EXPECT_FALSE(any_matches(statement["Action"], std::string(needed.action))) << needed.action;
    }
  }
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

const std::string kInIreland = ":eu-west-1:123456789012:";
const std::string kTable = "arn:aws:dynamodb" + kInIreland + "table/evenkeel";
const std::string kParameter = "arn:aws:ssm" + kInIreland + "parameter/evenkeel/policy";

Setting of_function() {
  auto setting = in_account();
  setting.region = "eu-west-1";
  setting.belongings = {"evenkeel", "/aws/lambda/evenkeel", "evenkeel", {"/evenkeel/policy"}, ""};
  setting.inline_policy = true;
  return setting;
}

TEST(LeastPolicy, LetsTheFunctionRememberLogTellAndReadItsPolicy) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, of_function());
  const std::string log = "arn:aws:logs" + kInIreland + "log-group:/aws/lambda/evenkeel:log-stream:2026/x";
  for (const char* action : {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"})
    EXPECT_TRUE(allows(grant, {action, kTable})) << action;
  EXPECT_TRUE(allows(grant, {"logs:CreateLogStream", log}));
  EXPECT_TRUE(allows(grant, {"logs:PutLogEvents", log}));
  EXPECT_TRUE(allows(grant, {"sns:Publish", "arn:aws:sns" + kInIreland + "evenkeel"}));
  EXPECT_TRUE(allows(grant, {"ssm:GetParameter", kParameter}));
  EXPECT_TRUE(grant.doubts.empty());
}

TEST(LeastPolicy, LetsTheFunctionTouchNothingOfTheKindThatIsNotItsOwn) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, of_function());
  EXPECT_FALSE(allows(grant, {"dynamodb:PutItem", kTable + "2"}));
  EXPECT_FALSE(allows(grant, {"dynamodb:Scan", kTable}));
  EXPECT_FALSE(
      allows(grant, {"logs:PutLogEvents", "arn:aws:logs" + kInIreland + "log-group:/aws/lambda/x:y"}));
  EXPECT_FALSE(allows(grant, {"logs:CreateLogGroup", "arn:aws:logs" + kInIreland + "log-group:x:"}));
  EXPECT_FALSE(allows(grant, {"sns:Publish", "arn:aws:sns" + kInIreland + "pager"}));
  EXPECT_FALSE(allows(grant, {"ssm:GetParameter", kParameter + "2"}));
  EXPECT_FALSE(allows(grant, {"ssm:PutParameter", kParameter}));
  EXPECT_FALSE(allows(grant, {"kms:Decrypt", "arn:aws:kms" + kInIreland + "key/x"}));
}

TEST(LeastPolicy, ForbidsToDeleteWhatIsRemembered) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, of_function());
  for (const char* action :
       {"dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"}) {
    EXPECT_TRUE(std::ranges::any_of(grant.document["Statement"], [&](const Json& one) {
      return one["Effect"] == "Deny" && applies(one, {action, kTable});
    })) << action;
  }
}

TEST(LeastPolicy, DecryptsNothingButTheSecretAndOnlyThroughSystemsManager) {
  auto setting = of_function();
  setting.belongings.secret = "/evenkeel/webhook";
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, setting);
  const auto decrypts = [&](const std::string& through, const std::string& parameter) {
    return allows(grant, {"kms:Decrypt",
                          "arn:aws:kms" + kInIreland + "key/x",
                          {{"kms:ViaService", through}, {"kms:EncryptionContext:PARAMETER_ARN", parameter}}});
  };
  const std::string webhook = "arn:aws:ssm" + kInIreland + "parameter/evenkeel/webhook";
  EXPECT_TRUE(allows(grant, {"ssm:GetParameter", webhook}));
  EXPECT_TRUE(decrypts("ssm.eu-west-1.amazonaws.com", webhook));
  EXPECT_FALSE(decrypts("secretsmanager.eu-west-1.amazonaws.com", webhook));
  EXPECT_FALSE(decrypts("ssm.eu-west-1.amazonaws.com", webhook + "2"));
  EXPECT_FALSE(allows(grant, {"kms:Decrypt", "arn:aws:kms" + kInIreland + "key/x"}));
}

TEST(LeastPolicy, NamesATopicOfAnotherAccountByItsArn) {
  auto setting = of_function();
  setting.belongings.topic = "arn:aws:sns:us-east-1:210987654321:pager";
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, setting);
  EXPECT_TRUE(allows(grant, {"sns:Publish", "arn:aws:sns:us-east-1:210987654321:pager"}));
  EXPECT_FALSE(allows(grant, {"sns:Publish", "arn:aws:sns" + kInIreland + "evenkeel"}));
}

TEST(LeastPolicy, ServesAFunctionWhosePolicyHasNoFleetsYet) {
  const Grant grant = only({}, of_function());
  EXPECT_TRUE(allows(grant, {"ssm:GetParameter", kParameter}));
  EXPECT_FALSE(allows(grant, {"ec2:DescribeInstances", "*", kIreland}));
  EXPECT_TRUE(least_policies({}, in_account()).empty());
}

TEST(LeastPolicy, GivesTheFunctionsOwnThingsToNoOtherRole) {
  auto far = fleet("far", {"tg1"}, "far-asg");
  far.role_arn = "arn:aws:iam::210987654321:role/evenkeel";
  const auto grants = least_policies({{far}}, of_function());
  ASSERT_EQ(grants.size(), 2U);
  EXPECT_TRUE(allows(grants[0], {"dynamodb:PutItem", kTable}));
  EXPECT_EQ(grants[1].document.dump().find("dynamodb"), std::string::npos);
}

TEST(LeastPolicy, SaysThatTheFunctionsOwnThingsAreNotNarrowedDown) {
  auto setting = of_function();
  setting.region = "";
  setting.account = "*";
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, setting);
  ASSERT_EQ(grant.doubts.size(), 2U);
  EXPECT_NE(grant.doubts[0].find("--region"), std::string::npos);
  EXPECT_NE(grant.doubts[1].find("--account"), std::string::npos);
  EXPECT_TRUE(allows(grant, {"dynamodb:PutItem", kTable}));
}

TEST(LeastPolicy, CountsMoreCharactersForARolesInlinePolicy) {
  Policy policy;
  for (int i = 0; i < 40; ++i) {
    policy.fleets.push_back(fleet("f" + std::to_string(i), {"target-group-" + std::to_string(i)}, "asg"));
  }
  EXPECT_EQ(only(policy).doubts.size(), 1U);
  EXPECT_TRUE(only(policy, of_function()).doubts.empty());
  for (int i = 40; i < 80; ++i) {
    policy.fleets.push_back(fleet("f" + std::to_string(i), {"target-group-" + std::to_string(i)}, "asg"));
  }
  ASSERT_EQ(only(policy, of_function()).doubts.size(), 1U);
  EXPECT_NE(only(policy, of_function()).doubts[0].find("10240"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::iam
