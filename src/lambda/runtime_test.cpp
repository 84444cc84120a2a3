#include "lambda/runtime.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::lambda {
namespace {

using Json = nlohmann::json;
using wire::Request;
using wire::Response;
using wire::ScriptedTransport;

Response invocation(std::string payload) {
  return {200,
          {{"lambda-runtime-aws-request-id", "8476a536"},
           {"Lambda-Runtime-Deadline-Ms", "1795329960123"},
           {"Lambda-Runtime-Trace-Id", "Root=1-5bef4de7"}},
          std::move(payload)};
}

TEST(Runtime, AsksForTheNextInvocationWithoutATimeLimit) {
  ScriptedTransport transport{[](const Request&) { return invocation(R"({"a":1})"); }};
  Runtime runtime{transport, "127.0.0.1:9001"};
  const auto next = runtime.next();
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->id, "8476a536");
  EXPECT_EQ(next->deadline, Time{Duration{1795329960123}});
  EXPECT_EQ(next->payload, R"({"a":1})");
  const auto& request = transport.requests.at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next");
  EXPECT_EQ(request.timeout, wire::kNoTimeout);
  EXPECT_TRUE(request.direct);
}

TEST(Runtime, AnAnswerWithoutAnIdIsNoInvocation) {
  ScriptedTransport transport{[](const Request&) { return Response{200, {}, "{}"}; }};
  EXPECT_EQ(Runtime(transport, "x:1").next().error().kind, ErrorKind::invalid);
}

TEST(Runtime, ADeadlineThatIsNoNumberIsUnknown) {
  for (const char* text : {"", "soon", "-5", "12x"}) {
    ScriptedTransport transport{[&](const Request&) {
      return Response{
          200, {{"Lambda-Runtime-Aws-Request-Id", "1"}, {"Lambda-Runtime-Deadline-Ms", text}}, ""};
    }};
    EXPECT_EQ(Runtime(transport, "x:1").next()->deadline, std::nullopt) << text;
  }
}

TEST(Runtime, GivesAnswersAndErrorsToTheirInvocation) {
  ScriptedTransport transport{[](const Request&) { return Response{202, {}, ""}; }};
  Runtime runtime{transport, "x:1"};
  const Invocation one{.id = "8476a536", .deadline = {}, .payload = ""};
  ASSERT_TRUE(runtime.respond(one, R"({"exit_code":0})"));
  ASSERT_TRUE(runtime.fail_invocation(one, "Evenkeel.AWS", "web: \"no\" \xff"));
  ASSERT_TRUE(runtime.fail_start("Evenkeel.Settings", "EVENKEEL_STATE is not set"));
  ASSERT_EQ(transport.requests.size(), 3U);
  EXPECT_EQ(transport.requests[0].url, "http://x:1/2018-06-01/runtime/invocation/8476a536/response");
  EXPECT_EQ(transport.requests[0].body, R"({"exit_code":0})");
  EXPECT_EQ(transport.requests[1].url, "http://x:1/2018-06-01/runtime/invocation/8476a536/error");
  EXPECT_EQ(header_of(transport.requests[1], "Lambda-Runtime-Function-Error-Type"), "Evenkeel.AWS");
  const auto body = Json::parse(transport.requests[1].body);
  EXPECT_EQ(body["errorType"], "Evenkeel.AWS");
  EXPECT_EQ(body["errorMessage"], "web: \"no\" \xef\xbf\xbd");
  EXPECT_EQ(body["stackTrace"], Json::array());
  EXPECT_EQ(transport.requests[2].url, "http://x:1/2018-06-01/runtime/init/error");
}

TEST(Runtime, SaysWhatLambdaRefused) {
  ScriptedTransport transport{[](const Request&) { return Response{413, {}, "too large"}; }};
  const auto given = Runtime(transport, "x:1").respond({.id = "1", .deadline = {}, .payload = ""}, "{}");
  ASSERT_FALSE(given);
  EXPECT_NE(given.error().message.find("invocation/1/response: HTTP 413 too large"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::lambda
