// Every file of scenarios/ is a test: played with Evenkeel, it must keep its promise, and print the narrative
// that stands behind its "----" line. With EVENKEEL_REWRITE=1 that narrative is rewritten instead.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "base/text.h"
#include "cli/testing/terminal.h"
#include "play/story.h"

namespace evenkeel::play {
namespace {

constexpr std::string_view kMark = "\n----\n";

std::vector<std::string> scenario_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(EVENKEEL_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Scenarios : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenarios, KeepsItsPromiseAndTellsItsStory) {
  const std::string path = std::string(EVENKEEL_SOURCE_DIR "/scenarios/") + GetParam() + ".txt";
  const std::string text = content(path);
  const auto scenario = sim::parse_scenario(text, GetParam() + ".txt");
  ASSERT_TRUE(scenario) << scenario.error().message;

  cli::ScenarioContext quiet;
  const auto run = run_with(*scenario, 1, quiet.context, {});
  ASSERT_TRUE(run) << run.error().message;

  EXPECT_EQ(run->counters.dropped_by_our_doing, 0);
  EXPECT_EQ(run->judgement.undrained_reboots, 0);
  EXPECT_EQ(run->judgement.double_reboots, 0);
  EXPECT_EQ(run->judgement.forgotten, 0);
  EXPECT_EQ(run->judgement.guard_violations, 0);
  EXPECT_EQ(join(run->judgement.findings, "\n"), "");
  EXPECT_EQ(join(run->problems, "\n"), "");

  const auto told = narrative(*scenario, *run);
  const char* rewrite = std::getenv("EVENKEEL_REWRITE");
  if (rewrite != nullptr && std::string_view(rewrite) == "1") {
    const auto mark = text.find(kMark);
    std::ofstream(path) << text.substr(0, mark) << kMark << told;
  } else {
    EXPECT_EQ(scenario->expected, told) << "when the new narrative is right: ./dev rewrite";
  }
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, ::testing::ValuesIn(scenario_files()), test_name);

}  // namespace
}  // namespace evenkeel::play
