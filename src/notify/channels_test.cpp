#include "notify/channels.h"

#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::notify {
namespace {

using nlohmann::json;
using wire::Request;

const std::string kUrl = "https://hooks.example.com/services/T0/SECRET?token=HIDDEN";

Notice notice() {
  return {"web/i-1/held",
          "held",
          "web",
          "i-1",
          parse_iso8601("2026-11-22T03:12:00Z").value(),
          "evenkeel web: i-1 is held",
          "a < b && c > d <!channel> größer\nnext line"};
}

struct Hook {
  explicit Hook(wire::ScriptedTransport::Script script) : transport(std::move(script)) {}
  Result<void> notify(Duration within = Duration{2'000}) { return webhook.notify(notice(), within); }

  wire::ManualClock clock;
  wire::ScriptedTransport transport;
  Result<std::string> url = kUrl;
  Duration finding{0};
  int asked = 0;
  Webhook webhook{"webhook:env:X",
                  [this](Duration) {
                    ++asked;
                    clock.time += finding;
                    return url;
                  },
                  transport, clock};
};

TEST(AWebhook, GetsJsonAsSlackTakesIt) {
  Hook hook([](const Request&) { return wire::respond(200, "ok"); });
  const auto result = hook.notify();
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(hook.transport.requests.size(), 1U);
  const auto& request = hook.transport.requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, kUrl);
  EXPECT_EQ(wire::header_of(request, "Content-Type"), "application/json; charset=utf-8");
  EXPECT_TRUE(request.at_most_once);
  const json expected{{"text",
                       "evenkeel web: i-1 is held\na &lt; b &amp;&amp; c &gt; d &lt;!channel&gt; größer\n"
                       "next line"},
                      {"fleet", "web"},
                      {"kind", "held"},
                      {"instance", "i-1"},
                      {"at", "2026-11-22T03:12:00Z"},
                      {"id", "web/i-1/held"}};
  EXPECT_EQ(json::parse(request.body), expected);
}

TEST(AWebhook, IsJudgedByItsStatusAndNeverFollowed) {
  const std::map<int, std::optional<ErrorKind>> kinds{
      {200, {}},
      {204, {}},
      {301, ErrorKind::denied},
      {307, ErrorKind::denied},
      {400, ErrorKind::rejected},
      {401, ErrorKind::denied},
      {403, ErrorKind::denied},
      {404, ErrorKind::not_found},
      {408, ErrorKind::unavailable},
      {410, ErrorKind::not_found},
      {413, ErrorKind::rejected},
      {429, ErrorKind::throttled},
      {500, ErrorKind::unavailable},
      {503, ErrorKind::unavailable},
      {0, ErrorKind::unavailable},
  };
  for (const auto& [status, kind] : kinds) {
    Hook hook([status](const Request&) {
      return wire::Response{status, {{"Location", "https://elsewhere.example.com/"}}, "body"};
    });
    EXPECT_EQ(wire::kind_of(hook.notify()), kind) << status;
    EXPECT_EQ(hook.transport.requests.size(), 1U) << status;
  }
}

TEST(AWebhook, ItsUrlIsInNoError) {
  const std::vector<wire::ScriptedTransport::Script> scripts{
      [](const Request& request) { return wire::Response{403, {}, "no such " + request.url}; },
      [](const Request& request) { return wire::Response{302, {{"Location", request.url}}, ""}; },
      [](const Request& request) -> Result<wire::Response> {
        return fail(ErrorKind::unavailable, "hooks.example.com: can't connect to " + request.url);
      },
      [](const Request&) -> Result<wire::Response> {
        return fail(ErrorKind::maybe_happened, "bad /services/T0/SECRET and token=HIDDEN");
      },
  };
  for (const auto& script : scripts) {
    Hook hook(script);
    const auto result = hook.notify();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message.find("SECRET"), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find("HIDDEN"), std::string::npos) << result.error().message;
  }
  Hook refused([](const Request&) { return wire::Response{403, {}, ""}; });
  EXPECT_TRUE(refused.notify().error().message.starts_with("https://hooks.example.com answered 403"));
}

TEST(AWebhook, ItsUrlIsAskedForOnceAndAgainAfterItWasTurnedAway) {
  int status = 200;
  Hook hook([&](const Request&) { return wire::Response{status, {}, ""}; });
  EXPECT_TRUE(hook.notify());
  EXPECT_TRUE(hook.notify());
  EXPECT_EQ(hook.asked, 1);
  status = 500;
  EXPECT_FALSE(hook.notify());
  EXPECT_FALSE(hook.notify());
  EXPECT_EQ(hook.asked, 1);
  status = 404;
  EXPECT_FALSE(hook.notify());
  EXPECT_FALSE(hook.notify());
  EXPECT_EQ(hook.asked, 2);
}

TEST(AWebhook, AnAddressThatCantBeFoundOutIsAFailureAndTriedAgain) {
  Hook hook([](const Request&) { return wire::respond(200, ""); });
  hook.url = fail(ErrorKind::denied, "ssm:GetParameter: denied");
  EXPECT_EQ(wire::kind_of(hook.notify()), ErrorKind::denied);
  EXPECT_TRUE(hook.transport.requests.empty());
  hook.url = "http://hooks.example.com/x";
  EXPECT_EQ(wire::kind_of(hook.notify()), ErrorKind::invalid);
  EXPECT_TRUE(hook.transport.requests.empty());
  hook.url = kUrl;
  EXPECT_TRUE(hook.notify());
}

TEST(AWebhook, OnThisMachineIsReachedWithoutAProxy) {
  Hook hook([](const Request&) { return wire::respond(200, ""); });
  EXPECT_TRUE(hook.notify());
  EXPECT_FALSE(hook.transport.requests.back().direct);
  Hook here([](const Request&) { return wire::respond(200, ""); });
  here.url = "HTTP://localhost:8080/x";
  EXPECT_TRUE(here.notify());
  EXPECT_TRUE(here.transport.requests.back().direct);
}

TEST(AWebhook, FindingItsAddressIsPartOfItsTime) {
  Hook hook([](const Request&) { return wire::respond(200, ""); });
  hook.finding = Duration{1'400};
  EXPECT_TRUE(hook.notify(Duration{2'000}));
  EXPECT_EQ(hook.transport.requests.front().timeout, Duration{600});
}

TEST(AWebhook, ItsUrlIsHttpsOrThisMachineItself) {
  for (const auto* url : {"https://hooks.slack.com/services/x", "https://example.com:8443/", "HTTPS://a/b",
                          "http://127.0.0.1:8080/x", "http://127.1.2.3/", "http://localhost:1/",
                          "http://[::1]:9000/hook", "http://[::1]/"}) {
    EXPECT_TRUE(check_webhook_url(url)) << url;
  }
  for (const auto* url :
       {"http://example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
        "http://127.evil/", "http://[::2]/", "http://[::11]/", "http://127.0.0.1@example.com/",
        "https://user:word@example.com/", "http://127.0.0.1\\@example.com/", "ftp://127.0.0.1/",
        "example.com", "", "https://example.com/#x", "https:///x", "https://example.com/\r\nHost: x",
        "http://128.0.0.1/"}) {
    const auto sound = check_webhook_url(url);
    ASSERT_FALSE(sound) << url;
    EXPECT_EQ(sound.error().message.find("example.com"), std::string::npos) << sound.error().message;
  }
}

TEST(AnSnsTopic, IsToldInTime) {
  wire::ScriptedAccount account([](const Request& request) {
    const auto form = wire::form_of(request);
    EXPECT_EQ(form.at("TopicArn"), "arn:aws:sns:eu-west-1:123456789012:evenkeel");
    EXPECT_EQ(form.at("Subject"), "evenkeel web: i-1 is held");
    EXPECT_EQ(form.at("Message"), "evenkeel web: i-1 is held\n\na < b && c > d <!channel> größer\nnext line");
    EXPECT_LE(request.timeout, Duration{1'500});
    return wire::query_answer("Publish", "<MessageId>m</MessageId>");
  });
  SnsTopic topic("arn:aws:sns:eu-west-1:123456789012:evenkeel",
                 std::make_unique<wire::Caller>(std::move(account.caller)), account.clock);
  const auto result = topic.notify(notice(), Duration{1'500});
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_EQ(topic.name(), "sns:arn:aws:sns:eu-west-1:123456789012:evenkeel");
}

TEST(AnSnsTopic, ItsRetriesEndWithItsTime) {
  wire::ScriptedAccount account(
      [&](const Request&) -> Result<wire::Response> { return wire::respond(500, "<ErrorResponse/>"); });
  SnsTopic topic("arn:aws:sns:eu-west-1:123456789012:evenkeel",
                 std::make_unique<wire::Caller>(std::move(account.caller)), account.clock);
  const Time began = account.clock.time;
  EXPECT_FALSE(topic.notify(notice(), Duration{1'500}));
  EXPECT_LE(account.clock.time - began, Duration{1'500});
}

}  // namespace
}  // namespace evenkeel::notify
