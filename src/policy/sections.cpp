#include "policy/sections.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "policy/checks.h"

namespace evenkeel::policy {
namespace {

std::string item_path(const std::string& path, const char* key, std::size_t index) {
  return fmt::format("{}[{}]", child(path, key), index);
}

}  // namespace

const YamlNode* list_under(const YamlNode& fleet_node, const char* key, std::size_t most,
                           const std::string& path, Problems& problems) {
  const YamlNode* list = fleet_node.find(key);
  if (list == nullptr) return nullptr;
  const bool is_list = list->kind == YamlNode::Kind::list;
  if (is_list && !list->values.empty() && list->values.size() <= most) return list;
  const auto& field = *std::ranges::find(fleet_fields(), std::string_view(key), &Field<FleetPolicy>::key);
  std::string hint;
  if (list->kind == YamlNode::Kind::text) hint = fmt::format("write [{}]", printable(list->text, 60));
  if (list->kind == YamlNode::Kind::map) hint = "each item begins with \"- \"";
  if (is_list)
    hint = list->values.empty() ? "leave the key out" : fmt::format("these are {}", list->values.size());
  refuse(*list, std::get<SectionRule>(field.slot), child(path, key), problems, hint);
  return nullptr;
}

void read_reboot_when(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                      FleetPolicy& fleet) {
  const YamlNode* section = fleet_node.find("reboot_when");
  if (section == nullptr) return;
  const auto at = child(path, "reboot_when");
  const KeysOfMap keys = read_fields(*section, at, condition_fields(), problems, fleet.reboot_when);
  check_condition(*section, at, keys, problems, fleet.reboot_when);
}

void read_keep(const YamlNode& fleet_node, const std::string& path, Problems& problems, FleetPolicy& fleet) {
  const YamlNode* section = fleet_node.find("keep");
  if (section == nullptr) return;
  const auto at = child(path, "keep");
  read_fields(*section, at, keep_fields(), problems, fleet.keep);
  const YamlNode* load = section->find("load_below");
  if (load == nullptr) return;
  const auto load_at = child(at, "load_below");
  LoadCeiling ceiling;
  const KeysOfMap keys = read_fields(*load, load_at, load_fields(), problems, ceiling);
  check_load(*load, load_at, keys, problems, ceiling);
  fleet.keep.load_below = ceiling;
}

void read_windows(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                  FleetPolicy& fleet) {
  const YamlNode* list = list_under(fleet_node, "windows", kMostWindows, path, problems);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->values.size(); ++i) {
    read_fields(list->values[i], item_path(path, "windows", i), window_fields(), problems,
                fleet.windows.emplace_back());
  }
}

void read_freezes(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                  FleetPolicy& fleet) {
  const YamlNode* list = list_under(fleet_node, "freezes", kMostFreezes, path, problems);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->values.size(); ++i) {
    const YamlNode& node = list->values[i];
    const auto at = item_path(path, "freezes", i);
    Freeze& freeze = fleet.freezes.emplace_back();
    const KeysOfMap keys = read_fields(node, at, freeze_fields(), problems, freeze);
    if (!keys.read.contains("from") || !keys.read.contains("to") || freeze.first <= freeze.last) continue;
    problems.add(
        keys.place("to", node.place), child(at, "to"),
        "lies before from; a freeze lasts from its first day to its last, both included: swap the two");
  }
}

void read_gates(const YamlNode& fleet_node, const std::string& path, Problems& problems, FleetPolicy& fleet) {
  const YamlNode* section = fleet_node.find("gates");
  if (section == nullptr) return;
  read_fields(*section, child(path, "gates"), gates_fields(), problems, fleet.gates);
}

void read_timing(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                 FleetPolicy& fleet) {
  const YamlNode* section = fleet_node.find("timing");
  if (section == nullptr) return;
  read_fields(*section, child(path, "timing"), timing_fields(), problems, fleet.timing);
}

}  // namespace evenkeel::policy
