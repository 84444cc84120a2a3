// For tests: a command line in memory, with a folder of its own for policy and state.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run_cli.h"

namespace evenkeel::cli {

// Nothing can be reached; counts how often that was tried.
class DeadNetwork final : public wire::Transport {
 public:
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override {
    tried += static_cast<int>(requests.size());
    return {requests.size(), Result<wire::Response>(fail(ErrorKind::unavailable, "no route to host"))};
  }
  int tried = 0;
};

class FixedClock final : public Clock {
 public:
  Time now() const override { return time; }
  void sleep(Duration duration) override { time += duration; }
  Time time = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
};

// What a scenario is played with, where nothing but it may be asked.
struct ScenarioContext {
  std::ostringstream out, err;
  FixedClock clock;
  SeededRandom random{1};
  DeadNetwork network;
  Context context{.out = out,
                  .err = err,
                  .environment = [](std::string_view) { return std::nullopt; },
                  .clock = clock,
                  .random = random,
                  .network = network};
};

class TerminalTest : public ::testing::Test {
 public:
  ~TerminalTest() override { std::filesystem::remove_all(folder); }

 protected:
  TerminalTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder = std::filesystem::temp_directory_path() /
             ("evenkeel-" + std::string(test->test_suite_name()) + "-" + test->name());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    environment["EVENKEEL_POLICY"] = path("evenkeel.yaml");
    environment["EVENKEEL_STATE"] = path("evenkeel.db");
    environment["USER"] = "ada";
  }

  std::string path(const std::string& name) const { return (folder / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  void write_policy() const {
    write("evenkeel.yaml",
          "fleets:\n"
          "  - name: web\n"
          "    target_groups: [tg1]\n"
          "    reboot_when: {metric: Memory % Committed Bytes In Use, above: 65}\n"
          "    keep: {healthy: 5}\n");
  }

  int run(const std::vector<std::string>& arguments) { return run_on(dead, clock, arguments); }
  int run_on(wire::Transport& network, Clock& time, const std::vector<std::string>& arguments) {
    out.str("");
    err.str("");
    Context context{.out = out,
                    .err = err,
                    .environment = [this](std::string_view name) -> std::optional<std::string> {
                      const auto found = environment.find(std::string(name));
                      return found == environment.end() ? std::nullopt : std::optional(found->second);
                    },
                    .clock = time,
                    .random = random,
                    .network = network,
                    .stopped = [this] { return stop_when && stop_when(); }};
    return run_cli(arguments, context, upper_commands);
  }
  nlohmann::json json() const { return nlohmann::json::parse(out.str()); }

  std::filesystem::path folder;
  std::map<std::string, std::string> environment;
  std::ostringstream out, err;
  std::function<bool()> stop_when;
  std::vector<AddCommand> upper_commands;  // as run_cli() takes them
  FixedClock clock;
  SeededRandom random{7};
  DeadNetwork dead;
};

}  // namespace evenkeel::cli
