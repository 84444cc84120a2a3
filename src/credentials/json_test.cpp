#include "credentials/json.h"

#include <gtest/gtest.h>

#include "credentials/testing/sources.h"

namespace evenkeel::credentials {
namespace {

constexpr JsonFrom kAll[] = {JsonFrom::process, JsonFrom::container, JsonFrom::instance};

TEST(CredentialsJson, IsReadFromAllThree) {
  for (const auto from : kAll) {
    const auto session = read_credentials_json(json_of("AKID"), from);
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(session->credentials, (Credentials{"AKID", "hush-secret", "hush-token"}));
    EXPECT_EQ(session->expires, parse_iso8601("2026-11-22T12:00:00Z"));
  }
}

TEST(CredentialsJson, OfAProcessMayBeWithoutAnEnd) {
  const std::string keys = R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"})";
  const auto session = read_credentials_json(keys, JsonFrom::process);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->expires, std::nullopt);
  EXPECT_EQ(session->credentials.session_token, "");
  EXPECT_FALSE(read_credentials_json(keys, JsonFrom::container));
}

TEST(CredentialsJson, KnowsTheTimesThatToolsWrite) {
  const auto end_of = [](const std::string& time) {
    const auto session = read_credentials_json(
        R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":")" + time + "\"}",
        JsonFrom::process);
    return session ? session->expires : std::nullopt;
  };
  const auto noon = parse_iso8601("2026-11-22T12:00:00Z");
  EXPECT_EQ(end_of("2026-11-22T12:00:00Z"), noon);
  EXPECT_EQ(end_of("2026-11-22T12:00:00+00:00"), noon);
  EXPECT_EQ(end_of("2026-11-22T13:30:00+01:30"), noon);
  EXPECT_EQ(end_of("2026-11-22T07:00:00-05:00"), noon);
  EXPECT_EQ(end_of("2026-11-22 12:00:00UTC"), noon);
  EXPECT_EQ(end_of("2026-11-22T12:00:00+0000"), noon);
  for (const char* bad :
       {"", "soon", "2026-11-22T12:00:00", "2026-11-22T12:00:00+1:00", "2026-11-22T12:00:00+xx:00"})
    EXPECT_EQ(end_of(bad), std::nullopt) << bad;
}

TEST(CredentialsJson, RefusesGarbageWithoutShowingIt) {
  const std::string deep = std::string(2000, '[') + "hush";
  for (const std::string& text :
       {std::string{}, std::string{"hush"}, std::string{"[\"hush\"]"}, json_of("hush").substr(0, 80), deep,
        json_of("hush") + "x", std::string(kMostCredentialsJson + 1, ' '), std::string{"{}"},
        std::string{R"({"Version":2,"Code":"Success","AccessKeyId":"A","SecretAccessKey":7})"},
        json_of("hush\\nX: y"), json_of(""), std::string{"\xff\xfe\x00", 3}}) {
    for (const auto from : kAll) {
      const auto session = read_credentials_json(text, from);
      ASSERT_FALSE(session) << text;
      EXPECT_EQ(session.error().message.find("hush"), std::string::npos) << session.error().message;
    }
  }
}

TEST(CredentialsJson, OfAProcessNeedsVersionOne) {
  const auto other =
      read_credentials_json(R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"s"})", JsonFrom::process);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("no \"Version\": 1"), std::string::npos);
}

TEST(CredentialsJson, OfAnInstanceMayBeARefusal) {
  const auto refused = read_credentials_json(
      R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role web."})",
      JsonFrom::instance);
  ASSERT_EQ(kind_of(refused), ErrorKind::denied);
  EXPECT_NE(refused.error().message.find("AssumeRoleUnauthorizedAccess"), std::string::npos);
  EXPECT_NE(refused.error().message.find("EC2 cannot assume the role web."), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::credentials
