#include "aws/ssm.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "wire/scripted_transport.h"

namespace evenkeel::aws::ssm {
namespace {

using nlohmann::json;
using wire::Request;
using wire::respond;
using wire::ScriptedAccount;

json parameter(const json& version = 7) {
  return {{"Parameter",
           {{"ARN", "arn:aws:ssm:eu-west-1:123456789012:parameter/evenkeel/policy"},
            {"LastModifiedDate", 1763793900.5},
            {"Name", "/evenkeel/policy"},
            {"Type", "SecureString"},
            {"Value", "fleets: []\n# grün"},
            {"Version", version}}}};
}

TEST(ParameterStore, ReadsAValueDecryptedWithItsVersion) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_EQ(request.url, "https://ssm.eu-west-1.amazonaws.com/");
    EXPECT_EQ(wire::header_of(request, "X-Amz-Target"), "AmazonSSM.GetParameter");
    EXPECT_EQ(wire::header_of(request, "Content-Type"), "application/x-amz-json-1.1");
    const json expected{{"Name", "/evenkeel/policy:7"}, {"WithDecryption", true}};
    EXPECT_EQ(json::parse(request.body), expected);
    return respond(200, parameter().dump());
  });
  const auto found = get_parameter(account.caller, "/evenkeel/policy:7");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->value.value, "fleets: []\n# grün");
  EXPECT_EQ(found->value.version, 7);
  EXPECT_EQ(found->date, wire::aws_date());
}

TEST(ParameterStore, SaysWhatIsNotThere) {
  ScriptedAccount account([](const Request&) {
    return respond(400, R"({"__type":"ParameterVersionNotFound","message":"no version 9"})");
  });
  const auto found = get_parameter(account.caller, "/evenkeel/policy:9");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_EQ(found.error().code, "ParameterVersionNotFound");
}

TEST(ParameterStore, RefusesAnAnswerThatIsNoneWithoutShowingTheValue) {
  for (const auto& answer :
       {json::object(), json{{"Parameter", "secret"}}, json{{"Parameter", {{"Version", 1}}}},
        json{{"Parameter", {{"Value", 5}, {"Version", 1}}}}, json{{"Parameter", {{"Value", "secret"}}}},
        json{{"Parameter", {{"Value", "secret"}, {"Version", "1"}}}},
        json{{"Parameter", {{"Value", "secret"}, {"Version", -1}}}},
        json{{"Parameter", {{"Value", "secret"}, {"Version", 1e30}}}}}) {
    ScriptedAccount account([&](const Request&) { return respond(200, answer.dump()); });
    const auto found = get_parameter(account.caller, "/p");
    ASSERT_FALSE(found) << answer;
    EXPECT_EQ(found.error().kind, ErrorKind::invalid) << answer;
    EXPECT_EQ(found.error().message.find("secret"), std::string::npos) << found.error().message;
  }
}

TEST(ParameterStore, ANameOfAnyBytesIsStillAnswered) {
  ScriptedAccount account([](const Request&) {
    return respond(400, R"({"__type":"ValidationException","message":"bad name"})");
  });
  EXPECT_EQ(wire::kind_of(get_parameter(account.caller, "/\xff\n")), ErrorKind::rejected);
}

}  // namespace
}  // namespace evenkeel::aws::ssm
