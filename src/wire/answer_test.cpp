#include "wire/answer.h"

#include <gtest/gtest.h>

#include "base/checksum.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

const Credentials kCredentials{"AKID", "secret-key-example", "session-token-example"};

enum class CallKind { read, change };

Call call_of(CallKind sent) {
  Call call;
  call.service = Service::elastic_load_balancing_v2;
  call.action = "DescribeTargetHealth";
  call.mutates = sent == CallKind::change;
  if (call.mutates) call.sign_at = aws_date();
  return call;
}

FailedAttempt fault(CallKind sent, Result<Response> response) {
  auto answer = read_answer(call_of(sent), std::move(response), kCredentials);
  if (answer) return {.error = {ErrorKind::invalid, "it was an answer", "none"}};
  return std::move(answer).error();
}

struct AnswerCase {
  const char* what;
  Result<Response> response;
  ErrorKind read;
  ErrorKind change;
  bool retryable;
  const char* code;
};

TEST(Answer, MapsEveryFailureToWhatACallerCanReactTo) {
  using enum ErrorKind;
  const auto query = [](int status, const char* code) { return query_error(status, code, "because"); };
  const auto ec2 = [](int status, const char* code) { return ec2_error(status, code, "because"); };
  const std::vector<AnswerCase> rows = {
      {"refused connection", connection_refused(), unavailable, unavailable, true, ""},
      {"lost reply", reply_lost(), unavailable, maybe_happened, true, ""},
      {"throttled", query(400, "Throttling"), throttled, throttled, true, "Throttling"},
      {"throttled by ec2", ec2(503, "RequestLimitExceeded"), throttled, throttled, true,
       "RequestLimitExceeded"},
      {"429", respond(429, ""), throttled, throttled, true, ""},
      {"internal error", query(500, "InternalFailure"), unavailable, maybe_happened, true, "InternalFailure"},
      {"bad gateway", respond(502, "<html>bad</html>"), unavailable, maybe_happened, true, ""},
      {"not implemented", respond(501, ""), unavailable, maybe_happened, false, ""},
      {"request timeout", query(400, "RequestTimeout"), unavailable, maybe_happened, true, "RequestTimeout"},
      {"no permission", query(403, "AccessDenied"), denied, denied, false, "AccessDenied"},
      {"ec2 permission", ec2(403, "UnauthorizedOperation"), denied, denied, false, "UnauthorizedOperation"},
      {"old token", query(403, "ExpiredToken"), denied, denied, false, "ExpiredToken"},
      {"unknown key", query(403, "InvalidClientTokenId"), denied, denied, false, "InvalidClientTokenId"},
      {"wrong key", query(403, "SignatureDoesNotMatch"), denied, denied, false, "SignatureDoesNotMatch"},
      {"ec2 key", ec2(401, "AuthFailure"), denied, denied, false, "AuthFailure"},
      {"403 from a proxy", respond(403, "<html/>"), denied, denied, false, ""},
      {"late request", ec2(400, "RequestExpired"), denied, rejected, false, "RequestExpired"},
      {"unknown group", query(400, "TargetGroupNotFound"), not_found, not_found, false,
       "TargetGroupNotFound"},
      {"unknown instance", ec2(400, "InvalidInstanceID.NotFound"), not_found, not_found, false,
       "InvalidInstanceID.NotFound"},
      {"dry run", ec2(412, "DryRunOperation"), rejected, rejected, false, "DryRunOperation"},
      {"bad parameter", query(400, "ValidationError"), rejected, rejected, false, "ValidationError"},
      {"busy", query(500, "ResourceContention"), unavailable, unavailable, true, "ResourceContention"},
      {"scaling", query(400, "ScalingActivityInProgress"), unavailable, unavailable, false,
       "ScalingActivityInProgress"},
      {"no room", ec2(500, "InsufficientInstanceCapacity"), unavailable, unavailable, false,
       "InsufficientInstanceCapacity"},
      {"redirect", respond(302, ""), invalid, invalid, false, ""},
      {"empty", respond(200, ""), invalid, maybe_happened, false, ""},
      {"web page", respond(200, "<html><body>Sign in</body></html>"), invalid, maybe_happened, false, ""},
      {"doctype", respond(200, "<!DOCTYPE html><html>"), invalid, maybe_happened, false, ""},
      {"another action", query_answer("DescribeRules", ""), invalid, maybe_happened, false, ""},
      {"cut off", respond(200, "<DescribeTargetHealthResponse><DescribeTarget"), unavailable, maybe_happened,
       true, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    for (const CallKind sent : {CallKind::read, CallKind::change}) {
      const FailedAttempt found = fault(sent, row.response);
      const ErrorKind expected = sent == CallKind::read ? row.read : row.change;
      EXPECT_EQ(name(found.error.kind), std::string{name(expected)}) << found.error.message;
      EXPECT_EQ(found.error.code, row.code);
      EXPECT_EQ(found.uncertain, expected == maybe_happened);
      EXPECT_EQ(found.retryable, row.retryable);
      EXPECT_TRUE(found.error.message.starts_with("elasticloadbalancing:DescribeTargetHealth: "));
    }
  }
}

TEST(Answer, HoldsTheResultAndAwsDate) {
  const auto answer =
      read_answer(call_of(CallKind::read), query_answer("DescribeTargetHealth", "<A>1</A>"), kCredentials);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->date, aws_date());
  EXPECT_EQ(answer->result().integer("A"), 1);
}

