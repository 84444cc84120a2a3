// What must fit together within one fleet.
#include <algorithm>
#include <fmt/core.h>
#include <vector>

#include "base/text.h"
#include "policy/checks.h"

namespace evenkeel::policy {
namespace {

// The words of a section's rule, for a key that is missing only because another one is.
std::string words_of(const char* key) {
  const auto& field = *std::ranges::find(fleet_fields(), std::string_view(key), &Field<FleetPolicy>::key);
  return std::visit([](const auto& slot) { return allowed(slot); }, field.slot);
}

}  // namespace

void check_load(const YamlNode& section, const std::string& path, const KeysOfMap& keys, Problems& problems,
                const LoadCeiling& load) {
  if (keys.read.contains("below") && load.below <= 0) {
    problems.add(keys.place("below", section.place), child(path, "below"),
                 fmt::format("found {}; must be more than 0", format_number(load.below)));
  }
  if (load.per == LoadCeiling::Per::instance && load.metric_namespace == LoadCeiling{}.metric_namespace) {
    problems.add(
        keys.place("per", section.place), child(path, "per"),
        fmt::format("is instance, and {} has no metric of single instances; give namespace and metric, "
                    "such as AWS/EC2 and CPUUtilization, or leave per out",
                    load.metric_namespace));
  }
  if (keys.is_wrong("period")) return;
  if (load.period % 1min != Duration::zero()) {
    problems.add(keys.place("period", section.place), child(path, "period"),
                 fmt::format("found {}; must be a whole number of minutes, as CloudWatch's periods are",
                             format_duration(load.period)));
  } else if (!keys.is_wrong("past") && load.past % load.period != Duration::zero()) {
    problems.add(keys.place("past", keys.place("period", section.place)), child(path, "past"),
                 fmt::format("past is {}, not a multiple of the period of {}", format_duration(load.past),
                             format_duration(load.period)));
  }
}

void check_members(const YamlNode& fleet_node, const std::string& path, const KeysOfMap& keys,
                   Problems& problems, const FleetPolicy& fleet) {
  if (fleet_node.kind != YamlNode::Kind::map) return;
  const bool in_group = fleet_node.find("auto_scaling_group") != nullptr;
  if (in_group) return;
  if (fleet_node.find("target_groups") == nullptr) {
    const auto missing = fmt::format(
        "is missing; must be {}; or name the auto_scaling_group, whose target groups are then meant",
        words_of("target_groups"));
    problems.add(fleet_node.place, child(path, "target_groups"), missing, missing);
  }
  if (keys.read.contains("leave_by")) {
    problems.add(
        keys.place("leave_by", fleet_node.place), child(path, "leave_by"),
        fmt::format("is of no use without auto_scaling_group: a server in no group leaves by {}; name "
                    "the group, or leave this out",
                    name(Leave::deregister)));
  }
  const auto replaces = [](const Step& step) { return step.treatment == Treatment::replace; };
  if (const YamlNode* treatments = fleet_node.find("treatments");
      treatments != nullptr && std::ranges::any_of(fleet.treatments, replaces)) {
    problems.add(
        treatments->place, child(path, "treatments"),
        "has replace, which an Auto Scaling group does; name auto_scaling_group, or take replace out");
  }
}

void check_reasons(const YamlNode& fleet_node, const std::string& path, const KeysOfMap& keys,
                   Problems& problems, const FleetPolicy& fleet) {
  if (fleet_node.kind != YamlNode::Kind::map) return;
  const YamlNode* condition = fleet_node.find("reboot_when");
  if (condition == nullptr && fleet_node.find("also_when") == nullptr) {
    const auto missing =
        fmt::format("is missing; must be {}; or give also_when a rule", words_of("reboot_when"));
    problems.add(fleet_node.place, child(path, "reboot_when"), missing, missing);
  }
  if (keys.is_wrong("order") || keys.is_wrong("fails_at")) return;
  if (fleet.order != Order::soonest) {
    if (!keys.read.contains("fails_at")) return;
    problems.add(keys.place("fails_at", fleet_node.place), child(path, "fails_at"),
                 "is of no use without \"order: soonest\"; add that, or leave this out");
    return;
  }
  const Position place = keys.place("fails_at", keys.place("order", fleet_node.place));
  if (condition == nullptr) {
    problems.add(place, child(path, "order"),
                 "is soonest, which forecasts the signal of reboot_when; add reboot_when, or take "
                 "longest_uncycled");
  } else if (fleet.reboot_when.given() && fleet.fails_at <= fleet.reboot_when.above) {
    problems.add(place, child(path, "fails_at"),
                 fmt::format("{} {}; must be more than reboot_when's above ({}): it is where a server fails, "
                             "and above is where it is treated",
                             keys.read.contains("fails_at") ? "found" : "is by default",
                             format_number(fleet.fails_at), format_number(fleet.reboot_when.above)),
                 "must be more than reboot_when's above");
  }
}

void check_escalation(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                      const FleetPolicy& fleet) {
  const YamlNode* list = fleet_node.find("treatments");
  if (list == nullptr || list->kind != YamlNode::Kind::list) return;
  const auto item = [&](std::size_t i) { return fmt::format("{}[{}]", child(path, "treatments"), i); };
  // What could not be read has its problem already, and stands for no treatment.
  std::vector<bool> readable;
  for (std::size_t i = 0; i < list->values.size(); ++i) readable.push_back(!problems.about(item(i)));
  for (std::size_t i = 1; i < std::min(fleet.treatments.size(), list->values.size()); ++i) {
    if (!readable[i - 1] || !readable[i]) continue;
    const auto before = fleet.treatments[i - 1].treatment;
    const auto now = fleet.treatments[i].treatment;
    const auto at = item(i);
    if (before == Treatment::none) {
      problems.add(list->values[i].place, at,
                   "stands after none, which treats nothing; none stands alone, or not at all");
    } else if (now <= before) {
      const auto order = fmt::format(
          "{} doesn't destroy more than {}, which stands before it; the order is "
          "command, reboot, stop_start, replace, each at most once{}",
          name(now), name(before), now == before ? ": for another try write attempts" : "");
      problems.add(list->values[i].place, at, order, order);
    }
  }
}

}  // namespace evenkeel::policy
