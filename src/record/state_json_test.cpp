#include "record/state_json.h"

#include <array>
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>
#include <type_traits>
#include <utility>

#include "record/state_fields.h"
#include "record/testing/sample_states.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

json maximal_document() { return json::parse(to_json(maximal_state())); }

// The refusal's message, without the remedy that stands behind every one.
std::string state_refusal(const std::string& text) {
  const auto state = state_from_json(text);
  if (state) return "none";
  EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
  const auto& message = state.error().message;
  EXPECT_NE(message.find(". Nothing is started with it"), std::string::npos) << message;
  return message.substr(0, message.find(". Nothing is started with it"));
}
std::string state_refusal(const json& document) { return state_refusal(document.dump()); }

std::string refusal_with(const std::string& pointer, const json& value) {
  auto document = maximal_document();
  document[json::json_pointer(pointer)] = value;
  return state_refusal(document);
}

TEST(StateJson, MaximalStateComesBackAsItWas) {
  const auto state = maximal_state();
  const auto text = to_json(state);
  const auto again = state_from_json(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, state);
  EXPECT_EQ(to_json(*again), text);
}

TEST(StateJson, EmptyStateComesBackAsItWas) {
  const auto again = state_from_json(to_json(FleetState{}));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, FleetState{});
}

TEST(StateJson, ArbitraryStatesComeBackAsTheyWere) {
  ArbitraryStates arbitrary(2026);
  for (int i = 0; i < 500; ++i) {
    const auto state = arbitrary.state();
    const auto again = state_from_json(to_json(state));
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(*again, state) << to_json(state);
  }
}

TEST(StateJson, SpellsValuesAsThePolicyFileDoes) {
  const auto document = maximal_document();
  EXPECT_EQ(document["schema"], FleetState::kSchema);
  EXPECT_EQ(document["last_tick_at"], "2026-11-22T00:16:00Z");
  EXPECT_EQ(document["open"][0]["phase_since"], "2026-11-22T00:15:00.250Z");
  EXPECT_EQ(document["open"][0]["intents"][2]["effect"], "register");
  EXPECT_EQ(document["open"][0]["value_after"], nullptr);
  EXPECT_EQ(document["pinned"]["keep"]["healthy"], "75%");
  EXPECT_EQ(document["pinned"]["keep"]["cooldown"], "1h30m");
  EXPECT_EQ(document["pinned"]["reboot_when"]["statistic"], "Maximum");
  EXPECT_EQ(document["pinned"]["windows"][0]["time_zone"], "Europe/Berlin");
  EXPECT_EQ(document["pinned"]["windows"][0]["from"], "22h");
  EXPECT_EQ(document["pinned"]["freezes"][0]["from"], "2026-12-20");
  EXPECT_EQ(document["pinned"]["also_when"][0]["all"][1]["kind"], "alarm");
}

TEST(StateJson, NumbersThatJsonCannotHoldSurvive) {
  using Limits = std::numeric_limits<double>;
  auto state = maximal_state();
  state.open[0].cause.value = Limits::infinity();
  state.open[0].cause.above = -Limits::infinity();
  state.open[0].value_after = Limits::quiet_NaN();
  const auto again = state_from_json(to_json(state));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->open[0].cause.value, Limits::infinity());
  EXPECT_EQ(again->open[0].cause.above, -Limits::infinity());
  EXPECT_TRUE(std::isnan(*again->open[0].value_after));
}

TEST(StateJson, TimesOutsideTheCalendarAreMovedToItsEnds) {
  auto state = maximal_state();
  state.open[0].deadline = Time::max();
  state.open[0].launch_time = Time::min();
  const auto again = state_from_json(to_json(state));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(state));
  EXPECT_GT(again->open[0].deadline, at(0) + std::chrono::years{7000});
}

TEST(StateJson, BrokenUtf8IsStoredAsReplacementCharacters) {
  auto state = maximal_state();
  state.open[0].intents[1].detail = "a\xff";
  const auto again = state_from_json(to_json(state));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->open[0].intents[1].detail, "a\xef\xbf\xbd");
}

TEST(StateJson, NewerSchemaIsRefusedBeforeAnythingElseIsLookedAt) {
  const auto newer = state_from_json(R"({"schema": 4, "fleet": 5, "new": true})");
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(newer.error().message,
            "state document, schema: it was written by a newer Evenkeel (schema 4, this one reads up to 3). "
            "Nothing is started with it: run the newer program");
  EXPECT_EQ(state_refusal(std::string(R"({"schema": 0})")), "state document, schema: found 0, wanted 1 to 3");
  EXPECT_EQ(state_refusal(std::string("{}")), "state document, schema: is missing");
}

