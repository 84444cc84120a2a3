#include "record/export_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "record/testing/sample_states.h"

namespace evenkeel::record {
namespace {

using nlohmann::json;

Export sample() {
  auto api = maximal_state();
  api.fleet = "api";
  return {at(5),
          {{maximal_state(),
            {{at(1) + 250ms, "web", "i-1", "i-1@x", EventKind::phase, "ä \"quoted\"\n", "held"}}},
           {api, {}}}};
}

std::string export_refusal(const json& document) {
  const auto read = export_from_json(document.dump());
  if (read) return "none";
  EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
  return read.error().message;
}

TEST(Export, ComesBackAsItWas) {
  const auto read = export_from_json(export_to_json(sample()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->at, sample().at);
  EXPECT_EQ(read->fleets, sample().fleets);
}

TEST(Export, OfAnEarlierBuildHasNoWords) {
  auto document = json::parse(export_to_json(sample()));
  EXPECT_EQ(document["version"], 2);
  document["version"] = 1;
  document["fleets"][0]["history"][0].erase("word");
  const auto read = export_from_json(document.dump());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->fleets[0].history[0].word, "");
  EXPECT_EQ(read->fleets[0].history[0].text, "ä \"quoted\"\n");
}

TEST(Export, EveryCutFileIsRefused) {
  const auto text = export_to_json(sample());
  for (std::size_t length = 0; length + 1 < text.size(); length += 7)
    ASSERT_FALSE(export_from_json(text.substr(0, length))) << length;
}

TEST(Export, WhatIsNoneIsRefusedWithItsPlace) {
  const json good = json::parse(export_to_json(sample()));
  EXPECT_EQ(export_refusal(good), "none");
  const auto with = [&](const char* pointer, const json& value) {
    auto changed = good;
    changed[json::json_pointer(pointer)] = value;
    return export_refusal(changed);
  };
  EXPECT_TRUE(export_refusal(json::array()).starts_with("is no export"));
  EXPECT_TRUE(with("/format", "other").starts_with("is no export"));
  EXPECT_TRUE(with("/later", 1).starts_with("is no export"));
  EXPECT_TRUE(
      with("/version", 3).starts_with("was written by another Evenkeel (version 3, this one reads 1 to 2)"));
  EXPECT_TRUE(with("/at", "today").starts_with("at is no time"));
  EXPECT_TRUE(with("/fleets", 5).starts_with("at is no time, or fleets is no list"));
  EXPECT_TRUE(with("/fleets/1/state/open/0/phase", "exploding")
                  .starts_with("fleets[1]: state document, open[0].phase"));
  EXPECT_TRUE(with("/fleets/0/history/0/at", 5).starts_with("fleets[0].history: event 1 of the list: at is"));
  EXPECT_TRUE(
      with("/fleets/0/history/0/kind", 5).starts_with("fleets[0].history: event 1 of the list: kind is"));
  EXPECT_TRUE(
      with("/fleets/0/history/0/word", 5).starts_with("fleets[0].history: event 1 of the list: word is"));
  EXPECT_TRUE(with("/fleets/0/history/0/later", 5)
                  .starts_with("fleets[0].history: event 1 of the list: found something else"));
  EXPECT_TRUE(with("/fleets/1/state/revision", 0).starts_with("fleets[1]: its state has no name"));
  EXPECT_TRUE(with("/fleets/1/state/fleet", "web").starts_with("has the fleet web twice"));
}

}  // namespace
}  // namespace evenkeel::record
