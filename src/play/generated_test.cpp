// Generated policies in generated worlds: whole ticks over some virtual hours, with the invariants on, the simulated
// account's judges, and the truth against which the reasons are held. A case that fails is written as a scenario file
// that `evenkeel simulate FILE` plays again.
//   EVENKEEL_GENERATED=20000 EVENKEEL_GENERATED_FROM=1 build/cli_test --gtest_filter='*Generated*'
#include "play/testing/generated.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "cli/testing/terminal.h"
#include "play/run.h"
#include "play/testing/documented_keys.h"
#include "play/testing/reasons.h"
#include "policy/policy_file.h"

namespace evenkeel::play {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr) return otherwise;
  std::uint64_t value = 0;
  const std::string_view digits = text;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  EXPECT_TRUE(failure == std::errc{} && end == digits.data() + digits.size()) << name << "=" << digits;
  return value;
}

// What went wrong when it was played; empty: nothing.
std::vector<std::string> played(const GeneratedScenario& generated) {
  const auto scenario = sim::parse_scenario(generated.text, "generated.txt");
  if (!scenario) return {"the generator's mistake: " + scenario.error().message};
  cli::ScenarioContext quiet;
  Result<Policy> edited = Policy{};
  if (!generated.edited.empty()) edited = policy::parse(generated.edited, "generated policy");
  if (!edited) return {"the generator's mistake: " + edited.error().message};
  const Edit edit = [&](Time now) -> std::optional<Policy> {
    const bool due = !generated.edited.empty() && now >= scenario->start + generated.edited_at * 1min;
    return due ? std::optional(*edited) : std::nullopt;
  };
  ReasonOracle oracle(*scenario);
  const auto run = run_with(
      *scenario, 1, quiet.context, {},
      [&](const FleetPolicy& fleet, const Result<controller::TickReport>& report,
          const sim::Account& account) { oracle.look(fleet, report, account); },
      edit);
  if (!run) return {"the generator's mistake: " + run.error().message};
  auto wrong = oracle.findings();
  wrong.insert(wrong.end(), run->problems.begin(), run->problems.end());
  wrong.insert(wrong.end(), run->judgement.findings.begin(), run->judgement.findings.end());
  return wrong;
}

// The seeds are played in parts, so that cores share them.
constexpr int kParts = 10;

std::uint64_t seeds() { return from_environment("EVENKEEL_GENERATED", 300); }
std::uint64_t first_seed() { return from_environment("EVENKEEL_GENERATED_FROM", 1); }

class Generated : public ::testing::TestWithParam<int> {};

TEST_P(Generated, PoliciesKeepWhatTheyPromiseInEveryWorld) {
  const auto folder = std::filesystem::temp_directory_path() / "evenkeel-generated";
  const auto last = first_seed() + seeds();
  int played_ones = 0, failed = 0;
  for (auto seed = first_seed() + static_cast<std::uint64_t>(GetParam()); seed < last; seed += kParts) {
    const auto generated = ScenarioGenerator(seed).draw();
    ++played_ones;
    const auto wrong = played(generated);
    if (wrong.empty()) continue;
    ++failed;
    std::filesystem::create_directories(folder);
    const auto file = folder / fmt::format("seed-{}.txt", seed);
    std::ofstream(file) << generated.text;
    ADD_FAILURE() << "seed " << seed << ": " << join(wrong, "\n    ") << "\n  evenkeel simulate "
                  << file.string() << " --narrative";
  }
  std::cout << fmt::format("seeds {} to {}, part {} of {}: {} played, {} failed\n", first_seed(), last - 1,
                           GetParam() + 1, kParts, played_ones, failed);
}

INSTANTIATE_TEST_SUITE_P(All, Generated, ::testing::Range(0, kParts));

// A case that failed, judged again: EVENKEEL_GENERATED_FILE=seed-137.txt build/cli_test --gtest_filter='GeneratedFile*'
TEST(GeneratedFile, KeepsItsPromise) {
  const char* path = std::getenv("EVENKEEL_GENERATED_FILE");
  if (path == nullptr) return;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(join(played({.text = text.str(), .edited = {}, .edited_at = 0, .keys = {}}), "\n"), "");
}

// Drawn and not played: of as many seeds as a whole run has, however few are played.
TEST(GeneratedKeys, AreAllTheDocumentedOnesAndMeetEachOther) {
  const auto count = std::max<std::uint64_t>(seeds(), 300);
  std::set<std::string> drawn;
  std::set<std::pair<std::string, std::string>> pairs;
  for (auto seed = first_seed(); seed < first_seed() + count; ++seed) {
    const auto keys = ScenarioGenerator(seed).draw().keys;
    for (auto one = keys.begin(); one != keys.end(); ++one) {
      drawn.insert(*one);
      for (auto other = std::next(one); other != keys.end(); ++other) pairs.emplace(*one, *other);
    }
  }
  const auto documented = documented_keys();
  for (const auto& key : drawn)
    EXPECT_TRUE(documented.contains(key)) << key << " is drawn and not documented";
  for (const auto& key : documented) EXPECT_TRUE(drawn.contains(key)) << key << " is never drawn";
  const std::size_t possible = documented.size() * (documented.size() - 1) / 2;
  std::cout << fmt::format("{} of {} keys drawn, {:.1f} % of pairs\n", drawn.size(), documented.size(),
                           100.0 * static_cast<double>(pairs.size()) / static_cast<double>(possible));
  EXPECT_GE(pairs.size() * 100, possible * 95);
  if (from_environment("EVENKEEL_GENERATED_PAIRS", 0) == 0) return;
  for (auto one = documented.begin(); one != documented.end(); ++one) {
    for (auto other = std::next(one); other != documented.end(); ++other) {
      if (!pairs.contains({*one, *other}))
        std::cout << "never together: " << *one << " and " << *other << "\n";
    }
  }
}

}  // namespace
}  // namespace evenkeel::play
