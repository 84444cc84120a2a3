// How a Caller keeps to time and budget, and what it corrects by itself: credentials and clock.
#include <gtest/gtest.h>

#include "wire/caller.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

using namespace std::chrono_literals;

Call plain_read() {
  Call call;
  call.service = Service::elastic_load_balancing_v2;
  call.action = "DescribeTargetHealth";
  return call;
}

Call plain_change(Time sign_at) {
  Call call = plain_read();
  call.mutates = true;
  call.sign_at = sign_at;
  return call;
}

Response throttled() { return query_error(400, "Throttling", "Rate exceeded"); }

TEST(CallerBudget, SendsManyCallsSlowerInsteadOfFailingThem) {
  ScriptedAccount account([](const Request&) { return good(); });
  const Time start = account.clock.time;
  const std::vector<Call> calls(200, plain_read());
  for (const auto& reply : account.caller.call(calls)) EXPECT_TRUE(reply.outcome);
  EXPECT_EQ(account.transport.batches.at(0), 20U);
  EXPECT_GE(account.clock.time - start, 20s);  // 180 at 7.5 a second
  EXPECT_LE(account.clock.time - start, 30s);
}

TEST(CallerBudget, LeavesRestoresTheirShareWhenTheOthersHaveSpentTheirs) {
  ScriptedAccount account([](const Request&) { return good(); });
  const std::vector<Call> calls(100, plain_read());
  static_cast<void>(account.caller.call(calls));
  const Time before = account.clock.time;
  account.caller.set_urgency(Urgency::restore);
  for (const auto& reply : account.caller.call(std::vector<Call>(5, plain_change(before))))
    EXPECT_TRUE(reply.outcome);
  EXPECT_EQ(account.clock.time, before) << "a restore had to wait";
}

TEST(CallerBudget, OnlySlowsDownWhenThrottled) {
  int left = 6;
  ScriptedAccount account([&](const Request&) { return left-- > 0 ? throttled() : good(); });
  const Reply reply = account.caller.call(plain_read());
  EXPECT_TRUE(reply.outcome);
  EXPECT_EQ(reply.attempts, 7);
}

TEST(CallerBudget, GivesUpOnAThrottleThatNeverEnds) {
  ScriptedAccount account([](const Request&) { return throttled(); });
  const Reply reply = account.caller.call(plain_read());
  EXPECT_EQ(kind_of(reply.outcome), ErrorKind::throttled);
  EXPECT_EQ(reply.attempts, 8);
}

TEST(CallerDeadline, EndsInGoodTimeUnderAThrottleThatNeverEnds) {
  ScriptedAccount account([](const Request&) { return throttled(); });
  const Time deadline = account.clock.time + 5s;
  account.caller.set_deadline(deadline);
  EXPECT_EQ(kind_of(account.caller.call(plain_read()).outcome), ErrorKind::throttled);
  EXPECT_LT(account.clock.time, deadline);
}

TEST(CallerDeadline, FailsWhatWouldHaveToWaitTooLongAndSendsTheRest) {
  ScriptedAccount account([](const Request&) { return good(); });
  const Time deadline = account.clock.time + 5s;
  account.caller.set_deadline(deadline);
  int sent = 0;
  for (const auto& reply : account.caller.call(std::vector<Call>(200, plain_read()))) {
    if (reply.outcome) {
      ++sent;
    } else {
      EXPECT_EQ(reply.outcome.error().kind, ErrorKind::unavailable);
      EXPECT_EQ(reply.attempts, 0);
      EXPECT_NE(reply.outcome.error().message.find("Evenkeel's share of what AWS allows"), std::string::npos);
    }
  }
  EXPECT_GE(sent, 45);  // 20 at once, then 4 seconds at 7.5
  EXPECT_LE(sent, 52);
  EXPECT_LT(account.clock.time, deadline);
}

TEST(CallerDeadline, SendsNothingWhenTheTimeIsUsedUp) {
  ScriptedAccount account([](const Request&) { return good(); });
  account.caller.set_deadline(account.clock.time + 999ms);
  const Reply reply = account.caller.call(plain_change(account.clock.time));
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::unavailable);
  EXPECT_FALSE(reply.may_land_late);
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(CallerDeadline, LetsNoRequestOutliveIt) {
  ScriptedAccount account([](const Request&) { return good(); });
  account.caller.set_deadline(account.clock.time + 4s);
  static_cast<void>(account.caller.call(plain_read()));
  EXPECT_EQ(account.transport.requests.at(0).timeout, 4s);
  account.caller.set_deadline(std::nullopt);
  static_cast<void>(account.caller.call(plain_read()));
  EXPECT_EQ(account.transport.requests.at(1).timeout, 10s);
}

