#include "act/act.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::act {
namespace {

using wire::form_of;

const Time kIntended = *parse_iso8601("2026-11-22T06:44:00Z");

Action action(Effect effect) {
  const bool moves = effect == Effect::deregister || effect == Effect::register_;
  return {.effect = effect,
          .instance_id = "i-00000000000000001",
          .remediation_id = "r",
          .target_group_arn = moves ? "arn:tg" : "",
          .ports = moves ? std::vector{443, 8443} : std::vector<int>{},
          .auto_scaling_group = "web-asg",
          .document = {"AWS-RunShellScript", {{"commands", {"uptime"}}}, 2min},
          .tag_value = "web/i-1",
          .nonce = "nonce-7",
          .at = kIntended,
          .restores = false};
}

TEST(Act, SignsWithTheIntentsTimeAndNamesItsNonce) {
  wire::ScriptedAccount account(
      [](const wire::Request&) { return wire::query_answer("DeregisterTargets", ""); });
  const auto outcome = perform(action(Effect::deregister), account.caller);
  EXPECT_EQ(outcome.kind, OutcomeKind::accepted);
  EXPECT_FALSE(outcome.may_land_late);
  const auto& request = account.transport.requests.at(0);
  EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064400Z");
  EXPECT_NE(wire::header_of(request, "User-Agent").find("nonce-7"), std::string::npos);
  const auto form = form_of(request);
  EXPECT_EQ(form.at("Action"), "DeregisterTargets");
  EXPECT_EQ(form.at("Targets.member.2.Port"), "8443");
}

TEST(Act, ARebootWithoutAnAnswerIsUnknownAndNotRepeated) {
  wire::ScriptedAccount account([](const wire::Request&) { return wire::reply_lost(); });
  const auto outcome = perform(action(Effect::reboot), account.caller);
  EXPECT_EQ(outcome.kind, OutcomeKind::unknown);
  EXPECT_TRUE(outcome.may_land_late);
  EXPECT_EQ(account.transport.requests.size(), 1U);
  EXPECT_TRUE(account.transport.requests[0].at_most_once);
}

TEST(Act, ARebootThatAwsRefusesDidNotHappen) {
  wire::ScriptedAccount account(
      [](const wire::Request&) { return wire::ec2_error(400, "IncorrectInstanceState", "is stopped"); });
  const auto outcome = perform(action(Effect::reboot), account.caller);
  EXPECT_EQ(outcome.kind, OutcomeKind::refused);
  EXPECT_NE(outcome.detail.find("is stopped"), std::string::npos);
}

TEST(Act, OnlyAMissingPermissionIsADenial) {
  const auto denied = [](const char* code) {
    wire::ScriptedAccount account([&](const wire::Request&) { return wire::ec2_error(403, code, "no"); });
    return perform(action(Effect::stop), account.caller).denied;
  };
  EXPECT_TRUE(denied("UnauthorizedOperation"));
  EXPECT_TRUE(denied("AccessDenied"));
  EXPECT_FALSE(denied("IncorrectInstanceState"));
  EXPECT_FALSE(denied("InvalidClientTokenId")) << "the credentials are not taken at all";
}

TEST(Act, WhatAWSHadNoRoomForOrNeverSawIsTriedAgain) {
  for (const auto& answer :
       {Result<wire::Response>{wire::ec2_error(503, "RequestLimitExceeded", "slow down")},
        Result<wire::Response>{wire::connection_refused()}}) {
    wire::ScriptedAccount account([&](const wire::Request&) { return answer; });
    const auto outcome = perform(action(Effect::reboot), account.caller);
    EXPECT_EQ(outcome.kind, OutcomeKind::not_sent);
    EXPECT_FALSE(outcome.may_land_late);
  }
}

TEST(Act, AnAcceptedCallWhoseFirstAttemptGotLostMayStillLand) {
  int calls = 0;
  wire::ScriptedAccount account([&](const wire::Request&) -> Result<wire::Response> {
    if (++calls == 1) return wire::reply_lost();
    return wire::query_answer("DeregisterTargets", "");
  });
  const auto outcome = perform(action(Effect::deregister), account.caller);
  EXPECT_EQ(outcome.kind, OutcomeKind::accepted);
  EXPECT_TRUE(outcome.may_land_late);
  EXPECT_EQ(wire::header_of(account.transport.requests.at(1), "X-Amz-Date"), "20261122T064400Z");
}

TEST(Act, WhatWasNotSentDidNotHappen) {
  const auto outcome = not_sent(action(Effect::reboot), "too late");
  EXPECT_EQ(outcome.kind, OutcomeKind::not_sent);
  EXPECT_FALSE(outcome.may_land_late);
}

struct Sent {
  Effect effect;
  const char* call;  // the action, and the parameter that tells it from its likes
  const char* parameter;
  const char* value;
  bool at_most_once;
};

TEST(Act, TurnsEveryEffectIntoItsCall) {
  for (const auto& sent :
       {Sent{Effect::deregister, "DeregisterTargets", "TargetGroupArn", "arn:tg", false},
        {Effect::register_, "RegisterTargets", "Targets.member.1.Port", "443", false},
        {Effect::enter_standby, "EnterStandby", "ShouldDecrementDesiredCapacity", "true", false},
        {Effect::exit_standby, "ExitStandby", "AutoScalingGroupName", "web-asg", false},
        {Effect::reboot, "RebootInstances", "InstanceId.1", "i-00000000000000001", true},
        {Effect::stop, "StopInstances", "InstanceId.1", "i-00000000000000001", true},
        {Effect::start, "StartInstances", "InstanceId.1", "i-00000000000000001", false},
        {Effect::mark, "CreateTags", "Tag.1.Value", "web/i-1", false},
        {Effect::unmark, "DeleteTags", "Tag.1.Value", "web/i-1", false},
        {Effect::terminate, "TerminateInstanceInAutoScalingGroup", "ShouldDecrementDesiredCapacity", "false",
         true}}) {
    wire::ScriptedAccount account([&](const wire::Request& request) {
      return request.url.find("ec2") != std::string::npos ? wire::ec2_answer(sent.call, "")
                                                          : wire::query_answer(sent.call, "");
    });
    const auto outcome = perform(action(sent.effect), account.caller);
    EXPECT_EQ(outcome.kind, OutcomeKind::accepted) << sent.call << ": " << outcome.detail;
    ASSERT_EQ(account.transport.requests.size(), 1U) << sent.call;
    const auto& request = account.transport.requests[0];
    EXPECT_EQ(form_of(request)["Action"], sent.call);
    EXPECT_EQ(form_of(request)[sent.parameter], sent.value) << sent.call;
    EXPECT_EQ(request.at_most_once, sent.at_most_once) << sent.call;
    EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064400Z") << sent.call;
    EXPECT_TRUE(wire::header_of(request, "User-Agent").ends_with("nonce-7")) << sent.call;
  }
}

TEST(Act, RunsADocumentAndKeepsWhatSsmCalledIt) {
  for (const Effect effect : {Effect::capture, Effect::command}) {
    wire::ScriptedAccount account(
        [](const wire::Request&) { return wire::respond(200, R"({"Command":{"CommandId":"c-1"}})"); });
    const auto outcome = perform(action(effect), account.caller);
    EXPECT_EQ(outcome.kind, OutcomeKind::accepted);
    EXPECT_EQ(outcome.answer, "c-1");
    const auto& request = account.transport.requests.at(0);
    EXPECT_EQ(wire::header_of(request, "X-Amz-Target"), "AmazonSSM.SendCommand");
    EXPECT_NE(request.body.find(R"("Comment":"nonce-7")"), std::string::npos) << request.body;
    EXPECT_NE(request.body.find(R"("TimeoutSeconds":120)"), std::string::npos) << request.body;
    EXPECT_NE(request.body.find(R"("commands":["uptime"])"), std::string::npos) << request.body;
    EXPECT_NE(request.body.find("i-00000000000000001"), std::string::npos) << request.body;
    EXPECT_TRUE(request.at_most_once);
  }
}

TEST(Act, ALostAnswerToACommandIsUnknownAndHasNoId) {
  wire::ScriptedAccount account([](const wire::Request&) { return wire::reply_lost(); });
  const auto outcome = perform(action(Effect::command), account.caller);
  EXPECT_EQ(outcome.kind, OutcomeKind::unknown);
  EXPECT_TRUE(outcome.may_land_late);
  EXPECT_EQ(outcome.answer, "");
  EXPECT_EQ(account.transport.requests.size(), 1U);
}

TEST(Act, AStandbyThatAwsRefusesIsRefusedInItsWords) {
  for (const char* why : {"AutoScalingGroup web-asg has min-size=1, max-size=1, and desired-size=1.",
                          "The instance i-00000000000000001 is not in InService."}) {
    wire::ScriptedAccount account(
        [&](const wire::Request&) { return wire::query_error(400, "ValidationError", why); });
    for (const Effect effect : {Effect::enter_standby, Effect::exit_standby}) {
      const auto outcome = perform(action(effect), account.caller);
      EXPECT_EQ(outcome.kind, OutcomeKind::refused);
      EXPECT_FALSE(outcome.may_land_late);
      EXPECT_NE(outcome.detail.find(why), std::string::npos) << outcome.detail;
    }
  }
}

TEST(Act, WhatMetAnotherActivityOfTheGroupIsTriedAgain) {
  for (const auto& answer : {wire::query_error(500, "ResourceContention", "pending update"),
                             wire::query_error(400, "ScalingActivityInProgress", "in progress")}) {
    wire::ScriptedAccount account([&](const wire::Request&) { return answer; });
    for (const Effect effect : {Effect::enter_standby, Effect::exit_standby, Effect::terminate}) {
      const auto outcome = perform(action(effect), account.caller);
      EXPECT_EQ(outcome.kind, OutcomeKind::not_sent) << outcome.detail;
      EXPECT_FALSE(outcome.may_land_late);
    }
  }
}

TEST(Act, AStartForWhichThereIsNoRoomIsTriedAgain) {
  wire::ScriptedAccount account(
      [](const wire::Request&) { return wire::ec2_error(500, "InsufficientInstanceCapacity", "full"); });
  EXPECT_EQ(perform(action(Effect::start), account.caller).kind, OutcomeKind::not_sent);
}

}  // namespace
}  // namespace evenkeel::act
