#include "policy/changes.h"

#include <algorithm>
#include <span>
#include <variant>

#include "base/text.h"
#include "policy/fields.h"

namespace evenkeel::policy {
namespace {

using KeyList = std::vector<std::string>;

template <class Section>
void add_changed(std::span<const Field<Section>> fields, const std::string& path, const Section& before,
                 const Section& after, KeyList& keys) {
  for (const auto& field : fields) {
    const bool differs = std::visit(
        [&](const auto& slot) {
          if constexpr (requires { slot.member; }) return !(before.*slot.member == after.*slot.member);
          return false;
        },
        field.slot);
    if (differs) keys.push_back(path + field.key);
  }
}

// What has no table of slots of its own in the model.
template <class List>
void add_whole(const char* key, const List& before, const List& after, KeyList& keys) {
  if (!(before == after)) keys.emplace_back(key);
}

const FleetPolicy* fleet_in(const Policy& policy, const std::string& name) {
  const auto found = std::ranges::find(policy.fleets, name, &FleetPolicy::name);
  return found == policy.fleets.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> changed_keys(const FleetPolicy& before, const FleetPolicy& after) {
  KeyList keys;
  add_changed(fleet_fields(), "", before, after, keys);
  add_changed(condition_fields(), "reboot_when.", before.reboot_when, after.reboot_when, keys);
  add_whole("also_when", before.also_when, after.also_when, keys);
  add_changed(keep_fields(), "keep.", before.keep, after.keep, keys);
  if (before.keep.load_below && after.keep.load_below)
    add_changed(load_fields(), "keep.load_below.", *before.keep.load_below, *after.keep.load_below, keys);
  else
    add_whole("keep.load_below", before.keep.load_below, after.keep.load_below, keys);
  add_whole("windows", before.windows, after.windows, keys);
  add_whole("freezes", before.freezes, after.freezes, keys);
  add_changed(gates_fields(), "gates.", before.gates, after.gates, keys);
  add_whole("treatments", before.treatments, after.treatments, keys);
  add_whole("evidence", before.evidence, after.evidence, keys);
  add_changed(timing_fields(), "timing.", before.timing, after.timing, keys);
  return keys;
}

std::string changes(const Policy& before, const Policy& after) {
  std::vector<std::string> parts;
  for (const auto& fleet : after.fleets) {
    const auto* was = fleet_in(before, fleet.name);
    const auto keys = was == nullptr ? KeyList{} : changed_keys(*was, fleet);
    if (was == nullptr) parts.push_back(fleet.name + " is new");
    if (!keys.empty()) parts.push_back(fleet.name + ": " + join(keys, ", "));
  }
  for (const auto& fleet : before.fleets) {
    if (fleet_in(after, fleet.name) == nullptr)
      parts.push_back(fleet.name + " is gone, and only restored from now on");
  }
  return join(parts, "; ");
}

}  // namespace evenkeel::policy
