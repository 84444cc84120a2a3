#include "wire/credentials.h"

#include <gtest/gtest.h>

#include "credentials/keys.h"
#include "credentials/testing/sources.h"

namespace evenkeel::credentials {
namespace {

TEST(Credentials, AreTakenOutOfTextThatRepeatsThem) {
  const Credentials credentials{"AKID", "hush", "token/with+signs=="};
  EXPECT_EQ(credentials.redact("a hush b token/with+signs== c hushhush AKID"),
            "a [redacted] b [redacted] c [redacted][redacted] AKID");
  EXPECT_EQ((Credentials{"AKID", "", ""}).redact("text"), "text");
}

TEST(Credentials, AreFitForAHeaderOrSayWhyNot) {
  EXPECT_EQ(defect_of({"AKID", "hush/+=", "token"}), std::nullopt);
  EXPECT_EQ(defect_of({"AKID", "", ""}), "the secret access key is missing");
  EXPECT_EQ(defect_of({"", "hush", ""}), "the access key id is missing");
  for (const auto& bad : {Credentials{"AKID\r", "hush", ""},
                          {"AKID", "hush\n", ""},
                          {"AKID", "hush", "to ken"},
                          {"AKID", "h\xC3\xBCsh", ""},
                          {"AKID", "hush", std::string(20'000, 't')}}) {
    const auto defect = defect_of(bad);
    ASSERT_TRUE(defect);
    EXPECT_EQ(defect->find("sh"), std::string::npos) << *defect;
  }
}

TEST(EnvironmentKeys, AreBothThereOrNeither) {
  SourcesWorld world;
  EXPECT_EQ(who(environment_keys(world.environment())), "absent: AWS_ACCESS_KEY_ID is not set");
  world.variables["AWS_ACCESS_KEY_ID"] = "AKID";
  EXPECT_TRUE(
      who(environment_keys(world.environment()))
          .starts_with("error: AWS credentials in the environment: the secret access key is missing"));
  world.variables["AWS_SECRET_ACCESS_KEY"] = "hush";
  world.variables["AWS_SESSION_TOKEN"] = "token";
  const auto found = environment_keys(world.environment());
  ASSERT_NE(session_of(found), nullptr);
  EXPECT_EQ(session_of(found)->credentials, (Credentials{"AKID", "hush", "token"}));
  EXPECT_EQ(session_of(found)->expires, std::nullopt);
  world.variables["AWS_ACCESS_KEY_ID"] = "";
  EXPECT_TRUE(who(environment_keys(world.environment())).starts_with("error:"));
}

TEST(ProfileKeys, NameProfileAndFileAndNoSecret) {
  const Sections file = {{"a", {{"aws_access_key_id", "AKID"}, {"aws_secret_access_key", "hush"}}},
                         {"b", {{"aws_secret_access_key", "hush"}}},
                         {"c", {{"region", "x"}}}};
  EXPECT_EQ(who(profile_keys(file, "f", "a")), "AKID");
  EXPECT_EQ(who(profile_keys(file, "f", "b")),
            "error: AWS credentials in profile 'b' of f: the access key id is missing; set both "
            "aws_access_key_id and aws_secret_access_key, or neither");
  EXPECT_EQ(who(profile_keys(file, "f", "c")), "absent: aws_access_key_id is not set");
  EXPECT_EQ(who(profile_keys(file, "f", "d")), "absent: no profile 'd' in f");
}

}  // namespace
}  // namespace evenkeel::credentials
