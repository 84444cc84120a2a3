#include <gtest/gtest.h>

#include "base/checksum.h"
#include "sim/testing/json.h"

namespace evenkeel::sim {
namespace {

const Json kKey = {{"pk", {{"S", "state"}}}, {"sk", {{"S", "web"}}}};
const Json kGet = {{"TableName", "evenkeel"}, {"Key", kKey}, {"ConsistentRead", true}};
const Json kPut = {{"TableName", "evenkeel"}, {"Item", kKey}};

wire::Request get_request(const World& world) {
  return json_request(ApiService::dynamodb, "GetItem", kGet.dump(), world.account.now());
}

TEST(JsonFront, AnswersWithIdDateAndChecksum) {
  JsonWorld world;
  const auto reply = world.dynamodb("PutItem", kPut);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, Json::object());
  EXPECT_EQ(reply.header("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(reply.header("x-amz-crc32"), std::to_string(crc32("{}")));
  EXPECT_EQ(reply.header("Date"), http_date(world.account.now()));
  EXPECT_EQ(reply.header("x-amzn-RequestId").size(), 32U);
  EXPECT_EQ(world.front.calls().at("dynamodb:PutItem"), 1);
  const auto other = world.ssm("GetParameter", {{"Name", "none"}});
  EXPECT_EQ(other.header("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(other.header("x-amz-crc32"), "") << "DynamoDB alone sends one";
}

TEST(JsonFront, RefusesInTheServicesOwnWords) {
  JsonWorld world;
  auto refusal = world.dynamodb("GetItem", {{"TableName", "none"}, {"Key", kKey}, {"ConsistentRead", true}});
  EXPECT_EQ(refusal.status, 400);
  EXPECT_EQ(refusal.body["__type"], "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException");
  EXPECT_EQ(refusal.body["message"], "Requested resource not found");
  EXPECT_EQ(refusal.header("x-amz-crc32"), std::to_string(crc32(refusal.body.dump())));
  refusal = world.ssm("GetParameter", {{"Name", "none"}});
  EXPECT_EQ(refusal.body, (Json{{"__type", "ParameterNotFound"}})) << "AWS gives no message either";
  refusal = world.dynamodb("DropTable", Json::object());
  EXPECT_EQ(refusal.body["__type"], "com.amazon.coral.service#UnknownOperationException");
  EXPECT_EQ(world.front.calls().at("refused:unread"), 1);
}

TEST(JsonFront, ChecksTheSignature) {
  JsonWorld world;
  const auto code = [&](wire::Request request) { return world.ask(request).code(); };
  auto request = get_request(world);
  request.body += " ";
  EXPECT_EQ(code(request), "InvalidSignatureException");

  request = get_request(world);
  sign_all(request, ApiService::dynamodb, {"AKIDNOBODY", "secret"});
  EXPECT_EQ(code(request), "UnrecognizedClientException");

  request = get_request(world);
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
  EXPECT_EQ(code(request), "MissingAuthenticationTokenException");

  request = get_request(world);
  sign(request, "dynamodb");
  EXPECT_EQ(code(request), "IncompleteSignatureException") << "the target is not signed";

  request = get_request(world);
  world.wait(std::chrono::minutes{6});
  const auto late = world.ask(request);
  EXPECT_EQ(late.code(), "InvalidSignatureException");
  EXPECT_TRUE(late.message().starts_with("Signature expired: ")) << late.message();
  EXPECT_EQ(late.status, 400);
}

TEST(JsonFront, TakesTemporaryKeysUntilTheyEnd) {
  JsonWorld world;
  const auto issued = world.call(ApiService::sts, "AssumeRole",
                                 {{"RoleArn", "arn:aws:iam::123456789012:role/evenkeel"},
                                  {"RoleSessionName", "me"},
                                  {"DurationSeconds", "900"}});
  const auto code = [&] {
    auto request = get_request(world);
    request.headers.emplace_back("X-Amz-Security-Token", issued.text("//SessionToken"));
    sign_all(request, ApiService::dynamodb, {issued.text("//AccessKeyId"), issued.text("//SecretAccessKey")});
    return world.ask(request).code();
  };
  EXPECT_EQ(code(), "");
  world.wait(std::chrono::minutes{15});
  EXPECT_EQ(code(), "ExpiredTokenException");
}

TEST(JsonFront, TakesOnlyTheRightTypeAndTarget) {
  JsonWorld world;
  const auto changed = [&](const std::string& name, const std::string& value) {
    auto request = get_request(world);
    for (auto& header : request.headers) {
      if (header.first == name) header.second = value;
    }
    sign_all(request, ApiService::dynamodb);
    return world.ask(request).code();
  };
  EXPECT_EQ(changed("Content-Type", "application/x-amz-json-1.0"), "");
  EXPECT_EQ(changed("Content-Type", "application/x-amz-json-1.1"), "UnknownOperationException");
  EXPECT_EQ(changed("Content-Type", "application/json"), "UnknownOperationException");
  EXPECT_EQ(changed("X-Amz-Target", "AmazonSSM.GetItem"), "UnknownOperationException");
  EXPECT_EQ(changed("X-Amz-Target", "GetItem"), "UnknownOperationException");
}

TEST(JsonFront, RefusesBodiesThatAreNotWhatTheyShouldBe) {
  JsonWorld world;
  const auto code = [&](const std::string& body) {
    return world.ask(json_request(ApiService::dynamodb, "GetItem", body, world.account.now())).code();
  };
  EXPECT_EQ(code(kGet.dump()), "");
  for (const char* body : {"", "{", "[]", "\"text\"", "{} {}", R"({"TableName": "a", "TableName": "b"})",
                           R"({"TableName": 7})", R"({"TableName": "evenkeel", "ConsistentRead": "yes"})"})
    EXPECT_EQ(code(body), "SerializationException") << body;
  EXPECT_EQ(code(R"({"Key":)" + std::string(70, '[') + std::string(70, ']') + "}"), "SerializationException");
  Json more = kGet;
  more["Colour"] = "red";
  EXPECT_EQ(code(more.dump()), "ValidationException");
}

Fault fault_on(FaultKind kind, const char* action) {
  Fault one;
  one.kind = kind;
  one.action = action;
  one.times = 1;
  one.delay = std::chrono::minutes{1};
  return one;
}

TEST(JsonFront, FaultsHitThemAsTheOthers) {
  const auto put = [](FaultKind kind) {
    JsonWorld world(Faults{{fault_on(kind, "dynamodb.PutItem")}, Duration{0}});
    const auto reply = world.dynamodb("PutItem", kPut);
    world.wait(std::chrono::minutes{2});
    const bool stored = world.dynamodb("GetItem", kGet).body.contains("Item");
    return std::tuple(reply.status, reply.code(), stored);
  };
  EXPECT_EQ(put(FaultKind::throttle), std::tuple(400, "ThrottlingException", false));
  EXPECT_EQ(put(FaultKind::server_error), std::tuple(500, "InternalServerError", false));
  EXPECT_EQ(put(FaultKind::denied), std::tuple(400, "AccessDeniedException", false));
  EXPECT_EQ(put(FaultKind::lose_reply_before), std::tuple(0, "", false));
  EXPECT_EQ(put(FaultKind::lose_reply_after), std::tuple(0, "", true));
  EXPECT_EQ(put(FaultKind::late), std::tuple(0, "", true));
}

TEST(JsonFront, AGarbledAnswerDoesNotFitItsChecksum) {
  JsonWorld world(Faults{{fault_on(FaultKind::garbage, "dynamodb.GetItem")}, Duration{0}});
  world.dynamodb("PutItem", kPut);
  const auto response =
      world.front.answer(json_request(ApiService::dynamodb, "GetItem", kGet.dump(), world.account.now()));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_NE(*wire::find_header(response->headers, "x-amz-crc32"), std::to_string(crc32(response->body)));
}

TEST(JsonFront, Throttles) {
  JsonWorld world;
  int calls = 0;
  while (calls < 100 && world.ssm("GetParameter", {{"Name", "x"}}).code() == "ParameterNotFound") ++calls;
  EXPECT_EQ(calls, 40);
  EXPECT_EQ(world.ssm("GetParameter", {{"Name", "x"}}).code(), "ThrottlingException");
}

}  // namespace
}  // namespace evenkeel::sim
