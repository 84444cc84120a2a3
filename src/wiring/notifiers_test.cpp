#include "wiring/notifiers.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "wiring/testing/sources.h"

namespace evenkeel::wiring {
namespace {

using AddressList = std::vector<std::string>;

const std::string kTopic = "sns:arn:aws:sns:us-west-2:123456789012:evenkeel";

Event held(const std::string& instance = "i-1") {
  return {parse_iso8601("2026-11-22T06:45:00Z").value(),
          "web",
          instance,
          instance + "@x",
          EventKind::held,
          "why"};
}

// Stores nothing, and may refuse.
class OneAnswer final : public record::Journal {
 public:
  explicit OneAnswer(Result<void> answer) : answer_(std::move(answer)) {}
  Result<std::optional<FleetState>> load(const std::string&) override { return std::nullopt; }
  Result<void> replace(const FleetState&, std::span<const Event>) override { return answer_; }
  Result<std::vector<Event>> history(const std::string&, const std::string&, int) override {
    return std::vector<Event>{held()};
  }
  Result<std::vector<std::string>> fleets() override { return std::vector<std::string>{"web"}; }

 private:
  Result<void> answer_;
};

struct NotifiersWorld : Outside {
  NotifiersWorld()
      : Outside([this](const wire::Request& request) -> Result<wire::Response> {
          if (request.url.starts_with("https://sns."))
            return wire::query_answer("Publish", "<MessageId>m</MessageId>");
          if (request.url.starts_with("https://ssm."))
            return wire::respond(200, nlohmann::json{{"Parameter", {{"Value", url}, {"Version", 1}}}}.dump());
          return wire::Response{hook, {}, ""};
        }) {
    environment["AWS_REGION"] = "eu-west-1";
  }
  notify::Delivery send(Notifiers& notifiers) { return notifiers.send(clock.time + Duration{50'000}); }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const auto& request : transport.requests) all.push_back(request.url);
    return all;
  }

  std::string url = "https://hooks.example.com/SECRET\n";
  int hook = 200;
};

TEST(Notifiers, AreToldOverEveryKindOfAddress) {
  NotifiersWorld world;
  world.environment["HOOK"] = "http://127.0.0.1:9/x";
  Notifiers notifiers({kTopic, "webhook:env:HOOK", "webhook:ssm:/hook", kTopic}, world.sources(), "");
  EXPECT_EQ(notifiers.problems(), AddressList{});
  EXPECT_TRUE(world.transport.requests.empty());
  notifiers.add(std::vector{held()});
  const auto delivery = world.send(notifiers);
  EXPECT_EQ(delivery.problems, AddressList{});
  EXPECT_EQ(delivery.sent, 3);
  EXPECT_EQ(world.urls(),
            (AddressList{"https://sns.us-west-2.amazonaws.com/", "http://127.0.0.1:9/x",
                         "https://ssm.eu-west-1.amazonaws.com/", "https://hooks.example.com/SECRET"}));
}

TEST(Notifiers, NothingToNotifySendsNothing) {
  NotifiersWorld world;
  Notifiers notifiers({kTopic, "webhook:ssm:/hook"}, world.sources(), "");
  notifiers.add(std::vector{Event{{}, "web", "i-1", "i-1@x", EventKind::phase, "draining"}});
  EXPECT_EQ(world.send(notifiers).sent, 0);
  EXPECT_TRUE(world.transport.requests.empty());
}

TEST(Notifiers, AnAddressThatMakesNoSenseIsAProblemThatShowsNoSecret) {
  NotifiersWorld world;
  world.environment["PLAIN"] = "http://example.com/SECRET";
  const AddressList wrong{"webhook:https://hooks.example.com/SECRET",
                          "webhook:env:https://hooks.example.com/SECRET",
                          "webhook:ssm:hooks.example.com/SECRET",
                          "webhook:hooks.example.com/SECRET",
                          "https://hooks.example.com/SECRET",
                          "hooks.example.com/SECRET",
                          "webhook:env:PLAIN",
                          "webhook:env:UNSET",
                          "webhook:env:",
                          "webhook:",
                          "mail:ada@example.com",
                          "",
                          "sns:evenkeel",
                          "sns:arn:aws:sqs:eu-west-1:123456789012:queue",
                          "sns:arn:aws:sns:eu west:123456789012:evenkeel",
                          "sns:arn:aws:sns::123456789012:evenkeel",
                          "sns:arn:other:sns:eu-west-1:123456789012:evenkeel",
                          "sns:arn:aws:sns:eu-west-1:123456789012:evenkeel.fifo"};
  Notifiers notifiers(wrong, world.sources(), "");
  ASSERT_EQ(notifiers.problems().size(), wrong.size());
  for (const auto& problem : notifiers.problems()) {
    EXPECT_TRUE(problem.starts_with("--notify ")) << problem;
    EXPECT_EQ(problem.find("SECRET"), std::string::npos) << problem;
  }
  notifiers.add(std::vector{held()});
  EXPECT_EQ(world.send(notifiers).sent, 0);
}

TEST(Notifiers, WhatFailedIsToldByTheNextPass) {
  NotifiersWorld world;
  world.environment["HOOK"] = "https://hooks.example.com/SECRET";
  world.hook = 503;
  Notifiers notifiers({"webhook:env:HOOK"}, world.sources(), "");
  notifiers.add(std::vector{held()});
  const auto first = world.send(notifiers);
  EXPECT_EQ(first.failed, 1);
  EXPECT_EQ(
      first.problems,
      AddressList{"webhook:env:HOOK: https://hooks.example.com answered 503; 1 kept for the next pass"});
  world.hook = 200;
  notifiers.add(std::vector{held()});
  EXPECT_EQ(world.send(notifiers).sent, 1);
  EXPECT_EQ(world.send(notifiers).sent, 0);
}

TEST(ANotifyingJournal, PassesOnWhatWasWrittenAndOnlyThat) {
  NotifiersWorld world;
  Notifiers notifiers({kTopic}, world.sources(), "");
  OneAnswer refusing(fail(ErrorKind::conflict, "somebody was faster"));
  NotifyingJournal unheard(refusing, notifiers);
  EXPECT_EQ(wire::kind_of(unheard.replace({}, std::vector{held()})), ErrorKind::conflict);
  EXPECT_EQ(world.send(notifiers).sent, 0);
  OneAnswer taking(Result<void>{});
  NotifyingJournal heard(taking, notifiers);
  EXPECT_TRUE(heard.replace({}, std::vector{held(), held("i-2")}));
  EXPECT_EQ(world.send(notifiers).sent, 2);
  EXPECT_EQ(heard.history("web", "", 1)->size(), 1U);
  EXPECT_EQ(heard.fleets().value(), AddressList{"web"});
}

TEST(AddressList, AreSplitAtWhiteSpace) {
  EXPECT_EQ(split_addresses(" a  b\n\tc \r\n"), (AddressList{"a", "b", "c"}));
  EXPECT_EQ(split_addresses(" \n"), AddressList{});
}

}  // namespace
}  // namespace evenkeel::wiring
