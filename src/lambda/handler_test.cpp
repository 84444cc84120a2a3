// Whole invocations on the simulated account, its DynamoDB included.
#include "lambda/handler.h"

#include <gtest/gtest.h>

#include "lambda/testing/handler.h"

namespace evenkeel::lambda {
namespace {

using Json = nlohmann::json;

TEST_F(Handling, AWholeRemediationByAnyEventsInOneProcessOrMany) {
  const auto first = answer(R"({"source":"aws.events","time":"2026-11-22T10:10:00Z"})");
  EXPECT_EQ(first["exit_code"], 0);
  EXPECT_EQ(first["fleets"][0]["fleet"], "web");
  EXPECT_EQ(first["fleets"][0]["open"].size(), 1U);
  EXPECT_EQ(metric("MembersOut"), 1);
  EXPECT_TRUE(logged("\"kind\":\"start\""));
  for (int minute = 0; minute < 20; ++minute) {
    account->advance_to(account->now() + 1min);
    if (minute % 3 == 0) start_process();
    answer("{}");
  }
  EXPECT_EQ(account->counters().reboots, 1);
  EXPECT_EQ(account->counters().undrained_reboots, 0);
  EXPECT_EQ(metric("MembersOut"), 0);
  const auto status = answer(R"({"command":"status"})");
  EXPECT_EQ(status["output"]["fleets"][0]["open"], Json::array());
  EXPECT_EQ(status["output"]["fleets"][0]["recent"][0]["ending"], "cured");
}

TEST_F(Handling, AnEventThatIsOlderThanThePeriodStartsNothing) {
  const auto late = answer(R"({"source":"aws.events","time":"2026-11-22T10:08:00Z"})");
  EXPECT_EQ(late["fleets"][0]["holds_back"][0]["reason"], "asked_late");
  EXPECT_EQ(calls("elasticloadbalancing:DeregisterTargets"), 0);
  EXPECT_TRUE(logged("asked for 2m ago; this tick only restores"));
}

TEST_F(Handling, ABlindFleetIsInTheAnswerTheLogAndTheMetricsFromTheFirstTick) {
  auto& policy = variables["POLICY"];
  policy.replace(policy.find("[tg1]"), 5, "[tg1, tg9]");
  start_process();
  EXPECT_EQ(answer("{}")["exit_code"], cli::kUsage);
  EXPECT_EQ(metric("Blind"), 1);
  EXPECT_EQ(metric("BlindFor"), 0);
  EXPECT_TRUE(logged("\"level\":\"error\",\"kind\":\"blind\"")) << out.str();
  EXPECT_TRUE(logged("target group tg9 does not exist"));
  EXPECT_TRUE(logged("\"ability\":\"blind\""));
  account->advance_to(account->now() + 11min);
  answer("{}");
  EXPECT_GE(metric("BlindFor"), 600);
}

TEST_F(Handling, ACommandIsTheCommandLines) {
  tick_for(1);
  const auto plan = answer(R"({"command":"plan"})");
  EXPECT_EQ(plan["exit_code"], 0);
  EXPECT_EQ(plan["output"]["fleets"][0]["fleet"], "web");
  const auto paused = answer(R"({"command":"pause","fleet":"web","reason":"deploy","author":"ann"})");
  EXPECT_EQ(paused["exit_code"], 0) << paused;
  const auto status = answer(R"({"command":"status","fleet":"web"})");
  EXPECT_EQ(status["output"]["fleets"][0]["pause"]["author"], "ann");
  EXPECT_EQ(status["output"]["fleets"][0]["pause"]["reason"], "deploy");
  EXPECT_EQ(answer(R"({"command":"resume","fleet":"web","reason":"deployed"})")["exit_code"], 0);
  tick_for(1);  // it dates both
  const auto history = answer(R"({"command":"history"})");
  const auto told = history["output"]["events"].dump();
  EXPECT_NE(told.find("paused by ann: deploy"), std::string::npos) << told;
  EXPECT_NE(told.find("ended the pause of ann (deploy) by an operator, by invoking the function: deployed"),
            std::string::npos)
      << told;
  EXPECT_EQ(answer(R"({"command":"history","limit":1})")["output"]["events"].size(), 1U);
  const auto worst = sim::instance_id_of("web-2");
  const auto explained = answer(R"({"command":"explain","instance":")" + worst + R"("})");
  EXPECT_EQ(explained["exit_code"], 0);
  EXPECT_NE(explained["output"].dump().find(worst), std::string::npos);
  EXPECT_EQ(answer(R"({"command":"restore","instance":")" + worst + R"("})")["exit_code"], 0);
  const auto restored = answer(R"({"command":"restore","now":true,"instance":")" + worst + R"("})");
  EXPECT_EQ(restored["exit_code"], 0);
  EXPECT_NE(restored.dump().find("does not wait for a treatment"), std::string::npos) << restored;
  const auto requests = answer(R"({"command":"status"})")["output"]["fleets"][0]["wishes"];
  EXPECT_FALSE(requests[0]["now"]);
  EXPECT_TRUE(requests[1]["now"]);
}

TEST_F(Handling, AWrongCommandDoesNothingAndSaysWhatThereIs) {
  const auto refused = answer(R"({"command":"reboot","instance":"i-0123456789abcdef0"})");
  EXPECT_EQ(refused["exit_code"], 2);
  EXPECT_NE(refused["messages"][0].get<std::string>().find("there is tick, plan"), std::string::npos);
  const auto incomplete = answer(R"({"command":"pause","fleet":"web"})");
  EXPECT_EQ(incomplete["exit_code"], 2);
  EXPECT_NE(incomplete["messages"][0].get<std::string>().find("\"reason\": pause needs it"),
            std::string::npos);
  EXPECT_EQ(calls("dynamodb:PutItem"), 0);
}

TEST_F(Handling, AMistypedCommandFailsTheInvocationAndRunsNoTick) {
  const auto failed = invoke(R"({"comand":"status"})");
  EXPECT_EQ(failed.error_type, "Evenkeel.Event");
  EXPECT_NE(failed.text.find("\"comand\""), std::string::npos) << failed.text;
  EXPECT_EQ(calls("dynamodb:PutItem"), 0);
  EXPECT_EQ(metric("Ticks"), std::nullopt);
}

TEST_F(Handling, WithoutAReadablePolicyItFailsAndRestoresAllTheSame) {
  tick_for(1);
  ASSERT_EQ(calls("elasticloadbalancing:DeregisterTargets"), 1);
  variables["POLICY"] = "fleets: [{name: web}]";
  start_process();
  const auto registered = calls("elasticloadbalancing:RegisterTargets");
  const auto failed = invoke("{}");
  EXPECT_EQ(failed.error_type, "Evenkeel.Policy");
  EXPECT_NE(failed.text.find("target_groups"), std::string::npos);
  EXPECT_EQ(metric("PolicyBroken"), 1);
  EXPECT_EQ(calls("elasticloadbalancing:RegisterTargets"), registered + 1);
  tick_for(10);
  EXPECT_EQ(account->counters().reboots, 0);
  const auto status = answer(R"({"command":"status"})");
  EXPECT_EQ(status["output"]["fleets"][0]["open"], Json::array());
}

TEST_F(Handling, WithoutItsTableItFailsAndTouchesNoServer) {
  variables["EVENKEEL_STATE"] = "dynamodb://nowhere";
  start_process();
  const auto failed = invoke("{}");
  EXPECT_EQ(failed.error_type, "Evenkeel.State");
  EXPECT_NE(failed.text.find("nowhere"), std::string::npos);
  EXPECT_EQ(calls("elasticloadbalancing:DeregisterTargets"), 0);
}

TEST_F(Handling, AFleetThatCannotBeTickedFailsTheInvocation) {
  // The account is of another region, and takes no signature of this one.
  variables["POLICY"].replace(variables["POLICY"].find("eu-west-1"), 9, "us-east-1");
  start_process();
  const auto failed = invoke("{}");
  EXPECT_EQ(failed.error_type, "Evenkeel.AWS");
  EXPECT_EQ(metric("Errors"), 1);
  EXPECT_EQ(metric("Ticks"), 0);
}

TEST_F(Handling, NoFleetIsBegunThatCouldNotBeBroughtToAnEnd) {
  const auto failed = invoke("{}", 8s);
  EXPECT_EQ(failed.error_type, "Evenkeel.AWS");
  EXPECT_NE(failed.text.find("no time left for web"), std::string::npos);
  EXPECT_EQ(calls("ec2:DescribeInstances"), 0);
}

}  // namespace
}  // namespace evenkeel::lambda