TEST(CallerDeadline, SaysWhatWasNotSentBecauseTheProcessEnds) {
  ScriptedAccount account([](const Request&) { return good(); });
  account.clock.interrupted = true;
  const auto replies = account.caller.call(std::vector<Call>(30, plain_read()));
  EXPECT_TRUE(replies.front().outcome);
  ASSERT_FALSE(replies.back().outcome);
  EXPECT_NE(replies.back().outcome.error().message.find("asked to end"), std::string::npos);
}

// An account whose clock is `ahead` of ours, and that is as strict about it as AWS.
struct SkewedAccount {
  explicit SkewedAccount(Duration ahead)
      : account([this, ahead](const Request& request) -> Result<Response> {
          const Time aws = account.clock.time + ahead;
          const std::string signed_at = header_of(request, "X-Amz-Date");
          const auto parsed = parse_iso8601(signed_at.substr(0, 4) + "-" + signed_at.substr(4, 2) + "-" +
                                            signed_at.substr(6, 5) + ":" + signed_at.substr(11, 2) + ":" +
                                            signed_at.substr(13, 3));
          const bool takes = parsed && std::chrono::abs(aws - *parsed) <= 5min;
          Response response = takes ? good() : query_error(403, "SignatureDoesNotMatch", "Signature expired");
          response.headers = {{"Date", http_date(aws)}};
          return response;
        }) {}
  ScriptedAccount account;
};

TEST(CallerClock, IsCorrectedByAWSsDateAndStaysSo) {
  for (const Duration ahead : {Duration{3h}, Duration{-3h}}) {
    SkewedAccount skewed(ahead);
    const Reply first = skewed.account.caller.call(plain_read());
    EXPECT_TRUE(first.outcome);
    EXPECT_EQ(first.attempts, 2);
    EXPECT_EQ(skewed.account.caller.call(plain_read()).attempts, 1);
    EXPECT_LE(std::chrono::abs(skewed.account.caller.now() - (skewed.account.clock.time + ahead)), 1s);
  }
}

TEST(CallerClock, NeverChangesATimeThatWasGivenToSignWith) {
  SkewedAccount skewed(3h);
  const Reply reply = skewed.account.caller.call(plain_change(skewed.account.clock.time));
  EXPECT_EQ(kind_of(reply.outcome), ErrorKind::rejected);
  EXPECT_EQ(skewed.account.transport.requests.size(), 1U);
}

TEST(CallerClock, IsNotTakenForTheCauseOfAWrongSecret) {
  ScriptedAccount account([](const Request&) { return query_error(403, "SignatureDoesNotMatch", "no"); });
  EXPECT_EQ(kind_of(account.caller.call(plain_read()).outcome), ErrorKind::denied);
  EXPECT_EQ(account.transport.requests.size(), 1U);
  EXPECT_EQ(account.caller.now(), account.clock.now());
}

// Temporary credentials that AWS takes only in the version `valid`.
struct TemporaryAccount {
  int valid = 2;
  int fetched = 0;
  std::string code = "ExpiredToken";
  ManualClock clock;
  SeededRandom random{1};
  ScriptedTransport transport{[this](const Request& request) -> Result<Response> {
    const auto key = "Credential=AKID" + std::to_string(valid) + "/";
    if (header_of(request, "Authorization").find(key) == std::string::npos) return query_error(403, code, "");
    return good();
  }};
  Caller caller{transport, clock, random,
                std::make_shared<RefreshingCredentials>([this]() -> Result<Session> {
                  ++fetched;
                  return Session{{"AKID" + std::to_string(fetched), "secret", "token"}, clock.time + 1h};
                }),
                resolve_endpoints("eu-west-1", [](std::string_view) { return std::nullopt; }).value()};
};

