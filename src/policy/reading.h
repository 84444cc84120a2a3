// Values out of a YAML tree, by the rules of the table of fields. What can't be read is reported at its place
// and leaves the default where it was.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/fields.h"
#include "policy/problems.h"
#include "policy/yaml_tree.h"

namespace evenkeel::policy {

// What became of the keys of one map.
struct KeysOfMap {
  std::map<std::string, Position, std::less<>> read;  // by key: the place of the value
  std::set<std::string, std::less<>> wrong;           // already reported: say no more about them

  bool is_wrong(std::string_view key) const { return wrong.contains(key); }
  // The place of the value, or `otherwise` for a key that was left out.
  Position place(std::string_view key, Position otherwise) const {
    const auto found = read.find(key);
    return found == read.end() ? otherwise : found->second;
  }
};

// Whether some map of a policy has such a key.
bool is_key(std::string_view key);

// 'found "5x"': what stands there instead, for people.
std::string found(const YamlNode& node);

// "found …; must be …", and a hint where there is one. Always false.
template <class Rule>
bool refuse(const YamlNode& node, const Rule& rule, const std::string& path, Problems& problems,
            std::string_view hint = {}) {
  const auto must = "must be " + allowed(rule);
  problems.add(node.place, path,
               "found " + found(node) + "; " + must + (hint.empty() ? "" : ": ") + std::string(hint), must);
  return false;
}

// Whether the whole text fits the pattern. No text of more than 1024 bytes does.
bool matches(const std::string& text, const char* pattern);

// Each returns false after it has reported what is wrong.
bool read(const YamlNode& node, const TextRule& rule, const std::string& path, Problems& problems,
          std::string& into);
bool read(const YamlNode& node, const WholeRule& rule, const std::string& path, Problems& problems,
          int& into);
bool read(const YamlNode& node, const NumberRule& rule, const std::string& path, Problems& problems,
          double& into);
bool read(const YamlNode& node, const DurationRule& rule, const std::string& path, Problems& problems,
          Duration& into);
bool read(const YamlNode& node, const ShareRule& rule, const std::string& path, Problems& problems,
          Share& into);
bool read(const YamlNode& node, const EitherRule& rule, const std::string& path, Problems& problems,
          bool& into);
bool read(const YamlNode& node, const NamesRule& rule, const std::string& path, Problems& problems,
          std::vector<std::string>& into);
bool read(const YamlNode& node, const ParametersRule& rule, const std::string& path, Problems& problems,
          DocumentParameters& into);
bool read(const YamlNode& node, const TimeOfDayRule& rule, const std::string& path, Problems& problems,
          Duration& into);
bool read(const YamlNode& node, const DaysRule& rule, const std::string& path, Problems& problems,
          unsigned& into);
bool read(const YamlNode& node, const DateRule& rule, const std::string& path, Problems& problems,
          std::chrono::year_month_day& into);
bool read(const YamlNode& node, const ZoneRule& rule, const std::string& path, Problems& problems,
          TimeZone& into);

template <class Word>
bool read(const YamlNode& node, const WordRule<Word>& rule, const std::string& path, Problems& problems,
          Word& into) {
  for (const auto word : rule.words) {
    if (node.kind != YamlNode::Kind::text || node.text != name(word)) continue;
    into = word;
    return true;
  }
  return refuse(node, rule, path, problems);
}

template <class Value, class Rule>
bool read(const YamlNode& node, const Rule& rule, const std::string& path, Problems& problems,
          std::optional<Value>& into) {
  Value value{};
  if (!read(node, rule, path, problems, value)) return false;
  into = value;
  return true;
}

struct KeySpec {
  std::string key;
  bool required;
  std::string allowed;  // for people
};

// Reports what isn't a map, and every unknown, repeated or missing key.
bool check_keys(const YamlNode& node, const std::string& path, const std::vector<KeySpec>& specs,
                Problems& problems, KeysOfMap& keys);

// "a.b", or "b" at the top.
std::string child(const std::string& path, std::string_view key);

template <class Section>
void add_specs(std::span<const Field<Section>> fields, std::vector<KeySpec>& specs) {
  for (const auto& field : fields) {
    const auto words = [](const auto& slot) { return allowed(slot); };
    specs.push_back({field.key, field.required, std::visit(words, field.slot)});
  }
}

// Reads those values of a map that the table has a slot for; the rest of the map is another table's. Sections
// are the caller's, who finds them with node.find().
template <class Section>
void read_values(const YamlNode& node, const std::string& path, std::span<const Field<Section>> fields,
                 Problems& problems, Section& into, KeysOfMap& keys) {
  for (const auto& field : fields) {
    const YamlNode* value = node.find(field.key);
    if (value == nullptr) continue;
    const bool good = std::visit(
        [&](const auto& slot) {
          if constexpr (requires { slot.rule; }) {
            return read(*value, slot.rule, child(path, field.key), problems, into.*slot.member);
          }
          return true;
        },
        field.slot);
    if (good) {
      keys.read.emplace(field.key, value->place);
    } else {
      keys.wrong.emplace(field.key);
    }
  }
}

// A map that has one table.
template <class Section>
KeysOfMap read_fields(const YamlNode& node, const std::string& path, std::span<const Field<Section>> fields,
                      Problems& problems, Section& into) {
  std::vector<KeySpec> specs;
  add_specs(fields, specs);
  KeysOfMap keys;
  if (check_keys(node, path, specs, problems, keys)) read_values(node, path, fields, problems, into, keys);
  return keys;
}

}  // namespace evenkeel::policy