constexpr std::array kObjects{
    "",
    "/open/0",
    "/open/0/cause",
    "/open/0/snapshot/0",
    "/open/0/intents/0",
    "/recent/0",
    "/wishes/0",
    "/clock_doubt",
    "/pause",
    "/breaker",
    "/members/i-0123456789abcdef0",
    "/glance",
    "/pinned",
    "/pinned/reboot_when",
    "/pinned/keep",
    "/pinned/keep/load_below",
    "/pinned/timing",
    "/pinned/also_when/0",
    "/pinned/also_when/0/all/0",
    "/pinned/windows/0",
    "/pinned/freezes/0",
    "/pinned/gates",
    "/pinned/treatments/0",
    "/pinned/treatments/0/document",
    "/pinned/evidence",
    "/identity",
    "/groups_seen/arn:tg~1tg1~11",
    "/ability",
    "/ability/blind_to/0",
    "/members/i-0123456789abcdef0/served/0",
};

void drop_keys(json& document, const std::string& where, const std::vector<std::string>& keys) {
  for (const auto& key : keys) EXPECT_EQ(document[json::json_pointer(where)].erase(key), 1U) << where << key;
}

// Without the keys that came with schema 3.
json as_schema_2(json document) {
  document["schema"] = 2;
  drop_keys(document, "",
            {"policies", "identity", "groups_seen", "ability", "wishes", "clock_doubt", "denials", "failing",
             "left_policy_at", "left_marks"});
  drop_keys(document, "/pinned", {"witness_tag"});
  drop_keys(document, "/open/0", {"effects_until", "without_waiting", "marks", "policy"});
  drop_keys(document, "/open/0/cause", {"identity"});
  for (const char* intent : {"/open/0/intents/0", "/open/0/intents/1", "/open/0/intents/2"})
    drop_keys(document, intent, {"all_ports", "standby_over"});
  for (const char* place : {"/open/0/snapshot/0", "/open/0/snapshot/1"})
    drop_keys(document, place, {"absent_sightings", "absent_since"});
  for (const char* ended : {"/recent/0", "/recent/1"})
    drop_keys(document, ended, {"reason", "gone", "treated"});
  drop_keys(document, "/members/i-0123456789abcdef0", {"seen_at", "served", "effects_until"});
  return document;
}

// The keys that came with schema 2, by the object in which they stand.
json as_schema_1(json document) {
  document = as_schema_2(std::move(document));
  document["schema"] = 1;
  const auto drop = [&](const std::string& where, const std::vector<std::string>& keys) {
    drop_keys(document, where, keys);
  };
  drop("", {"members", "told", "told_fleet", "glance"});
  drop("/pause", {"until"});
  for (const char* ended : {"/recent/0", "/recent/1"}) drop(ended, {"rule", "treatment", "judge_until"});
  drop("/open/0", {"auto_scaling_group", "rung", "attempt", "treatment", "captured", "capture_over",
                   "command_output", "foreign", "seen_back"});
  drop("/open/0/cause", {"rule", "text", "tag"});
  for (const char* place : {"/open/0/snapshot/0", "/open/0/snapshot/1"}) drop(place, {"by_auto_scaling"});
  for (const char* intent : {"/open/0/intents/0", "/open/0/intents/1", "/open/0/intents/2"}) {
    drop(intent, {"answer"});
  }
  drop("/pinned", {"leave_by", "also_when", "order", "fails_at", "windows", "freezes", "gates", "treatments",
                   "evidence"});
  drop("/pinned/reboot_when", {"back_below"});
  drop("/pinned/keep", {"healthy_per_zone", "out_per_zone", "load_below"});
  drop("/pinned/timing", {"stop", "judge"});
  document["pinned"]["keep"]["out"] = 2;
  return document;
}

TEST(StateJson, EveryMissingKeyIsRefused) {
  int tried = 0;
  const auto drop = [&](const std::string& where) {
    const json document = maximal_document();
    for (const auto& item : document[json::json_pointer(where)].items()) {
      if (where == "/healthy_since") continue;
      auto copy = document;
      copy[json::json_pointer(where)].erase(item.key());
      EXPECT_TRUE(state_refusal(copy).ends_with(item.key() + ": is missing")) << where << " " << item.key();
      ++tried;
    }
  };
  for (const char* where : kObjects) drop(where);
  EXPECT_EQ(tried, 28 + 34 + 8 + 7 + 10 + 14 + 8 + 3 + 4 + 2 + 10 + 5 + 20 + 9 + 10 + 7 + 7 + 3 + 4 + 4 + 4 +
                       3 + 3 + 3 + 2 + 3 + 6 + 4 + 3 + 5);
}

