#include <gtest/gtest.h>

#include "sim/testing/json.h"

namespace evenkeel::sim {
namespace {

using std::chrono::hours;

Json key(const std::string& pk, const std::string& sk) { return {{"pk", {{"S", pk}}}, {"sk", {{"S", sk}}}}; }

Json item_of_revision(int revision) {
  Json item = key("state", "web");
  item["revision"] = {{"N", std::to_string(revision)}};
  return item;
}

const Json kAbsent = {{"ConditionExpression", "attribute_not_exists(#a)"},
                      {"ExpressionAttributeNames", {{"#a", "pk"}}}};

Json if_revision(int revision) {
  return {{"ConditionExpression", "#a = :a"},
          {"ExpressionAttributeNames", {{"#a", "revision"}}},
          {"ExpressionAttributeValues", {{":a", {{"N", std::to_string(revision)}}}}}};
}

Json query_of(const std::string& partition) {
  return {{"TableName", "evenkeel"},
          {"ConsistentRead", true},
          {"KeyConditionExpression", "#p = :p"},
          {"ExpressionAttributeNames", {{"#p", "pk"}}},
          {"ExpressionAttributeValues", {{":p", {{"S", partition}}}}}};
}

struct Dynamo : JsonWorld {
  Dynamo() { account.switches.throttling = false; }

