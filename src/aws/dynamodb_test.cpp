#include "aws/dynamodb.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::dynamodb {
namespace {

using nlohmann::json;
using wire::kind_of;

struct TableCalls : testing::Test {
  // Answers from `answers` in turn; the last one again and again.
  wire::ScriptedAccount account{[this](const wire::Request&) {
    const auto& answer = answers.at(std::min(next++, answers.size() - 1));
    return answer;
  }};
  json sent(std::size_t index) const { return json::parse(account.transport.requests.at(index).body); }
  void answer(const std::string& body) { answers.push_back(wire::respond(200, body)); }
  void refuse(int status, const std::string& code) {
    answers.push_back(wire::respond(
        status, R"({"__type": "com.amazonaws.dynamodb.v20120810#)" + code + R"(", "message": "no"})"));
  }

  std::vector<Result<wire::Response>> answers;
  std::size_t next = 0;
};

TEST_F(TableCalls, AnItemIsReadConsistentlyByItsKey) {
  answer(R"({"Item": {"pk": {"S": "state"}, "sk": {"S": "web"}, "revision": {"N": "7"}, "old": {"BOOL": true},
              "share": {"N": "0.5"}, "huge": {"N": "99999999999999999999"}}})");
  const auto found = get_item(account.caller, "t", {"state", "web"});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->date, wire::aws_date());
  EXPECT_EQ(*found->value, (Item{{"pk", "state"}, {"sk", "web"}, {"revision", 7}}))
      << "what a journal can't use is left out";
  EXPECT_EQ(*number(*found->value, "revision"), 7);
  EXPECT_EQ(text(*found->value, "revision"), nullptr);
  EXPECT_EQ(sent(0), json::parse(R"({"TableName": "t", "ConsistentRead": true,
                                    "Key": {"pk": {"S": "state"}, "sk": {"S": "web"}}})"));
  EXPECT_EQ(wire::header_of(account.transport.requests[0], "X-Amz-Target"), "DynamoDB_20120810.GetItem");
}

TEST_F(TableCalls, NoItemIsNothingAndAnotherItemIsNonsense) {
  answer("{}");
  answer(R"({"Item": {"pk": {"S": "state"}, "sk": {"S": "api"}}})");
  answer(R"({"Item": 5})");
  EXPECT_FALSE(get_item(account.caller, "t", {"state", "web"})->value);
  EXPECT_EQ(kind_of(get_item(account.caller, "t", {"state", "web"})), ErrorKind::invalid);
  EXPECT_EQ(kind_of(get_item(account.caller, "t", {"state", "web"})), ErrorKind::invalid);
}

TEST_F(TableCalls, AMissingTableNamesTheRegionAndHowToMakeIt) {
  refuse(400, "ResourceNotFoundException");
  const auto found = get_item(account.caller, "t\x1b", {"state", "web"});
  ASSERT_EQ(kind_of(found), ErrorKind::not_found);
  EXPECT_TRUE(found.error().message.starts_with("table t\\x1b does not exist in eu-west-1"))
      << found.error().message;
  EXPECT_NE(
      found.error().message.find("--key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE"),
      std::string::npos);
}

TEST_F(TableCalls, AWrongKeySchemaSaysWhichOneIsNeeded) {
  refuse(400, "ValidationException");
  const auto found = get_item(account.caller, "t", {"state", "web"});
  ASSERT_EQ(kind_of(found), ErrorKind::rejected);
  EXPECT_NE(found.error().message.find("partition key pk and the sort key sk"), std::string::npos);
}

TEST_F(TableCalls, ThreeKindsOfPutsHaveTheirConditions) {
  answer("{}");
  const Item item{{"pk", "state"}, {"sk", "web"}, {"revision", 8}};
  EXPECT_EQ(put_item(account.caller, "t", item).outcome, wire::aws_date());
  EXPECT_TRUE(put_item(account.caller, "t", item, PutCondition{"pk", std::nullopt}).outcome);
  EXPECT_TRUE(put_item(account.caller, "t", item, PutCondition{"revision", 7}).outcome);
  json expected = json::parse(
      R"({"TableName": "t", "Item": {"pk": {"S": "state"}, "sk": {"S": "web"}, "revision": {"N": "8"}}})");
  EXPECT_EQ(sent(0), expected);
  expected["ConditionExpression"] = "attribute_not_exists(#a)";
  expected["ExpressionAttributeNames"] = {{"#a", "pk"}};
  EXPECT_EQ(sent(1), expected);
  expected["ConditionExpression"] = "#a = :a";
  expected["ExpressionAttributeNames"] = {{"#a", "revision"}};
  expected["ExpressionAttributeValues"] = {{":a", {{"N", "7"}}}};
  EXPECT_EQ(sent(2), expected);
}

