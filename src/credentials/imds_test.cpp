#include "credentials/imds.h"

#include <gtest/gtest.h>

#include "credentials/testing/sources.h"

namespace evenkeel::credentials {
namespace {

// An instance with the role `web`; each path may be answered otherwise.
struct ImdsInstance : SourcesWorld {
  std::map<std::string, Result<Response>> answers;

  ImdsInstance() {
    answers["PUT /latest/api/token"] = respond(200, "the-token");
    answers["GET /latest/meta-data/iam/security-credentials/"] = respond(200, "web\n");
    answers["GET /latest/meta-data/iam/security-credentials/web"] = respond(200, json_of("AKIMDS"));
    answers["GET /latest/meta-data/placement/region"] = respond(200, "eu-central-1");
    network.script = [this](const Request& request) -> Result<Response> {
      const auto path = request.url.substr(request.url.find('/', 7));
      const auto at = answers.find(request.method + " " + path);
      return at == answers.end() ? respond(404, "") : at->second;
    };
  }
  Result<Found> ask() { return instance_credentials(sources(), config().value()); }
  Result<std::optional<std::string>> region() { return instance_region(sources(), config().value()); }
};

TEST(InstanceCredentials, ComeFromVersionTwoAlone) {
  ImdsInstance instance;
  const auto found = instance.ask();
  EXPECT_EQ(who(found), "AKIMDS");
  EXPECT_EQ(session_of(found)->expires, parse_iso8601("2026-11-22T12:00:00Z"));
  EXPECT_TRUE(session_of(found)->past_its_end);
  ASSERT_EQ(instance.network.requests.size(), 3U);
  EXPECT_EQ(header_of(instance.network.requests[0], "X-aws-ec2-metadata-token-ttl-seconds"), "21600");
  for (const auto& request : instance.network.requests) {
    EXPECT_TRUE(request.url.starts_with("http://169.254.169.254/latest/"));
    EXPECT_TRUE(request.direct);
    EXPECT_EQ(request.timeout, Duration{1000});
    EXPECT_EQ(header_of(request, "X-aws-ec2-metadata-token"), request.method == "GET" ? "the-token" : "");
  }
}

TEST(InstanceCredentials, NeverFallBackToVersionOne) {
  for (const int status : {400, 403, 404, 405, 500}) {
    ImdsInstance instance;
    instance.answers["PUT /latest/api/token"] = respond(status, "");
    EXPECT_TRUE(who(instance.ask()).starts_with("error: instance metadata at http://169.254.169.254/: PUT"))
        << status;
    EXPECT_EQ(instance.network.requests.size(), 1U) << status;
  }
}

TEST(InstanceCredentials, AreAbsentWhereNoSourceAnswersAndNoneIsAskedTwice) {
  ImdsInstance instance;
  for (const auto& no_answer : {connection_refused(), reply_lost()}) {
    instance.answers["PUT /latest/api/token"] = no_answer;
    EXPECT_TRUE(who(instance.ask()).starts_with("absent: none at http://169.254.169.254/"));
  }
  EXPECT_EQ(instance.network.requests.size(), 2U);
}

TEST(InstanceCredentials, AreAbsentWhereTheInstanceHasNoRole) {
  ImdsInstance instance;
  instance.answers["GET /latest/meta-data/iam/security-credentials/"] = respond(404, "<html>");
  EXPECT_EQ(who(instance.ask()), "absent: this instance has no role");
}

TEST(InstanceCredentials, AreNotLookedForWhenSwitchedOff) {
  ImdsInstance instance;
  instance.variables["AWS_EC2_METADATA_DISABLED"] = "TRUE";
  EXPECT_EQ(who(instance.ask()), "absent: switched off by AWS_EC2_METADATA_DISABLED");
  EXPECT_EQ(instance.region(), std::nullopt);
  EXPECT_TRUE(instance.network.requests.empty());
}

TEST(InstanceCredentials, RefuseWhatMakesNoSense) {
  const std::string list = "GET /latest/meta-data/iam/security-credentials/";
  const std::pair<std::string, Result<Response>> cases[] = {
      {"PUT /latest/api/token", respond(200, "<html> hush </html>")},
      {"PUT /latest/api/token", respond(200, "")},
      {list, respond(200, "../../hush secret")},
      {list, respond(401, "")},
      {list, reply_lost()},
      {list + "web", respond(200, "hush")},
      {list + "web", respond(200, json_of("AKIMDS").substr(0, 60))},
      {list + "web", respond(503, "")},
      {list + "web", connection_refused()},
      {list + "web", respond(200, R"({"Code":"Failed","Message":"no"})")}};
  for (const auto& [path, answer] : cases) {
    ImdsInstance instance;
    instance.answers[path] = answer;
    const auto text = who(instance.ask());
    EXPECT_TRUE(text.starts_with("error: instance metadata at ")) << path << " gave " << text;
    EXPECT_EQ(text.find("hush-"), std::string::npos) << text;
  }
}

TEST(InstanceCredentials, AreLookedForWhereTheVariablesSay) {
  ImdsInstance instance;
  instance.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  EXPECT_EQ(who(instance.ask()), "AKIMDS");
  EXPECT_TRUE(instance.network.requests.at(0).url.starts_with("http://[fd00:ec2::254]/latest/"));
  instance.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1338";
  EXPECT_EQ(who(instance.ask()), "AKIMDS");
  instance.home.write("config", "[default]\nec2_metadata_service_endpoint = http://127.0.0.2:99/\n");
  instance.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "";
  EXPECT_EQ(who(instance.ask()), "AKIMDS");
  EXPECT_TRUE(instance.network.requests.back().url.starts_with("http://127.0.0.2:99/latest/"));
  instance.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "somewhere";
  EXPECT_TRUE(who(instance.ask()).starts_with("error: AWS_EC2_METADATA_SERVICE_ENDPOINT: 'somewhere'"));
}

TEST(InstanceCredentials, TakeAsLongAndTryAsOftenAsTheVariablesSay) {
  ImdsInstance instance;
  instance.variables["AWS_METADATA_SERVICE_TIMEOUT"] = "5";
  instance.variables["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "3";
  instance.answers["PUT /latest/api/token"] = reply_lost();
  EXPECT_TRUE(who(instance.ask()).starts_with("absent"));
  EXPECT_EQ(instance.network.requests.size(), 3U);
  EXPECT_EQ(instance.network.requests[0].timeout, Duration{5000});
  instance.variables["AWS_METADATA_SERVICE_TIMEOUT"] = "forever";
  EXPECT_TRUE(who(instance.ask()).starts_with("error: AWS_METADATA_SERVICE_TIMEOUT: 'forever' must be"));
}

TEST(InstanceRegion, IsTheInstancesOwnOrNone) {
  ImdsInstance instance;
  EXPECT_EQ(instance.region(), "eu-central-1");
  instance.answers["GET /latest/meta-data/placement/region"] = respond(404, "");
  EXPECT_EQ(instance.region(), std::nullopt);
  instance.answers["PUT /latest/api/token"] = connection_refused();
  EXPECT_EQ(instance.region(), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::credentials
