#include "credentials/chain.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "credentials/testing/sources.h"

namespace evenkeel::credentials {
namespace {

std::string keys(const std::string& id) {
  return "aws_access_key_id = " + id + "\naws_secret_access_key = hush\n";
}

// Everything is configured at once; each test takes away the first ones.
struct EverySource : SourcesWorld {
  SystemClock real;  // a process takes real time
  std::string role, web, file, process, config_keys;

  EverySource() {
    network.script = [](const Request& request) -> Result<Response> {
      if (request.url.starts_with("https://sts.")) return sts_answer(request);
      if (request.url.starts_with("http://169.254.170.2/")) return respond(200, json_of("CONTAINER"));
      if (request.url.ends_with("/latest/api/token")) return respond(200, "token");
      if (request.url.ends_with("security-credentials/")) return respond(200, "web");
      return respond(200, json_of("INSTANCE"));
    };
    variables["AWS_ACCESS_KEY_ID"] = "ENVIRONMENT";
    variables["AWS_SECRET_ACCESS_KEY"] = "hush";
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = home.write("token", "oidc");
    variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/WEB";
    variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/x";
    role = "role_arn = arn:aws:iam::123456789012:role/ROLE\ncredential_source = EcsContainer\n";
    process = "credential_process = /bin/cat " + home.write("answer", json_of("PROCESS")) + "\n";
    config_keys = keys("CONFIG");
    file = keys("FILE");
    write();
  }
  Sources sources(std::optional<std::string> profile = std::nullopt) {
    return {network, real, random, environment(), {"PATH=/usr/bin:/bin"}, std::move(profile)};
  }
  void write() const {
    home.write("config", "[default]\n" + role + process + config_keys);
    home.write("credentials", file.empty() ? "" : "[default]\n" + file);
  }
  void drop(std::string& part) const {
    part.clear();
    write();
  }
  std::string first(std::optional<std::string> profile = std::nullopt) {
    return who(credentials_chain(sources(std::move(profile)))());
  }
};

TEST(CredentialsChain, AsksInAwsOrder) {
  EverySource all;
  EXPECT_EQ(all.first(), "ENVIRONMENT");
  all.variables.erase("AWS_ACCESS_KEY_ID");
  all.variables.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(all.first(), "ROLE");
  all.drop(all.role);
  EXPECT_EQ(all.first(), "WEB");
  all.variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(all.first(), "FILE");
  all.drop(all.file);
  EXPECT_EQ(all.first(), "PROCESS");
  all.drop(all.process);
  EXPECT_EQ(all.first(), "CONFIG");
  all.drop(all.config_keys);
  EXPECT_EQ(all.first(), "CONTAINER");
  all.variables.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_EQ(all.first(), "INSTANCE");
}

TEST(CredentialsChain, LetsTheEnvironmentsKeysWinOverAwsProfileButNotOverTheFlag) {
  EverySource all;
  all.home.write("config", "[profile other]\n" + keys("OTHER"));
  all.variables["AWS_PROFILE"] = "other";
  EXPECT_EQ(all.first(), "ENVIRONMENT");
  EXPECT_EQ(all.first("other"), "OTHER") << "nor does the environment's web identity count";
  EXPECT_EQ(all.first("none").substr(0, 38), "error: --profile: there is no profile ");
}

TEST(CredentialsChain, NeverPassesOverWhatIsBroken) {
  const auto broken = [](const std::string& text) { return text.starts_with("error: "); };
  EverySource all;
  all.variables.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_TRUE(broken(all.first()));
  all.variables.erase("AWS_ACCESS_KEY_ID");
  all.role = "role_arn = arn:aws:iam::123456789012:role/ROLE\n";
  all.write();
  EXPECT_TRUE(broken(all.first()));
  all.drop(all.role);
  all.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = all.home.file("gone");
  EXPECT_TRUE(broken(all.first()));
  all.variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  all.file = "aws_access_key_id = A\n";
  all.write();
  EXPECT_TRUE(broken(all.first()));
  all.file.clear();
  all.process = "credential_process = /nonexistent/tool\n";
  all.write();
  EXPECT_TRUE(broken(all.first()));
  all.process.clear();
  all.config_keys = "aws_secret_access_key = hush\n";
  all.write();
  EXPECT_TRUE(broken(all.first()));
  all.drop(all.config_keys);
  all.network.script = [](const Request& request) -> Result<Response> {
    if (request.url.starts_with("http://169.254.170.2/")) return respond(404, "");
    return respond(200, json_of("INSTANCE"));
  };
  EXPECT_TRUE(broken(all.first()));
}

TEST(CredentialsChain, SaysEverythingThatItLookedAt) {
  SourcesWorld world;
  world.home.write("config", "[default]\n");
  const auto none = credentials_chain(world.sources())();
  ASSERT_EQ(kind_of(none), ErrorKind::denied);
  for (const char* part :
       {"no AWS credentials anywhere", "environment: AWS_ACCESS_KEY_ID is not set",
        "role of a profile: profile 'default'", "web identity: no AWS_WEB_IDENTITY_TOKEN_FILE",
        "credentials file: no profile 'default' in ", "credential_process: no credential_process",
        "config file: aws_access_key_id is not set", "container: neither AWS_CONTAINER",
        "instance metadata: none at http://169.254.169.254/"}) {
    EXPECT_NE(none.error().message.find(part), std::string::npos) << part << "\n" << none.error().message;
  }
}

TEST(CredentialsChain, RefusesWhatNeedsAPersonToSignIn) {
  for (const char* setting : {"sso_session = x", "sso_start_url = x", "login_session = x"}) {
    SourcesWorld world;
    world.home.write("config", "[default]\n" + std::string(setting) + "\n");
    const auto refused = credentials_chain(world.sources())();
    ASSERT_EQ(kind_of(refused), ErrorKind::invalid);
    EXPECT_NE(refused.error().message.find("aws configure export-credentials --profile default"),
              std::string::npos);
  }
}

TEST(CredentialsChain, NeverTurnsIntoAnotherIdentity) {
  EverySource all;
  all.variables.erase("AWS_ACCESS_KEY_ID");
  all.variables.erase("AWS_SECRET_ACCESS_KEY");
  all.variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  all.drop(all.role);
  const auto chain = credentials_chain(all.sources());
  EXPECT_EQ(who(chain()), "FILE");
  all.file = keys("ROTATED");
  all.write();
  EXPECT_EQ(who(chain()), "ROTATED");
  all.drop(all.file);
  EXPECT_TRUE(who(chain()).starts_with(
      "error: the AWS credentials that were used so far are gone (credentials file: "));
  all.variables["AWS_ACCESS_KEY_ID"] = "ENVIRONMENT";
  all.variables["AWS_SECRET_ACCESS_KEY"] = "hush";
  EXPECT_TRUE(who(chain()).starts_with("error: the AWS credentials"));
}

TEST(CredentialsChain, AnInstanceStaysWhoItIsWhileItsMetadataServiceIsAway) {
  SourcesWorld world;
  bool away = false;
  world.network.script = [&](const Request& request) -> Result<Response> {
    if (away) return connection_refused();
    if (request.url.ends_with("/latest/api/token")) return respond(200, "token");
    if (request.url.ends_with("security-credentials/")) return respond(200, "web");
    return respond(200, json_of("INSTANCE"));
  };
  RefreshingCredentials identity(credentials_chain(world.sources()));
  const Time noon = parse_iso8601("2026-11-22T12:00:00Z").value();  // when they end
  EXPECT_EQ(identity.credentials(noon - std::chrono::hours{1})->access_key_id, "INSTANCE");
  away = true;
  EXPECT_EQ(identity.credentials(noon + std::chrono::hours{1})->access_key_id, "INSTANCE");
  ASSERT_TRUE(identity.refused());
  EXPECT_NE(identity.refused()->message.find("instance metadata"), std::string::npos);
}

TEST(CredentialsChain, LooksAgainAtEverySourceUntilOneHasSome) {
  SourcesWorld world;
  world.home.write("config", "[default]\n");
  const auto chain = credentials_chain(world.sources());
  EXPECT_TRUE(who(chain()).starts_with("error"));
  world.home.write("config", "[default]\n" + keys("LATER"));
  EXPECT_EQ(who(chain()), "LATER");
}

}  // namespace
}  // namespace evenkeel::credentials
