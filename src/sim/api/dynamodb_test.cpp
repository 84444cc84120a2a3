#include <gtest/gtest.h>

#include "sim/testing/json.h"

namespace evenkeel::sim {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Json key(const std::string& pk, const std::string& sk) { return {{"pk", {{"S", pk}}}, {"sk", {{"S", sk}}}}; }

struct Dynamo : JsonWorld {
  Dynamo() { account.switches.throttling = false; }

  JsonReply put(Json item, Json more = Json::object()) {
    more.update({{"TableName", "evenkeel"}, {"Item", std::move(item)}});
    return dynamodb("PutItem", more);
  }
  // The item, or null.
  Json get(const Json& item_key, bool consistent = true) {
    const auto reply =
        dynamodb("GetItem", {{"TableName", "evenkeel"}, {"Key", item_key}, {"ConsistentRead", consistent}});
    EXPECT_EQ(reply.status, 200) << reply.message();
    return reply.body.value("Item", Json());
  }
  JsonReply query(const std::string& condition, Json values, Json more = Json::object()) {
    more.update({{"TableName", "evenkeel"},
                 {"KeyConditionExpression", condition},
                 {"ExpressionAttributeValues", std::move(values)}});
    if (!more.contains("ConsistentRead")) more["ConsistentRead"] = true;
    return dynamodb("Query", more);
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

const Json kP = {{":p", {{"S", "p"}}}};

TEST(DynamoDb, GivesBackWhatWasPut) {
  Dynamo dynamo;
  Json item = key("state", "web");
  item["revision"] = {{"N", "007"}};
  item["document"] = {{"S", "{}"}};
  EXPECT_EQ(dynamo.put(item).body, Json::object());
  item["revision"]["N"] = "7";
  EXPECT_EQ(dynamo.get(key("state", "web")), item);
  EXPECT_EQ(dynamo.get(key("state", "other")), Json());
  Json less = key("state", "web");
  EXPECT_EQ(dynamo.put(less, {{"ReturnValues", "ALL_OLD"}}).body["Attributes"], item);
  EXPECT_EQ(dynamo.get(key("state", "web")), less) << "a put replaces the whole item";
}

TEST(DynamoDb, ReadsOnlyTheAttributesAskedFor) {
  Dynamo dynamo;
  Json item = key("state", "web");
  item["state"] = {{"S", "open"}};
  item["document"] = {{"S", "{}"}};
  dynamo.put(item);
  Json get = {{"TableName", "evenkeel"},
              {"Key", key("state", "web")},
              {"ConsistentRead", true},
              {"ProjectionExpression", "pk, #s, nothing"},
              {"ExpressionAttributeNames", {{"#s", "state"}}}};
  EXPECT_EQ(dynamo.dynamodb("GetItem", get).body["Item"],
            (Json{{"pk", {{"S", "state"}}}, {"state", {{"S", "open"}}}}));
  get["ProjectionExpression"] = "pk";
  EXPECT_EQ(dynamo.dynamodb("GetItem", get).code(), "ValidationException") << "#s is not used";
}

TEST(DynamoDb, PutsOnlyWhereTheConditionHolds) {
  Dynamo dynamo;
  Json item = key("state", "web");
  item["revision"] = {{"N", "1"}};
  const Json create = {{"ConditionExpression", "attribute_not_exists(pk)"}};
  EXPECT_EQ(dynamo.put(item, create).status, 200);
  auto refused = dynamo.put(item, create);
  EXPECT_EQ(refused.code(), "ConditionalCheckFailedException");
  EXPECT_EQ(refused.message(), "The conditional request failed");
  EXPECT_FALSE(refused.body.contains("Item"));
  const auto swap = [&](const char* expected, const char* next) {
    item["revision"] = {{"N", next}};
    return dynamo.put(item, {{"ConditionExpression", "revision = :expected"},
                             {"ExpressionAttributeValues", {{":expected", {{"N", expected}}}}},
                             {"ReturnValuesOnConditionCheckFailure", "ALL_OLD"}});
  };
  EXPECT_EQ(swap("1", "2").status, 200);
  refused = swap("1", "3");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body["Item"]["revision"]["N"], "2") << "with ALL_OLD it says what is there";
  EXPECT_EQ(dynamo.get(key("state", "web"))["revision"]["N"], "2");
}

TEST(DynamoDb, DeletesWhereTheConditionHolds) {
  Dynamo dynamo;
  dynamo.put(key("state", "web"));
  const auto remove = [&](const char* condition) {
    return dynamo.dynamodb("DeleteItem", {{"TableName", "evenkeel"},
                                          {"Key", key("state", "web")},
                                          {"ReturnValues", "ALL_OLD"},
                                          {"ConditionExpression", condition}});
  };
  EXPECT_EQ(remove("attribute_exists(nothing)").code(), "ConditionalCheckFailedException");
  EXPECT_EQ(remove("attribute_exists(pk)").body["Attributes"], key("state", "web"));
  EXPECT_EQ(dynamo.get(key("state", "web")), Json());
  EXPECT_EQ(remove("attribute_exists(pk)").code(), "ConditionalCheckFailedException");
}

TEST(DynamoDb, ShowsThePastToWhoDoesNotAskForConsistency) {
  Dynamo dynamo;
  Json item = key("state", "web");
  dynamo.put(item);
  EXPECT_EQ(dynamo.get(item), item);
  EXPECT_EQ(dynamo.get(item, false), Json());
  dynamo.wait(seconds{2});
  EXPECT_EQ(dynamo.get(item, false), item);
  Json newer = item;
  newer["revision"] = {{"N", "2"}};
  dynamo.put(newer);
  EXPECT_EQ(dynamo.get(item, false), item);
  const Json state = {{":p", {{"S", "state"}}}};
  EXPECT_EQ(dynamo.query("pk = :p", state, {{"ConsistentRead", false}}).body["Items"][0], item);
  EXPECT_EQ(dynamo.query("pk = :p", state).body["Items"][0], newer);
  dynamo.account.switches.table_read_lag = Duration{0};
  EXPECT_EQ(dynamo.get(item, false), newer);
}

TEST(DynamoDb, RemembersAMinuteOfAnItemsPast) {
  Dynamo dynamo;
  dynamo.account.switches.table_read_lag = hours{1};
  Json item = key("state", "web");
  for (int i = 1; i <= 100; ++i) {
    item["revision"] = {{"N", std::to_string(i)}};
    dynamo.put(item);
    dynamo.wait(seconds{2});
  }
  EXPECT_EQ(dynamo.get(key("state", "web"), false)["revision"]["N"], "71") << "a minute ago";
  EXPECT_LE(dynamo.account.tables.at("evenkeel").items.begin()->second.size(), 32U);
}

TEST(DynamoDb, RefusesItemsThatDoNotFitTheTable) {
  Dynamo dynamo;
  const auto message = [&](const Json& item) { return dynamo.put(item).message(); };
  EXPECT_EQ(message({{"pk", {{"S", "a"}}}}),
            "One or more parameter values were invalid: Missing the key sk in the item");
  EXPECT_EQ(message({{"pk", {{"S", "a"}}}, {"sk", {{"N", "1"}}}}),
            "One or more parameter values were invalid: Type mismatch for key sk expected: S actual: N");
  EXPECT_NE(message(key("", "a")), "");
  EXPECT_NE(message(key(std::string(2049, 'a'), "a")), "");
  EXPECT_NE(message(key("a", std::string(1025, 'a'))), "");
  EXPECT_EQ(message(key(std::string(2048, 'a'), std::string(1024, 'a'))), "");
  Json item = key("p", "s");  // 6 bytes
  item["d"] = {{"S", std::string(409'600 - 7, 'x')}};
  EXPECT_EQ(message(item), "");
  item["d"] = {{"S", std::string(409'600 - 6, 'x')}};
  EXPECT_EQ(message(item), "Item size has exceeded the maximum allowed size");
  EXPECT_EQ(dynamo.dynamodb("GetItem", {{"TableName", "evenkeel"}, {"Key", item}}).message(),
            "The provided key element does not match the schema");
  EXPECT_EQ(dynamo.dynamodb("PutItem", {{"TableName", "evenkeel"}}).code(), "ValidationException");
}

TEST(DynamoDb, QueriesOnePartitionInOrder) {
  Dynamo dynamo;
  dynamo.fill("p", 5);
  dynamo.fill("other", 3);
  const auto all = dynamo.query("pk = :p", kP);
  EXPECT_EQ(sort_keys(all), "101 102 103 104 105 ");
  EXPECT_EQ(all.body["Count"], 5);
  EXPECT_EQ(all.body["ScannedCount"], 5);
  EXPECT_FALSE(all.body.contains("LastEvaluatedKey"));
  EXPECT_EQ(sort_keys(dynamo.query("pk = :p", kP, {{"ScanIndexForward", false}})), "105 104 103 102 101 ");
  EXPECT_EQ(sort_keys(dynamo.query("pk = :p", {{":p", {{"S", "none"}}}})), "");
  const auto with = [&](const char* condition, Json values) {
    values.update(kP);
    return sort_keys(dynamo.query(condition, values));
  };
  EXPECT_EQ(with("pk = :p AND sk > :s", {{":s", {{"S", "103"}}}}), "104 105 ");
  EXPECT_EQ(with("sk <= :s AND pk = :p", {{":s", {{"S", "103"}}}}), "101 102 103 ");
  EXPECT_EQ(with("pk = :p AND sk BETWEEN :s AND :t", {{":s", {{"S", "102"}}}, {":t", {{"S", "104"}}}}),
            "102 103 104 ");
  EXPECT_EQ(with("(pk = :p) AND begins_with(sk, :s)", {{":s", {{"S", "10"}}}}), "101 102 103 104 105 ");
  EXPECT_EQ(with("pk = :p AND begins_with(sk, :s)", {{":s", {{"S", "11"}}}}), "");
}

TEST(DynamoDb, RefusesQueriesThatAreNotOfAKey) {
  Dynamo dynamo;
  const auto message = [&](const char* condition, Json values = kP) {
    return dynamo.query(condition, std::move(values)).message();
  };
  EXPECT_EQ(message("sk = :p"), "Query condition missed key schema element: pk");
  const Json text_and = {{":p", {{"S", "p"}}}, {":s", {{"S", "s"}}}};
  for (const char* condition :
       {"pk > :p", "pk = :p OR pk = :p", "NOT pk = :p", "attribute_exists(pk) AND pk = :p", "pk <> :p",
        "begins_with(pk, :p)", "pk = :p AND pk = :p", "pk = :p AND colour = :p"})
    EXPECT_EQ(message(condition), "Query key condition not supported") << condition;
  EXPECT_EQ(message("pk = :p AND sk <> :s", text_and), "Query key condition not supported");
  EXPECT_EQ(message("pk = :p AND sk > :s AND sk < :s", text_and), "Conditions can be of length 1 or 2 only");
  EXPECT_EQ(message("pk = :p", {{":p", {{"N", "1"}}}}),
            "One or more parameter values were invalid: Condition parameter type does not match schema type");
  EXPECT_EQ(dynamo.dynamodb("Query", {{"TableName", "evenkeel"}}).code(), "ValidationException");
}

TEST(DynamoDb, CutsQueriesIntoPages) {
  Dynamo dynamo;
  dynamo.fill("p", 5);
  const auto page = [&](bool forward, Json start) {
    Json more = {{"Limit", 2}, {"ScanIndexForward", forward}};
    if (!start.is_null()) more["ExclusiveStartKey"] = std::move(start);
    return dynamo.query("pk = :p", kP, more);
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
  auto reply = dynamo.query("pk = :p", kP);
  EXPECT_EQ(sort_keys(reply), "a b ");
  EXPECT_EQ(reply.body["LastEvaluatedKey"], key("p", "b"));
  reply = dynamo.query("pk = :p", kP, {{"ExclusiveStartKey", key("p", "b")}});
  EXPECT_EQ(sort_keys(reply), "c d ");
  EXPECT_FALSE(reply.body.contains("LastEvaluatedKey"));
}

TEST(DynamoDb, FiltersAfterItHasCountedThePage) {
  Dynamo dynamo;
  dynamo.fill("p", 3);
  Json item = key("p", "102");
  item["red"] = {{"BOOL", true}};
  dynamo.put(item);
  const auto reply =
      dynamo.query("pk = :p", kP, {{"FilterExpression", "attribute_not_exists(red)"}, {"Limit", 2}});
  EXPECT_EQ(sort_keys(reply), "101 ");
  EXPECT_EQ(reply.body["ScannedCount"], 2);
  EXPECT_EQ(reply.body["LastEvaluatedKey"], key("p", "102"));
  EXPECT_EQ(dynamo.query("pk = :p", kP, {{"FilterExpression", "attribute_exists(sk)"}}).code(),
            "ValidationException");
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
  EXPECT_EQ(dynamo.query("pk = :p", {{":p", {{"S", "history#web"}}}}).body["Count"], 0);
  EXPECT_EQ(dynamo.put(item, {{"ConditionExpression", "attribute_not_exists(pk)"}}).status, 200);
}

TEST(DynamoDb, MakesTables) {
  Dynamo dynamo;
  const Json asked = {
      {"TableName", "mine"},
      {"BillingMode", "PAY_PER_REQUEST"},
      {"AttributeDefinitions", {{{"AttributeName", "id"}, {"AttributeType", "N"}}}},
      {"KeySchema", {{{"AttributeName", "id"}, {"KeyType", "HASH"}}}},
  };
  const auto made = dynamo.dynamodb("CreateTable", asked);
  ASSERT_EQ(made.status, 200) << made.message();
  EXPECT_EQ(made.body["TableDescription"]["TableStatus"], "CREATING");
  const Json get = {{"TableName", "mine"}, {"Key", {{"id", {{"N", "1"}}}}}, {"ConsistentRead", true}};
  EXPECT_EQ(dynamo.dynamodb("GetItem", get).code(), "ResourceNotFoundException");
  EXPECT_EQ(dynamo.dynamodb("CreateTable", asked).code(), "ResourceInUseException");
  dynamo.wait(seconds{5});
  EXPECT_EQ(dynamo.dynamodb("DescribeTable", {{"TableName", "mine"}}).body["Table"]["TableStatus"], "ACTIVE");
  dynamo.dynamodb("PutItem", {{"TableName", "mine"}, {"Item", {{"id", {{"N", "1.0"}}}}}});
  EXPECT_EQ(dynamo.dynamodb("GetItem", get).body["Item"], (Json{{"id", {{"N", "1"}}}}));
  EXPECT_EQ(dynamo.dynamodb("DescribeTable", {{"TableName", "mine"}}).body["Table"]["ItemCount"], 1);
  EXPECT_EQ(dynamo.dynamodb("DescribeTable", {{"TableName", "none"}}).code(), "ResourceNotFoundException");
  for (const char* left_out : {"TableName", "BillingMode", "AttributeDefinitions", "KeySchema"}) {
    Json less = asked;
    less.erase(left_out);
    EXPECT_EQ(dynamo.dynamodb("CreateTable", less).code(), "ValidationException") << left_out;
  }
}

TEST(DynamoDb, ChangesTheTimeToLiveOnceAnHour) {
  Dynamo dynamo;
  const auto update = [&](bool enabled, const char* attribute) {
    return dynamo.dynamodb("UpdateTimeToLive", {{"TableName", "evenkeel"},
                                                {"TimeToLiveSpecification",
                                                 {{"Enabled", enabled}, {"AttributeName", attribute}}}});
  };
  const auto status = [&] {
    return dynamo.dynamodb("DescribeTimeToLive", {{"TableName", "evenkeel"}}).body["TimeToLiveDescription"];
  };
  EXPECT_EQ(status(), (Json{{"TimeToLiveStatus", "ENABLED"}, {"AttributeName", "expires"}}));
  EXPECT_EQ(update(true, "expires").message(), "TimeToLive is already enabled");
  EXPECT_EQ(update(false, "other").code(), "ValidationException");
  EXPECT_EQ(update(false, "expires").status, 200);
  EXPECT_EQ(status(), (Json{{"TimeToLiveStatus", "DISABLED"}}));
  EXPECT_EQ(update(true, "ends").message(),
            "Time to live has been modified multiple times within a fixed interval");
  dynamo.wait(hours{1});
  EXPECT_EQ(update(true, "ends").status, 200);
  EXPECT_EQ(status()["AttributeName"], "ends");
}

}  // namespace
}  // namespace evenkeel::sim
