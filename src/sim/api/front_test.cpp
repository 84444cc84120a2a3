#include "sim/api/front.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Faults once(FaultKind kind, const std::string& action, Duration delay = {}) {
  Fault fault;
  fault.kind = kind;
  fault.action = action;
  fault.times = 1;
  fault.delay = delay;
  return {{fault}, Duration{25}};
}

wire::Request describe(const World& world, Time at) {
  return request_for(ApiService::elbv2, "DescribeTargetHealth", {{"TargetGroupArn", world.tg1}}, at);
}

wire::Request reboot(const World& world, Time at) {
  return request_for(ApiService::ec2, "RebootInstances", {{"InstanceId.1", world.ids[0]}}, at);
}

int reboots_soon(World& world) {
  world.wait(minutes{5});
  return static_cast<int>(world.account.counters().reboots);
}

TEST(Authentication, EveryAnswerCarriesTheAccountsTimeAndAnId) {
  World world;
  for (const FrontReply& reply : {world.health(world.tg1), world.health("nonsense"), world.send({})}) {
    const std::string* date = wire::find_header(reply.headers, "Date");
    ASSERT_TRUE(date);
    EXPECT_EQ(parse_http_date(*date), std::chrono::floor<seconds>(world.account.now()));
    const std::string* id = wire::find_header(reply.headers, "x-amzn-RequestId");
    ASSERT_TRUE(id);
    EXPECT_EQ(reply.text("//RequestId"), *id);
  }
}

TEST(Authentication, AnUnknownKeyIsRefusedInEachServicesWay) {
  World world;
  wire::Request query = describe(world, world.account.now()), ec2 = reboot(world, world.account.now());
  sign(query, "elasticloadbalancing", {"AKIDOTHER", "secret"});
  sign(ec2, "ec2", {"AKIDOTHER", "secret"});
  EXPECT_EQ(world.send(query).status, 403);
  EXPECT_EQ(world.send(query).text("/ErrorResponse/Error/Code"), "InvalidClientTokenId");
  EXPECT_EQ(world.send(ec2).status, 401);
  EXPECT_EQ(world.send(ec2).text("/Response/Errors/Error/Code"), "AuthFailure");
  EXPECT_EQ(reboots_soon(world), 0);
}

TEST(Authentication, AWrongSecretOrAChangedByteBreaksTheSignature) {
  World world;
  wire::Request secret = reboot(world, world.account.now()), body = secret, host = secret;
  sign(secret, "ec2", {"AKIDEXAMPLE", "wrong"});
  body.body += "&DryRun=false";
  host.url = "https://elsewhere.amazonaws.com/";
  for (const auto& request : {secret, body, host}) {
    EXPECT_EQ(world.send(request).status, 403);
    EXPECT_EQ(world.send(request).code(), "SignatureDoesNotMatch");
  }
  EXPECT_EQ(reboots_soon(world), 0);
}

TEST(Authentication, ASignatureIsGoodForFiveMinutesOfTheAccountsTime) {
  World world;
  const Time now = world.account.now();
  EXPECT_EQ(world.send(reboot(world, now - minutes{5})).status, 200);
  EXPECT_EQ(world.send(reboot(world, now + minutes{5})).status, 200);
  const FrontReply ec2 = world.send(reboot(world, now - minutes{5} - seconds{1}));
  EXPECT_EQ(ec2.status, 400);
  EXPECT_EQ(ec2.code(), "RequestExpired");
  const FrontReply late = world.send(describe(world, now - minutes{6}));
  EXPECT_EQ(late.status, 403);
  EXPECT_EQ(late.code(), "SignatureDoesNotMatch");
  EXPECT_EQ(late.message(),
            "Signature expired: 20261122T065040Z is now earlier than 20261122T065140Z "
            "(20261122T065640Z - 5 min.)");
  EXPECT_EQ(world.send(describe(world, now + minutes{6})).message(),
            "Signature not yet current: 20261122T070240Z is still later than 20261122T070140Z "
            "(20261122T065640Z + 5 min.)");
}

TEST(Authentication, ASecondClockMayBeAllowed) {
  World world;
  const Time machine = kStart + std::chrono::hours{5000};
  EXPECT_EQ(world.front.answer(describe(world, machine), machine)->status, 200);
  EXPECT_EQ(world.front.answer(describe(world, machine + minutes{6}), machine)->status, 403);
  EXPECT_EQ(world.front.answer(describe(world, world.account.now()), machine)->status, 200);
}

