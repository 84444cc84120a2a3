#include "wire/credentials.h"

#include <gtest/gtest.h>
#include <map>

#include "wire/scripted_transport.h"

namespace evenkeel::wire {
namespace {

Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional{at->second};
  };
}

TEST(Credentials, ComeFromTheEnvironment) {
  const auto credentials = credentials_from(environment(
      {{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "SECRET"}, {"AWS_SESSION_TOKEN", "TOKEN"}}));
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->secret_access_key, "SECRET");
  EXPECT_EQ(credentials->session_token, "TOKEN");
}

TEST(Credentials, NeedNoSessionToken) {
  const auto credentials =
      credentials_from(environment({{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "SECRET"}}));
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->session_token, "");
}

TEST(Credentials, NameTheVariablesThatAreMissingAndNoSecret) {
  const auto both = credentials_from(environment({}));
  ASSERT_EQ(kind_of(both), ErrorKind::denied);
  EXPECT_TRUE(both.error().message.starts_with(
      "no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"));
  const auto one =
      credentials_from(environment({{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", "SECRET"}}));
  EXPECT_TRUE(one.error().message.starts_with("no AWS credentials: AWS_ACCESS_KEY_ID is not set"));
  EXPECT_EQ(one.error().message.find("SECRET,"), std::string::npos);
}

TEST(Credentials, AreTakenOutOfTextThatRepeatsThem) {
  const Credentials credentials{"AKID", "hush", "token/with+signs=="};
  EXPECT_EQ(credentials.redact("a hush b token/with+signs== c hushhush AKID"),
            "a [redacted] b [redacted] c [redacted][redacted] AKID");
  EXPECT_EQ((Credentials{"AKID", "", ""}).redact("text"), "text");
}

}  // namespace
}  // namespace evenkeel::wire
