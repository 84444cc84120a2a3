#include "sim/api/metadata.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using Json = nlohmann::json;

const std::string kRoles = "/latest/meta-data/iam/security-credentials/";

wire::Request ask(const std::string& method, const std::string& path, wire::Headers headers = {}) {
  wire::Request request;
  request.method = method;
  request.url = "http://169.254.169.254" + path;
  request.headers = std::move(headers);
  return request;
}

wire::Request for_token(const std::string& ttl = "21600") {
  return ask("PUT", "/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", ttl}});
}

struct MetadataInstance : World {
  using World::World;
  wire::Headers token() { return {{"X-aws-ec2-metadata-token", send(for_token()).body}}; }
};

TEST(InstanceMetadata, SpeaksVersionTwoAlone) {
  MetadataInstance instance;
  for (const std::string& path :
       {kRoles, kRoles + "evenkeel", std::string("/latest/meta-data/placement/region")}) {
    EXPECT_EQ(instance.send(ask("GET", path)).status, 401) << path;
    EXPECT_EQ(instance.send(ask("GET", path, {{"X-aws-ec2-metadata-token", "guessed"}})).status, 401);
    EXPECT_EQ(instance.send(ask("GET", path, instance.token())).status, 200);
  }
  EXPECT_EQ(instance.send(ask("GET", "/latest/meta-data/placement/region", instance.token())).body,
            "eu-west-1");
  EXPECT_EQ(instance.send(ask("GET", kRoles, instance.token())).body, "evenkeel");
  EXPECT_EQ(instance.send(ask("GET", kRoles + "other", instance.token())).status, 404);
}

TEST(InstanceMetadata, GivesATokenOnlyToAProperPut) {
  MetadataInstance instance;
  for (const char* ttl : {"0", "21601", "", "x"}) EXPECT_EQ(instance.send(for_token(ttl)).status, 400);
  EXPECT_EQ(instance.send(ask("GET", "/latest/api/token")).status, 405);
  auto forwarded = for_token();
  forwarded.headers.emplace_back("X-Forwarded-For", "10.0.0.1");
  EXPECT_EQ(instance.send(forwarded).status, 403);
}

TEST(InstanceMetadata, GivesOutKeysForTheRole) {
  MetadataInstance instance;
  instance.account.roles["evenkeel"].lasts = std::chrono::minutes{15};
  const auto json = Json::parse(instance.send(ask("GET", kRoles + "evenkeel", instance.token())).body);
  EXPECT_EQ(json["Code"], "Success");
  EXPECT_EQ(json["Expiration"], iso8601(instance.account.now() + std::chrono::minutes{15}));
  EXPECT_FALSE(json["Token"].get<std::string>().empty());
  instance.account.roles.clear();
  EXPECT_EQ(instance.send(ask("GET", kRoles, instance.token())).status, 404);
}

TEST(ContainerEndpoint, AsksThePodForItsTokenAndTheTaskForNone) {
  MetadataInstance instance;
  const auto task = Json::parse(instance.send(ask("GET", "/v2/credentials/evenkeel")).body);
  EXPECT_EQ(task["RoleArn"], "arn:aws:iam::123456789012:role/evenkeel");
  EXPECT_EQ(instance.send(ask("GET", "/v1/credentials")).status, 401);
  EXPECT_EQ(instance.send(ask("GET", "/v1/credentials", {{"Authorization", "other"}})).status, 401);
  EXPECT_EQ(instance.send(ask("GET", "/v1/credentials", {{"Authorization", kPodToken}})).status, 200);
  EXPECT_EQ(instance.send(ask("GET", "/v2/credentials/other")).status, 404);
}

TEST(Metadata, MeetsFaults) {
  const auto with = [](FaultKind kind) {
    Fault fault;
    fault.kind = kind;
    fault.rate = 1;
    fault.action = "container.Credentials";
    fault.delay = std::chrono::seconds{3};
    MetadataInstance instance({{fault}});
    Duration slow_by{0};
    const auto response = instance.front.answer(ask("GET", "/v2/credentials/evenkeel"), {}, &slow_by);
    EXPECT_EQ(instance.front.calls().at("container:Credentials"), 1);
    if (!response) return std::string("lost");
    return std::to_string(response->status) + (Json::accept(response->body) ? " json" : " garbage") +
           (slow_by > Duration{0} ? " slow" : "");
  };
  EXPECT_EQ(with(FaultKind::server_error), "500 garbage");
  EXPECT_EQ(with(FaultKind::denied), "403 garbage");
  EXPECT_EQ(with(FaultKind::throttle), "429 garbage");
  EXPECT_EQ(with(FaultKind::garbage), "200 garbage slow");
  EXPECT_EQ(with(FaultKind::slow), "200 json slow");
  EXPECT_EQ(with(FaultKind::lose_reply_after), "lost");
}

}  // namespace
}  // namespace evenkeel::sim