TEST(Authentication, TheScopeDecidesTheServiceAndMustFit) {
  World world;
  wire::Request request = reboot(world, world.account.now());
  sign(request, "elasticloadbalancing");
  EXPECT_EQ(world.send(request).code(), "NoSuchVersion");
  sign(request, "s3");
  EXPECT_EQ(world.send(request).code(), "SignatureDoesNotMatch");
  sign(request, "ec2", {}, "us-east-1");
  EXPECT_EQ(world.send(request).code(), "AuthFailure");
  request.url = "http://127.0.0.1:8080/";
  sign(request, "ec2");
  EXPECT_EQ(world.send(request).status, 200);
}

TEST(Authentication, WantsHostDateAndEveryAmzHeaderSigned) {
  World world;
  wire::Request request = describe(world, world.account.now());
  request.headers.emplace_back("x-amz-meta", "1");
  EXPECT_EQ(world.send(request).code(), "IncompleteSignature");
  for (const char* part : {"host;", "x-amz-date"}) {
    wire::Request unsigned_part = describe(world, world.account.now());
    std::string& header = unsigned_part.headers.back().second;
    header.erase(header.find(part), std::string_view(part).size());
    EXPECT_EQ(world.send(unsigned_part).code(), "IncompleteSignature") << part;
  }
  wire::Request token = describe(world, world.account.now());
  token.headers.emplace_back("X-Amz-Security-Token", "t");
  EXPECT_EQ(world.send(token).status, 400);
}

TEST(Authentication, AContentTypeMayGoUnsigned) {
  World world;
  wire::Request request = describe(world, world.account.now());
  Authorization authorization{"AKIDEXAMPLE",          "20261122", "eu-west-1", "elasticloadbalancing",
                              {"host", "x-amz-date"}, ""};
  const std::string date = amz_date(world.account.now());
  request.headers.back().second =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/elasticloadbalancing/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=" +
      *expected_signature(request, authorization, date, AccessKey{}.secret_access_key);
  EXPECT_EQ(world.send(request).status, 200);
}

