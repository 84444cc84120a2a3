#include "policy/changes.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <utility>

#include "policy/policy_file.h"

namespace evenkeel::policy {
namespace {

const std::string kBase = R"(fleets:
  - name: web
    target_groups: [tg1]
    reboot_when: {metric: m, above: 65}
    also_when: [{uptime: 14d}]
    keep: {healthy: 5, load_below: {below: 6000}}
    windows: [{from: "22:00", to: "05:00"}]
    freezes: [{from: 2026-12-20, to: 2026-12-24}]
    gates: {alarms: [x]}
    treatments: [reboot]
    evidence: {document: doc}
    timing: {boot: 10m}
)";

Policy parsed(const std::string& text) {
  const auto policy = parse(text, "p");
  EXPECT_TRUE(policy) << policy.error().message;
  return policy ? *policy : Policy{};
}

std::string replaced(const std::string& from, const std::string& to) {
  auto text = kBase;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PolicyChanges, NamesTheKeysOfEverySection) {
  const std::vector<std::tuple<const char*, const char*, const char*>> all = {
      {"[tg1]", "[tg2]", "target_groups"},
      {"above: 65", "above: 70", "reboot_when.above"},
      {"uptime: 14d", "uptime: 15d", "also_when"},
      {"healthy: 5", "healthy: 6", "keep.healthy"},
      {"below: 6000", "below: 7000", "keep.load_below.below"},
      {", load_below: {below: 6000}", "", "keep.load_below"},
      {"05:00", "06:00", "windows"},
      {"12-24", "12-25", "freezes"},
      {"[x]", "[y]", "gates.alarms"},
      {"[reboot]", "[reboot, stop_start]", "treatments"},
      {"document: doc", "document: other", "evidence"},
      {"boot: 10m", "boot: 12m, soak: 1m", "timing.boot, timing.soak"},
  };
  for (const auto& [from, to, keys] : all)
    EXPECT_EQ(changes(parsed(kBase), parsed(replaced(from, to))), fmt::format("web: {}", keys));
  EXPECT_EQ(changes(parsed(kBase), parsed("# a comment\n" + kBase)), "") << "it means the same";
}

TEST(PolicyChanges, NamesFleetsThatComeAndGo) {
  const auto other = replaced("name: web", "name: shop");
  EXPECT_EQ(changes(parsed(kBase), parsed(other)), "shop is new; web is gone, and only restored from now on");
}

}  // namespace
}  // namespace evenkeel::policy
