#include "lambda/event.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace evenkeel::lambda {
namespace {

using namespace std::chrono_literals;

Time at(const char* text) { return parse_iso8601(text).value(); }

Tick tick_of(std::string_view payload) {
  const auto asked = read_event(payload);
  if (!asked || !std::holds_alternative<Tick>(*asked))
    return {.source = "no tick", .asked_at = {}, .time_unreadable = true, .fleet = ""};
  return std::get<Tick>(*asked);
}

// The shapes as AWS sends them: docs/aws.md, Lambda.
TEST(Event, WhateverAwsSendsIsATickOfItsTime) {
  const Time when = at("2026-11-22T06:45:00Z");
  const std::pair<const char*, const char*> events[] = {
      {"aws.events Scheduled Event",
       R"({"version":"0","id":"53dc4d37","detail-type":"Scheduled Event","source":"aws.events",
           "account":"123456789012","time":"2026-11-22T06:45:00Z","region":"eu-west-1",
           "resources":["arn:aws:events:eu-west-1:123456789012:rule/evenkeel"],"detail":{}})"},
      {"aws.scheduler Scheduled Event",
       R"({"version":"0","id":"53dc4d37","detail-type":"Scheduled Event","source":"aws.scheduler",
           "account":"123456789012","time":"2026-11-22T06:45:00Z","region":"eu-west-1",
           "resources":["arn:aws:scheduler:eu-west-1:123456789012:schedule/default/evenkeel"],"detail":"{}"})"},
      {"aws.ec2 EC2 Instance State-change Notification",
       R"({"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification",
           "time":"2026-11-22T06:45:00Z","detail":{"instance-id":"i-0123456789abcdef0","state":"running"}})"},
      {"aws.autoscaling EC2 Instance Terminate Successful",
       R"({"source":"aws.autoscaling","detail-type":"EC2 Instance Terminate Successful",
           "time":"2026-11-22T06:45:00Z","detail":{"AutoScalingGroupName":"web"}})"},
      {"aws.cloudwatch CloudWatch Alarm State Change",
       R"({"source":"aws.cloudwatch","detail-type":"CloudWatch Alarm State Change",
           "time":"2026-11-22T06:45:00Z","detail":{"alarmName":"memory"}})"},
      {"aws.cloudwatch", R"({"source":"aws.cloudwatch","alarmArn":"arn:aws:cloudwatch:eu-west-1:1:alarm:m",
           "time":"2026-11-22T06:45:00.000+0000","alarmData":{"alarmName":"m"}})"},
      {"aws:sns", R"({"Records":[{"EventSource":"aws:sns","Sns":{"Timestamp":"2026-11-22T06:45:00.000Z",
           "Message":"ALARM"}}]})"},
  };
  for (const auto& [source, payload] : events) {
    const auto tick = tick_of(payload);
    EXPECT_EQ(tick.source, source);
    EXPECT_EQ(tick.asked_at, when) << payload;
    EXPECT_FALSE(tick.time_unreadable);
    EXPECT_EQ(tick.fleet, "");
  }
}

TEST(Event, AnEmptyOneIsATickOfNow) {
  for (const char* payload : {"{}", "null", ""}) {
    const auto tick = tick_of(payload);
    EXPECT_EQ(tick.source, "a test event") << payload;
    EXPECT_EQ(tick.asked_at, std::nullopt);
    EXPECT_FALSE(tick.time_unreadable) << payload;
  }
}

TEST(Event, WhatIsNeitherACommandNorAnEventOfAwsIsNeverATick) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"comand":"status"})", "\"comand\": neither a command nor an event of AWS"},
      {R"({"Command":"status"})", "\"Command\": neither"},
      {R"({"fleet":"web"})", "\"fleet\": neither"},
      {R"({"source":"me","comand":"status"})", "\"comand\": neither"},
      {R"({"time":"2026-11-22T06:45:00Z"})", "\"time\": neither"},
      {R"({"Records":[]})", "\"Records\": neither"},
      {R"({"Records":[3]})", "\"Records\": neither"},
      {R"({"detail":[1]})", "\"detail\": neither"},
      {"[]", "the event is no object"},
      {"3", "the event is no object"},
      {"\"status\"", "the event is no object"},
      {"no json", "the event is no JSON"},
  };
  for (const auto& [payload, expected] : wrong) {
    const auto asked = read_event(payload);
    ASSERT_FALSE(asked) << payload;
    EXPECT_EQ(asked.error().code, kNoKnownEvent);
    EXPECT_NE(asked.error().message.find(expected), std::string::npos) << asked.error().message;
    EXPECT_NE(asked.error().message.find("give {} or {\"command\":\"tick\"}"), std::string::npos);
  }
}

TEST(Event, ATickIsLateWhenItIsOlderThanItsPeriod) {
  const Time now = at("2026-11-22T06:45:00Z");
  const auto late = [&](const char* time) {
    return late_by(tick_of(std::string{R"({"source":"aws.scheduler","time":")"} + time + "\"}"), now, 1min);
  };
  EXPECT_EQ(late("2026-11-22T06:45:00Z"), 0min);
  EXPECT_EQ(late("2026-11-22T06:44:00Z"), 0min);
  EXPECT_EQ(late("2026-11-22T06:43:59Z"), 61s);
  EXPECT_EQ(late("2026-11-22T05:45:00Z"), 1h);
  EXPECT_EQ(late("2026-11-22T06:45:59Z"), 0min);
}

