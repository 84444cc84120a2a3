// What a document of SSM is given.
#include <fmt/core.h>

#include "base/text.h"
#include "policy/reading.h"

namespace evenkeel::policy {
namespace {

constexpr const char* kNamePattern = "^[A-Za-z0-9._-]{1,64}$";

// A script may have lines and tabs; nothing else that can't be seen.
bool is_plain(std::string text) {
  std::erase_if(text, [](char letter) { return letter == '\n' || letter == '\t'; });
  return printable(text, 4 * text.size()) == text;
}

bool read_text(const YamlNode& node, const std::string& path, Problems& problems, std::string& into) {
  if (node.kind != YamlNode::Kind::text || !is_plain(node.text)) {
    const bool text = node.kind == YamlNode::Kind::text;
    problems.add(node.place, path,
                 fmt::format("found {}; must be a text{}", found(node),
                             text ? " without control characters, in UTF-8" : ""));
    return false;
  }
  into = node.text;
  return true;
}

bool read_value(const YamlNode& node, const std::string& path, Problems& problems,
                std::vector<std::string>& into) {
  if (node.kind != YamlNode::Kind::list) return read_text(node, path, problems, into.emplace_back());
  bool good = true;
  for (const auto& item : node.values) {
    const auto item_path = fmt::format("{}[{}]", path, into.size());
    good = read_text(item, item_path, problems, into.emplace_back()) && good;
  }
  return good;
}

std::size_t bytes_of(const DocumentParameters& parameters) {
  std::size_t bytes = 0;
  for (const auto& [name, values] : parameters) {
    bytes += name.size();
    for (const auto& value : values) bytes += value.size();
  }
  return bytes;
}

}  // namespace

bool read(const YamlNode& node, const ParametersRule& rule, const std::string& path, Problems& problems,
          DocumentParameters& into) {
  if (node.kind != YamlNode::Kind::map || node.keys.size() > rule.most) {
    return refuse(node, rule, path, problems);
  }
  bool good = true;
  DocumentParameters parameters;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode& key = node.keys[i];
    const auto key_path = child(path, printable(key.text, 60));
    if (key.kind != YamlNode::Kind::text || !matches(key.text, kNamePattern)) {
      problems.add(key.place, key_path,
                   fmt::format("found {}; must be a parameter's name: 1 to 64 letters, digits, dots, "
                               "underscores and hyphens",
                               found(key)));
      good = false;
      continue;
    }
    const auto [parameter, is_new] = parameters.try_emplace(key.text);
    if (!is_new) {
      problems.add(key.place, key_path, "this parameter stands here twice; keep one of the two");
      good = false;
      continue;
    }
    good = read_value(node.values[i], key_path, problems, parameter->second) && good;
  }
  if (good && bytes_of(parameters) > rule.most_bytes) {
    return refuse(
        node, rule, path, problems,
        fmt::format("these are {} bytes; put a long script into the document itself", bytes_of(parameters)));
  }
  if (good) into = std::move(parameters);
  return good;
}

}  // namespace evenkeel::policy
