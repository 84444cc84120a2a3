#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "check/rules.h"
#include "decide/rules/events.h"
#include "model/alarm_name.h"
#include "observe/signals.h"

namespace evenkeel::check::rules {
namespace {

using Kind = Condition::Kind;

// AWS said that there is none of that name, or for no member.
bool no_alarm(const Observation& seen, const std::string& name) {
  const auto none = [&](const std::string& one) {
    const auto read = seen.alarms.find(one);
    return read != seen.alarms.end() && read->second.empty();
  };
  if (!names_each_member(name)) return none(name);
  return !seen.instances.empty() && std::ranges::all_of(seen.instances, [&](const auto& instance) {
    return none(alarm_of(name, instance.first));
  });
}

// Why the condition holds for no member, whatever happens; empty: it may hold.
std::string never(const Subject& fleet, const Condition& condition) {
  if (condition.kind == Kind::alarm) {
    if (!no_alarm(fleet.facts.seen, condition.name)) return "";
    return fmt::format("there is no alarm {} in {}", printable(condition.name), fleet.facts.region);
  }
  if (condition.kind != Kind::metric) return "";
  const auto& metric = condition.metric;
  const auto read = fleet.facts.other_metrics.find(metric_name_key(metric.metric_namespace, metric.metric));
  if (read == fleet.facts.other_metrics.end() || !read->second || fleet.size() == 0) return "";
  const bool any = std::ranges::any_of(*read->second, [&](const auto& series) {
    const auto* id = observe::instance_id(series);
    return id != nullptr && fleet.members.contains(*id);
  });
  if (any) return "";
  return fmt::format("there is no series of {} in {} with a member's InstanceId", printable(metric.metric),
                     printable(metric.metric_namespace));
}

// Whenever `narrow` holds, `wide` does.
bool implies(const Condition& narrow, const Condition& wide) {
  if (narrow.kind == Kind::uptime && wide.kind == Kind::age) return narrow.longer_than >= wide.longer_than;
  if (narrow.kind != wide.kind) return false;
  switch (narrow.kind) {
    case Kind::metric: {
      const auto &a = narrow.metric, &b = wide.metric;
      return metric_key(a) == metric_key(b) && a.above >= b.above && a.over == b.over &&
             a.datapoints >= b.datapoints;
    }
    case Kind::uptime:
    case Kind::age:
    case Kind::status_check:
    case Kind::target_unhealthy:
      return narrow.longer_than >= wide.longer_than;
    case Kind::scheduled_event:
      return wide.name.empty() || narrow.name == wide.name;
    case Kind::tag:
    case Kind::alarm:
      return narrow.name == wide.name;
  }
  return false;
}

// Whatever `narrow` asks for, `wide` asks for too, and not later.
bool covered(const Rule& narrow, const Rule& wide) {
  return narrow.priority <= wide.priority && std::ranges::all_of(wide.all, [&](const Condition& condition) {
           return std::ranges::any_of(narrow.all,
                                      [&](const Condition& one) { return implies(one, condition); });
         });
}

bool any_reboot_migrates(const Subject& fleet) {
  return std::ranges::any_of(fleet.members, [](const auto& entry) {
    return entry.second.instance != nullptr && entry.second.instance->reboot_migrates;
  });
}

// The events that the rule asks for and no treatment of the policy ends, by the tick's own table.
std::vector<std::string> events_without_treatment(const Subject& fleet, const Rule& rule, bool& all) {
  const bool migrates = any_reboot_migrates(fleet);
  std::vector<std::string> codes;
  for (const auto& condition : rule.all) {
    if (condition.kind != Kind::scheduled_event) continue;
    for (const auto code : kWords<EventCode>) {
      if (!condition.name.empty() && condition.name != code) continue;
      const bool ended = std::ranges::any_of(fleet.policy.treatments, [&](const Step& step) {
        return decide::ends_event(step.treatment, code, migrates);
      });
      if (ended) {
        all = false;
      } else {
        codes.emplace_back(code);
      }
    }
  }
  return codes;
}

// reboot_when as the rule that it is, and those of also_when.
std::vector<Rule> all_rules(const FleetPolicy& policy) {
  std::vector<Rule> rules;
  if (policy.reboot_when.given())
    rules.push_back(
        {"reboot_when",
         0,
         {Condition{.kind = Kind::metric, .metric = policy.reboot_when, .longer_than = {}, .name = {}}}});
  rules.insert(rules.end(), policy.also_when.begin(), policy.also_when.end());
  return rules;
}

}  // namespace

Findings rule_never_holds(const Subject& fleet) {
  Findings findings;
  const bool only = !fleet.policy.reboot_when.given() && fleet.policy.also_when.size() == 1;
  for (const auto& rule : fleet.policy.also_when) {
    for (const auto& condition : rule.all) {
      const auto why = never(fleet, condition);
      if (why.empty()) continue;
      findings.push_back({.severity = only ? Severity::would_not_work : Severity::warning,
                          .text = fmt::format("the rule {} can never hold: {}", printable(rule.name), why),
                          .remedy = "correct the rule of also_when, or take it out"});
    }
  }
  return findings;
}

Findings reason_without_treatment(const Subject& fleet) {
  Findings findings;
  const bool only = !fleet.policy.reboot_when.given() && fleet.policy.also_when.size() == 1;
  for (const auto& rule : fleet.policy.also_when) {
    bool all = true;
    const auto codes = events_without_treatment(fleet, rule, all);
    const bool ends = std::ranges::any_of(
        fleet.policy.treatments, [&](const Step& step) { return decide::may_end(step.treatment, rule); });
    if (codes.empty() && ends) continue;
    const auto what = codes.empty() ? std::string("what it asks for") : join(codes, ", ");
    findings.push_back(
        {.severity = only && all ? Severity::would_not_work : Severity::warning,
         .text = fmt::format("the rule {} starts nothing for {}: no treatment in `treatments` ends {}",
                             printable(rule.name), what, codes.size() > 1 ? "those" : "that"),
         .remedy = codes.empty() ? "add stop_start or replace to treatments"
                                 : "add " + decide::what_ends_event(codes.front()) + " to treatments"});
  }
  return findings;
}

Findings stop_loses(const Subject& fleet) {
  const auto& treatments = fleet.policy.treatments;
  if (std::ranges::find(treatments, Treatment::stop_start, &Step::treatment) == treatments.end()) return {};
  return {{.severity = Severity::note,
           .text =
               "stop_start loses what a server has on instance store and its automatic public IPv4 address, "
               "and AWS may have no room to start it again: then it is held for an operator",
           .remedy = "nothing, if nothing relies on those; an Elastic IP address stays"}};
}

Findings rules_overlap(const Subject& fleet) {
  Findings findings;
  const auto rules = all_rules(fleet.policy);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t j = 0; j < rules.size(); ++j) {
      if (i == j || !covered(rules[i], rules[j])) continue;
      if (i < j && covered(rules[j], rules[i])) continue;  // the same: the later one is too much
      findings.push_back(
          {.severity = Severity::note,
           .text = fmt::format("the rule {} adds nothing: whenever it holds, {} does, and with no "
                               "lower priority",
                               printable(rules[i].name), printable(rules[j].name)),
           .remedy = "take it out, or correct its limit or its priority"});
      break;
    }
  }
  return findings;
}

}  // namespace evenkeel::check::rules
