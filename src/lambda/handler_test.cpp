// Whole invocations on the simulated account, its DynamoDB included.
#include "lambda/handler.h"

#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "sim/clock.h"
#include "sim/front.h"
#include "sim/scenario.h"

namespace evenkeel::lambda {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr const char* kPolicy =
    "fleets:\n"
    "  - name: web\n"
    "    region: eu-west-1\n"
    "    target_groups: [tg1]\n"
    "    reboot_when: {metric: Memory % Committed Bytes In Use, above: 65, over: 5m}\n"
    "    keep: {healthy: 2}\n";

constexpr const char* kScenario =
    "# One of four servers is over the limit.\n"
    "start 2026-11-22T10:00:00Z\n"
    "duration 1h\n"
    "tick 1m\n"
    "fleet web servers=4 groups=tg1:443 peak=100 deregistration_delay=60s\n"
    "memory web-2 80\n"
    "promise healthy=2\n"
    "policy:\n"
    "  fleets: []\n"
    "----\n";

class Handling : public testing::Test {
 protected:
  Handling() {
    auto parsed = sim::parse_scenario(kScenario, "test.txt");
    EXPECT_TRUE(parsed) << parsed.error().message;
    account = sim::build_account(*parsed, 1);
    front = std::make_unique<sim::Front>(*account, sim::Faults{}, 1);
    clock = std::make_unique<sim::VirtualClock>(*account);
    variables = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                 {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
                 {"AWS_REGION", "eu-west-1"},
                 {"EVENKEEL_STATE", "dynamodb://evenkeel"},
                 {"EVENKEEL_POLICY", "env:POLICY"},
                 {"POLICY", kPolicy}};
    context = std::make_unique<Context>(
        Context{.out = out,
                .environment = [this](std::string_view name) -> std::optional<std::string> {
                  const auto found = variables.find(std::string(name));
                  return found == variables.end() ? std::nullopt : std::optional(found->second);
                },
                .clock = *clock,
                .random = random,
                .network = *front});
    start_process();
    account->advance_to(account->now() + 10min);  // time for the agents to have published
  }

  // Lambda throws a process away whenever it likes.
  void start_process() {
    auto settings = read_settings(context->environment);
    ASSERT_TRUE(settings) << settings.error().message;
    handler = std::make_unique<Handler>(*context, std::move(*settings));
  }
  Answer invoke(std::string payload, Duration time_left = 60s) {
    out.str("");
    return handler->handle({.id = "8476a536",
                            .deadline = account->now() + time_left,
                            .trace_id = "",
                            .payload = std::move(payload)});
  }
  // The answer of an invocation that went well.
  Json answer(std::string payload) {
    const auto given = invoke(std::move(payload));
    EXPECT_EQ(given.error_type, "") << given.text;
    return Json::parse(given.text, nullptr, false);
  }
  void tick_for(int minutes) {
    for (int i = 0; i < minutes; ++i) {
      invoke("{}");
      account->advance_to(account->now() + 1min);
    }
  }
  std::int64_t calls(const std::string& action) const {
    const auto found = front->calls().find(action);
    return found == front->calls().end() ? 0 : found->second;
  }
  // The value of a metric in what the last invocation printed; every line is a JSON document.
  std::optional<double> metric(const std::string& name) const {
    for (const auto& line : split(out.str(), '\n')) {
      if (line.empty()) continue;
      const auto document = Json::parse(line);
      if (document.contains("_aws") && document.contains(name)) return document[name].get<double>();
    }
    return std::nullopt;
  }
  bool logged(std::string_view text) const { return out.str().find(text) != std::string::npos; }

