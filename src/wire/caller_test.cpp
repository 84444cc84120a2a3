#include "wire/caller.h"

#include <gtest/gtest.h>
#include <set>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

Call read_call(const std::string& name = "x") {
  Call call;
  call.service = Service::elastic_load_balancing_v2;
  call.action = "DescribeTargetHealth";
  call.parameters.add("TargetGroupArn", name);
  return call;
}

Call change_call(Time sign_at) {
  Call call = read_call();
  call.mutates = true;
  call.sign_at = sign_at;
  call.nonce = "n0nce";
  return call;
}

Call reboot_call(Time sign_at) {
  Call call = change_call(sign_at);
  call.at_most_once = true;
  return call;
}

Call ec2_call(const std::string& action) {
  Call call;
  call.service = Service::ec2;
  call.action = action;
  return call;
}

// Gives the responses in turn, the last one for ever.
ScriptedTransport::Script in_turn(std::vector<Result<Response>> responses) {
  return [responses = std::move(responses), next = std::size_t{0}](const Request&) mutable {
    const auto response = responses[std::min(next, responses.size() - 1)];
    ++next;
    return response;
  };
}

TEST(Caller, SendsASignedFormPost) {
  ScriptedAccount account([](const Request&) { return good(); });
  const Reply reply = account.caller.call(read_call("a b"));
  ASSERT_TRUE(reply.outcome);
  EXPECT_EQ(reply.date, aws_date());
  const Request& request = account.transport.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://elasticloadbalancing.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.body, "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=a%20b");
  EXPECT_EQ(header_of(request, "X-Amz-Date"), "20261122T064500Z");
  EXPECT_EQ(header_of(request, "X-Amz-Security-Token"), "session-token-example");
  EXPECT_EQ(header_of(request, "Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_NE(
      header_of(request, "Authorization")
          .find("/20261122/eu-west-1/elasticloadbalancing/aws4_request, SignedHeaders=amz-sdk-invocation-id;"
                "amz-sdk-request;content-type;host;x-amz-date;x-amz-security-token,"),
      std::string::npos);
}

TEST(Caller, SendsAllCallsSideBySideAndKeepsTheirOrder) {
  ScriptedAccount account([](const Request& request) {
    return query_answer("DescribeTargetHealth", "<Name>" + form_of(request)["TargetGroupArn"] + "</Name>");
  });
  const std::vector<Call> calls = {read_call("a"), read_call("b"), read_call("c")};
  const auto replies = account.caller.call(calls);
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{3}));
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0].outcome->result().text("Name"), "a");
  EXPECT_EQ(replies[2].outcome->result().text("Name"), "c");
}

TEST(Caller, RetriesAtMostTwiceWithJitterAndOneInvocationId) {
  ScriptedAccount account(in_turn({respond(503, "")}));
  const Reply reply = account.caller.call(read_call());
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::unavailable);
  EXPECT_EQ(reply.attempts, 3);
  const auto& requests = account.transport.requests;
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(header_of(requests[0], "amz-sdk-invocation-id"), header_of(requests[2], "amz-sdk-invocation-id"));
  EXPECT_EQ(header_of(requests[0], "amz-sdk-request"), "attempt=1; max=3");
  EXPECT_EQ(header_of(requests[2], "amz-sdk-request"), "attempt=3; max=3");
  ASSERT_EQ(account.clock.sleeps.size(), 2U);
  EXPECT_LT(account.clock.sleeps[0], Duration{1000});
  EXPECT_LT(account.clock.sleeps[1], Duration{2000});
}

TEST(Caller, SucceedsWhenALaterAttemptDoes) {
  ScriptedAccount account(in_turn({connection_refused(), good()}));
  const Reply reply = account.caller.call(read_call());
  EXPECT_TRUE(reply.outcome);
  EXPECT_EQ(reply.attempts, 2);
  EXPECT_FALSE(reply.may_land_late);
}

TEST(Caller, RetriesOnlyTheCallsThatFailed) {
  std::set<std::string> failed_once;
  ScriptedAccount account([&](const Request& request) -> Result<Response> {
    const auto name = form_of(request)["TargetGroupArn"];
    if (name != "good" && failed_once.insert(name).second) return respond(503, "");
    return good();
  });
  const std::vector<Call> calls = {read_call("good"), read_call("bad"), read_call("good")};
  for (const auto& reply : account.caller.call(calls)) EXPECT_TRUE(reply.outcome);
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{3, 1}));
}