TEST(CallerCredentials, AreRenewedOnceForAllCallsThatFoundThemExpired) {
  for (const char* code :
       {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId"}) {
    TemporaryAccount account;
    account.code = code;
    for (const auto& reply : account.caller.call(std::vector<Call>(5, plain_read())))
      EXPECT_TRUE(reply.outcome) << code;
    EXPECT_EQ(account.fetched, 2) << code;
  }
}

TEST(CallerCredentials, AreRenewedOnlyOnceACall) {
  TemporaryAccount account;
  account.valid = 0;
  const Reply reply = account.caller.call(plain_read());
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::denied);
  EXPECT_EQ(reply.attempts, 2);
  EXPECT_EQ(account.fetched, 2);
}

TEST(CallerCredentials, AreNotRenewedForWhatIsSentAtMostOnce) {
  TemporaryAccount account;
  Call call = plain_change(account.clock.time);
  call.at_most_once = true;
  EXPECT_EQ(kind_of(account.caller.call(call).outcome), ErrorKind::denied);
  EXPECT_EQ(account.transport.requests.size(), 1U);
}

TEST(CallerCredentials, KeepTheTimeOfTheIntentWhenRenewed) {
  TemporaryAccount account;
  EXPECT_TRUE(account.caller.call(plain_change(account.clock.time - 2min)).outcome);
  for (const auto& request : account.transport.requests)
    EXPECT_EQ(header_of(request, "X-Amz-Date"), "20261122T064300Z");
}

TEST(CallerCredentials, ThatCanNotBeHadFailTheCallBeforeItIsSent) {
  ScriptedTransport transport([](const Request&) { return good(); });
  ManualClock clock;
  SeededRandom random{1};
  const auto none = std::make_shared<RefreshingCredentials>(
      []() -> Result<Session> { return fail(ErrorKind::denied, "the metadata service does not answer"); });
  Caller caller(transport, clock, random, none,
                resolve_endpoints("eu-west-1", [](std::string_view) { return std::nullopt; }).value());
  const Reply reply = caller.call(plain_read());
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::denied);
  EXPECT_NE(reply.outcome.error().message.find("the metadata service does not answer"), std::string::npos);
  EXPECT_TRUE(transport.requests.empty());
}

// Those of an instance whose metadata service refuses from the second time on.
TEST(CallerCredentials, OfAnInstanceAreUsedPastTheirEndAndARefusalNamesBothCauses) {
  bool taken = true;
  ScriptedTransport transport([&](const Request&) -> Result<Response> {
    return taken ? good() : query_error(403, "ExpiredToken", "The token is expired");
  });
  ManualClock clock;
  SeededRandom random{1};
  int fetched = 0;
  const auto instance = std::make_shared<RefreshingCredentials>([&]() -> Result<Session> {
    if (++fetched > 1) return fail(ErrorKind::unavailable, "the metadata service does not answer");
    return Session{{"AKID", "secret", "token"}, clock.time + 1h, true};
  });
  Caller caller(transport, clock, random, instance,
                resolve_endpoints("eu-west-1", [](std::string_view) { return std::nullopt; }).value());
  EXPECT_TRUE(caller.call(plain_read()).outcome);
  clock.time += 3h;
  EXPECT_TRUE(caller.call(plain_read()).outcome);
  EXPECT_EQ(fetched, 2);
  taken = false;
  const Reply reply = caller.call(plain_read());
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::denied);
  const auto& message = reply.outcome.error().message;
  EXPECT_NE(message.find("ExpiredToken"), std::string::npos) << message;
  EXPECT_NE(message.find("refreshing them failed: the metadata service does not answer"), std::string::npos)
      << message;
}

TEST(CallerCredentials, AreNotAskedForByAnAnonymousCall) {
  ScriptedTransport transport([](const Request&) { return good(); });
  ManualClock clock;
  SeededRandom random{1};
  const auto none = std::make_shared<RefreshingCredentials>(
      []() -> Result<Session> { return fail(ErrorKind::denied, "no"); });
  Caller caller(transport, clock, random, none,
                resolve_endpoints("eu-west-1", [](std::string_view) { return std::nullopt; }).value());
  Call call = plain_read();
  call.anonymous = true;
  EXPECT_TRUE(caller.call(call).outcome);
  EXPECT_EQ(header_of(transport.requests.at(0), "Authorization"), "");
}

}  // namespace
}  // namespace evenkeel::wire
