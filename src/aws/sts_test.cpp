#include "aws/sts.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::sts {
namespace {

TEST(Sts, SaysWhoseCredentialsTheseAre) {
  wire::ScriptedAccount account{[](const wire::Request& request) {
    EXPECT_EQ(wire::form_of(request).at("Action"), "GetCallerIdentity");
    return wire::query_answer("GetCallerIdentity",
                              "<Arn>arn:aws:iam::123456789012:user/example</Arn><UserId>AIDAEXAMPLE</UserId>"
                              "<Account>123456789012</Account>");
  }};
  EXPECT_EQ(caller_arn(account.caller).value().value, "arn:aws:iam::123456789012:user/example");
}

TEST(Sts, AnAnswerWithoutAnArnIsAnError) {
  wire::ScriptedAccount account{
      [](const wire::Request&) { return wire::query_answer("GetCallerIdentity", "<UserId>x</UserId>"); }};
  EXPECT_FALSE(caller_arn(account.caller));
}

}  // namespace
}  // namespace evenkeel::aws::sts