TEST(Caller, SpreadsTheRetriesOfManyCallsOverTime) {
  ScriptedAccount account([](const Request& request) -> Result<Response> {
    if (header_of(request, "amz-sdk-request").starts_with("attempt=1")) return respond(503, "");
    return ec2_answer("DescribeInstances", "");
  });
  const std::vector<Call> calls(30, ec2_call("DescribeInstances"));
  const Time start = account.clock.time;
  for (const auto& reply : account.caller.call(calls)) EXPECT_TRUE(reply.outcome);
  EXPECT_GT(account.transport.batches.size(), 4U);
  EXPECT_LT(account.transport.batches.size(), 13U);
  EXPECT_LE(account.clock.time - start, Duration{1100});
}

TEST(Caller, NeverRetriesWhatIsSentAtMostOnce) {
  for (const auto& failure :
       {Result<Response>{reply_lost()}, Result<Response>{connection_refused()},
        Result<Response>{respond(503, "")}, Result<Response>{ec2_error(503, "RequestLimitExceeded", "")}}) {
    ScriptedAccount account(in_turn({failure, good()}));
    const Reply reply = account.caller.call(reboot_call(account.clock.time));
    EXPECT_FALSE(reply.outcome);
    EXPECT_EQ(reply.attempts, 1);
    ASSERT_EQ(account.transport.requests.size(), 1U);
    EXPECT_TRUE(account.transport.requests[0].at_most_once);
    EXPECT_EQ(header_of(account.transport.requests[0], "amz-sdk-request"), "attempt=1; max=1");
  }
}

TEST(Caller, SignsEveryAttemptOfAMutationWithTheIntentsTime) {
  ScriptedAccount account(in_turn({respond(503, ""), respond(503, ""), good()}));
  const Time intent = account.clock.time - std::chrono::minutes{2};
  EXPECT_TRUE(account.caller.call(change_call(intent)).outcome);
  ASSERT_EQ(account.transport.requests.size(), 3U);
  for (const auto& request : account.transport.requests) {
    EXPECT_EQ(header_of(request, "X-Amz-Date"), "20261122T064300Z");
  }
}

TEST(Caller, SignsEveryAttemptOfAReadWithTheClock) {
  ScriptedAccount account(in_turn({respond(503, ""), good()}));
  account.clock.time += Duration{999};
  EXPECT_TRUE(account.caller.call(read_call()).outcome);
  account.clock.time += std::chrono::hours{1};
  EXPECT_TRUE(account.caller.call(read_call()).outcome);
  EXPECT_EQ(header_of(account.transport.requests.at(2), "X-Amz-Date").substr(0, 11), "20261122T07");
}

TEST(Caller, SaysThatALostAttemptMayLandLateEvenAfterASuccess) {
  ScriptedAccount account(in_turn({reply_lost(), good()}));
  const Reply reply = account.caller.call(change_call(account.clock.time));
  EXPECT_TRUE(reply.outcome);
  EXPECT_TRUE(reply.may_land_late);
  EXPECT_EQ(reply.attempts, 2);
}

TEST(Caller, CallsAMutationUncertainWhateverItsLastAttemptWasTold) {
  ScriptedAccount account(
      in_turn({reply_lost(), query_error(403, "SignatureDoesNotMatch", "Signature expired")}));
  const Reply reply = account.caller.call(change_call(account.clock.time));
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::maybe_happened);
  EXPECT_TRUE(reply.may_land_late);
}

TEST(Caller, KnowsThatAReadCanNeverLandLate) {
  ScriptedAccount account(in_turn({reply_lost()}));
  const Reply reply = account.caller.call(read_call());
  ASSERT_EQ(kind_of(reply.outcome), ErrorKind::unavailable);
  EXPECT_FALSE(reply.may_land_late);
}

TEST(Caller, LeavesNoDoubtWhenAMutationWasNeverSentOrRefused) {
  for (const auto& failure :
       {Result<Response>{connection_refused()}, Result<Response>{query_error(400, "Throttling", "")}}) {
    ScriptedAccount account(in_turn({failure}));
    EXPECT_FALSE(account.caller.call(change_call(account.clock.time)).may_land_late);
  }
}

TEST(Caller, StopsRetryingWhenTheQuotaIsUsedUp) {
  ScriptedAccount account(in_turn({respond(503, "")}));
  for (int i = 0; i < 60; ++i) static_cast<void>(account.caller.call(read_call()));
  // 500 tokens pay for 100 retries; then every call is sent once.
  EXPECT_EQ(account.transport.requests.size(), 160U);
  EXPECT_EQ(account.caller.call(read_call()).attempts, 1);
}

TEST(Caller, PaysTwiceForRetriesAfterTimeouts) {
  ScriptedAccount account(in_turn({reply_lost()}));
  for (int i = 0; i < 60; ++i) static_cast<void>(account.caller.call(read_call()));
  EXPECT_EQ(account.transport.requests.size(), 110U);
}

