// With the sanitizers on, GCC 12 takes <regex>'s own temporaries for uninitialized.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "policy/reading.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <regex>

#include "base/text.h"
#include "policy/spelling.h"

namespace evenkeel::policy {
namespace {

// JSON's spelling of numbers: no hexadecimal, no leading zero or plus, no digits grouped with "_".
template <class Number>
std::optional<Number> number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::text || node.quoted) return std::nullopt;
  std::string_view digits = node.text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') return std::nullopt;
  Number value{};
  const char* last = node.text.data() + node.text.size();
  const auto [end, failure] = std::from_chars(node.text.data(), last, value);
  if (failure != std::errc{} || end != last) return std::nullopt;
  return value;
}

std::string hint_for_number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::text) return {};
  if (node.quoted) return "write it without quotes";
  if (node.text.ends_with('%')) return "write it without \"%\"";
  return {};
}

// A key and where in a policy it belongs: "keep" for "healthy".
struct Home {
  std::string key, section;
};

template <class Section>
void add_homes(std::span<const Field<Section>> fields, const char* section, std::vector<Home>& homes) {
  for (const auto& field : fields) homes.push_back({field.key, section});
}

// Of a key that several sections have, the one that is meant most often comes first.
std::vector<Home> all_homes() {
  std::vector<Home> homes;
  add_homes(condition_fields(), "reboot_when", homes);
  add_homes(keep_fields(), "keep", homes);
  add_homes(timing_fields(), "timing", homes);
  add_homes(fleet_fields(), "an item of fleets", homes);
  add_homes(rule_fields(), "an item of also_when", homes);
  add_homes(kind_fields(), "an item of also_when", homes);
  add_homes(load_fields(), "keep.load_below", homes);
  add_homes(window_fields(), "an item of windows", homes);
  add_homes(freeze_fields(), "an item of freezes", homes);
  add_homes(gates_fields(), "gates", homes);
  add_homes(plain_step_fields(), "an item of treatments", homes);
  add_homes(evidence_fields(), "evidence", homes);
  add_homes(command_step_fields(), "an item of treatments", homes);
  return homes;
}

std::string allowed_keys(const std::vector<KeySpec>& specs) {
  std::vector<std::string> words;
  for (const auto& spec : specs) words.push_back(spec.key);
  return join(words, ", ");
}

// Most slips are of the pen, so what is nearly written like it here is named first; but a key that is right and
// stands in the wrong section is named as well.
std::string unknown_key(std::string_view key, const std::vector<KeySpec>& specs) {
  std::vector<std::string> here, anywhere;
  for (const auto& spec : specs) here.push_back(spec.key);
  const auto homes = all_homes();
  for (const auto& home : homes) anywhere.push_back(home.key);
  const auto section = [&](std::string_view of) { return std::ranges::find(homes, of, &Home::key)->section; };
  const bool stands_elsewhere = std::ranges::find(anywhere, key) != anywhere.end();
  std::string text = "unknown key";
  if (const auto meant = nearest(key, here)) {
    text += fmt::format(" (did you mean \"{}\"?)", *meant);
    if (stands_elsewhere) text += fmt::format("; \"{}\" belongs under {}", key, section(key));
  } else if (stands_elsewhere) {
    text += fmt::format("; it belongs under {}", section(key));
  } else if (const auto there = nearest(key, anywhere)) {
    text += fmt::format(" (did you mean \"{}\"?); that belongs under {}", *there, section(*there));
  }
  return fmt::format("{}; allowed here: {}", text, allowed_keys(specs));
}

std::string hint_for_either(const YamlNode& node, const EitherRule& rule) {
  if (node.kind != YamlNode::Kind::text || rule.if_true != std::string_view("yes")) return {};
  const auto word = lower(node.text);
  if (word == "true" || word == "on" || word == "yes") return "write yes";
  return word == "false" || word == "off" || word == "no" ? "write no" : "";
}

}  // namespace

bool is_key(std::string_view key) {
  const auto homes = all_homes();
  return std::ranges::find(homes, key, &Home::key) != homes.end() ||
         std::ranges::any_of(policy_fields(), [&](const auto& field) { return key == field.key; });
}

std::string found(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::nothing:
      return "nothing";
    case YamlNode::Kind::text:
      return fmt::format("\"{}\"", printable(node.text, 60));
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return "nothing";
}

// The patterns are all bounded; the length is checked first because a regex recurses once a character.
bool matches(const std::string& text, const char* pattern) {
  return text.size() <= 1024 && std::regex_match(text, std::regex(pattern));
}

bool read(const YamlNode& node, const TextRule& rule, const std::string& path, Problems& problems,
          std::string& into) {
  if (node.kind != YamlNode::Kind::text || !matches(node.text, rule.pattern)) {
    return refuse(node, rule, path, problems);
  }
  // The state document is JSON: broken UTF-8 would not come back from there as it went in.
  if (printable(node.text, 4 * node.text.size()) != node.text) {
    return refuse(node, rule, path, problems,
                  "it holds a control character or bytes that are not UTF-8; save the file as UTF-8");
  }
  into = node.text;
  return true;
}

