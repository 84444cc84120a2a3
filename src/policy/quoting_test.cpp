// What comes out of a variable or a parameter may be anything, a secret too: no error repeats it.
#include <cctype>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "policy/policy_file.h"

namespace evenkeel::policy {
namespace {

// Every kind of section, so that every kind of problem can be made.
constexpr const char* kWhole = R"(fleets:
  - name: web
    region: eu-west-1
    role_arn: arn:aws:iam::123456789012:role/evenkeel
    external_id: e-1
    auto_scaling_group: web-asg
    leave_by: standby
    target_groups: [tg1, tg2]
    reboot_when: {namespace: N, metric: m %, statistic: Maximum, above: 65, period: 1m, over: 5m, datapoints: 3}
    also_when:
      - {name: old, uptime: 20d, priority: 3}
      - {name: both, all: [{tag: x}, {alarm: a}, {metric: n, above: 4}]}
    order: soonest
    fails_at: 95
    keep: {healthy: 80%, out: 1, cooldown: 1h, load_below: {metric: CPUUtilization, namespace: N, below: 70}}
    windows: [{days: [mon-fri], from: "22:00", to: "05:00", time_zone: Europe/Berlin}]
    freezes: [{from: 2026-12-20, to: 2027-01-02, time_zone: UTC, reason: r}]
    gates: {alarms: [a], calendars: [calendar], insufficient_data: blocks}
    treatments: [{command: doc, parameters: {k: [v], l: w}, within: 5m}, reboot, stop_start, replace]
    evidence: {document: doc, parameters: {k: v}, required: yes}
    timing: {boot: 15m, soak: 2m}
  - name: api
    target_groups: [tg3]
    reboot_when: {metric: m, above: 65}
    keep: {healthy: 5}
)";
const std::string kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

struct TextPart {
  std::size_t at, size;
};

std::vector<TextPart> words_of(const std::string& text) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_./%-").contains(c);
  };
  std::vector<TextPart> words;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_word(text[i])) continue;
    const auto from = i;
    while (i < text.size() && is_word(text[i])) ++i;
    if (i - from > 1 || text[from] != '-') words.push_back({from, i - from});
  }
  return words;
}

std::string message_of(const std::string& text, PositionStyle places) {
  const auto policy = parse(text, "env:POLICY", places);
  return policy ? "" : policy.error().message;
}

TEST(PolicyQuoting, WhatIsInNoFileIsNeverRepeatedWhereverItStands) {
  ASSERT_EQ(message_of(kWhole, PositionStyle::in_words), "");
  const std::string whole = kWhole;
  int refused = 0, quoted_from_a_file = 0;
  for (const auto& [at, size] : words_of(whole)) {
    const auto put_there = [&, at = at, size = size](const std::string& put) {
      auto text = whole;
      return text.replace(at, size, put);
    };
    for (const auto& put : {kSecret, "!" + kSecret + " x", "[" + kSecret + "]", kSecret + ": *" + kSecret}) {
      const auto message = message_of(put_there(put), PositionStyle::in_words);
      EXPECT_EQ(message.find(kSecret.substr(0, 6)), std::string::npos) << message;
      EXPECT_TRUE(message.empty() || message.starts_with("env:POLICY, line ")) << message;
      if (!message.empty()) ++refused;
    }
    if (message_of(put_there(kSecret), PositionStyle::as_editors_write).find(kSecret) != std::string::npos)
      ++quoted_from_a_file;
  }
  EXPECT_GT(refused, 300);
  EXPECT_GT(quoted_from_a_file, 40);  // a file's owner sees what is meant
}

TEST(PolicyQuoting, ASecretAloneIsNoPolicyAndStaysSecret) {
  for (const auto& text : {kSecret, "\"" + kSecret, "- " + kSecret, kSecret + ": 1", "@" + kSecret}) {
    const auto message = message_of(text, PositionStyle::in_words);
    EXPECT_NE(message, "") << text;
    EXPECT_EQ(message.find(kSecret.substr(0, 6)), std::string::npos) << message;
  }
  EXPECT_EQ(message_of(kSecret, PositionStyle::in_words),
            "env:POLICY, line 1, column 1: must be a map with the keys fleets");
}

TEST(PolicyQuoting, PlaceKeyAndWhatIsExpectedAreSaidAllTheSame) {
  const auto said = [](const std::string& from, const std::string& to) {
    std::string text = kWhole;
    text.replace(text.find(from), from.size(), to);
    return message_of(text, PositionStyle::in_words);
  };
  EXPECT_EQ(
      said("boot: 15m", "boot: soon"),
      "env:POLICY, line 21, column 20: fleets[0].timing.boot: must be a duration from 5m to 2h, written like "
      "90s, 5m, 1h30m or 2d");
  EXPECT_EQ(
      said("soak: 2m", "sok: 2m"),
      "env:POLICY, line 21, column 25: fleets[0].timing.(a key that no policy has): allowed here: drain_slack, "
      "boot, stop, rejoin, soak, settle, judge");
  EXPECT_EQ(
      said("region: eu-west-1", "region: cn-north-1"),
      "env:POLICY, line 4, column 15: fleets[0].role_arn: is in another partition than the region; roles don't "
      "reach across");
}

}  // namespace
}  // namespace evenkeel::policy