TEST(Answer, OfEc2HasItsResultAtTheRoot) {
  Call call;
  call.action = "RebootInstances";
  const auto answer = read_answer(call, ec2_answer("RebootInstances", "<return>true</return>"), kCredentials);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->result().boolean("return"), true);
}

TEST(Answer, WithoutAUsableDateIsNone) {
  for (const char* date : {"", "yesterday", "2026-11-22T06:45:00Z"}) {
    Response response = query_answer("DescribeTargetHealth", "");
    response.headers = {{"date", date}};
    EXPECT_EQ(fault(CallKind::read, response).error.kind, ErrorKind::invalid);
    EXPECT_EQ(fault(CallKind::change, response).error.kind, ErrorKind::maybe_happened);
    EXPECT_NE(fault(CallKind::read, response).error.message.find("Date header"), std::string::npos);
  }
}

TEST(Answer, TellsAnExpiredIntentFromAWrongClock) {
  const auto late =
      query_error(403, "SignatureDoesNotMatch", "Signature expired: 20261122T060000Z is now earlier than …");
  EXPECT_EQ(fault(CallKind::change, late).error.kind, ErrorKind::rejected);
  EXPECT_EQ(fault(CallKind::read, late).error.kind, ErrorKind::denied);
  EXPECT_NE(fault(CallKind::read, late).error.message.find("this machine's clock"), std::string::npos);
}

TEST(Answer, NamesActionStatusCodeTextAndRemedy) {
  EXPECT_EQ(
      fault(CallKind::read, query_error(403, "AccessDenied", "User x is not authorized")).error.message,
      "elasticloadbalancing:DescribeTargetHealth: HTTP 403 AccessDenied: User x is not authorized; allow "
      "elasticloadbalancing:DescribeTargetHealth to these credentials");
}

TEST(Answer, NeverShowsSecretsThatTheServerRepeats) {
  const auto message =
      fault(CallKind::read, query_error(403, "SignatureDoesNotMatch",
                                        "The Canonical String should have been 'x-amz-security-token:"
                                        "session-token-example' with secret-key-example"))
          .error.message;
  EXPECT_EQ(message.find("session-token-example"), std::string::npos);
  EXPECT_EQ(message.find("secret-key-example"), std::string::npos);
  const auto echoed = fault(CallKind::read, respond(500, "you sent session-token-example")).error.message;
  EXPECT_EQ(echoed.find("session-token"), std::string::npos);
}

TEST(Answer, MakesTheServersTextPrintableAndShort) {
  const auto message =
      fault(CallKind::read, query_error(400, "ValidationError", "red \x1b[31m" + std::string(5000, 'x')))
          .error.message;
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 500U);
}

TEST(Answer, KeepsTheDateOfAFailure) {
  EXPECT_EQ(fault(CallKind::read, ec2_error(412, "DryRunOperation", "")).date, aws_date());
  EXPECT_EQ(fault(CallKind::read, connection_refused()).date, std::nullopt);
}

TEST(Answer, KnowsTimeoutsFromOtherLosses) {
  EXPECT_TRUE(fault(CallKind::read, reply_lost()).timeout);
  EXPECT_FALSE(fault(CallKind::read, fail(ErrorKind::maybe_happened, "reset")).timeout);
  EXPECT_EQ(fault(CallKind::read, reply_lost()).error.code, "");
}

