// Goal: the function may use what is its own, and nothing of the kind that is not.
#include "iam/belongings.h"

#include <gtest/gtest.h>

#include "iam/testing/grant.h"

namespace evenkeel::iam {
namespace {

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

TEST(Belongings, LetsTheFunctionRememberLogTellAndReadItsPolicy) {
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

TEST(Belongings, LetsTheFunctionTouchNothingOfTheKindThatIsNotItsOwn) {
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

TEST(Belongings, ForbidsToDeleteWhatIsRemembered) {
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, of_function());
  for (const char* action :
       {"dynamodb:DeleteItem", "dynamodb:DeleteTable", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"}) {
    EXPECT_TRUE(std::ranges::any_of(grant.document["Statement"], [&](const OrderedJson& one) {
      return one["Effect"] == "Deny" && applies(one, {action, kTable});
    })) << action;
  }
}

TEST(Belongings, DecryptsNothingButTheSecretAndOnlyThroughSystemsManager) {
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

TEST(Belongings, NamesATopicOfAnotherAccountByItsArn) {
  auto setting = of_function();
  setting.belongings.topic = "arn:aws:sns:us-east-1:210987654321:pager";
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, setting);
  EXPECT_TRUE(allows(grant, {"sns:Publish", "arn:aws:sns:us-east-1:210987654321:pager"}));
  EXPECT_FALSE(allows(grant, {"sns:Publish", "arn:aws:sns" + kInIreland + "evenkeel"}));
}

TEST(Belongings, ServesAFunctionWhosePolicyHasNoFleetsYet) {
  const Grant grant = only({}, of_function());
  EXPECT_TRUE(allows(grant, {"ssm:GetParameter", kParameter}));
  EXPECT_FALSE(allows(grant, {"ec2:DescribeInstances", "*", kIreland}));
  EXPECT_TRUE(least_policies({}, in_account()).empty());
}

TEST(Belongings, GivesTheFunctionsOwnThingsToNoOtherRole) {
  auto far = fleet("far", {"tg1"}, "far-asg");
  far.role_arn = "arn:aws:iam::210987654321:role/evenkeel";
  const auto grants = least_policies({{far}}, of_function());
  ASSERT_EQ(grants.size(), 2U);
  EXPECT_TRUE(allows(grants[0], {"dynamodb:PutItem", kTable}));
  EXPECT_EQ(grants[1].document.dump().find("dynamodb"), std::string::npos);
}

TEST(Belongings, SaysThatTheFunctionsOwnThingsAreNotNarrowedDown) {
  auto setting = of_function();
  setting.region = "";
  setting.account = "*";
  const Grant grant = only({{fleet("web", {"tg1"}, "web-asg")}}, setting);
  ASSERT_EQ(grant.doubts.size(), 2U);
  EXPECT_NE(grant.doubts[0].find("--region"), std::string::npos);
  EXPECT_NE(grant.doubts[1].find("--account"), std::string::npos);
  EXPECT_TRUE(allows(grant, {"dynamodb:PutItem", kTable}));
}

TEST(Belongings, CountsMoreCharactersForARolesInlinePolicy) {
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
