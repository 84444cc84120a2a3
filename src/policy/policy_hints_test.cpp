// What a refusal suggests: the key that was meant, at every level; and the only two words of a key that has two.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "policy/fields.h"
#include "policy/policy_file.h"

namespace evenkeel::policy {
namespace {

std::string policy_with(const std::string& fleet_lines) {
  return "fleets:\n  - name: web\n    auto_scaling_group: asg\n    reboot_when: {metric: m, above: 65}\n" +
         fleet_lines + "    keep: {healthy: 5}\n";
}

std::string problems_in(const std::string& text) {
  const auto policy = parse(text, "p");
  return policy ? "none" : policy.error().message;
}

TEST(PolicyHints, AnUnknownKeyNamesTheOneThatWasMeantAtEveryLevel) {
  struct Level {
    const char* text;
    const char* meant;
  };
  const std::string whole = "fleets:\n  - name: web\n    target_groups: [tg1]\n";
  const std::vector<Level> levels = {
      {"    witness_tags: yes\n", "witness_tag"},
      {"    also_when: [{uptme: 1d}]\n", "uptime"},
      {"    also_when: [{metric: m, abov: 1}]\n", "above"},
      {"    also_when: [{all: [{uptime: 1d}, {agee: 1d}]}]\n", "age"},
      {"    windows: [{fron: 22:00, to: 23:00}]\n", "from"},
      {"    freezes: [{from: 2026-12-20, to: 2026-12-24, reson: x}]\n", "reason"},
      {"    gates: {alarm: [x]}\n", "alarms"},
      {"    gates: {calendar: [x]}\n", "calendars"},
      {"    treatments: [{treatment: reboot, attempt: 2}]\n", "attempts"},
      {"    treatments: [{command: x, parameter: {a: b}}]\n", "parameters"},
      {"    evidence: {document: doc, require: yes}\n", "required"},
      {"    timing: {juge: 1h}\n", "judge"},
  };
  for (const auto& [text, meant] : levels) {
    EXPECT_TRUE(
        problems_in(policy_with(text)).contains(fmt::format("unknown key (did you mean \"{}\"?)", meant)))
        << problems_in(policy_with(text));
  }
  EXPECT_TRUE(problems_in("fleet:\n  - name: web\n").contains("did you mean \"fleets\"?"));
  EXPECT_TRUE(problems_in(whole + "    reboot_when: {metrc: m, above: 65}\n    keep: {healthy: 5}\n")
                  .contains("did you mean \"metric\"?"));
  EXPECT_TRUE(problems_in(whole + "    reboot_when: {metric: m, above: 65}\n    keep: {healty: 5}\n")
                  .contains("did you mean \"healthy\"?"));
  EXPECT_TRUE(
      problems_in(whole +
                  "    reboot_when: {metric: m, above: 65}\n    keep: {healthy: 5, load_below: {belw: 1}}\n")
          .contains("did you mean \"below\"?"));
}

TEST(PolicyHints, AKeyOfAnotherSectionIsNamedBesideTheOneThatIsNearHere) {
  EXPECT_TRUE(problems_in(policy_with("    gates: {alarm: [x]}\n"))
                  .contains("gates.alarm: unknown key (did you mean \"alarms\"?); \"alarm\" belongs under an "
                            "item of also_when; allowed here: alarms"));
  EXPECT_TRUE(
      problems_in(policy_with("    gates: {juge: 1h}\n"))
          .contains(
              "gates.juge: unknown key (did you mean \"judge\"?); that belongs under timing; allowed here"));
  EXPECT_TRUE(
      problems_in(policy_with("    gates: {judge: 1h}\n")).contains("unknown key; it belongs under timing;"));
}

template <class Section>
void collect_either(std::span<const Field<Section>> fields, std::set<std::string>& keys) {
  for (const auto& field : fields) {
    if (std::holds_alternative<Slot<Section, bool, EitherRule>>(field.slot)) keys.insert(field.key);
  }
}

TEST(PolicyHints, AKeyWithTwoWordsTakesThoseTwoAndNothingElse) {
  struct Either {
    const char* key;
    const char* lines;
    const char* if_true;
    const char* if_false;
  };
  const std::vector<Either> all = {
      {"witness_tag", "    witness_tag: {}\n", "yes", "no"},
      {"required", "    evidence: {{document: doc, required: {}}}\n", "yes", "no"},
      {"insufficient_data", "    gates: {{alarms: [x], insufficient_data: {}}}\n", "blocks", "passes"},
  };
  std::set<std::string> keys, tested;
  collect_either(policy_fields(), keys);
  collect_either(fleet_fields(), keys);
  collect_either(condition_fields(), keys);
  collect_either(rule_fields(), keys);
  collect_either(kind_fields(), keys);
  collect_either(keep_fields(), keys);
  collect_either(load_fields(), keys);
  collect_either(window_fields(), keys);
  collect_either(freeze_fields(), keys);
  collect_either(gates_fields(), keys);
  collect_either(plain_step_fields(), keys);
  collect_either(command_step_fields(), keys);
  collect_either(evidence_fields(), keys);
  collect_either(timing_fields(), keys);
  for (const auto& one : all) tested.insert(one.key);
  EXPECT_EQ(tested, keys) << "each key that has two words has its row here";
  for (const auto& [key, lines, if_true, if_false] : all) {
    const auto told = [&](const std::string& word) {
      return problems_in(policy_with(fmt::format(fmt::runtime(lines), word)));
    };
    EXPECT_EQ(told(if_true), "none");
    EXPECT_EQ(told(if_false), "none");
    for (const auto* other :
         {"true", "false", "True", "on", "off", "Yes", "NO", "y", "1", "0", "\"\"", "[yes]"}) {
      const auto text = told(other);
      EXPECT_TRUE(text.contains(fmt::format("{}: found ", key)) &&
                  text.contains(fmt::format("must be {} or {}", if_true, if_false)))
          << other << ": " << text;
    }
  }
  EXPECT_TRUE(problems_in(policy_with("    witness_tag: true\n"))
                  .ends_with("found \"true\"; must be yes or no: write yes"))
      << problems_in(policy_with("    witness_tag: true\n"));
  EXPECT_TRUE(problems_in(policy_with("    witness_tag: off\n")).ends_with("must be yes or no: write no"));
}

}  // namespace
}  // namespace evenkeel::policy
