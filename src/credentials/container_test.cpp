#include "credentials/container.h"

#include <gtest/gtest.h>

#include "credentials/testing/sources.h"

namespace evenkeel::credentials {
namespace {

struct Container : SourcesWorld {
  Result<Response> answer = respond(200, json_of("AKCONTAINER"));

  Container() {
    network.script = [this](const Request&) { return answer; };
  }
  Result<Found> ask() { return container_credentials(sources()); }
};

TEST(ContainerCredentials, AreAskedForAtTheRelativeUriFirst) {
  Container container;
  EXPECT_TRUE(who(container.ask()).starts_with("absent: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor"));
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "https://example.com/creds?x=y";
  EXPECT_EQ(who(container.ask()), "AKCONTAINER");
  EXPECT_EQ(container.network.requests.back().url, "https://example.com/creds?x=y");
  container.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1-2?a=b";
  EXPECT_EQ(who(container.ask()), "AKCONTAINER");
  const auto& request = container.network.requests.back();
  EXPECT_EQ(request.url, "http://169.254.170.2/v2/credentials/1-2?a=b");
  EXPECT_EQ(request.method, "GET");
  EXPECT_TRUE(request.direct);
  EXPECT_EQ(request.timeout, Duration{2000});
  EXPECT_EQ(header_of(request, "Authorization"), "");
}

TEST(ContainerCredentials, GoInPlainTextOnlyToThisMachineAndToAws) {
  for (const char* host : {"localhost", "localhost:80", "127.0.0.1:5000", "127.9.9.9", "169.254.170.2",
                           "169.254.170.23:80", "[::1]:99", "[fd00:ec2::23]"}) {
    EXPECT_TRUE(is_allowed_host(host)) << host;
  }
  for (const char* host : {"example.com", "127.0.0.1.example.com", "10.0.0.1", "169.254.169.254", "[::2]",
                           "127.1", "localhost.example.com", ""}) {
    EXPECT_FALSE(is_allowed_host(host)) << host;
  }
  Container container;
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.com/";
  EXPECT_TRUE(
      who(container.ask()).starts_with("error: AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http goes only"));
  for (const char* bad : {"somewhere", "ftp://localhost/"}) {
    container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = bad;
    EXPECT_TRUE(who(container.ask()).starts_with("error: AWS_CONTAINER_CREDENTIALS_FULL_URI: '")) << bad;
  }
  container.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@example.com/";
  EXPECT_TRUE(
      who(container.ask()).starts_with("error: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '@example.com/'"));
  EXPECT_TRUE(container.network.requests.empty());
}

TEST(ContainerCredentials, SendTheTokenOfTheFileReadEachTime) {
  Container container;
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Bearer variable";
  ASSERT_TRUE(container.ask());
  EXPECT_EQ(header_of(container.network.requests.back(), "Authorization"), "Bearer variable");
  const auto file = container.home.write("token", "first\n");
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file;
  ASSERT_TRUE(container.ask());
  EXPECT_EQ(header_of(container.network.requests.back(), "Authorization"), "first");
  container.home.write("token", "second");
  ASSERT_TRUE(container.ask());
  EXPECT_EQ(header_of(container.network.requests.back(), "Authorization"), "second");
}

TEST(ContainerCredentials, RefuseATokenThatIsNoneAndDontShowIt) {
  Container container;
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "hush\r\nX-Other: 1";
  EXPECT_EQ(
      who(container.ask()),
      "error: AWS_CONTAINER_AUTHORIZATION_TOKEN: the token holds a line break or a letter that no header may "
      "have");
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = container.home.write("t", "a\nhush");
  EXPECT_TRUE(
      who(container.ask()).starts_with("error: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: the token holds"));
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = container.home.file("missing");
  EXPECT_NE(who(container.ask()).find("there is no file"), std::string::npos);
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = container.home.write("e", " \n");
  EXPECT_NE(who(container.ask()).find("is empty"), std::string::npos);
  EXPECT_TRUE(container.network.requests.empty());
}

TEST(ContainerCredentials, TryThreeTimesWhatMayPass) {
  Container container;
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  for (const auto& passing : {Result<Response>(respond(500, "")), connection_refused(), reply_lost()}) {
    container.network.requests.clear();
    container.answer = passing;
    const auto found = container.ask();
    ASSERT_EQ(kind_of(found), ErrorKind::unavailable);
    EXPECT_EQ(container.network.requests.size(), 3U);
  }
}

TEST(ContainerCredentials, SayWhoRefusedAndWhyWithoutTheToken) {
  Container container;
  container.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  container.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "hush-token";
  container.answer = respond(403, R"({"code":"AccessDenied","message":"hush-token may not"})");
  EXPECT_EQ(
      who(container.ask()),
      "error: container credentials from http://127.0.0.1 (AWS_CONTAINER_CREDENTIALS_FULL_URI): HTTP 403: "
      "AccessDenied: [redacted] may not; check the task's or pod's role and its authorization token");
  EXPECT_EQ(container.network.requests.size(), 1U);
  container.answer = respond(200, "<html>");
  EXPECT_NE(who(container.ask()).find("is no JSON object; is the URI right?"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::credentials
