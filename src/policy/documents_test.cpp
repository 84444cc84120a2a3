// What docs/policy.md and docs/policy.schema.json say, held to what the code does.
#include <fmt/core.h>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <tuple>

#include "base/text.h"
#include "policy/fields.h"
#include "policy/policy_file.h"

namespace evenkeel::policy {
namespace {

using nlohmann::json;

std::string document(const std::string& name) {
  std::ifstream file(std::string(EVENKEEL_SOURCE_DIR) + "/docs/" + name);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const json& schema() {
  static const json parsed = json::parse(document("policy.schema.json"));
  return parsed;
}

// Each expect_rule holds one property of the schema to the rule of the same key. `value` is the default in
// the code, and `optional` says that there is one.
void expect_default(const json& property, bool optional, const json& value) {
  EXPECT_EQ(property.value("default", json()), optional ? value : json()) << property;
}

void expect_rule(const json& property, const TextRule& rule, bool required, const std::string& value) {
  EXPECT_EQ(property["type"], "string");
  EXPECT_EQ(property["pattern"], rule.pattern);
  expect_default(property, !required && !value.empty(), value);
}
void expect_rule(const json& property, const WholeRule& rule, bool required, int value) {
  EXPECT_EQ(property["type"], "integer");
  EXPECT_EQ(property["minimum"], rule.least);
  EXPECT_EQ(property["maximum"], rule.most);
  // A value out of bounds is computed from other keys (datapoints).
  expect_default(property, !required && value >= rule.least, value);
}
void expect_rule(const json& property, const NumberRule&, bool required, double value) {
  EXPECT_EQ(property["type"], "number");
  expect_default(property, !required, value);
}
void expect_rule(const json& property, const NumberRule&, bool, std::optional<double>) {
  EXPECT_EQ(property["type"], "number");
  expect_default(property, false, {});
}
void expect_rule(const json& property, const DurationRule& rule, bool required, Duration value) {
  EXPECT_EQ(property["$ref"], "#/$defs/duration");
  const auto bounds = fmt::format("from {} to {}", format_duration(rule.least), format_duration(rule.most));
  EXPECT_NE(property["description"].get<std::string>().find(bounds), std::string::npos) << property;
  expect_default(property, !required && value >= rule.least, format_duration(value));
}
void expect_rule(const json& property, const ShareRule& rule, bool required, std::optional<Share> value) {
  const json expected = {{{"type", "integer"}, {"minimum", rule.least}, {"maximum", rule.most}},
                         {{"type", "string"}, {"pattern", kSharePattern}}};
  EXPECT_EQ(property["oneOf"], expected);
  expect_default(property, !required && value, value.value_or(Share{}).count);
}
template <class Word>
void expect_rule(const json& property, const WordRule<Word>& rule, bool required, Word value) {
  json words = json::array();
  for (const auto word : rule.words) words.push_back(name(word));
  EXPECT_EQ(property["enum"], words);
  expect_default(property, !required, name(value));
}
void expect_rule(const json& property, const EitherRule& rule, bool required, bool value) {
  EXPECT_EQ(property["enum"], json({rule.if_true, rule.if_false}));
  expect_default(property, !required, value ? rule.if_true : rule.if_false);
}
void expect_rule(const json& property, const TimeOfDayRule& rule, bool, Duration) {
  EXPECT_EQ(property["pattern"],
            rule.may_be_midnight_at_the_end ? kTimeOfDayOrEndPattern : kTimeOfDayPattern);
}
void expect_rule(const json& property, const DaysRule&, bool, unsigned value) {
  EXPECT_EQ(value, 0x7fU) << "left out: every day, as the description says";
  EXPECT_EQ(property["type"], "array");
  EXPECT_EQ(property["minItems"], 1);
  EXPECT_EQ(property["items"]["pattern"], kDayPattern);
}
void expect_rule(const json& property, const DateRule&, bool, std::chrono::year_month_day) {
  EXPECT_EQ(property["pattern"], kDatePattern);
}
void expect_rule(const json& property, const ZoneRule&, bool required, const TimeZone& value) {
  EXPECT_EQ(property["pattern"], kZonePattern);
  expect_default(property, !required, value.name);
}
void expect_rule(const json& property, const ParametersRule& rule, bool, const DocumentParameters&) {
  EXPECT_EQ(property["type"], "object");
  EXPECT_EQ(property["maxProperties"], rule.most);
}
void expect_rule(const json& property, const NamesRule& rule, bool, const std::vector<std::string>&) {
  EXPECT_EQ(property["type"], "array");
  EXPECT_EQ(property["minItems"], 1);
  EXPECT_EQ(property["maxItems"], rule.most);
  EXPECT_EQ(property["uniqueItems"], true);
  EXPECT_EQ(property["items"], json({{"type", "string"}, {"pattern", rule.item.pattern}}));
}

const json& target(const json& property) {
  if (!property.contains("$ref") || property.contains("description")) return property;
  return schema()[json::json_pointer(property["$ref"].get<std::string>().substr(1))];
}

template <class Section>
void expect_properties(const json& object, std::span<const Field<Section>> fields) {
  for (const auto& field : fields) {
    SCOPED_TRACE(field.key);
    ASSERT_TRUE(object["properties"].contains(field.key));
    const json& property = target(object["properties"][field.key]);
    std::visit(
        [&](const auto& slot) {
          if constexpr (requires { slot.rule; }) {
            EXPECT_FALSE(property.value("description", "").empty());
            expect_rule(property, slot.rule, field.required, Section{}.*slot.member);
          }
        },
        field.slot);
  }
}

// The map has the keys of these tables and no others.
template <class... Section>
void expect_keys(const json& object, std::span<const Field<Section>>... tables) {
  EXPECT_EQ(object["type"], "object");
  EXPECT_EQ(object["additionalProperties"], false);
  EXPECT_FALSE(object["description"].get<std::string>().empty());
  std::set<std::string> keys;
  const auto add = [&](const auto& fields) {
    for (const auto& field : fields) keys.insert(field.key);
  };
  (add(tables), ...);
  std::set<std::string> properties;
  for (const auto& item : object["properties"].items()) properties.insert(item.key());
  EXPECT_EQ(properties, keys);
}

template <class Section>
void expect_section(const json& object, std::span<const Field<Section>> fields) {
  expect_keys(object, fields);
  expect_properties(object, fields);
  std::set<std::string> required;
  for (const auto& field : fields) {
    if (field.required) required.insert(field.key);
  }
  EXPECT_EQ(object.value("required", json::array()).get<std::set<std::string>>(), required);
}

TEST(PolicySchema, HasTheKeysRequirementsDefaultsAndBoundsOfTheCode) {
  const json& defs = schema()["$defs"];
  expect_section(schema(), policy_fields());
  expect_section(defs["fleet"], fleet_fields());
  expect_section(defs["reboot_when"], condition_fields());
  expect_section(defs["keep"], keep_fields());
  expect_section(defs["timing"], timing_fields());
  expect_section(defs["load_below"], load_fields());
  expect_section(defs["window"], window_fields());
  expect_section(defs["freeze"], freeze_fields());
  expect_section(defs["gates"], gates_fields());
  expect_section(defs["plain_step"], plain_step_fields());
  expect_section(defs["command_step"], command_step_fields());
  expect_section(defs["evidence"], evidence_fields());
  EXPECT_EQ(defs["duration"]["pattern"], kDurationPattern);
  EXPECT_EQ(schema()["properties"]["fleets"]["maxItems"], kMostFleets);
  EXPECT_EQ(schema()["properties"]["fleets"]["items"]["$ref"], "#/$defs/fleet");
  for (const char* section : {"reboot_when", "keep", "gates", "evidence", "timing"}) {
    EXPECT_EQ(defs["fleet"]["properties"][section]["$ref"], std::string("#/$defs/") + section);
  }
  const std::tuple<const char*, const char*, std::size_t> lists[] = {{"also_when", "rule", kMostRules},
                                                                     {"windows", "window", kMostWindows},
                                                                     {"freezes", "freeze", kMostFreezes}};
  for (const auto& [key, item, most] : lists) {
    const json& list = defs["fleet"]["properties"][key];
    EXPECT_EQ(list["minItems"], 1) << key;
    EXPECT_EQ(list["maxItems"], most) << key;
    EXPECT_EQ(list["items"]["$ref"], std::string("#/$defs/") + item);
  }
  EXPECT_EQ(defs["fleet"]["properties"]["treatments"]["maxItems"], kMostTreatments);
}

TEST(PolicySchema, RulesAndConditionsHaveTheKeysOfTheirKindsAndOfAMetric) {
  const json& defs = schema()["$defs"];
  expect_keys(defs["condition"], kind_fields(), condition_fields());
  expect_properties(defs["condition"], kind_fields());
  expect_properties(defs["condition"], condition_fields());
  expect_keys(defs["rule"], rule_fields(), kind_fields(), condition_fields());
  expect_properties(defs["rule"], rule_fields());
  expect_properties(defs["rule"], condition_fields());
  const json& all = defs["rule"]["properties"]["all"];
  EXPECT_EQ(all["minItems"], kLeastConditions);
  EXPECT_EQ(all["maxItems"], kMostConditions);
  EXPECT_EQ(defs["condition"]["oneOf"].size(), kind_fields().size() + 1);
  for (const auto& field : kind_fields()) {
    EXPECT_EQ(defs["rule"]["properties"][field.key]["$ref"],
              std::string("#/$defs/condition/properties/") + field.key);
  }
}

// The beginning of the key's row in a table of docs/policy.md.
std::string row(const char* key, const std::string& preset, const std::string& allowed_range) {
  return fmt::format("| `{}` | {} | {}", key, preset, allowed_range);
}

template <class Section>
void expect_rows(const std::string& text, std::span<const Field<Section>> fields) {
  for (const auto& field : fields) {
    std::string expected = fmt::format("| `{}` | {}", field.key, field.required ? "required" : "");
    if (const auto* whole = std::get_if<Slot<Section, int, WholeRule>>(&field.slot)) {
      const int preset = Section{}.*whole->member;
      expected = row(field.key, preset < whole->rule.least ? "3 of 5" : fmt::format("{}", preset),
                     fmt::format("{} to {} |", whole->rule.least, whole->rule.most));
    }
    if (const auto* duration = std::get_if<Slot<Section, Duration, DurationRule>>(&field.slot)) {
      const auto preset = Section{}.*duration->member;
      expected = row(field.key, preset < duration->rule.least ? "none" : format_duration(preset),
                     fmt::format("{} to {} |", format_duration(duration->rule.least),
                                 format_duration(duration->rule.most)));
    }
    EXPECT_NE(text.find(expected), std::string::npos) << "docs/policy.md lacks: " << expected;
  }
}

TEST(PolicyDocument, NamesEveryKeyWithItsDefaultAndBounds) {
  const auto text = document("policy.md");
  expect_rows(text, fleet_fields());
  expect_rows(text, condition_fields());
  expect_rows(text, keep_fields());
  expect_rows(text, timing_fields());
  expect_rows(text, load_fields());
  expect_rows(text, rule_fields());
  expect_rows(text, kind_fields());
  expect_rows(text, window_fields());
  expect_rows(text, freeze_fields());
  expect_rows(text, gates_fields());
  expect_rows(text, plain_step_fields());
  expect_rows(text, command_step_fields());
  expect_rows(text, evidence_fields());
}

TEST(PolicyDocument, EveryExampleIsAPolicy) {
  const auto text = document("policy.md");
  int tried = 0;
  for (std::size_t at = 0; (at = text.find("```yaml\nfleets:", at)) != std::string::npos; at += 8, ++tried) {
    const auto example = text.substr(at + 8, text.find("```", at + 8) - at - 8);
    const auto policy = parse(example, "example");
    EXPECT_TRUE(policy) << policy.error().message << "\n" << example;
  }
  EXPECT_EQ(tried, 2);
}

TEST(PolicyDocument, ExampleIsTenLinesAndMeansWhatTheTextSays) {
  const auto text = document("policy.md");
  const auto begin = text.find("```yaml\nfleets:");
  ASSERT_NE(begin, std::string::npos);
  const auto example = text.substr(begin + 8, text.find("```", begin + 8) - begin - 8);
  EXPECT_EQ(split(example, '\n').size() - 1, 10U);
  const auto policy = parse(example, "example");
  ASSERT_TRUE(policy) << policy.error().message;
  ASSERT_EQ(policy->fleets.size(), 1U);
  FleetPolicy expected;
  expected.name = "web";
  expected.target_groups = {"tg1", "tg1-80"};
  expected.auto_scaling_group = "web-asg";
  expected.reboot_when.metric = "Memory % Committed Bytes In Use";
  expected.reboot_when.above = 65;
  expected.reboot_when.datapoints = 3;
  expected.keep.healthy = {.count = 5, .percent = 0};
  EXPECT_EQ(policy->fleets[0], expected);
}

TEST(PolicyDocument, ShowsARealErrorMessage) {
  const auto text = document("policy.md");
  const auto policy = parse(
      "fleets:\n  - name: web\n    target_groups: [tg1]\n    reboot_when:\n      metric: m\n      above: 65\n"
      "    keep:\n      healthy: 5\n      cooldown: 60\n",
      "policy.yaml");
  ASSERT_FALSE(policy);
  EXPECT_NE(text.find(policy.error().message), std::string::npos) << policy.error().message;
}

}  // namespace
}  // namespace evenkeel::policy
