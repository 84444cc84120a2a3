// The keys of a policy, as docs/policy.schema.json nests them: "keep.load_below.per", "also_when.[].all.[].tag".
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace evenkeel::play {

inline void collect_keys(const nlohmann::json& schema, nlohmann::json node, const std::string& path,
                         std::set<std::string>& keys) {
  if (node.contains("$ref"))
    node = schema.at(nlohmann::json::json_pointer(node["$ref"].get<std::string>().substr(1)));
  const auto properties = node.value("properties", nlohmann::json::object());
  for (const auto& [name, value] : properties.items()) {
    keys.insert(path + name);
    collect_keys(schema, value, path + name + ".", keys);
  }
  for (const auto* several : {"oneOf", "anyOf", "allOf"}) {
    const auto parts = node.value(several, nlohmann::json::array());
    for (const auto& part : parts) collect_keys(schema, part, path, keys);
  }
  if (node.contains("items")) collect_keys(schema, node["items"], path + "[].", keys);
}

// Those of a fleet.
inline std::set<std::string> documented_keys() {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/policy.schema.json");
  const auto schema = nlohmann::json::parse(file);
  std::set<std::string> all, keys;
  collect_keys(schema, schema, "", all);
  const std::string fleet = "fleets.[].";
  for (const auto& key : all) {
    if (key.starts_with(fleet)) keys.insert(key.substr(fleet.size()));
  }
  return keys;
}

}  // namespace evenkeel::play
