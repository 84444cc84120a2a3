#include "aws/ssm.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "wire/testing/scripted_transport.h"

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
  EXPECT_TRUE(found.error().message.starts_with("parameter /evenkeel/policy:9: ")) << found.error().message;
  ScriptedAccount empty(
      [](const Request&) { return respond(400, R"({"__type":"ParameterNotFound","message":""})"); });
  const auto none = get_parameter(empty.caller, "/p").error().message;
  EXPECT_NE(none.find("parameter /p: "), std::string::npos) << none;
  EXPECT_NE(none.find("there is none of this name"), std::string::npos) << none;
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

const std::string kId = "0831e1a8-a1ac-4257-a1fd-c831b48c4107";

CommandRequest restart_pool() {
  return {.document = "AWS-RunPowerShellScript",
          .parameters = {{"commands", {"Restart-WebAppPool web"}}},
          .instance_id = "i-1",
          .deliver_within = std::chrono::minutes{5}};
}

TEST(RunCommand, SendsADocumentOnceWithTheNonceAsItsComment) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_EQ(wire::header_of(request, "X-Amz-Target"), "AmazonSSM.SendCommand");
    const json expected{{"DocumentName", "AWS-RunPowerShellScript"},
                        {"InstanceIds", json::array({"i-1"})},
                        {"Parameters", {{"commands", json::array({"Restart-WebAppPool web"})}}},
                        {"TimeoutSeconds", 300},
                        {"Comment", "n0nce"}};
    EXPECT_EQ(json::parse(request.body), expected);
    return respond(200, json{{"Command", {{"CommandId", kId}, {"Status", "Pending"}}}}.dump());
  });
  const auto sent =
      send_command(account.caller, restart_pool(), account.clock.time - std::chrono::minutes{1}, "n0nce");
  EXPECT_EQ(sent.mutation.outcome, wire::aws_date());
  EXPECT_FALSE(sent.mutation.may_land_late);
  EXPECT_EQ(sent.id, kId);
  const Request& request = account.transport.requests.at(0);
  EXPECT_TRUE(request.at_most_once);
  EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064400Z");
  EXPECT_TRUE(wire::header_of(request, "User-Agent").ends_with("md/intent#n0nce"));
}

TEST(RunCommand, KeepsTheTimeForDeliveryWithinWhatSsmTakes) {
  std::vector<int> seconds;
  ScriptedAccount account([&](const Request& request) {
    seconds.push_back(json::parse(request.body)["TimeoutSeconds"].get<int>());
    return respond(200, json{{"Command", {{"CommandId", kId}}}}.dump());
  });
  CommandRequest command = restart_pool();
  for (const Duration within : {Duration{1'000}, Duration{30'500}, Duration{std::chrono::hours{24 * 365}}}) {
    command.deliver_within = within;
    send_command(account.caller, command, account.clock.time, "n");
  }
  EXPECT_EQ(seconds, (std::vector{30, 31, 2'592'000}));
}

TEST(RunCommand, NeverSendsACommandTwiceWhateverHappens) {
  for (const auto& [failure, kind] :
       {std::pair{wire::reply_lost(), ErrorKind::maybe_happened},
        {wire::connection_refused(), ErrorKind::unavailable},
        {Result<wire::Response>{respond(400, R"({"__type":"InvalidInstanceId","message":"not online"})")},
         ErrorKind::rejected},
        {Result<wire::Response>{respond(400, R"({"__type":"ThrottlingException","message":"slow"})")},
         ErrorKind::throttled},
        {Result<wire::Response>{respond(400, R"({"__type":"AccessDeniedException","Message":"no"})")},
         ErrorKind::denied},
        {Result<wire::Response>{respond(500, R"({"__type":"InternalServerError"})")},
         ErrorKind::maybe_happened},
        {Result<wire::Response>{respond(200, R"({"Command":{}})")}, ErrorKind::maybe_happened},
        {Result<wire::Response>{respond(200, R"({"Command":7})")}, ErrorKind::maybe_happened}}) {
    ScriptedAccount account([&](const Request&) { return failure; });
    const auto sent = send_command(account.caller, restart_pool(), account.clock.time, "n");
    EXPECT_EQ(wire::kind_of(sent.mutation.outcome), kind);
    EXPECT_EQ(sent.mutation.may_land_late, kind == ErrorKind::maybe_happened);
    EXPECT_EQ(sent.id, "");
    EXPECT_EQ(account.transport.requests.size(), 1U);
  }
}

