#include "sim/api/signature.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "base/text.h"

namespace evenkeel::sim {
namespace {

const std::string kSuite = std::string(EVENKEEL_SOURCE_DIR) + "/../shared/data/sigv4/";
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

std::string file(const std::string& name, const std::string& ending) {
  const std::string base = name.substr(name.find_last_of('/') + 1);
  std::ifstream in(kSuite + name + "/" + base + ending);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The suite's requests: a request line, headers (a line that begins with a blank continues the one before),
// an empty line, the body.
wire::Request parse(const std::string& text) {
  wire::Request request;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  request.method = line.substr(0, line.find(' '));
  while (std::getline(lines, line) && !line.empty()) {
    if (line.front() == ' ') {
      request.headers.back().second += " " + line;
    } else {
      const std::size_t colon = line.find(':');
      request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
  }
  std::getline(lines, request.body, '\0');
  return request;
}

class SignatureSuite : public testing::TestWithParam<const char*> {};

TEST_P(SignatureSuite, SignatureIsTheOneThatAwsPublished) {
  if (file("get-vanilla", ".req").empty()) GTEST_SKIP() << "AWS's Signature V4 suite is not at " << kSuite;
  const wire::Request request = parse(file(GetParam(), ".req"));
  const auto authorization = parse_authorization(file(GetParam(), ".authz"));
  ASSERT_TRUE(authorization);
  EXPECT_EQ(authorization->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(authorization->region, "us-east-1");
  EXPECT_EQ(authorization->service, "service");
  EXPECT_EQ(expected_signature(request, *authorization, "20150830T123600Z", kSecret),
            authorization->signature);
}

INSTANTIATE_TEST_SUITE_P(Aws, SignatureSuite,
                         testing::Values("get-vanilla", "post-vanilla", "post-header-key-case",
                                         "post-header-key-sort", "post-header-value-case",
                                         "post-sts-token/post-sts-header-before",
                                         "post-x-www-form-urlencoded",
                                         "post-x-www-form-urlencoded-parameters", "get-header-key-duplicate",
                                         "get-header-value-multiline", "get-header-value-order",
                                         "get-header-value-trim"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase_if(name, [](char c) { return c == '-' || c == '/'; });
                           return name;
                         });

wire::Request vanilla() {
  wire::Request request;
  request.url = "https://example.amazonaws.com/";
  request.headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
  return request;
}

// The published signature of the suite's post-vanilla, typed in so that a missing suite can't hide a fault.
constexpr const char* kHeader =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
    "SignedHeaders=host;x-amz-date, "
    "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";

TEST(Signature, OfThePublishedExample) {
  const auto authorization = parse_authorization(kHeader);
  ASSERT_TRUE(authorization);
  EXPECT_EQ(expected_signature(vanilla(), *authorization, "20150830T123600Z", kSecret),
            authorization->signature);
}

TEST(Signature, ChangesWithEveryPartThatIsSigned) {
  const auto authorization = *parse_authorization(kHeader);
  wire::Request body = vanilla(), host = vanilla(), method = vanilla();
  body.body = "x";
  host.headers[0].second = "example.com";
  method.method = "GET";
  for (const auto& request : {body, host, method})
    EXPECT_NE(expected_signature(request, authorization, "20150830T123600Z", kSecret),
              authorization.signature);
  EXPECT_NE(expected_signature(vanilla(), authorization, "20150830T123601Z", kSecret),
            authorization.signature);
  EXPECT_NE(expected_signature(vanilla(), authorization, "20150830T123600Z", "other"),
            authorization.signature);
  auto other_region = authorization;
  other_region.region = "us-west-1";
  EXPECT_NE(expected_signature(vanilla(), other_region, "20150830T123600Z", kSecret),
            authorization.signature);
}

TEST(Signature, IsImpossibleWhenASignedHeaderIsMissing) {
  wire::Request request = vanilla();
  request.headers.pop_back();
  EXPECT_EQ(expected_signature(request, *parse_authorization(kHeader), "20150830T123600Z", kSecret),
            std::nullopt);
}

TEST(Signature, TakesTheHostFromTheUrlWhenThereIsNoHeader) {
  wire::Request request = vanilla();
  request.headers.erase(request.headers.begin());
  EXPECT_EQ(canonical_header(request, "host"), "example.amazonaws.com");
  request.url = "http://127.0.0.1:8080/?x";
  EXPECT_EQ(canonical_header(request, "host"), "127.0.0.1:8080");
}

TEST(Signature, RefusesHeadersOfAnotherShape) {
  for (const char* header :
       {"", "Basic abc", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=1, More=2",
        "AWS4-HMAC-SHA256 Credential=a/b/c/aws4_request, SignedHeaders=host, Signature=1",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws5_request, SignedHeaders=host, Signature=1",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=x-amz-date;host, Signature=1",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=Host, Signature=1",
        "AWS4-HMAC-SHA256 SignedHeaders=host, Credential=a/b/c/d/aws4_request, Signature=1"})
    EXPECT_FALSE(parse_authorization(header)) << header;
}

}  // namespace
}  // namespace evenkeel::sim
