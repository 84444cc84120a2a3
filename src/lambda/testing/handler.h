// For tests: a function on the simulated account, its DynamoDB included.
#pragma once

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "lambda/handler.h"
#include "sim/api/front.h"
#include "sim/scenario/scenario.h"
#include "sim/world/clock.h"

namespace evenkeel::lambda {

using namespace std::chrono_literals;

inline constexpr const char* kPolicy =
    "fleets:\n"
    "  - name: web\n"
    "    region: eu-west-1\n"
    "    target_groups: [tg1]\n"
    "    reboot_when: {metric: Memory % Committed Bytes In Use, above: 65, over: 5m}\n"
    "    keep: {healthy: 2}\n";

inline constexpr const char* kScenario =
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

// Hands on what is sent, and keeps it.
class ListeningTransport final : public wire::Transport {
 public:
  explicit ListeningTransport(wire::Transport& behind) : behind_(behind) {}
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override {
    sent.insert(sent.end(), requests.begin(), requests.end());
    return behind_.exchange(requests);
  }
  std::vector<wire::Request> sent;

 private:
  wire::Transport& behind_;
};

class Handling : public testing::Test {
 protected:
  Handling() {
    auto parsed = sim::parse_scenario(kScenario, "test.txt");
    EXPECT_TRUE(parsed) << parsed.error().message;
    account = sim::build_account(*parsed, 1);
    front = std::make_unique<sim::Front>(*account, sim::Faults{}, 1);
    network = std::make_unique<ListeningTransport>(*front);
    clock = std::make_unique<sim::VirtualClock>(*account);
    variables = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                 {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
                 {"AWS_REGION", "eu-west-1"},
                 {"EVENKEEL_STATE", "dynamodb://evenkeel"},
                 {"EVENKEEL_POLICY", "env:POLICY"},
                 {"POLICY", kPolicy}};
    context = std::make_unique<HandlerContext>(
        HandlerContext{.out = out,
                       .environment = [this](std::string_view name) -> std::optional<std::string> {
                         const auto found = variables.find(std::string(name));
                         return found == variables.end() ? std::nullopt : std::optional(found->second);
                       },
                       .clock = *clock,
                       .random = random,
                       .network = *network});
    start_process();
    account->advance_to(account->now() + 10min);  // time for the agents to have published
  }

  // Lambda throws a process away whenever it likes.
  void start_process() {
    auto settings = read_settings(context->environment);
    ASSERT_TRUE(settings) << settings.error().message;
    handler = std::make_unique<Handler>(*context, std::move(*settings));
  }
  HandlerAnswer invoke(std::string payload, Duration time_left = 60s) {
    out.str("");
    return handler->handle(
        {.id = "8476a536", .deadline = account->now() + time_left, .payload = std::move(payload)});
  }
  // The answer of an invocation that went well.
  nlohmann::json answer(std::string payload) {
    const auto given = invoke(std::move(payload));
    EXPECT_EQ(given.error_type, "") << given.text;
    return nlohmann::json::parse(given.text, nullptr, false);
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
      const auto document = nlohmann::json::parse(line);
      if (document.contains("_aws") && document.contains(name)) return document[name].get<double>();
    }
    return std::nullopt;
  }
  bool logged(std::string_view text) const { return out.str().find(text) != std::string::npos; }

  std::unique_ptr<sim::Account> account;
  std::unique_ptr<sim::Front> front;
  std::unique_ptr<ListeningTransport> network;
  std::unique_ptr<sim::VirtualClock> clock;
  std::map<std::string, std::string> variables;
  std::ostringstream out;
  SeededRandom random{3};
  std::unique_ptr<HandlerContext> context;
  std::unique_ptr<Handler> handler;
};

}  // namespace evenkeel::lambda
