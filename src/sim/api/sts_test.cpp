#include <gtest/gtest.h>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

const std::string kArn = "arn:aws:iam::123456789012:role/";

// The world of testing/front.h with a client that may have another identity's keys.
struct Sts : World {
  AccessKey access;
  std::string token;

  FrontReply as_me(ApiService service, const std::string& action, const FormFields& form = {},
                   bool with_token = true) {
    auto request = request_for(service, action, form, account.now());
    if (token.empty() || !with_token) {
      sign(request, names(service).scope, access);
      return send(request);
    }
    request.headers.emplace_back("X-Amz-Security-Token", token);
    std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
    const std::string date = amz_date(account.now());
    Authorization authorization{
        access.access_key_id, date.substr(0, 8), "eu-west-1", names(service).scope, {}, ""};
    authorization.signed_headers = {"content-type", "host", "x-amz-date", "x-amz-security-token"};
    const auto signature = expected_signature(request, authorization, date, access.secret_access_key);
    request.headers.emplace_back(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=" + authorization.access_key_id + "/" + authorization.date +
            "/eu-west-1/" + authorization.service +
            "/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=" +
            signature.value_or(""));
    return send(request);
  }
  FrontReply assume(const std::string& role, FormFields form = {}) {
    form.insert(form.begin(), {{"RoleArn", kArn + role}, {"RoleSessionName", "me"}});
    return as_me(ApiService::sts, "AssumeRole", form);
  }
  void become(const FrontReply& reply) {
    access = {reply.text("//AccessKeyId"), reply.text("//SecretAccessKey")};
    token = reply.text("//SessionToken");
  }
  std::string identity() { return as_me(ApiService::sts, "GetCallerIdentity").text("//Arn"); }
};

TEST(Sts, KnowsWhoAsks) {
  Sts sts;
  EXPECT_EQ(sts.identity(), "arn:aws:iam::123456789012:user/example");
  EXPECT_EQ(sts.front.callers(), (CountsByAction{{"arn:aws:iam::123456789012:user/example", 1}}));
}

TEST(Sts, GivesOutKeysThatAreGoodUntilTheyEnd) {
  Sts sts;
  const auto issued = sts.assume("evenkeel", {{"DurationSeconds", "900"}});
  ASSERT_EQ(issued.status, 200) << issued.body;
  EXPECT_EQ(issued.text("//AssumedRoleUser/Arn"), "arn:aws:sts::123456789012:assumed-role/evenkeel/me");
  EXPECT_EQ(issued.text("//Expiration"), iso8601(sts.account.now() + std::chrono::minutes{15}));
  sts.become(issued);
  EXPECT_EQ(sts.identity(), "arn:aws:sts::123456789012:assumed-role/evenkeel/me");
  EXPECT_EQ(sts.as_me(ApiService::ec2, "DescribeInstances").status, 200);
  sts.wait(std::chrono::minutes{15});
  EXPECT_EQ(sts.as_me(ApiService::elbv2, "DescribeTargetGroups").code(), "ExpiredToken");
  EXPECT_EQ(sts.as_me(ApiService::ec2, "DescribeInstances").code(), "RequestExpired");
}

TEST(Sts, TakesTemporaryKeysOnlyWithTheirToken) {
  Sts sts;
  sts.become(sts.assume("evenkeel"));
  EXPECT_EQ(sts.as_me(ApiService::sts, "GetCallerIdentity", {}, false).code(), "InvalidClientTokenId");
  EXPECT_EQ(sts.as_me(ApiService::ec2, "DescribeInstances", {}, false).code(), "AuthFailure");
  sts.token += "x";
  EXPECT_EQ(sts.as_me(ApiService::sts, "GetCallerIdentity").code(), "InvalidClientTokenId");
}

TEST(Sts, LetsOnlyIdentitiesIntoARoleThatItTrusts) {
  Sts sts;
  sts.account.roles["careful"].external_id = "agreed";
  sts.account.roles["closed"].refuses = true;
  sts.account.roles["pod"].web_identity = "a-jwt";
  EXPECT_EQ(sts.assume("careful", {{"ExternalId", "agreed"}}).status, 200);
  EXPECT_EQ(sts.assume("careful", {{"ExternalId", "guessed"}}).code(), "AccessDenied");
  EXPECT_EQ(sts.assume("careful").code(), "AccessDenied");
  EXPECT_EQ(sts.assume("evenkeel", {{"ExternalId", "agreed"}}).code(), "AccessDenied");
  for (const char* role : {"closed", "pod", "unknown"}) {
    const auto refused = sts.assume(role);
    EXPECT_EQ(refused.status, 403) << role;
    EXPECT_EQ(refused.message(),
              "User: arn:aws:iam::123456789012:user/example is not authorized to perform: "
              "sts:AssumeRole on resource: " +
                  kArn + role);
  }
}

TEST(Sts, RefusesWhatIsNotAsItShouldBe) {
  Sts sts;
  const auto code = [&](const FormFields& form) {
    return sts.as_me(ApiService::sts, "AssumeRole", form).code();
  };
  const std::string role = kArn + "evenkeel";
  EXPECT_EQ(code({{"RoleArn", role}}), "ValidationError");
  EXPECT_EQ(code({{"RoleArn", role}, {"RoleSessionName", "a b"}}), "ValidationError");
  EXPECT_EQ(code({{"RoleArn", "evenkeel"}, {"RoleSessionName", "me"}}), "ValidationError");
  EXPECT_EQ(code({{"RoleArn", role}, {"RoleSessionName", "me"}, {"DurationSeconds", "60"}}),
            "ValidationError");
  EXPECT_EQ(code({{"RoleArn", role}, {"RoleSessionName", "me"}, {"ExternalId", "?"}}), "ValidationError");
  EXPECT_EQ(code({{"RoleArn", role}, {"RoleSessionName", "me"}, {"Colour", "red"}}), "ValidationError");
  sts.become(sts.assume("evenkeel"));
  EXPECT_EQ(sts.assume("evenkeel", {{"DurationSeconds", "7200"}}).code(), "ValidationError")
      << "a chain of roles";
}

TEST(Sts, TakesAWebIdentityWithoutASignature) {
  Sts sts;
  sts.account.roles["pod"].web_identity = "a-jwt";
  const auto ask = [&](const std::string& action, const std::string& role, const std::string& jwt) {
    auto request = request_for(
        ApiService::sts, action,
        {{"RoleArn", kArn + role}, {"RoleSessionName", "me"}, {"WebIdentityToken", jwt}}, sts.account.now());
    std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
    return sts.send(request);
  };
  const auto issued = ask("AssumeRoleWithWebIdentity", "pod", "a-jwt");
  ASSERT_EQ(issued.status, 200) << issued.body;
  sts.become(issued);
  EXPECT_EQ(sts.identity(), "arn:aws:sts::123456789012:assumed-role/pod/me");
  EXPECT_EQ(ask("AssumeRoleWithWebIdentity", "pod", "jwt").code(), "ValidationError");
  EXPECT_EQ(ask("AssumeRoleWithWebIdentity", "pod", "forged").code(), "InvalidIdentityToken");
  EXPECT_EQ(ask("AssumeRoleWithWebIdentity", "evenkeel", "a-jwt").code(), "AccessDenied");
  EXPECT_EQ(ask("AssumeRole", "evenkeel", "a-jwt").code(), "MissingAuthenticationToken");
}

}  // namespace
}  // namespace evenkeel::sim