TEST(StateJson, ASchema1DocumentIsReadAndGetsTheDefaults) {
  const auto old = as_schema_1(maximal_document());
  const auto state = state_from_json(old.dump());
  ASSERT_TRUE(state) << state.error().message;
  const auto& open = state->open[0];
  EXPECT_EQ(open.id, maximal_state().open[0].id);
  EXPECT_EQ(open.treatment, Treatment::reboot);
  EXPECT_EQ(open.level, 0);
  EXPECT_TRUE(open.auto_scaling_group.empty());
  EXPECT_FALSE(open.snapshot[0].by_auto_scaling);
  EXPECT_EQ(open.cause.rule, "");
  EXPECT_FALSE(state->pause->until);
  EXPECT_TRUE(state->members.empty());
  EXPECT_EQ(state->pinned->keep.out, (Share{2, 0}));
  EXPECT_EQ(state->pinned->treatments, std::vector<Step>{Step{}});
  EXPECT_EQ(state->pinned->leave_by, Leave::standby);
  EXPECT_EQ(json::parse(to_json(*state))["schema"], 3) << "what is written next is schema 3";
}

TEST(StateJson, ASchema2DocumentIsReadAndGetsTheDefaults) {
  const auto state = state_from_json(as_schema_2(maximal_document()).dump());
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->open[0].level, maximal_state().open[0].level);
  EXPECT_FALSE(state->open[0].without_waiting);
  EXPECT_EQ(state->open[0].effects_until, Time{});
  EXPECT_FALSE(state->identity);
  EXPECT_TRUE(state->policies.empty());
  EXPECT_TRUE(state->members.at("i-0123456789abcdef0").served.empty());
  EXPECT_EQ(state->ability.kind, Ability::Kind::able);
  EXPECT_TRUE(state->requests.empty());
  EXPECT_FALSE(state->clock_doubt);
  EXPECT_EQ(state->pause, maximal_state().pause);
  auto external_change = as_schema_2(maximal_document());
  external_change["wishes"] = json::array();
  EXPECT_EQ(state_refusal(external_change), "state document, wishes: is not a key of the state");
}

TEST(StateJson, ARebootOfSchema1WasAnAttempt) {
  auto old = as_schema_1(maximal_document());
  EXPECT_EQ(state_from_json(old.dump())->open[0].attempt, 1);
  old["open"][0]["intents"][1]["outcome"] = "not_sent";
  EXPECT_EQ(state_from_json(old.dump())->open[0].attempt, 0);
}

TEST(StateJson, Schema1HasNoneOfTheKeysOfSchema2AndAllOfItsOwn) {
  auto old = as_schema_1(maximal_document());
  auto external_change = old;
  external_change["told_fleet"] = "";
  EXPECT_EQ(state_refusal(external_change), "state document, told_fleet: is not a key of the state");
  old["open"][0].erase("treat");
  EXPECT_EQ(state_refusal(old), "state document, open[0].treat: is missing");
}

TEST(StateJson, ATimeZoneIsStoredByItsName) {
  const auto again = state_from_json(to_json(maximal_state()));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->pinned->windows[0].zone.name, "Europe/Berlin");
  EXPECT_TRUE(again->pinned->windows[0].zone.shifts.empty());
  EXPECT_EQ(refusal_with("/pinned/freezes/0/from", "20.12.2026"),
            "state document, pinned.freezes[0].from: found \"20.12.2026\", wanted a day like \"2026-12-20\"");
  EXPECT_EQ(refusal_with("/pinned/windows/0/days", -1),
            "state document, pinned.windows[0].days: found -1, wanted a whole number that isn't negative");
}

TEST(StateJson, UnknownKeysAreRefusedAtTheirPlace) {
  EXPECT_EQ(refusal_with("/later", 1), "state document, later: is not a key of the state");
  EXPECT_EQ(refusal_with("/open/0/intents/1/later", 1),
            "state document, open[0].intents[1].later: is not a key of the state");
}