bool read(const YamlNode& node, const WholeRule& rule, const std::string& path, Problems& problems,
          int& into) {
  const auto value = number<int>(node);
  if (!value || *value < rule.least || *value > rule.most) {
    return refuse(node, rule, path, problems, value ? "" : hint_for_number(node));
  }
  into = *value;
  return true;
}

bool read(const YamlNode& node, const NumberRule& rule, const std::string& path, Problems& problems,
          double& into) {
  const auto value = number<double>(node);
  if (!value || !std::isfinite(*value)) return refuse(node, rule, path, problems, hint_for_number(node));
  into = *value;
  return true;
}

bool read(const YamlNode& node, const DurationRule& rule, const std::string& path, Problems& problems,
          Duration& into) {
  const bool text = node.kind == YamlNode::Kind::text;
  const auto value = text && matches(node.text, kDurationPattern) ? parse_duration(node.text) : std::nullopt;
  if (!value || *value < rule.least || *value > rule.most) {
    const bool bare = text && !node.text.empty() && number<int>(node);
    return refuse(node, rule, path, problems, bare ? "the unit is required" : "");
  }
  into = *value;
  return true;
}

bool read(const YamlNode& node, const ShareRule& rule, const std::string& path, Problems& problems,
          Share& into) {
  if (node.kind == YamlNode::Kind::text && matches(node.text, kSharePattern)) {
    into = Share{};
    std::from_chars(node.text.data(), node.text.data() + node.text.size(), into.percent);
    return true;
  }
  const auto count = number<int>(node);
  if (!count || *count < rule.least || *count > rule.most) {
    const bool everyone = node.kind == YamlNode::Kind::text && node.text == "100%";
    return refuse(node, rule, path, problems, everyone ? rule.why_not_all : "");
  }
  into = Share{.count = *count, .percent = 0};
  return true;
}

bool read(const YamlNode& node, const EitherRule& rule, const std::string& path, Problems& problems,
          bool& into) {
  const bool text = node.kind == YamlNode::Kind::text;
  const bool yes = text && node.text == rule.if_true;
  if (!yes && !(text && node.text == rule.if_false))
    return refuse(node, rule, path, problems, hint_for_either(node, rule));
  into = yes;
  return true;
}

bool read(const YamlNode& node, const NamesRule& rule, const std::string& path, Problems& problems,
          std::vector<std::string>& into) {
  if (node.kind != YamlNode::Kind::list || node.values.empty() || node.values.size() > rule.most) {
    std::string hint;
    if (node.kind == YamlNode::Kind::text) hint = fmt::format("write [{}]", printable(node.text, 60));
    if (node.kind == YamlNode::Kind::list) hint = fmt::format("these are {}", node.values.size());
    return refuse(node, rule, path, problems, hint);
  }
  bool good = true;
  std::map<std::string, Position> seen;
  for (std::size_t i = 0; i < node.values.size(); ++i) {
    const auto item_path = fmt::format("{}[{}]", path, i);
    std::string item;
    if (!read(node.values[i], rule.item, item_path, problems, item)) {
      good = false;
      continue;
    }
    const auto [first, is_new] = seen.emplace(item, node.values[i].place);
    if (!is_new) {
      problems.add(node.values[i].place, item_path,
                   fmt::format("\"{}\" is already in this list, at line {} column {}; name it once", item,
                               first->second.line, first->second.column),
                   fmt::format("is already in this list, at line {} column {}; name it once",
                               first->second.line, first->second.column));
      good = false;
    }
    into.push_back(item);
  }
  return good;
}

std::string child(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool check_keys(const YamlNode& node, const std::string& path, const std::vector<KeySpec>& specs,
                Problems& problems, KeysOfMap& keys) {
  if (node.kind != YamlNode::Kind::map) {
    for (const auto& spec : specs) keys.wrong.insert(spec.key);
    const auto must = "must be a map with the keys " + allowed_keys(specs);
    problems.add(node.place, path, fmt::format("found {}; {}", found(node), must), must);
    return false;
  }
  std::map<std::string, Position> seen;
  for (const auto& key : node.keys) {
    if (key.kind != YamlNode::Kind::text) {
      problems.add(key.place, path,
                   fmt::format("found {} where a key should stand; a key is a word", found(key)),
                   "no key; a key is a word");
      continue;
    }
    const auto key_path = child(path, printable(key.text, 60));
    const auto [first, is_new] = seen.emplace(key.text, key.place);
    if (!is_new) {
      const auto twice =
          fmt::format("this key stands here twice, first at line {} column {}; keep one of the two",
                      first->second.line, first->second.column);
      problems.add(key.place, key_path, twice, twice);
      keys.wrong.insert(key.text);
    } else if (std::ranges::find(specs, key.text, &KeySpec::key) == specs.end()) {
      problems.add(key.place, key_path, unknown_key(key.text, specs), "allowed here: " + allowed_keys(specs));
    }
  }
  for (const auto& spec : specs) {
    if (!spec.required || seen.contains(spec.key)) continue;
    const auto missing = fmt::format("is missing; must be {}", spec.allowed);
    problems.add(node.place, child(path, spec.key), missing, missing);
    keys.wrong.insert(spec.key);
  }
  return true;
}

}  // namespace evenkeel::policy
