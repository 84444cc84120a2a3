#include "act/act.h"

#include <gtest/gtest.h>

#include "wire/scripted_transport.h"

namespace evenkeel::act {
namespace {

using wire::form_of;

const Time kIntended = *parse_iso8601("2026-11-22T06:44:00Z");

Action action(Effect effect) {
  return {.effect = effect,
          .instance_id = "i-00000000000000001",
          .remediation_id = "r",
          .target_group_arn = effect == Effect::reboot ? "" : "arn:tg",
          .ports = effect == Effect::reboot ? std::vector<int>{} : std::vector{443, 8443},
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

}  // namespace
}  // namespace evenkeel::act
