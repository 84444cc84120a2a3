// also_when: rules and their conditions.
#include <array>
#include <fmt/core.h>
#include <map>

#include "base/text.h"
#include "policy/checks.h"
#include "policy/sections.h"

namespace evenkeel::policy {
namespace {

struct KindOfKey {
  const char* key;
  Condition::Kind kind;
};
constexpr std::array kKinds{
    KindOfKey{"metric", Condition::Kind::metric},
    KindOfKey{"tag", Condition::Kind::tag},
    KindOfKey{"uptime", Condition::Kind::uptime},
    KindOfKey{"age", Condition::Kind::age},
    KindOfKey{"scheduled_event", Condition::Kind::scheduled_event},
    KindOfKey{"status_check_impaired", Condition::Kind::status_check},
    KindOfKey{"unhealthy", Condition::Kind::target_unhealthy},
    KindOfKey{"alarm", Condition::Kind::alarm},
};

std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const auto& [key, kind] : kKinds) words.emplace_back(key);
  return words;
}

// The table of reboot_when requires metric and above; here they are required only together.
void add_optional_metric_specs(std::vector<KeySpec>& specs) {
  const auto first = specs.size();
  add_specs(condition_fields(), specs);
  for (auto i = first; i < specs.size(); ++i) specs[i].required = false;
}

Condition condition_of(Condition::Kind kind, const KindKeys& values, const MetricCondition& metric) {
  Condition condition{.kind = kind, .metric = {}, .longer_than = {}, .name = {}};
  switch (kind) {
    case Condition::Kind::metric:
      condition.metric = metric;
      break;
    case Condition::Kind::uptime:
      condition.longer_than = values.uptime;
      break;
    case Condition::Kind::age:
      condition.longer_than = values.age;
      break;
    case Condition::Kind::tag:
      condition.name = values.tag;
      break;
    case Condition::Kind::scheduled_event:
      condition.name = values.scheduled_event == "any" ? "" : values.scheduled_event;
      break;
    case Condition::Kind::status_check:
      condition.longer_than = values.status_check_impaired;
      break;
    case Condition::Kind::target_unhealthy:
      condition.longer_than = values.unhealthy;
      break;
    case Condition::Kind::alarm:
      condition.name = values.alarm;
      break;
  }
  return condition;
}

void check_names(const YamlNode& node, const std::string& path, const KeysOfMap& keys, Problems& problems,
                 const KindKeys& values) {
  if (values.tag == kHoldTag) {
    problems.add(
        keys.place("tag", node.place), child(path, "tag"),
        fmt::format("{} is the tag by which an operator keeps a server from being touched; name another "
                    "one, such as {}",
                    kHoldTag, kRemediateTag));
  }
  const auto brace = values.alarm.find('{');
  if (brace != std::string::npos && values.alarm.find("{instance_id}") == std::string::npos) {
    problems.add(keys.place("alarm", node.place), child(path, "alarm"),
                 fmt::format("found \"{}\"; only {{instance_id}} is filled in", printable(values.alarm, 60)));
  }
}

// Reads one condition out of a map whose keys have been checked. Says what is wrong when it isn't exactly
// one.
void read_condition(const YamlNode& node, const std::string& path, KeysOfMap& keys, Problems& problems,
                    std::vector<Condition>& into) {
  KindKeys values;
  MetricCondition metric;
  read_values(node, path, kind_fields(), problems, values, keys);
  read_values(node, path, condition_fields(), problems, metric, keys);
  std::vector<KindOfKey> given;
  for (const auto& kind : kKinds) {
    if (node.find(kind.key) != nullptr) given.push_back(kind);
  }
  if (given.size() != 1) {
    const auto both =
        given.empty() ? std::string() : fmt::format("has both {} and {}; ", given[0].key, given[1].key);
    problems.add(node.place, path,
                 both + (given.empty() ? "has no condition; give it one of " + choice(kind_words())
                                       : "a condition is one of them: where both must hold, list them under "
                                         "all"));
    return;
  }
  if (given[0].kind == Condition::Kind::metric) {
    if (node.find("above") == nullptr) {
      problems.add(node.place, child(path, "above"),
                   fmt::format("is missing; must be {}", allowed(NumberRule{})));
    } else {
      check_condition(node, path, keys, problems, metric);
    }
  } else {
    for (const auto& field : condition_fields()) {
      if (node.find(field.key) == nullptr) continue;
      problems.add(keys.place(field.key, node.place), child(path, field.key),
                   fmt::format("belongs to a metric, and this is a condition by {}; remove it, or list both "
                               "under all",
                               given[0].key));
    }
  }
  check_names(node, path, keys, problems, values);
  into.push_back(condition_of(given[0].kind, values, metric));
}

