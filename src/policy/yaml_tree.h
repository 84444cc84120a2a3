// YAML text → a tree that knows where everything stands. Built from yaml-cpp's events and not from its nodes,
// because these keep neither the places of keys nor duplicates, and grow without bound when aliases multiply.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "policy/problems.h"

namespace evenkeel::policy {

struct YamlNode {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  Position place{};
  std::string text{};              // of a scalar, quotes removed
  bool quoted = false;             // a quoted scalar is never a number
  std::vector<YamlNode> keys{};    // of a map, in the order of the file, duplicates included …
  std::vector<YamlNode> values{};  // … and what belongs to each; or the items of a list

  // The value of the first such key, or nullptr; nullptr also when this isn't a map.
  const YamlNode* find(std::string_view key) const;
};

// One document of at most 1 MiB, 10,000 nodes and 16 levels, all counted after aliases have been expanded.
std::expected<YamlNode, PolicyProblem> parse_yaml(std::string_view text);

}  // namespace evenkeel::policy
