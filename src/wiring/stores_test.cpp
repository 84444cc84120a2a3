#include "wiring/stores.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::wiring {
namespace {

struct Stores : testing::Test {
  Result<std::unique_ptr<record::Store>> open(const std::string& address, Access access = Access::write,
                                              const std::string& region = "") {
    const credentials::Sources sources{transport,
                                       clock,
                                       random,
                                       [this](std::string_view name) -> std::optional<std::string> {
                                         const auto found = environment.find(std::string(name));
                                         return found == environment.end() ? std::nullopt
                                                                           : std::optional(found->second);
                                       },
                                       {},
                                       {}};
    return open_state(address, access, sources, region);
  }

  std::map<std::string, std::string> environment{{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                 {"AWS_SECRET_ACCESS_KEY", "secret"},
                                                 {"AWS_REGION", "eu-west-1"},
                                                 {"AWS_CONFIG_FILE", "/nonexistent"},
                                                 {"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"}};
  wire::ManualClock clock;
  SeededRandom random{1};
  wire::ScriptedTransport transport{[](const wire::Request& request) {
    const bool query = request.body.find("KeyConditionExpression") != std::string::npos;
    return wire::respond(200, query ? R"({"Items": []})" : "{}");
  }};
};

TEST_F(Stores, ATableIsAskedInItsRegionWhenItIsFirstNeeded) {
  auto journal = open("dynamodb://evenkeel");
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_TRUE(transport.requests.empty());
  EXPECT_FALSE((*journal)->load("web")->has_value());
  EXPECT_EQ(transport.requests.at(0).url, "https://dynamodb.eu-west-1.amazonaws.com/");
  EXPECT_FALSE((*open("dynamodb://evenkeel", Access::write, "us-east-2"))->load("web")->has_value());
  EXPECT_EQ(transport.requests.at(1).url, "https://dynamodb.us-east-2.amazonaws.com/");
  EXPECT_NE(transport.requests.at(1).body.find(R"("TableName":"evenkeel")"), std::string::npos);
}

TEST_F(Stores, ATableOpenedToReadThatHoldsNothingIsNotFound) {
  EXPECT_EQ(wire::kind_of(open("dynamodb://evenkeel", Access::read)), ErrorKind::not_found);
}

TEST_F(Stores, ATableItsEndpointMayBeAnotherOne) {
  environment["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:8000";
  EXPECT_FALSE((*open("dynamodb://evenkeel"))->load("web")->has_value());
  EXPECT_EQ(transport.requests.at(0).url, "http://127.0.0.1:8000/");
}

TEST_F(Stores, WhatIsNoPlaceForAStateIsRefused) {
  for (const char* address :
       {"dynamodb://", "dynamodb://a", "dynamodb://eu-west-1/table", "dynamodb://a table", "postgres://x", "",
        "sqlite:", ":memory:", "sqlite::memory:"}) {
    const auto refused = open(address);
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid) << address;
    EXPECT_TRUE(refused.error().message.starts_with("--state ")) << refused.error().message;
  }
  EXPECT_TRUE(transport.requests.empty());
}

TEST_F(Stores, AFileIsOpenedByItsPathWithOrWithoutItsPrefix) {
  const auto path = testing::TempDir() + "evenkeel-stores.db";
  std::remove(path.c_str());
  EXPECT_EQ(wire::kind_of(open(path, Access::read)), ErrorKind::not_found);
  FleetState state;
  state.fleet = "web";
  state.revision = 1;
  ASSERT_TRUE((*open("sqlite:" + path))->replace(state, {}));
  EXPECT_TRUE((*open(path, Access::read))->load("web")->has_value());
  std::remove(path.c_str());
}

}  // namespace
}  // namespace evenkeel::wiring