TEST(Caller, EarnsTheQuotaBackWithSuccesses) {
  bool down = true;
  ScriptedAccount account([&](const Request&) { return down ? respond(503, "") : good(); });
  for (int i = 0; i < 60; ++i) static_cast<void>(account.caller.call(read_call()));
  down = false;
  for (int i = 0; i < 10; ++i) static_cast<void>(account.caller.call(read_call()));
  down = true;
  EXPECT_EQ(account.caller.call(read_call()).attempts, 3);
  EXPECT_EQ(account.caller.call(read_call()).attempts, 1);
}

TEST(Caller, KeepsOneQuotaPerService) {
  ScriptedAccount account([](const Request& request) -> Result<Response> {
    if (request.url.find("ec2") == std::string::npos) return respond(503, "");
    return header_of(request, "amz-sdk-request").starts_with("attempt=1")
               ? respond(503, "")
               : ec2_answer("DescribeInstances", "");
  });
  for (int i = 0; i < 60; ++i) static_cast<void>(account.caller.call(read_call()));
  Call call;
  call.service = Service::ec2;
  call.action = "DescribeInstances";
  EXPECT_TRUE(account.caller.call(call).outcome);
}

TEST(Caller, GivesUpRetryingWhenItsSleepIsInterrupted) {
  ScriptedAccount account(in_turn({respond(503, "")}));
  account.clock.interrupted = true;
  int sent_once = 0;
  for (int i = 0; i < 20; ++i) sent_once += account.caller.call(read_call()).attempts == 1 ? 1 : 0;
  EXPECT_GT(sent_once, 10);  // a jittered delay near zero needs no sleep worth interrupting
  EXPECT_TRUE(account.caller.call(std::span<const Call>{}).empty());
}

TEST(Caller, PutsTheNonceIntoTheUserAgentWithoutItsOddCharacters) {
  ScriptedAccount account([](const Request&) { return good(); });
  Call call = change_call(account.clock.time);
  call.nonce = "ab\r\nc 1";
  static_cast<void>(account.caller.call(call));
  static_cast<void>(account.caller.call(read_call()));
  const auto agent = header_of(account.transport.requests.at(0), "User-Agent");
  EXPECT_TRUE(agent.starts_with("evenkeel/" EVENKEEL_VERSION " "));
  EXPECT_TRUE(agent.ends_with(" md/intent#ab--c-1"));
  EXPECT_EQ(header_of(account.transport.requests.at(1), "User-Agent").find("md/intent"), std::string::npos);
}

TEST(Caller, ShowsAnOnlookerEveryCallAndWhatCameOfItInTheEnd) {
  ScriptedAccount account(
      in_turn({query_error(503, "ServiceUnavailable", "x"), good(), query_error(403, "AccessDenied", "x")}));
  std::vector<std::string> seen;
  account.caller.set_onlooker([&](const Call& call, const Reply& reply) {
    seen.push_back(full_name(call) + (reply.outcome ? " good" : " " + reply.outcome.error().code));
  });
  account.caller.call(read_call());
  account.caller.call(read_call());
  account.caller.set_onlooker({});
  account.caller.call(read_call());
  EXPECT_EQ(seen, (std::vector<std::string>{"elasticloadbalancing:DescribeTargetHealth good",
                                            "elasticloadbalancing:DescribeTargetHealth AccessDenied"}));
}

TEST(Caller, CountsWhatItSends) {
  ScriptedAccount account(in_turn({query_error(400, "Throttling", ""), good(), query_error(400, "X", "")}));
  static_cast<void>(account.caller.call(read_call()));
  static_cast<void>(account.caller.call(read_call()));
  const auto& counts = account.caller.statistics().actions.at("elasticloadbalancing:DescribeTargetHealth");
  EXPECT_EQ(counts.requests, 3U);
  EXPECT_EQ(counts.retries, 1U);
  EXPECT_EQ(counts.throttled, 1U);
  EXPECT_EQ(counts.failures, 1U);
  EXPECT_EQ(counts.bytes_sent, 3 * account.transport.requests[0].body.size());
  EXPECT_GT(counts.bytes_received, 0U);
  EXPECT_EQ(account.caller.statistics().requests(), 3U);
}

TEST(Caller, SendsTheSameBytesForTheSameSeedAndTime) {
  const auto bytes = [] {
    ScriptedAccount account(in_turn({respond(503, ""), good()}));
    static_cast<void>(account.caller.call(read_call()));
    std::string all;
    for (const auto& request : account.transport.requests) {
      for (const auto& [name, value] : request.headers) all += name + ":" + value + "\n";
    }
    return all;
  };
  EXPECT_EQ(bytes(), bytes());
}

}  // namespace
}  // namespace evenkeel::wire
