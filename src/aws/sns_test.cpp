#include "aws/sns.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::sns {
namespace {

using wire::form_of;
using wire::query_answer;
using wire::Request;
using wire::ScriptedAccount;

const std::string kTopic = "arn:aws:sns:eu-west-1:123456789012:evenkeel";

wire::Response published() { return query_answer("Publish", "<MessageId>m-1</MessageId>"); }

TEST(Topic, PublishesAMessageWithItsSubject) {
  ScriptedAccount account([](const Request& request) {
    const auto form = form_of(request);
    EXPECT_EQ(form.at("Action"), "Publish");
    EXPECT_EQ(form.at("Version"), "2010-03-31");
    EXPECT_EQ(form.at("TopicArn"), kTopic);
    EXPECT_EQ(form.at("Subject"), "evenkeel web: i-1 is held");
    EXPECT_EQ(form.at("Message"), "put back,\nbut not healthy: größer");
    EXPECT_EQ(request.timeout, Duration{2'000});
    return published();
  });
  const auto id =
      publish(account.caller, {kTopic, "evenkeel web: i-1 is held", "put back,\nbut not healthy: größer"},
              Duration{2'000});
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(*id, "m-1");
}

TEST(Topic, ASubjectIsMadeFit) {
  EXPECT_EQ(fit_subject("  plain\n"), "plain");
  EXPECT_EQ(fit_subject("größe \x1b[1m\tx"), "gr??e ?[1m?x");
  EXPECT_EQ(fit_subject("a\nBcc: x@example.com"), "a?Bcc: x@example.com");
  const auto cut = fit_subject(std::string(200, 'x'));
  EXPECT_EQ(cut, std::string(97, 'x') + "...");
  EXPECT_EQ(fit_subject(std::string(100, 'x')), std::string(100, 'x'));
}

TEST(Topic, WithoutASubjectNoneIsSent) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_FALSE(form_of(request).contains("Subject"));
    return published();
  });
  EXPECT_TRUE(publish(account.caller, {kTopic, "", "text"}, Duration{2'000}));
}

TEST(Topic, ATextThatIsTooLongIsCutBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 300'000) text += "€";
  ScriptedAccount account([](const Request& request) {
    const auto sent = form_of(request).at("Message");
    EXPECT_LE(sent.size(), 256U * 1024U);
    EXPECT_GT(sent.size(), 256U * 1024U - 8U);
    EXPECT_TRUE(sent.ends_with("€...")) << sent.substr(sent.size() - 8);
    return published();
  });
  EXPECT_TRUE(publish(account.caller, {kTopic, "s", text}, Duration{2'000}));
}

TEST(Topic, ALostAnswerMayHaveNotifiedOperators) {
  ScriptedAccount lost([](const Request&) { return wire::reply_lost(); });
  EXPECT_EQ(wire::kind_of(publish(lost.caller, {kTopic, "s", "t"}, Duration{2'000})),
            ErrorKind::maybe_happened);
  ScriptedAccount refused([](const Request&) { return wire::connection_refused(); });
  EXPECT_EQ(wire::kind_of(publish(refused.caller, {kTopic, "s", "t"}, Duration{2'000})),
            ErrorKind::unavailable);
}

TEST(Topic, SaysWhatAwsRefuses) {
  ScriptedAccount account([](const Request&) {
    return wire::query_error(403, "AuthorizationError", "not authorized to perform: SNS:Publish");
  });
  const auto id = publish(account.caller, {kTopic, "s", "t"}, Duration{2'000});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().kind, ErrorKind::denied) << id.error().message;
}

}  // namespace
}  // namespace evenkeel::aws::sns