TEST(Authentication, RequestsWithoutOrWithBrokenCredentialsAreRefused) {
  World world;
  wire::Request request = describe(world, world.account.now());
  for (const char* header : {"", "Bearer x", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE"}) {
    request.headers.back().second = header;
    EXPECT_EQ(world.send(request).code(), "IncompleteSignature") << header;
  }
  request.headers.pop_back();
  EXPECT_EQ(world.send(request).code(), "MissingAuthenticationToken");
  EXPECT_EQ(world.front.calls().at("refused:unread"), 4);
  wire::Request undated = reboot(world, world.account.now());
  undated.headers[1].second = "2026-11-22";
  sign(undated, "ec2");
  EXPECT_EQ(world.send(undated).code(), "IncompleteSignature");
}

TEST(Shape, OnlyFormsPostedToTheRootAreUnderstood) {
  World world;
  const wire::Request good = describe(world, world.account.now());
  wire::Request get = good, path = good, query = good, json = good;
  get.method = "GET";
  path.url += "service/GraniteServiceVersion20100801/operation/ListMetrics";
  query.url += "?Action=DescribeTargetGroups";
  json.headers[0].second = "application/x-amz-json-1.0";
  for (const auto& request : {get, path, query, json}) {
    EXPECT_EQ(world.send(request).status, 404);
    EXPECT_NE(world.send(request).message().find("Query"), std::string::npos);
  }
}

TEST(Shape, ActionAndVersionMustBeKnown) {
  World world;
  const auto with_body = [&](const std::string& body) {
    wire::Request request = reboot(world, world.account.now());
    request.body = body;
    sign(request, "ec2");
    return world.send(request).code();
  };
  EXPECT_EQ(with_body(""), "MissingAction");
  EXPECT_EQ(with_body("Version=2016-11-15"), "MissingAction");
  EXPECT_EQ(with_body("Action=DescribeInstances"), "NoSuchVersion");
  EXPECT_EQ(with_body("Action=DescribeInstances&Version=2013-10-15"), "NoSuchVersion");
  EXPECT_EQ(with_body("Action=TerminateInstances&Version=2016-11-15"), "InvalidAction");
  EXPECT_EQ(world.elb("DescribeInstances").code(), "InvalidAction");
}

TEST(Shape, HostileBodiesAreRefusedAndHarmless) {
  World world;
  SeededRandom random(5);
  std::vector<std::string> bodies = {std::string(100, '\0'), std::string(1'000'000, '%'),
                                     std::string(500'000, '&'), std::string(2 << 20, 'a'),
                                     "Action=%00%ff%1b[2J&Version=2016-11-15"};
  for (int i = 0; i < 200; ++i) {
    std::string noise = i % 2 ? "Action=RebootInstances&Version=2016-11-15&" : "";
    for (std::uint64_t j = random.below(300); j > 0; --j) noise += static_cast<char>(random.below(256));
    bodies.push_back(noise);
  }
  for (const std::string& body : bodies) {
    wire::Request request = reboot(world, world.account.now());
    request.body = body;
    sign(request, "ec2");
    const FrontReply reply = world.send(request);
    EXPECT_GE(reply.status, 400);
    EXPECT_EQ(reply.text("/Response/Errors/Error/Code"), reply.code());
    EXPECT_FALSE(reply.code().empty());
    EXPECT_LT(reply.body.size(), 2000);
  }
  EXPECT_EQ(
      world.send(request_for(ApiService::ec2, "X", {{"a", std::string(2 << 20, 'a')}}, world.account.now()))
          .status,
      413);
  EXPECT_EQ(reboots_soon(world), 0);
}

TEST(Exchange, ABatchIsAnsweredAtOnceAndTakesAsLongAsItsSlowestCall) {
  World world(once(FaultKind::slow, "elasticloadbalancing.DescribeTargetHealth", seconds{3}));
  const Time before = world.account.now();
  const std::vector<wire::Request> batch(5, describe(world, before));
  const auto results = world.front.exchange(batch);
  ASSERT_EQ(results.size(), 5);
  for (const auto& result : results) {
    ASSERT_TRUE(result);
    EXPECT_EQ(*wire::find_header(result->headers, "Date"), http_date(before));
  }
  EXPECT_EQ(world.account.now(), before + seconds{3} + Duration{25});
  world.front.exchange(batch);
  EXPECT_EQ(world.account.now(), before + seconds{3} + Duration{50});
}

TEST(Exchange, AnAnswerSlowerThanTheTimeoutIsUnknown) {
  World world(once(FaultKind::slow, "ec2.RebootInstances", seconds{30}));
  const Time before = world.account.now();
  const auto results = world.front.exchange(std::vector{reboot(world, before)});
  ASSERT_FALSE(results[0]);
  EXPECT_EQ(results[0].error().kind, ErrorKind::maybe_happened);
  EXPECT_EQ(world.account.now(), before + seconds{10});
  EXPECT_EQ(reboots_soon(world), 1);
}

TEST(Exchange, ThrottlesLikeAwsInVirtualTime) {
  World world;
  const std::vector<wire::Request> batch(41, describe(world, world.account.now()));
  const auto results = world.front.exchange(batch);
  EXPECT_EQ(results[39]->status, 200);
  EXPECT_EQ(results[40]->status, 400);
  EXPECT_NE(results[40]->body.find("<Code>Throttling</Code><Message>Rate exceeded</Message>"),
            std::string::npos);
  world.wait(seconds{1});
  EXPECT_EQ(world.health(world.tg1).status, 200);
}

TEST(Exchange, BareDescribeInstancesHasTheSmallerBucket) {
  World world;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(world.ec2("DescribeInstances").status, 200);
  const FrontReply reply = world.ec2("DescribeInstances");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.code(), "RequestLimitExceeded");
  EXPECT_EQ(world.ec2("DescribeInstances", {{"InstanceId.1", world.ids[0]}}).status, 200);
  EXPECT_EQ(world.ec2("DescribeInstances", {{"MaxResults", "5"}}).status, 200);
}

TEST(Exchange, CountsCallsAndBytes) {
  World world;
  world.front.exchange(std::vector{describe(world, world.account.now()), reboot(world, world.account.now())});
  const CountsByAction& calls = world.front.calls();
  EXPECT_EQ(calls.at("elasticloadbalancing:DescribeTargetHealth"), 1);
  EXPECT_EQ(calls.at("ec2:RebootInstances"), 1);
  EXPECT_GT(calls.at("bytes:in"), 100);
  EXPECT_GT(calls.at("bytes:out"), 500);
}

struct FaultAnswer {
  FaultKind kind;
  int ec2_status, query_status;
  const char *ec2_code, *query_code;
};

class RefusingFault : public testing::TestWithParam<FaultAnswer> {};

TEST_P(RefusingFault, HasNoEffect) {
  World ec2(once(GetParam().kind, "ec2.RebootInstances"));
  const auto result = ec2.front.exchange(std::vector{reboot(ec2, ec2.account.now())})[0];
  ASSERT_TRUE(result);
  const FrontReply reply{result->status, result->headers, result->body};
  EXPECT_EQ(reply.status, GetParam().ec2_status);
  EXPECT_EQ(reply.code(), GetParam().ec2_code);
  EXPECT_EQ(ec2.front.faults_fired().at(name(GetParam().kind)), 1);
  EXPECT_EQ(reboots_soon(ec2), 0);

  World query(once(GetParam().kind, "elasticloadbalancing.DescribeTargetHealth"));
  const FrontReply other = query.health(query.tg1);
  EXPECT_EQ(other.status, GetParam().query_status);
  EXPECT_EQ(other.code(), GetParam().query_code);
  EXPECT_EQ(other.text("//Type"), GetParam().query_status < 500 ? "Sender" : "Receiver");
  EXPECT_EQ(query.health(query.tg1).status, 200);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, RefusingFault,
    testing::Values(FaultAnswer{FaultKind::throttle, 503, 400, "RequestLimitExceeded", "Throttling"},
                    FaultAnswer{FaultKind::server_error, 500, 500, "InternalError", "InternalFailure"},
                    FaultAnswer{FaultKind::denied, 403, 403, "UnauthorizedOperation", "AccessDenied"}));

TEST(LostReply, BeforeTheEffectNothingHappens) {
  World world(once(FaultKind::lose_reply_before, "ec2.RebootInstances"));
  const auto result = world.front.exchange(std::vector{reboot(world, world.account.now())})[0];
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::maybe_happened);
  EXPECT_EQ(reboots_soon(world), 0);
}