  std::unique_ptr<sim::Account> account;
  std::unique_ptr<sim::Front> front;
  std::unique_ptr<sim::VirtualClock> clock;
  std::map<std::string, std::string> variables;
  std::ostringstream out;
  SeededRandom random{3};
  std::unique_ptr<Context> context;
  std::unique_ptr<Handler> handler;
};

TEST_F(Handling, AWholeRemediationByAnyEventsInOneProcessOrMany) {
  const auto first = answer(R"({"source":"aws.events","time":"2026-11-22T10:10:00Z"})");
  EXPECT_EQ(first["exit_code"], 0);
  EXPECT_EQ(first["fleets"][0]["fleet"], "web");
  EXPECT_EQ(first["fleets"][0]["open"].size(), 1U);
  EXPECT_EQ(metric("MembersOut"), 1);
  EXPECT_TRUE(logged("\"kind\":\"start\""));
  for (int minute = 0; minute < 20; ++minute) {
    account->advance_to(account->now() + 1min);
    if (minute % 3 == 0) start_process();
    answer("{}");
  }
  EXPECT_EQ(account->counters().reboots, 1);
  EXPECT_EQ(account->counters().undrained_reboots, 0);
  EXPECT_EQ(metric("MembersOut"), 0);
  const auto status = answer(R"({"command":"status"})");
  EXPECT_EQ(status["output"]["fleets"][0]["open"], Json::array());
  EXPECT_EQ(status["output"]["fleets"][0]["recent"][0]["ending"], "cured");
}

TEST_F(Handling, AnEventThatIsOlderThanThePeriodStartsNobody) {
  const auto late = answer(R"({"source":"aws.events","time":"2026-11-22T10:08:00Z"})");
  EXPECT_EQ(late["fleets"][0]["holds_back"][0]["reason"], "asked_late");
  EXPECT_EQ(calls("elasticloadbalancing:DeregisterTargets"), 0);
  EXPECT_TRUE(logged("asked for 2m ago; this tick only restores"));
}

TEST_F(Handling, ACommandIsTheCommandLines) {
  tick_for(1);
  const auto plan = answer(R"({"command":"plan"})");
  EXPECT_EQ(plan["exit_code"], 0);
  EXPECT_EQ(plan["output"]["fleets"][0]["fleet"], "web");
  const auto paused = answer(R"({"command":"pause","fleet":"web","reason":"deploy","author":"ann"})");
  EXPECT_EQ(paused["exit_code"], 0) << paused;
  const auto status = answer(R"({"command":"status","fleet":"web"})");
  EXPECT_EQ(status["output"]["fleets"][0]["pause"]["author"], "ann");
  EXPECT_EQ(status["output"]["fleets"][0]["pause"]["reason"], "deploy");
  EXPECT_EQ(answer(R"({"command":"resume","fleet":"web","reason":"deployed"})")["exit_code"], 0);
  const auto history = answer(R"({"command":"history","limit":1})");
  ASSERT_EQ(history["output"]["events"].size(), 1U) << history;
  EXPECT_EQ(history["output"]["events"][0]["kind"], "resume");
  const auto worst = sim::instance_id_of("web-2");
  const auto explained = answer(R"({"command":"explain","instance":")" + worst + R"("})");
  EXPECT_EQ(explained["exit_code"], 0);
  EXPECT_NE(explained["output"].dump().find(worst), std::string::npos);
  EXPECT_EQ(answer(R"({"command":"restore","instance":")" + worst + R"("})")["exit_code"], 0);
}

TEST_F(Handling, AWrongCommandDoesNothingAndSaysWhatThereIs) {
  const auto refused = answer(R"({"command":"reboot","instance":"i-1"})");
  EXPECT_EQ(refused["exit_code"], 2);
  EXPECT_NE(refused["messages"][0].get<std::string>().find("there is tick, plan"), std::string::npos);
  const auto incomplete = answer(R"({"command":"pause","fleet":"web"})");
  EXPECT_EQ(incomplete["exit_code"], 2);
  EXPECT_NE(incomplete["messages"][0].get<std::string>().find("--reason"), std::string::npos);
  EXPECT_EQ(calls("dynamodb:PutItem"), 0);
}

TEST_F(Handling, WithoutAReadablePolicyItFailsAndRestoresAllTheSame) {
  tick_for(1);
  ASSERT_EQ(calls("elasticloadbalancing:DeregisterTargets"), 1);
  variables["POLICY"] = "fleets: [{name: web}]";
  start_process();
  const auto registered = calls("elasticloadbalancing:RegisterTargets");
  const auto failed = invoke("{}");
  EXPECT_EQ(failed.error_type, "Evenkeel.Policy");
  EXPECT_NE(failed.text.find("target_groups"), std::string::npos);
  EXPECT_EQ(metric("PolicyBroken"), 1);
  EXPECT_EQ(calls("elasticloadbalancing:RegisterTargets"), registered + 1);
  tick_for(10);
  EXPECT_EQ(account->counters().reboots, 0);
  const auto status = answer(R"({"command":"status"})");
  EXPECT_EQ(status["output"]["fleets"][0]["open"], Json::array());
}

TEST_F(Handling, WithoutItsTableItFailsAndTouchesNobody) {
  variables["EVENKEEL_STATE"] = "dynamodb://nowhere";
  start_process();
  const auto failed = invoke("{}");
  EXPECT_EQ(failed.error_type, "Evenkeel.State");
  EXPECT_NE(failed.text.find("nowhere"), std::string::npos);
  EXPECT_EQ(calls("elasticloadbalancing:DeregisterTargets"), 0);
}

TEST_F(Handling, AFleetThatCannotBeTickedFailsTheInvocation) {
  // The account is of another region, and takes no signature of this one.
  variables["POLICY"].replace(variables["POLICY"].find("eu-west-1"), 9, "us-east-1");
  start_process();
  const auto failed = invoke("{}");
  EXPECT_EQ(failed.error_type, "Evenkeel.AWS");
  EXPECT_EQ(metric("Errors"), 1);
  EXPECT_EQ(metric("Ticks"), 0);
}

TEST_F(Handling, NoFleetIsBegunThatCouldNotBeBroughtToAnEnd) {
  const auto failed = invoke("{}", 8s);
  EXPECT_EQ(failed.error_type, "Evenkeel.AWS");
  EXPECT_NE(failed.text.find("no time left for web"), std::string::npos);
  EXPECT_EQ(calls("ec2:DescribeInstances"), 0);
}

}  // namespace
}  // namespace evenkeel::lambda