  JsonReply put(Json item, Json more = Json::object()) {
    more.update({{"TableName", "evenkeel"}, {"Item", std::move(item)}});
    return dynamodb("PutItem", more);
  }
  // The item, or null.
  Json get(const Json& item_key) {
    const auto reply =
        dynamodb("GetItem", {{"TableName", "evenkeel"}, {"Key", item_key}, {"ConsistentRead", true}});
    EXPECT_EQ(reply.status, 200) << reply.message();
    return reply.body.value("Item", Json());
  }
  JsonReply query(const std::string& partition, const Json& more = Json::object()) {
    Json body = query_of(partition);
    body.update(more);
    return dynamodb("Query", body);
  }
  void fill(const std::string& pk, int count) {
    for (int i = 1; i <= count; ++i) put(key(pk, std::to_string(100 + i)));
  }
};

std::string sort_keys(const JsonReply& reply) {
  std::string all;
  for (const Json& item : reply.body.value("Items", Json::array()))
    all += item["sk"]["S"].get<std::string>() + " ";
  return all;
}

TEST(DynamoDb, GivesBackWhatWasPut) {
  Dynamo dynamo;
  Json item = item_of_revision(-7);
  item["document"] = {{"S", "{}"}};
  EXPECT_EQ(dynamo.put(item).body, Json::object());
  EXPECT_EQ(dynamo.get(key("state", "web")), item);
  EXPECT_EQ(dynamo.get(key("state", "other")), Json());
  const Json less = key("state", "web");
  EXPECT_EQ(dynamo.put(less).status, 200);
  EXPECT_EQ(dynamo.get(less), less) << "a put replaces the whole item";
  EXPECT_EQ(dynamo.dynamodb("DeleteItem", {{"TableName", "evenkeel"}, {"Key", less}}).status, 200);
  EXPECT_EQ(dynamo.get(less), Json());
}

TEST(DynamoDb, PutsOnlyWhereTheConditionHolds) {
  Dynamo dynamo;
  EXPECT_EQ(dynamo.put(item_of_revision(1), if_revision(1)).code(), "ConditionalCheckFailedException");
  EXPECT_EQ(dynamo.put(item_of_revision(1), kAbsent).status, 200);
  auto refused = dynamo.put(item_of_revision(1), kAbsent);
  EXPECT_EQ(refused.code(), "ConditionalCheckFailedException");
  EXPECT_EQ(refused.message(), "The conditional request failed");
  EXPECT_EQ(dynamo.put(item_of_revision(2), if_revision(1)).status, 200);
  refused = dynamo.put(item_of_revision(3), if_revision(1));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(dynamo.get(key("state", "web"))["revision"]["N"], "2");
}

TEST(DynamoDb, RefusesItemsThatDoNotFitTheTable) {
  Dynamo dynamo;
  const auto message = [&](const Json& item) { return dynamo.put(item).message(); };
  const std::string wrong_sort =
      "One or more parameter values were invalid: the key sk must be a text of 1 to 1024 bytes";
  EXPECT_EQ(message({{"pk", {{"S", "a"}}}}), wrong_sort);
  EXPECT_EQ(message({{"pk", {{"S", "a"}}}, {"sk", {{"N", "1"}}}}), wrong_sort);
  EXPECT_EQ(message(key("a", std::string(1025, 'a'))), wrong_sort);
  EXPECT_NE(message(key("", "a")), "");
  EXPECT_NE(message(key(std::string(2049, 'a'), "a")), "");
  EXPECT_EQ(message(key(std::string(2048, 'a'), std::string(1024, 'a'))), "");
  Json item = key("p", "s");  // 6 bytes
  item["d"] = {{"S", std::string(409'600 - 7, 'x')}};
  EXPECT_EQ(message(item), "");
  item["d"] = {{"S", std::string(409'600 - 6, 'x')}};
  EXPECT_EQ(message(item), "Item size has exceeded the maximum allowed size");
  const Json get = {{"TableName", "evenkeel"}, {"Key", item}, {"ConsistentRead", true}};
  EXPECT_EQ(dynamo.dynamodb("GetItem", get).message(), "The provided key element does not match the schema");
}

TEST(DynamoDb, KnowsOnlyWhatEvenkeelSends) {
  Dynamo dynamo;
  const auto code = [&](const char* action, Json body, const Json& more) {
    body.update(more);
    return dynamo.dynamodb(action, body).code();
  };
  const std::string invalid = "ValidationException";
  Json put = if_revision(1);
  put.update({{"TableName", "evenkeel"}, {"Item", item_of_revision(1)}});
  for (const char* condition : {"", "#a", "#a = :b", "#b = :a", "#a < :a", "#a = :a AND #a = :a", "(#a = :a)",
                                "a = :a", "attribute_exists(#a)", "attribute_not_exists(#a)"})
    EXPECT_EQ(code("PutItem", put, {{"ConditionExpression", condition}}), invalid) << condition;
  EXPECT_EQ(code("PutItem", put, {{"ReturnValues", "ALL_OLD"}}), invalid);
  EXPECT_EQ(code("PutItem", put, {{"ExpressionAttributeNames", {{"a", "revision"}}}}), invalid);
  EXPECT_EQ(code("PutItem", put, {{"ExpressionAttributeValues", {{"a", {{"N", "1"}}}}}}), invalid);
  const std::pair<const char*, std::string> wrong_values[] = {{R"({"N": "1.5"})", invalid},
                                                              {R"({"N": ""})", invalid},
                                                              {R"({"B": "AAEC"})", invalid},
                                                              {R"({"S": "a", "N": "1"})", invalid},
                                                              {"{}", invalid},
                                                              {R"({"BOOL": true})", "SerializationException"},
                                                              {R"({"N": 1})", "SerializationException"},
                                                              {"1", "SerializationException"}};
  for (const auto& [value, refusal] : wrong_values) {
    Json item = item_of_revision(1);
    item["more"] = Json::parse(value);
    EXPECT_EQ(dynamo.put(item).code(), refusal) << value;
  }
  const Json get = {{"TableName", "evenkeel"}, {"Key", key("state", "web")}};
  EXPECT_EQ(code("GetItem", get, Json::object()), invalid) << "Evenkeel reads consistently alone";
  EXPECT_EQ(code("GetItem", get, {{"ConsistentRead", true}}), "");
  EXPECT_EQ(code("GetItem", get, {{"ConsistentRead", true}, {"ProjectionExpression", "pk"}}), invalid);
  EXPECT_EQ(code("GetItem", get, {{"ConsistentRead", true}, {"TableName", "none"}}),
            "ResourceNotFoundException");
  EXPECT_EQ(code("Query", query_of("p"), Json::object()), "");
  EXPECT_EQ(code("Query", query_of("p"), {{"ConsistentRead", false}}), invalid);
  EXPECT_EQ(code("Query", query_of("p"), {{"FilterExpression", "#p = :p"}}), invalid);
  EXPECT_EQ(code("Query", query_of("p"), {{"KeyConditionExpression", "#p > :p"}}), invalid);
  EXPECT_EQ(code("Query", query_of("p"), {{"ExpressionAttributeNames", {{"#p", "sk"}}}}), invalid);
  EXPECT_EQ(code("Query", query_of("p"), {{"ExpressionAttributeValues", {{":p", {{"N", "1"}}}}}}), invalid);
  for (const char* action : {"UpdateItem", "TransactWriteItems", "CreateTable", "Scan"})
    EXPECT_EQ(code(action, put, Json::object()), "UnknownOperationException") << action;
}

TEST(DynamoDb, QueriesOnePartitionInOrder) {
  Dynamo dynamo;
  dynamo.fill("p", 5);
  dynamo.fill("other", 3);
  const auto all = dynamo.query("p");
  EXPECT_EQ(sort_keys(all), "101 102 103 104 105 ");
  EXPECT_EQ(all.body["Count"], 5);
  EXPECT_FALSE(all.body.contains("LastEvaluatedKey"));
  EXPECT_EQ(sort_keys(dynamo.query("p", {{"ScanIndexForward", false}})), "105 104 103 102 101 ");
  EXPECT_EQ(sort_keys(dynamo.query("none")), "");
}

TEST(DynamoDb, ReadsOnlyTheAttributesAskedFor) {
  Dynamo dynamo;
  Json item = item_of_revision(4);
  item["document"] = {{"S", "{}"}};
  dynamo.put(item);
  Json some = {{"ProjectionExpression", "#a0, #a1"},
               {"ExpressionAttributeNames", {{"#p", "pk"}, {"#a0", "revision"}, {"#a1", "nothing"}}}};
  EXPECT_EQ(dynamo.query("state", some).body["Items"], (Json{{{"revision", {{"N", "4"}}}}}));
  some["ProjectionExpression"] = "#a0";
  EXPECT_EQ(dynamo.query("state", some).code(), "ValidationException") << "#a1 is not used";
}

TEST(DynamoDb, CutsQueriesIntoPages) {
  Dynamo dynamo;
  dynamo.fill("p", 5);
  const auto page = [&](bool forward, Json start) {
    Json more = {{"Limit", 2}, {"ScanIndexForward", forward}};
    if (!start.is_null()) more["ExclusiveStartKey"] = std::move(start);
    return dynamo.query("p", more);
  };
  auto reply = page(true, {});
  EXPECT_EQ(sort_keys(reply), "101 102 ");
  EXPECT_EQ(reply.body["LastEvaluatedKey"], key("p", "102"));
  reply = page(true, reply.body["LastEvaluatedKey"]);
  EXPECT_EQ(sort_keys(reply), "103 104 ");
  reply = page(true, reply.body["LastEvaluatedKey"]);
  EXPECT_EQ(sort_keys(reply), "105 ");
  EXPECT_FALSE(reply.body.contains("LastEvaluatedKey"));
  EXPECT_EQ(sort_keys(page(true, key("p", "1021"))), "103 104 ") << "a key that isn't there is a place too";
  EXPECT_EQ(sort_keys(page(false, key("p", "103"))), "102 101 ");
  reply = page(true, key("p", "103"));
  EXPECT_TRUE(reply.body.contains("LastEvaluatedKey")) << "a full page may be the last one";
  EXPECT_EQ(sort_keys(page(true, reply.body["LastEvaluatedKey"])), "");
  EXPECT_EQ(page(true, key("other", "101")).code(), "ValidationException");
  EXPECT_EQ(page(true, {{"pk", {{"S", "p"}}}}).code(), "ValidationException");
}

TEST(DynamoDb, EndsAPageAtAMegabyte) {
  Dynamo dynamo;
  for (const char* sk : {"a", "b", "c", "d"}) {
    Json item = key("p", sk);
    item["d"] = {{"S", std::string(350'000, 'x')}};
    ASSERT_EQ(dynamo.put(item).status, 200);
  }
  auto reply = dynamo.query("p");
  EXPECT_EQ(sort_keys(reply), "a b ");
  EXPECT_EQ(reply.body["LastEvaluatedKey"], key("p", "b"));
  reply = dynamo.query("p", {{"ExclusiveStartKey", key("p", "b")}});
  EXPECT_EQ(sort_keys(reply), "c d ");
  EXPECT_FALSE(reply.body.contains("LastEvaluatedKey"));
}

TEST(DynamoDb, DeletesExpiredItemsTwoDaysLate) {
  Dynamo dynamo;
  Json item = key("history#web", "1");
  item["expires"] = {{"N", std::to_string(kStart.time_since_epoch().count() / 1000 + 3600)}};
  dynamo.put(item);
  dynamo.wait(hours{48});
  EXPECT_EQ(dynamo.get(key("history#web", "1")), item) << "expired items are still read";
  dynamo.wait(hours{1});
  EXPECT_EQ(dynamo.get(key("history#web", "1")), Json());
  EXPECT_EQ(dynamo.query("history#web").body["Count"], 0);
  EXPECT_EQ(dynamo.put(item, kAbsent).status, 200);
}

}  // namespace
}  // namespace evenkeel::sim
