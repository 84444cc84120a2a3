#include <gtest/gtest.h>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

const std::string kTopic = "arn:aws:sns:eu-west-1:123456789012:evenkeel";

struct Sns : World {
  using World::World;
  FrontReply publish(FormFields form, const std::string& topic = kTopic) {
    form.emplace_back("TopicArn", topic);
    return call(ApiService::sns, "Publish", form);
  }
  std::string code(const FormFields& form) { return publish(form).code(); }
};

TEST(Sns, KeepsWhatIsPublished) {
  Sns sns;
  const auto reply = sns.publish({{"Subject", "web-3 is held"},
                                  {"Message", "line one\nline two \xe2\x80\xa6"},
                                  {"MessageAttributes.entry.1.Name", "kind"},
                                  {"MessageAttributes.entry.1.Value.DataType", "String"},
                                  {"MessageAttributes.entry.1.Value.StringValue", "held"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto id = reply.text("/PublishResponse/PublishResult/MessageId");
  EXPECT_EQ(id.size(), 36U);
  ASSERT_EQ(sns.account.published.size(), 1U);
  const Published& one = sns.account.published.front();
  EXPECT_EQ(one.at, sns.account.now());
  EXPECT_EQ(one.topic, kTopic);
  EXPECT_EQ(one.subject, "web-3 is held");
  EXPECT_EQ(one.message, "line one\nline two \xe2\x80\xa6");
  EXPECT_EQ(one.attributes, (std::map<std::string, std::string>{{"kind", "held"}}));
  EXPECT_EQ(sns.front.calls().at("sns:Publish"), 1);
  EXPECT_NE(sns.publish({{"Message", "again"}}).text("//MessageId"), id);
  EXPECT_EQ(sns.account.published.back().subject, "");
}

TEST(Sns, MakesTopics) {
  Sns sns;
  const std::string arn = "arn:aws:sns:eu-west-1:123456789012:mine";
  EXPECT_EQ(sns.publish({{"Message", "text"}}, arn).code(), "NotFound");
  EXPECT_EQ(sns.publish({{"Message", "text"}}, arn).status, 404);
  const auto made = sns.call(ApiService::sns, "CreateTopic", {{"Name", "mine"}});
  EXPECT_EQ(made.text("/CreateTopicResponse/CreateTopicResult/TopicArn"), arn);
  EXPECT_EQ(sns.call(ApiService::sns, "CreateTopic", {{"Name", "mine"}}).text("//TopicArn"), arn);
  EXPECT_EQ(sns.publish({{"Message", "text"}}, arn).status, 200);
  EXPECT_EQ(sns.call(ApiService::sns, "CreateTopic", {{"Name", "a b"}}).code(), "InvalidParameter");
}

TEST(Sns, RefusesSubjectsThatNoMailCouldHave) {
  Sns sns;
  const auto with = [&](const std::string& subject) {
    return sns.code({{"Message", "text"}, {"Subject", subject}});
  };
  EXPECT_EQ(with(std::string(100, 'x')), "");
  for (const std::string& subject :
       {std::string(101, 'x'), std::string(), std::string("a\nb"), std::string("a\rb"),
        std::string("caf\xc3\xa9"), std::string("a\tb"), std::string(" a")})
    EXPECT_EQ(with(subject), "InvalidParameter") << printable(subject);
  EXPECT_EQ(sns.account.published.size(), 1U);
}

TEST(Sns, RefusesMessagesThatAreEmptyOrTooLong) {
  Sns sns;
  EXPECT_EQ(sns.code({}), "InvalidParameter");
  EXPECT_EQ(sns.code({{"Message", ""}}), "InvalidParameter");
  EXPECT_EQ(sns.code({{"Message", std::string(262'144, 'x')}}), "");
  EXPECT_EQ(sns.code({{"Message", std::string(262'145, 'x')}}), "InvalidParameter");
  EXPECT_EQ(sns.code({{"Message", "text"}, {"PhoneNumber", "+491234"}}), "InvalidParameter");
  EXPECT_EQ(sns.code({{"Message", "text"},
                      {"MessageAttributes.entry.1.Name", "kind"},
                      {"MessageAttributes.entry.1.Value.DataType", "Text"},
                      {"MessageAttributes.entry.1.Value.StringValue", "held"}}),
            "InvalidParameter");
}

TEST(Sns, LetsNoCallerPublishElsewhere) {
  Sns sns;
  EXPECT_EQ(sns.publish({{"Message", "text"}}, "evenkeel").code(), "InvalidParameter");
  const auto refused = sns.publish({{"Message", "text"}}, "arn:aws:sns:eu-west-1:999999999999:evenkeel");
  EXPECT_EQ(refused.code(), "AuthorizationError");
  EXPECT_EQ(refused.status, 403);
}

TEST(Sns, HasWordsOfItsOwnForFaults) {
  const auto fault = [](FaultKind kind) {
    Fault one;
    one.kind = kind;
    one.action = "sns.Publish";
    one.times = 1;
    Sns sns(Faults{{one}, Duration{0}});
    const auto reply = sns.publish({{"Message", "text"}});
    return std::tuple(reply.status, reply.code(), sns.account.published.size());
  };
  EXPECT_EQ(fault(FaultKind::throttle), std::tuple(429, "Throttled", 0U));
  EXPECT_EQ(fault(FaultKind::denied), std::tuple(403, "AuthorizationError", 0U));
  EXPECT_EQ(fault(FaultKind::server_error), std::tuple(500, "InternalError", 0U));
  EXPECT_EQ(fault(FaultKind::lose_reply_after), std::tuple(0, "", 1U));
}

}  // namespace
}  // namespace evenkeel::sim