void read_all(const YamlNode& list, const std::string& path, Problems& problems,
              std::vector<Condition>& into) {
  const bool is_list = list.kind == YamlNode::Kind::list;
  if (!is_list || list.values.size() < kLeastConditions || list.values.size() > kMostConditions) {
    const auto& field = rule_fields().back();
    refuse(list, std::get<SectionRule>(field.slot), path, problems,
           is_list ? fmt::format("these are {}", list.values.size()) : "");
    return;
  }
  std::vector<KeySpec> specs;
  add_specs(kind_fields(), specs);
  add_optional_metric_specs(specs);
  for (std::size_t i = 0; i < list.values.size(); ++i) {
    const auto at = fmt::format("{}[{}]", path, i);
    KeysOfMap keys;
    if (check_keys(list.values[i], at, specs, problems, keys)) {
      read_condition(list.values[i], at, keys, problems, into);
    }
  }
}

Rule read_rule(const YamlNode& node, const std::string& path, Problems& problems) {
  std::vector<KeySpec> specs;
  add_specs(rule_fields(), specs);
  add_specs(kind_fields(), specs);
  add_optional_metric_specs(specs);
  KeysOfMap keys;
  Rule rule;
  if (!check_keys(node, path, specs, problems, keys)) return rule;
  RuleKeys own;
  read_values(node, path, rule_fields(), problems, own, keys);
  if (const YamlNode* list = node.find("all")) {
    for (const auto& [key, kind] : kKinds) {
      if (node.find(key) == nullptr) continue;
      problems.add(node.place, path,
                   fmt::format("has both all and {}; move {} into the list under all", key, key));
    }
    read_all(*list, child(path, "all"), problems, rule.all);
  } else {
    read_condition(node, path, keys, problems, rule.all);
  }
  rule.name = own.name;
  rule.priority = own.priority;
  if (!rule.name.empty()) return rule;
  std::vector<std::string> words;
  for (const auto& condition : rule.all) words.emplace_back(name(condition.kind));
  rule.name = join(words, "-and-");
  return rule;
}

void check_rule_names(const YamlNode& list, const std::string& path, const std::vector<Rule>& rules,
                      Problems& problems) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto& rule = rules[i];
    const YamlNode* given = list.values[i].find("name");
    const Position place = given == nullptr ? list.values[i].place : given->place;
    const auto at = fmt::format("{}[{}].name", path, i);
    if (rule.name == "reboot_when") {
      problems.add(place, at, "\"reboot_when\" is the name of the fleet's own condition; take another one");
    }
    const auto [first, is_new] = seen.emplace(rule.name, i);
    if (is_new || rule.name.empty()) continue;
    problems.add(place, at,
                 fmt::format("\"{}\"{} is already the name of the rule at line {}; give every rule a name of "
                             "its own",
                             rule.name, given == nullptr ? ", its name by default," : "",
                             list.values[first->second].place.line));
  }
}

}  // namespace

void read_also_when(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                    FleetPolicy& fleet) {
  const YamlNode* list = list_under(fleet_node, "also_when", kMostRules, path, problems);
  if (list == nullptr) return;
  const auto at = child(path, "also_when");
  for (std::size_t i = 0; i < list->values.size(); ++i) {
    fleet.also_when.push_back(read_rule(list->values[i], fmt::format("{}[{}]", at, i), problems));
  }
  check_rule_names(*list, at, fleet.also_when, problems);
}

}  // namespace evenkeel::policy