TEST(StateJson, WrongTypesAreRefusedAtTheirPlace) {
  EXPECT_EQ(refusal_with("/fleet", 5), "state document, fleet: found 5, wanted a text");
  EXPECT_EQ(refusal_with("/revision", 1.5), "state document, revision: found 1.5, wanted a whole number");
  EXPECT_EQ(refusal_with("/revision", std::numeric_limits<std::uint64_t>::max()),
            "state document, revision: found 18446744073709551615, wanted a whole number");
  EXPECT_EQ(
      refusal_with("/open/0/snapshot/0/port", 4294967296),
      "state document, open[0].snapshot[0].port: found 4294967296, wanted a whole number of at most 32 bits");
  EXPECT_EQ(refusal_with("/open/0/treat", "yes"),
            "state document, open[0].treat: found \"yes\", wanted true or false");
  EXPECT_EQ(refusal_with("/open/0/cause/value", "81"),
            "state document, open[0].cause.value: found \"81\", wanted a number");
  EXPECT_EQ(refusal_with("/open/0/deadline", 5),
            "state document, open[0].deadline: found 5, wanted a time like \"2026-11-22T06:45:00Z\"");
  EXPECT_EQ(refusal_with("/open/0/deadline", nullptr).substr(0, 40),
            "state document, open[0].deadline: found ");
  EXPECT_EQ(refusal_with("/pinned/timing/boot", "fast"),
            "state document, pinned.timing.boot: found \"fast\", wanted a duration like \"5m\"");
  EXPECT_EQ(refusal_with("/pinned/keep/healthy", "0%"),
            "state document, pinned.keep.healthy: found \"0%\", wanted a number, or a share like \"75%\"");
  EXPECT_EQ(refusal_with("/open", json::object()), "state document, open: found {}, wanted a list");
  EXPECT_EQ(refusal_with("/pause", 3), "state document, pause: found 3, wanted an object");
  EXPECT_EQ(refusal_with("/healthy_since", json::array()),
            "state document, healthy_since: found [], wanted an object");
}

TEST(StateJson, UnknownWordsAreRefusedWithTheKnownOnes) {
  EXPECT_EQ(refusal_with("/open/0/phase", "exploding"),
            "state document, open[0].phase: found \"exploding\", wanted one of draining, capturing, "
            "commanding, rebooting, stopping, starting, replacing, booting, rejoining, soaking, held, done");
  EXPECT_EQ(
      refusal_with("/open/0/intents/0/effect", "register_"),
      "state document, open[0].intents[0].effect: found \"register_\", wanted one of deregister, register, "
      "enter_standby, exit_standby, capture, command, reboot, stop, start, terminate, mark, unmark");
}

TEST(StateJson, WhatIsNoSuchDocumentIsRefused) {
  EXPECT_TRUE(state_refusal(std::string("")).starts_with("state document, as a whole: is not JSON ("));
  EXPECT_EQ(state_refusal(std::string("[]")), "state document, as a whole: found [], wanted an object");
  EXPECT_EQ(state_refusal(std::string(R"({"schema": 1, "schema": 1})")),
            "state document, as a whole: has the key schema twice");
  EXPECT_EQ(state_refusal(std::string(R"({"a": {"b": 1, "c": {"b": 1}, "b": 2}})")),
            "state document, as a whole: has the key b twice");
  EXPECT_EQ(state_refusal(std::string(4 * 1024 * 1024 + 1, ' ')),
            "state document, as a whole: is larger than 4194304 bytes");
  EXPECT_EQ(state_refusal(std::string(1'000'000, '[')), state_refusal(std::string(100, '[')));
  EXPECT_EQ(state_refusal(std::string(100, '[') + std::string(100, ']')),
            "state document, as a whole: nests deeper than 16 levels");
}

TEST(StateJson, EveryCutDocumentIsRefused) {
  const auto text = to_json(maximal_state());
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_FALSE(state_from_json(text.substr(0, length))) << length;
  }
}

TEST(Formats, ExampleOfTheDocumentsIsAStateDocument) {
  std::ifstream file(std::string(EVENKEEL_SOURCE_DIR) + "/docs/formats.md");
  std::stringstream stream;
  stream << file.rdbuf();
  const auto text = stream.str();
  const std::string fence = "```json\n";
  const auto begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const auto example =
      text.substr(begin + fence.size(), text.find("```", begin + fence.size()) - begin - fence.size());
  const auto state = state_from_json(example);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->fleet, "web");
  EXPECT_EQ(state->open.size(), 1U);
  EXPECT_TRUE(state->pinned);
}

TEST(Formats, EveryKeyOfTheDocumentIsExplained) {
  std::ifstream file(std::string(EVENKEEL_SOURCE_DIR) + "/docs/formats.md");
  std::stringstream stream;
  stream << file.rdbuf();
  const auto text = stream.str();
  const auto document = maximal_document();
  for (const char* where : {"", "/open/0", "/open/0/cause", "/open/0/snapshot/0", "/open/0/intents/0",
                            "/recent/0", "/pause", "/breaker", "/members/i-0123456789abcdef0", "/glance"}) {
    for (const auto& item : document[json::json_pointer(where)].items()) {
      EXPECT_NE(text.find("| `" + item.key() + "` |"), std::string::npos) << where << "/" << item.key();
    }
  }
}

}  // namespace
}  // namespace evenkeel::record