TEST(RunCommand, SendsNothingThatItCouldNotFindAgain) {
  ScriptedAccount account([](const Request&) { return respond(200, "{}"); });
  for (const auto& nonce : {std::string{}, std::string(101, 'n')}) {
    const auto sent = send_command(account.caller, restart_pool(), account.clock.time, nonce);
    EXPECT_EQ(wire::kind_of(sent.mutation.outcome), ErrorKind::invalid);
  }
  EXPECT_TRUE(account.transport.requests.empty());
}

Result<Dated<CommandInvocation>> invocation(const json& answer) {
  ScriptedAccount account([&](const Request&) { return respond(200, answer.dump()); });
  return get_command_invocation(account.caller, kId, "i-1");
}

TEST(RunCommand, ReadsWhatBecameOfItOnTheInstance) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_EQ(wire::header_of(request, "X-Amz-Target"), "AmazonSSM.GetCommandInvocation");
    const json expected{{"CommandId", kId}, {"InstanceId", "i-1"}};
    EXPECT_EQ(json::parse(request.body), expected);
    return respond(200, json{{"Status", "Failed"},
                             {"StandardOutputContent", "one"},
                             {"StandardErrorContent", "two"},
                             {"ResponseCode", 1}}
                            .dump());
  });
  const auto found = get_command_invocation(account.caller, kId, "i-1");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->value.status, "Failed");
  EXPECT_EQ(found->value.output, "one\ntwo");
  EXPECT_EQ(found->date, wire::aws_date());
  EXPECT_EQ(invocation({{"Status", "Pending"}})->value.output, "");
  EXPECT_EQ(wire::kind_of(invocation({{"StandardOutputContent", "x"}})), ErrorKind::invalid);
}

