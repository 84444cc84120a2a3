#include "credentials/assume_role.h"

#include <gtest/gtest.h>

#include "credentials/sts.h"
#include "credentials/testing/sources.h"
#include "credentials/web_identity.h"

namespace evenkeel::credentials {
namespace {

constexpr const char* kArn = "arn:aws:iam::123456789012:role/";

struct AssumedRoles : SourcesWorld {
  AssumedRoles() {
    network.script = [](const Request& request) -> Result<Response> { return sts_answer(request); };
  }
  std::string ask(const std::string& config_file, const std::string& profile = "default") {
    home.write("config", config_file);
    const auto read = config();
    if (!read) return "error: " + read.error().message;
    return who(profile_role(sources(), *read, profile));
  }
  // Who signed a request.
  static std::string signer(const Request& request) {
    const auto header = header_of(request, "Authorization");
    const auto begin = header.find("Credential=") + 11;
    return header.substr(begin, header.find('/', begin) - begin);
  }
};

std::string role(const std::string& name, const std::string& rest) {
  return "role_arn = " + (kArn + name) + "\n" + rest + "\n";
}
const std::string kKeys = "[profile keys]\naws_access_key_id = AKBASE\naws_secret_access_key = hush\n";

TEST(ProfileRole, IsAssumedWithTheKeysOfItsSourceProfile) {
  AssumedRoles roles;
  EXPECT_EQ(roles.ask("[default]\n" +
                      role("web",
                           "source_profile = keys\nexternal_id = agreed\n"
                           "role_session_name = me@x\nduration_seconds = 1800") +
                      kKeys),
            "web");
  ASSERT_EQ(roles.network.requests.size(), 1U);
  const auto& request = roles.network.requests[0];
  EXPECT_EQ(request.url, "https://sts.us-east-1.amazonaws.com/");
  EXPECT_EQ(AssumedRoles::signer(request), "AKBASE");
  EXPECT_EQ(form_of(request), (std::map<std::string, std::string>{{"Action", "AssumeRole"},
                                                                  {"Version", "2011-06-15"},
                                                                  {"RoleArn", std::string(kArn) + "web"},
                                                                  {"RoleSessionName", "me@x"},
                                                                  {"ExternalId", "agreed"},
                                                                  {"DurationSeconds", "1800"}}));
}

TEST(ProfileRole, MayHaveARoleAsItsSource) {
  AssumedRoles roles;
  EXPECT_EQ(roles.ask("[default]\n" + role("a", "source_profile = b") + "[profile b]\n" +
                      role("b", "source_profile = keys") + kKeys),
            "a");
  ASSERT_EQ(roles.network.requests.size(), 2U);
  EXPECT_EQ(AssumedRoles::signer(roles.network.requests[0]), "AKBASE");
  EXPECT_EQ(AssumedRoles::signer(roles.network.requests[1]), "b");
  EXPECT_EQ(form_of(roles.network.requests[1])["RoleSessionName"], "evenkeel");
}

TEST(ProfileRole, MayUseItsOwnProfilesKeys) {
  AssumedRoles roles;
  EXPECT_EQ(roles.ask("[default]\n" + role("a",
                                           "source_profile = default\naws_access_key_id = AKSELF\n"
                                           "aws_secret_access_key = hush")),
            "a");
  EXPECT_EQ(AssumedRoles::signer(roles.network.requests.at(0)), "AKSELF");
}

TEST(ProfileRole, NoticesCirclesAndEndlessChains) {
  AssumedRoles roles;
  const auto circle = roles.ask("[default]\n" + role("a", "source_profile = b") + "[profile b]\n" +
                                role("b", "source_profile = default"));
  EXPECT_NE(circle.find("go round in a circle: default -> b -> default; correct"), std::string::npos)
      << circle;
  std::string many = "[default]\n" + role("p", "source_profile = p1");
  for (int i = 1; i <= 9; ++i) {
    many +=
        "[profile p" + std::to_string(i) + "]\n" + role("p", "source_profile = p" + std::to_string(i + 1));
  }
  const auto endless = roles.ask(many + "[profile p10]\n" + role("p", "source_profile = keys") + kKeys);
  EXPECT_NE(endless.find("more than 8 roles"), std::string::npos) << endless;
  EXPECT_TRUE(roles.network.requests.empty());
}

TEST(ProfileRole, TakesItsKeysFromWhereCredentialSourceSays) {
  AssumedRoles roles;
  const auto from = [&](const char* source) {
    return roles.ask("[default]\n" + role("web", std::string("credential_source = ") + source));
  };
  EXPECT_NE(from("Environment").find("credential_source Environment has nothing to give: AWS_ACCESS_KEY_ID"),
            std::string::npos);
  roles.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
  roles.variables["AWS_SECRET_ACCESS_KEY"] = "hush";
  EXPECT_EQ(from("Environment"), "web");
  EXPECT_EQ(AssumedRoles::signer(roles.network.requests.at(0)), "AKENV");
  EXPECT_NE(from("EcsContainer").find("EcsContainer has nothing to give"), std::string::npos);
  roles.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_NE(from("Ec2InstanceMetadata").find("switched off"), std::string::npos);
  EXPECT_NE(from("Elsewhere").find("'Elsewhere' must be Environment, EcsContainer or"), std::string::npos);
}

TEST(ProfileRole, NeedsOneSourceThatHasSomething) {
  AssumedRoles roles;
  EXPECT_EQ(roles.ask("[default]\nregion = x\n"), "absent: profile 'default' is no role");
  EXPECT_NE(roles.ask("[default]\n" + role("a", "")).find("and has neither"), std::string::npos);
  EXPECT_NE(
      roles.ask("[default]\n" + role("a", "source_profile = keys\ncredential_source = Environment") + kKeys)
          .find("not both"),
      std::string::npos);
  EXPECT_NE(roles.ask("[default]\n" + role("a", "source_profile = none")).find("there is no profile 'none'"),
            std::string::npos);
  EXPECT_NE(roles.ask("[default]\n" + role("a", "source_profile = none") + "[profile none]\n")
                .find("has no credentials"),
            std::string::npos);
}

TEST(ProfileRole, RefusesWhatStsWouldRefuseAndWhatNeedsAPerson) {
  AssumedRoles roles;
  const auto with = [&](const std::string& rest) {
    return roles.ask("[default]\n" + role("web", "source_profile = keys\n" + rest) + kKeys);
  };
  EXPECT_NE(with("mfa_serial = arn:aws:iam::1:mfa/me").find("no operator is there to type it"),
            std::string::npos);
  EXPECT_NE(with("duration_seconds = 60").find("from 900 to 43200"), std::string::npos);
  EXPECT_NE(with("duration_seconds = long").find("from 900 to 43200"), std::string::npos);
  EXPECT_NE(with("role_session_name = a b").find("role_session_name 'a b' must be"), std::string::npos);
  EXPECT_NE(
      roles.ask("[default]\nrole_arn = web\nsource_profile = keys\n" + kKeys).find("'web' is no role's ARN"),
      std::string::npos);
  EXPECT_TRUE(roles.network.requests.empty());
}

TEST(ProfileRole, PassesOnWhatStsSaysAndWhatToDo) {
  AssumedRoles roles;
  roles.network.script = [](const Request&) {
    return query_error(403, "AccessDenied", "User: x is not authorized to perform: sts:AssumeRole");
  };
  const auto denied =
      roles.ask("[default]\n" + role("web", "source_profile = keys\nexternal_id = agreed") + kKeys);
  EXPECT_NE(denied.find("role arn:aws:iam::123456789012:role/web: sts:AssumeRole: HTTP 403 AccessDenied"),
            std::string::npos)
      << denied;
  EXPECT_NE(
      denied.find("the role's trust policy must let these credentials do sts:AssumeRole with exactly this "
                  "external id"),
      std::string::npos)
      << denied;
  roles.network.script = [](const Request&) { return respond(200, "<AssumeRoleResponse>"); };
  EXPECT_TRUE(roles.ask("[default]\n" + role("web", "source_profile = keys") + kKeys).starts_with("error:"));
  for (const auto sleep : roles.clock.sleeps) EXPECT_LT(sleep, Duration{15'000});
}

TEST(RoleToAssume, IsAskedForInItsOwnPartition) {
  AssumedRoles roles;
  const auto asked_at = [&](const std::string& arn, const std::string& region) {
    roles.network.requests.clear();
    RoleToAssume wanted;
    wanted.arn = arn;
    wanted.region = region;
    const auto session = assume_role(roles.sources(), roles.config().value(), wanted,
                                     std::make_shared<RefreshingCredentials>(Credentials{"AK", "s", ""}));
    return session ? roles.network.requests.at(0).url : "error: " + session.error().message;
  };
  EXPECT_EQ(asked_at("arn:aws:iam::123456789012:role/r", "eu-west-1"),
            "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(asked_at("arn:aws-cn:iam::123456789012:role/r", ""), "https://sts.cn-north-1.amazonaws.com.cn/");
  roles.variables["AWS_REGION"] = "us-gov-east-1";
  EXPECT_EQ(asked_at("arn:aws-us-gov:iam::123456789012:role/r", ""),
            "https://sts.us-gov-east-1.amazonaws.com/");
  EXPECT_EQ(asked_at("arn:aws:iam::123456789012:role/r", ""), "https://sts.us-east-1.amazonaws.com/");
  EXPECT_EQ(
      asked_at("arn:aws-cn:iam::123456789012:role/r", "eu-west-1"),
      "error: role arn:aws-cn:iam::123456789012:role/r is in partition aws-cn, and region eu-west-1 is not; "
      "correct one of the two");
}

struct WebIdentity : AssumedRoles {
  std::string file = home.write("token", "hush-oidc-token\n");

  WebIdentity() {
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = file;
    variables["AWS_ROLE_ARN"] = std::string(kArn) + "pod";
  }
  Result<Found> found(bool from_environment = true) {
    return web_identity(sources(), config().value(), "default", from_environment);
  }
};

TEST(WebIdentity, IsSentUnsignedWithTheTokenOfTheFileReadEachTime) {
  WebIdentity pod;
  EXPECT_EQ(who(pod.found()), "pod");
  pod.home.write("token", "next");
  pod.variables["AWS_ROLE_SESSION_NAME"] = "pod-1";
  EXPECT_EQ(who(pod.found()), "pod");
  const auto& requests = pod.network.requests;
  EXPECT_EQ(header_of(requests.at(0), "Authorization"), "");
  EXPECT_EQ(form_of(requests[0])["Action"], "AssumeRoleWithWebIdentity");
  EXPECT_EQ(form_of(requests[0])["WebIdentityToken"], "hush-oidc-token");
  EXPECT_EQ(form_of(requests[0])["RoleSessionName"], "evenkeel");
  EXPECT_EQ(form_of(requests[1])["WebIdentityToken"], "next");
  EXPECT_EQ(form_of(requests[1])["RoleSessionName"], "pod-1");
}

TEST(WebIdentity, IsTriedAgainWhenStsCouldNotReachItsProvider) {
  WebIdentity pod;
  const auto usual = pod.network.script;
  for (const auto& [code, message, attempts] :
       {std::tuple{"InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider",
                   2U},
        std::tuple{"IDPCommunicationError", "no answer of the provider", 2U},
        std::tuple{"InvalidIdentityToken", "The token is not valid", 1U}}) {
    pod.network.requests.clear();
    pod.network.script = [&](const Request& request) {
      return pod.network.requests.size() < 2 ? query_error(400, code, message) : usual(request);
    };
    EXPECT_EQ(who(pod.found()).starts_with("error"), attempts == 1U) << message;
    EXPECT_EQ(pod.network.requests.size(), attempts) << message;
  }
  pod.network.script = [](const Request&) {
    return query_error(400, "InvalidIdentityToken", "Couldn't retrieve verification key from your provider");
  };
  const auto refused = pod.found();
  EXPECT_EQ(kind_of(refused), ErrorKind::unavailable);
  EXPECT_EQ(who(refused).find("is the token file still kept fresh"), std::string::npos)
      << "it is, for all we know";
}

TEST(WebIdentity, ComesFromTheProfileWhereTheEnvironmentHasNone) {
  WebIdentity pod;
  EXPECT_TRUE(who(pod.found(false)).starts_with("absent"));
  pod.home.write("config", "[default]\nweb_identity_token_file = " + pod.file + "\n" + role("profile", ""));
  EXPECT_EQ(who(pod.found(false)), "profile");
  EXPECT_EQ(who(pod.found(true)), "pod");
}

TEST(WebIdentity, NeedsARoleAndATokenAndShowsNone) {
  WebIdentity pod;
  pod.network.script = [](const Request&) {
    return query_error(400, "InvalidIdentityToken", "hush-oidc-token is no good");
  };
  const auto invalid = who(pod.found());
  EXPECT_NE(invalid.find("InvalidIdentityToken: [redacted] is no good"), std::string::npos) << invalid;
  EXPECT_NE(invalid.find("is the token file still kept fresh"), std::string::npos) << invalid;
  pod.home.write("token", " ");
  EXPECT_NE(who(pod.found()).find("is empty"), std::string::npos);
  pod.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = pod.home.file("none");
  EXPECT_NE(who(pod.found()).find("is not there"), std::string::npos);
  pod.variables.erase("AWS_ROLE_ARN");
  EXPECT_NE(who(pod.found()).find("but no role; set AWS_ROLE_ARN"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::credentials