TEST_F(TableCalls, APutTellsAFailedConditionFromDoubt) {
  const Item item{{"pk", "state"}, {"sk", "web"}};
  const auto put = [&] { return put_item(account.caller, "t", item, PutCondition{"pk", std::nullopt}); };
  refuse(400, "ConditionalCheckFailedException");
  auto lost = put();
  EXPECT_EQ(kind_of(lost.outcome), ErrorKind::conflict);
  EXPECT_FALSE(lost.may_land_late);
  EXPECT_EQ(lost.attempts, 1);

  answers.clear();
  next = 0;
  answers.push_back(wire::reply_lost());
  refuse(400, "ConditionalCheckFailedException");
  lost = put();
  EXPECT_EQ(kind_of(lost.outcome), ErrorKind::maybe_happened) << "it may have failed because of itself";
  EXPECT_TRUE(lost.may_land_late);

  answers.clear();
  next = 0;
  refuse(400, "ItemCollectionSizeLimitExceededException");
  EXPECT_EQ(kind_of(put().outcome), ErrorKind::rejected);
}

std::string page(std::initializer_list<int> numbers, const std::string& next) {
  json items = json::array();
  for (const int n : numbers) items.push_back({{"sk", {{"S", std::to_string(n)}}}});
  json answer = {{"Items", std::move(items)}, {"Count", 0}};
  if (!next.empty()) answer["LastEvaluatedKey"] = {{"sk", {{"S", next}}}};
  return answer.dump();
}

TEST_F(TableCalls, AQueryFollowsItsPagesAlsoEmptyOnes) {
  answer(page({1, 2}, "2"));
  answer(page({}, "3"));
  answer(page({4}, ""));
  std::string seen;
  const auto read =
      query(account.caller, "t", {"state", true, 2, {"pk", "sk"}}, [&](const Item& item) -> Result<bool> {
        seen += *text(item, "sk");
        return true;
      });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(seen, "124");
  json first = json::parse(
      R"({"TableName": "t", "ConsistentRead": true, "KeyConditionExpression": "#p = :p", "Limit": 2,
          "ExpressionAttributeNames": {"#p": "pk", "#a0": "pk", "#a1": "sk"}, "ScanIndexForward": false,
          "ExpressionAttributeValues": {":p": {"S": "state"}}, "ProjectionExpression": "#a0, #a1"})");
  EXPECT_EQ(sent(0), first);
  first["ExclusiveStartKey"] = {{"sk", {{"S", "3"}}}};
  EXPECT_EQ(sent(2), first);
}

TEST_F(TableCalls, AQueryEndsWhereItsReaderHasEnough) {
  answer(page({1, 2}, "2"));
  int seen = 0;
  EXPECT_TRUE(query(account.caller, "t", {"state", false, 0, {}}, [&](const Item&) -> Result<bool> {
    ++seen;
    return false;
  }));
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(account.transport.requests.size(), 1U);
  const auto refused = query(account.caller, "t", {"state", false, 0, {}},
                             [](const Item&) -> Result<bool> { return fail(ErrorKind::corrupt, "bad"); });
  EXPECT_EQ(kind_of(refused), ErrorKind::corrupt);
}

TEST_F(TableCalls, AQueryThatLeadsNowhereEnds) {
  answer(page({1}, "1"));
  const auto all = [](const Item&) -> Result<bool> { return true; };
  EXPECT_EQ(kind_of(query(account.caller, "t", {"state", false, 0, {}}, all)), ErrorKind::invalid);
  EXPECT_EQ(account.transport.requests.size(), 2U);
  answers.clear();
  next = 0;
  answer("{}");
  EXPECT_EQ(kind_of(query(account.caller, "t", {"state", false, 0, {}}, all)), ErrorKind::invalid);
}

TEST(ItemSize, CountsNamesAndValues) {
  EXPECT_EQ(size_of({{"pk", "state"}, {"sk", "ä"}, {"revision", 1}}), 2U + 5 + 2 + 2 + 8 + 21);
}

}  // namespace
}  // namespace evenkeel::aws::dynamodb
