#include "policy/checks.h"

#include <fmt/core.h>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "model/percentage.h"

namespace evenkeel::policy {
namespace {

std::string given_or_default(const KeysOfMap& keys, std::string_view key, Duration value) {
  return fmt::format("{} is {}{}", key, format_duration(value), keys.read.contains(key) ? "" : " by default");
}

void check_limit(const std::string& path, const KeysOfMap& keys, Problems& problems, const YamlNode& section,
                 const MetricCondition& condition) {
  if (keys.is_wrong("above") || keys.is_wrong("metric") || !is_percentage(condition)) return;
  if (condition.above > 0 && condition.above < 100) return;
  problems.add(
      keys.place("above", section.place), child(path, "above"),
      fmt::format("found {}; must be more than 0 and less than 100, because \"{}\" counts percent and a "
                  "sample agrees only when it is above the limit",
                  format_number(condition.above), printable(condition.metric)),
      "must be more than 0 and less than 100, because the metric counts percent");
}

// A key that was left out may clash too; the problem is then told at the other key, which caused it.
Position place_of(const KeysOfMap& keys, const char* key, const char* other, const YamlNode& section) {
  return keys.place(key, keys.place(other, section.place));
}

// "arn:aws:iam::123456789012:role/x" → "123456789012".
std::string account_of(const FleetPolicy& fleet) {
  return fleet.role_arn.empty() ? "" : split(fleet.role_arn, ':').at(4);
}

// Whether two fleets may be in one region of one account. One that doesn't name its region may be anywhere.
bool may_be_in_one_place(const FleetPolicy& one, const FleetPolicy& other) {
  const auto may_be_the_same = [](const std::string& a, const std::string& b) {
    return a.empty() || b.empty() || a == b;
  };
  return may_be_the_same(one.region, other.region) && may_be_the_same(account_of(one), account_of(other));
}

std::string_view partition_of(const std::string& region) {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

// Who has named what so far, for one kind of thing.
class Claims {
 public:
  Claims(const Policy& policy, Problems& problems, const char* what)
      : policy_(policy), problems_(problems), what_(what) {}

  void claim(std::size_t fleet, const YamlNode& name, const std::string& path) {
    if (name.kind != YamlNode::Kind::text) return;
    auto& earlier = by_name_[name.text];
    for (const auto& [owner, place] : earlier) {
      if (owner == fleet || !may_be_in_one_place(policy_.fleets[owner], policy_.fleets[fleet])) continue;
      problems_.add(
          name.place, path,
          fmt::format("{} \"{}\" is already in fleet \"{}\" at line {} column {}; two fleets must not "
                      "steer the same servers: leave it in one of them, or, if they are in different "
                      "regions or accounts, give both their region or role_arn",
                      what_, printable(name.text, 60), policy_.fleets[owner].name, place.line, place.column),
          fmt::format("this {} is already in another fleet, at line {} column {}; two fleets must not steer "
                      "the same servers",
                      what_, place.line, place.column));
      return;
    }
    earlier.emplace_back(fleet, name.place);
  }

 private:
  const Policy& policy_;
  Problems& problems_;
  const char* what_;
  std::map<std::string, std::vector<std::pair<std::size_t, Position>>> by_name_;
};

void check_fleet_names(const YamlNode& fleets, const Policy& policy, Problems& problems) {
  std::map<std::string, Position> seen;
  for (std::size_t i = 0; i < policy.fleets.size(); ++i) {
    const YamlNode* node = fleets.values[i].find("name");
    const auto& name = policy.fleets[i].name;
    if (node == nullptr || name.empty()) continue;
    const auto [first, is_new] = seen.emplace(name, node->place);
    if (is_new) continue;
    problems.add(
        node->place, fmt::format("fleets[{}].name", i),
        fmt::format("\"{}\" is already a fleet's name, at line {} column {}; give every fleet a name of "
                    "its own",
                    name, first->second.line, first->second.column),
        fmt::format("is already a fleet's name, at line {} column {}; give every fleet a name of its own",
                    first->second.line, first->second.column));
  }
}

}  // namespace

void check_condition(const YamlNode& section, const std::string& path, const KeysOfMap& keys,
                     Problems& problems, MetricCondition& condition) {
  const auto period = condition.period;
  const auto over = condition.over;
  const auto max_age = condition.max_age;
  const int datapoints = condition.datapoints;
  check_limit(path, keys, problems, section, condition);
  if (!keys.is_wrong("above") && condition.back_below && *condition.back_below > condition.above) {
    problems.add(
        keys.place("back_below", section.place), child(path, "back_below"),
        fmt::format("found {}; must not be more than above ({}): it is where the signal has come down",
                    format_number(*condition.back_below), format_number(condition.above)),
        "must not be more than above");
  }
  if (keys.is_wrong("period")) return;
  if (period % 1min != Duration::zero()) {
    problems.add(keys.place("period", section.place), child(path, "period"),
                 fmt::format("found {}; must be a whole number of minutes, as CloudWatch's periods are",
                             format_duration(period)),
                 "must be a whole number of minutes");
    return;
  }
  if (!keys.is_wrong("max_age") && max_age < period) {
    problems.add(
        place_of(keys, "max_age", "period", section), child(path, "max_age"),
        fmt::format("{}, shorter than the period of {}: every sample would be stale; must be at least {}, "
                    "better twice that",
                    given_or_default(keys, "max_age", max_age), format_duration(period),
                    format_duration(period)),
        "must be at least the period, better twice that");
  }
  if (keys.is_wrong("over")) return;
  if (over % period != Duration::zero()) {
    problems.add(
        place_of(keys, "over", "period", section), child(path, "over"),
        fmt::format("{}, not a multiple of the period of {}; must be {}, {}, {} …",
                    given_or_default(keys, "over", over), format_duration(period), format_duration(period),
                    format_duration(2 * period), format_duration(3 * period)),
        "must be a multiple of the period");
    return;
  }
  const int samples = static_cast<int>(over / period);
  if (!keys.read.contains("datapoints")) {
    if (!keys.is_wrong("datapoints")) condition.datapoints = (3 * samples + 4) / 5;
  } else if (datapoints > samples) {
    problems.add(keys.place("datapoints", section.place), child(path, "datapoints"),
                 fmt::format("found {}, but {} holds only {} samples of {}; must be from 1 to {}", datapoints,
                             format_duration(over), samples, format_duration(period), samples),
                 "must not be more than the samples that over holds");
  }
}

void check_role(const YamlNode& fleet_node, const std::string& path, const KeysOfMap& keys,
                Problems& problems, const FleetPolicy& fleet) {
  if (keys.is_wrong("role_arn")) return;
  if (fleet.role_arn.empty()) {
    if (!keys.read.contains("external_id")) return;
    problems.add(keys.place("external_id", fleet_node.place), child(path, "external_id"),
                 "is of no use without role_arn; add the role's ARN, or leave this out");
    return;
  }
  const auto partition = split(fleet.role_arn, ':').at(1);
  if (fleet.region.empty() || keys.is_wrong("region") || partition == partition_of(fleet.region)) return;
  problems.add(
      keys.place("role_arn", fleet_node.place), child(path, "role_arn"),
      fmt::format(
          "is in partition {}, and region {} is in {}; roles don't reach across: correct one of the two",
          partition, fleet.region, partition_of(fleet.region)),
      "is in another partition than the region; roles don't reach across");
}

void check_between_fleets(const YamlNode& fleets, const Policy& policy, Problems& problems) {
  check_fleet_names(fleets, policy, problems);
  Claims target_groups(policy, problems, "target group");
  Claims auto_scaling_groups(policy, problems, "Auto Scaling group");
  for (std::size_t i = 0; i < policy.fleets.size(); ++i) {
    const auto path = fmt::format("fleets[{}]", i);
    if (const YamlNode* group = fleets.values[i].find("auto_scaling_group")) {
      auto_scaling_groups.claim(i, *group, path + ".auto_scaling_group");
    }
    const YamlNode* names = fleets.values[i].find("target_groups");
    if (names == nullptr || names->kind != YamlNode::Kind::list) continue;
    for (std::size_t k = 0; k < names->values.size(); ++k) {
      target_groups.claim(i, names->values[k], fmt::format("{}.target_groups[{}]", path, k));
    }
  }
}

}  // namespace evenkeel::policy