TEST(Event, ATimeThatMakesNoSensePermitsOnlyRestores) {
  const Time now = at("2026-11-22T06:45:00Z");
  EXPECT_GT(late_by(tick_of(R"({"source":"aws.scheduler","time":"yesterday"})"), now, 1min), 0min);
  EXPECT_GT(late_by(tick_of(R"({"source":"aws.scheduler","time":"2026-11-22T08:45:00Z"})"), now, 1min), 0min);
  EXPECT_EQ(late_by(tick_of("{}"), now, 1min), 0min);
}

template <class LambdaEvent>
LambdaEvent command_of(std::string_view payload) {
  const auto asked = read_event(payload);
  EXPECT_TRUE(asked) << asked.error().message;
  return std::get<LambdaEvent>(std::get<CommandEvent>(*asked).command);
}

TEST(Event, ACommandIsReadWithItsFields) {
  const auto pause = command_of<cli::PauseCommand>(
      R"({"command":"pause","fleet":"web","reason":"a deployment","author":"ann","for":null})");
  EXPECT_EQ(pause.fleet.text(), "web");
  EXPECT_EQ(pause.reason.text(), "a deployment");
  EXPECT_EQ(pause.author.text(), "ann");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(pause.end));
  const auto lasting =
      command_of<cli::PauseCommand>(R"({"command":"pause","fleet":"w","reason":"r","for":"2h"})");
  EXPECT_EQ(std::get<Duration>(lasting.end), 2h);
  EXPECT_EQ(lasting.author.text(), "an operator, by invoking the function");
  EXPECT_EQ(command_of<cli::HistoryCommand>(R"({"command":"history","limit":7})").limit, 7);
  EXPECT_EQ(command_of<cli::HistoryCommand>(R"({"command":"history"})").instance, std::nullopt);
  const auto explain = command_of<cli::ExplainCommand>(
      R"({"command":"explain","instance":"i-01234567","at":"2026-11-22T06:45:00Z"})");
  EXPECT_EQ(explain.instance.text(), "i-01234567");
  EXPECT_EQ(explain.at, at("2026-11-22T06:45:00Z"));
}

TEST(Event, AnOperatorsTickIsATickOfNow) {
  const auto tick = tick_of(R"({"command":"tick","fleet":"web"})");
  EXPECT_EQ(tick.fleet, "web");
  EXPECT_EQ(tick.asked_at, std::nullopt);
}

TEST(Event, AWrongCommandIsNeverTakenForATick) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"command":"reboot"})", "there is no such command; there is tick, plan"},
      {R"({"command":7})", "\"command\" must be a text"},
      {R"({"command":""})", "there is no such command"},
      {R"({"command":"plan","flet":"web"})", "\"flet\": plan has no such field; it has command, fleet"},
      {R"({"command":"plan","fleet":["web"]})", "\"fleet\" must be a text"},
      {R"({"command":"plan","fleet":"we b"})", "\"fleet\": found \"we b\"; must be a fleet's name"},
      {R"({"command":"pause","fleet":"web"})", "\"reason\": pause needs it"},
      {R"({"command":"pause","fleet":"web","reason":""})", "\"reason\": found \"\"; must be a text of 1 to"},
      {R"({"command":"pause","fleet":"web","reason":"x","for":"1h","until":"2026-12-24T18:00:00Z"})",
       "give one of them"},
      {R"({"command":"pause","fleet":"web","reason":"x","for":"soon"})",
       "\"for\": found \"soon\"; must be a duration"},
      {R"({"command":"explain","instance":"web-2"})",
       "\"instance\": found \"web-2\"; must be an instance's id"},
      {R"({"command":"explain","instance":"i-0123456789ABCDEF0"})", "\"instance\": found"},
      {R"({"command":"explain"})", "\"instance\": explain needs it"},
      {R"({"command":"explain","instance":"i-01234567","at":"noon"})",
       "\"at\": found \"noon\"; must be a time in UTC"},
      {R"({"command":"resume","fleet":"web","reason":"moved","here":"yes"})",
       "\"here\" must be true or false"},
      {R"({"command":"history","limit":0})", "\"limit\" must be a whole number"},
      {R"({"command":"history","limit":"5"})", "\"limit\" must be a whole number"},
      {"{\"command\":\"re\\u001b[31mboot\"}", "there is no such command"},
  };
  for (const auto& [payload, expected] : wrong) {
    const auto asked = read_event(payload);
    ASSERT_FALSE(asked) << payload;
    EXPECT_EQ(asked.error().kind, ErrorKind::invalid);
    EXPECT_NE(asked.error().message.find(expected), std::string::npos) << asked.error().message;
    EXPECT_EQ(asked.error().message.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace evenkeel::lambda