TEST(RunCommand, CutsTheOutputAndKeepsRoomForErrors) {
  const auto long_output =
      invocation({{"Status", "Success"}, {"StandardOutputContent", std::string(30'000, 'o')}});
  EXPECT_EQ(long_output->value.output.size(), 24'000U);
  const auto both = invocation({{"Status", "Failed"},
                                {"StandardOutputContent", std::string(30'000, 'o')},
                                {"StandardErrorContent", std::string(9'000, 'e')}});
  EXPECT_EQ(both->value.output.size(), 24'000U);
  EXPECT_TRUE(both->value.output.ends_with("o\n" + std::string(8'000, 'e')));
  std::string umlauts;
  for (int i = 0; i < 13'000; ++i) umlauts += "ü";
  const auto cut = invocation({{"Status", "Success"}, {"StandardOutputContent", "a" + umlauts}});
  EXPECT_EQ(cut->value.output.size(), 23'999U);  // no half of a character
}

TEST(RunCommand, SaysThatSsmDoesNotKnowItYet) {
  ScriptedAccount account(
      [](const Request&) { return respond(400, R"({"__type":"InvocationDoesNotExist","message":""})"); });
  const auto found = get_command_invocation(account.caller, kId, "i-1");
  EXPECT_EQ(wire::kind_of(found), ErrorKind::not_found);
  EXPECT_EQ(account.transport.requests.size(), 1U);
}

TEST(RunCommand, ReadsADocumentOfSeveralStepsFromTheList) {
  ScriptedAccount account([](const Request& request) {
    if (wire::header_of(request, "X-Amz-Target").ends_with("GetCommandInvocation"))
      return respond(400, R"({"__type":"InvalidPluginName","message":"name one"})");
    const json expected{{"CommandId", kId}, {"InstanceId", "i-1"}, {"Details", true}};
    EXPECT_EQ(json::parse(request.body), expected);
    const auto steps = json::array({{{"Name", "first"}, {"Status", "Success"}, {"Output", "done\n"}},
                                    {{"Name", "second"}, {"Status", "Failed"}, {"Output", "no disk"}}});
    return respond(
        200, json{{"CommandInvocations",
                   json::array({{{"CommandId", kId}, {"Status", "Failed"}, {"CommandPlugins", steps}}})}}
                 .dump());
  });
  const auto found = get_command_invocation(account.caller, kId, "i-1");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->value.status, "Failed");
  EXPECT_EQ(found->value.output, "first: Success\ndone\nsecond: Failed\nno disk\n");
}

TEST(RunCommand, FindsACommandAgainByItsComment) {
  ScriptedAccount account([](const Request& request) {
    const json body = json::parse(request.body);
    EXPECT_EQ(body["InstanceId"], "i-1");
    EXPECT_EQ(body["Filters"][0]["key"], "InvokedAfter");
    EXPECT_EQ(body["Filters"][0]["value"], "2026-11-21T06:45:00Z");
    const bool first = !body.contains("NextToken");
    json answer{{"CommandInvocations", json::array({{{"CommandId", first ? "other" : kId},
                                                     {"Comment", first ? "n0nce2" : "n0nce"}}})}};
    if (first) answer["NextToken"] = "t";
    return respond(200, answer.dump());
  });
  EXPECT_EQ(find_command(account.caller, "i-1", "n0nce")->value, kId);
  EXPECT_EQ(account.transport.requests.size(), 2U);
}

TEST(RunCommand, TellsACommandThatIsNotThereFromOneThatCouldNotBeLookedFor) {
  ScriptedAccount none([](const Request&) { return respond(200, R"({"CommandInvocations":[]})"); });
  EXPECT_EQ(find_command(none.caller, "i-1", "n")->value, std::nullopt);
  ScriptedAccount nonsense([](const Request&) { return respond(200, "{}"); });
  EXPECT_EQ(wire::kind_of(find_command(nonsense.caller, "i-1", "n")), ErrorKind::invalid);
  ScriptedAccount endless(
      [](const Request&) { return respond(200, R"({"CommandInvocations":[],"NextToken":"t"})"); });
  EXPECT_EQ(wire::kind_of(find_command(endless.caller, "i-1", "n")), ErrorKind::invalid);
}

TEST(ChangeCalendar, ReadsWhetherItIsOpen) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_EQ(wire::header_of(request, "X-Amz-Target"), "AmazonSSM.GetCalendarState");
    const json expected{{"CalendarNames", json::array({"web-freeze"})}};
    EXPECT_EQ(json::parse(request.body), expected);
    return respond(200, R"({"State":"CLOSED","AtTime":"x","NextTransitionTime":"2026-12-01T00:00:00Z"})");
  });
  const auto state = get_calendar_state(account.caller, "web-freeze");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->value, "CLOSED");
}

TEST(ChangeCalendar, WithoutAStateIsUnknown) {
  ScriptedAccount missing([](const Request&) { return respond(200, R"({"NextTransitionTime":"soon"})"); });
  EXPECT_EQ(wire::kind_of(get_calendar_state(missing.caller, "c")), ErrorKind::invalid);
  ScriptedAccount unknown(
      [](const Request&) { return respond(400, R"({"__type":"InvalidDocument","message":"none"})"); });
  EXPECT_EQ(wire::kind_of(get_calendar_state(unknown.caller, "c")), ErrorKind::rejected);
}

}  // namespace
}  // namespace evenkeel::aws::ssm