TEST(LostReply, AfterTheEffectItHappenedAndLooksTheSame) {
  World before(once(FaultKind::lose_reply_before, "")), world(once(FaultKind::lose_reply_after, ""));
  const auto lost_before = before.front.exchange(std::vector{reboot(before, before.account.now())})[0];
  const auto result = world.front.exchange(std::vector{reboot(world, world.account.now())})[0];
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, lost_before.error().kind);
  EXPECT_EQ(world.front.faults_fired().at("lose_reply_after"), 1);
  EXPECT_EQ(reboots_soon(world), 1);
}

TEST(LostReply, IsSavedForTheRealCallAfterADryRun) {
  World world(once(FaultKind::lose_reply_after, "ec2.RebootInstances"));
  EXPECT_EQ(world.ec2("RebootInstances", {{"InstanceId.1", world.ids[0]}, {"DryRun", "true"}}).status, 412);
  EXPECT_FALSE(world.front.exchange(std::vector{reboot(world, world.account.now())})[0]);
}

TEST(LostReply, OverHttpIsNoResponseAtAll) {
  World world(once(FaultKind::lose_reply_after, ""));
  EXPECT_EQ(world.front.answer(reboot(world, world.account.now())), std::nullopt);
}

TEST(LateRequest, TakesEffectWhenItArrives) {
  World world(once(FaultKind::late, "ec2.RebootInstances", minutes{4}));
  ASSERT_FALSE(world.front.exchange(std::vector{reboot(world, world.account.now())})[0]);
  world.wait(minutes{3});
  world.health(world.tg1);
  world.wait(seconds{30});
  EXPECT_EQ(world.account.counters().reboots, 0);
  world.wait(seconds{30});
  world.health(world.tg1);
  EXPECT_EQ(reboots_soon(world), 1);
}

TEST(LateRequest, IsRefusedOnceItsSignatureHasExpired) {
  World world(once(FaultKind::late, "ec2.RebootInstances", minutes{6}));
  ASSERT_FALSE(world.front.exchange(std::vector{reboot(world, world.account.now())})[0]);
  world.wait(minutes{6});
  world.health(world.tg1);
  EXPECT_EQ(reboots_soon(world), 0);
}

TEST(Garbage, IsATruncatedSuccess) {
  World world(once(FaultKind::garbage, "ec2.RebootInstances"));
  const auto result = world.front.exchange(std::vector{reboot(world, world.account.now())})[0];
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_FALSE(pugi::xml_document().load_string(result->body.c_str()));
  EXPECT_EQ(reboots_soon(world), 1);
}

TEST(Front, TheSameSeedGivesTheSameBytes) {
  World one, same;
  EXPECT_EQ(one.health(one.tg1).body, same.health(same.tg1).body);
}

}  // namespace
}  // namespace evenkeel::sim