// ---- JSON protocols ---------------------------------------------------------------------------------------

Call json_call(CallKind sent) {
  Call call;
  call.service = Service::dynamodb;
  call.action = "PutItem";
  call.mutates = sent == CallKind::change;
  return call;
}

Response json(int status, std::string body, Headers headers = {}) {
  Response response = respond(status, std::move(body));
  for (auto& header : headers) response.headers.push_back(std::move(header));
  return response;
}

FailedAttempt json_fault(CallKind sent, const Response& response) {
  auto answer = read_answer(json_call(sent), response, kCredentials);
  if (answer) return {.error = {ErrorKind::invalid, "it was an answer", "none"}};
  return std::move(answer).error();
}

TEST(JsonAnswer, IsItsBodyWithAwsDate) {
  const auto answer = read_answer(json_call(CallKind::change), json(200, R"({"A":1})"), kCredentials);
  ASSERT_TRUE(answer) << answer.error().error.message;
  EXPECT_EQ(answer->json, R"({"A":1})");
  EXPECT_EQ(answer->date, aws_date());
}

TEST(JsonAnswer, TakesTheCodeFromBodyOrHeaderWithoutItsTrimmings) {
  const std::string full = R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",)";
  for (const auto& response :
       {json(400, full + R"("message":"The conditional request failed"})"),
        json(400, full + R"("Message":"The conditional request failed"})"),
        json(400, R"({"message":"The conditional request failed"})",
             {{"x-amzn-errortype", "ConditionalCheckFailedException:http://internal/"}})}) {
    const FailedAttempt found = json_fault(CallKind::change, response);
    EXPECT_EQ(found.error.code, "ConditionalCheckFailedException");
    EXPECT_EQ(found.error.kind, ErrorKind::rejected);
    EXPECT_FALSE(found.uncertain);
    EXPECT_NE(found.error.message.find("The conditional request failed"), std::string::npos);
  }
}

TEST(JsonAnswer, TellsThrottlingDenialAndLossApart) {
  const auto error = [](int status, const std::string& code) {
    return json(status, R"({"__type":"x#)" + code + R"(","message":"m"})");
  };
  EXPECT_EQ(json_fault(CallKind::change, error(400, "ProvisionedThroughputExceededException")).error.kind,
            ErrorKind::throttled);
  EXPECT_EQ(json_fault(CallKind::change, error(400, "AccessDeniedException")).error.kind, ErrorKind::denied);
  EXPECT_EQ(json_fault(CallKind::change, error(400, "ResourceNotFoundException")).error.kind,
            ErrorKind::not_found);
  EXPECT_EQ(json_fault(CallKind::change, error(500, "InternalServerError")).error.kind,
            ErrorKind::maybe_happened);
  EXPECT_EQ(json_fault(CallKind::read, error(500, "InternalServerError")).error.kind, ErrorKind::unavailable);
}

TEST(JsonAnswer, WithAWrongChecksumIsNone) {
  const std::string body = R"({"A":1})";
  EXPECT_TRUE(read_answer(json_call(CallKind::read),
                          json(200, body, {{"x-amz-crc32", std::to_string(crc32(body))}}), kCredentials));
  const FailedAttempt damaged = json_fault(CallKind::read, json(200, body, {{"x-amz-crc32", "12345"}}));
  EXPECT_TRUE(damaged.retryable);
  EXPECT_EQ(damaged.error.kind, ErrorKind::unavailable);
  EXPECT_EQ(json_fault(CallKind::change, json(200, body, {{"x-amz-crc32", "12345"}})).error.kind,
            ErrorKind::maybe_happened);
}

TEST(JsonAnswer, CutOffOrOfAnotherKindIsNone) {
  EXPECT_TRUE(json_fault(CallKind::read, json(200, R"({"Item":{"a)")).retryable);
  for (const char* body : {"", "<html/>", "[]", "null"}) {
    EXPECT_EQ(json_fault(CallKind::read, json(200, body)).error.kind, ErrorKind::invalid) << body;
    EXPECT_EQ(json_fault(CallKind::change, json(200, body)).error.kind, ErrorKind::maybe_happened) << body;
  }
}

}  // namespace
}  // namespace evenkeel::wire
