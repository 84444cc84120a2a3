// Whether something asks for a member's remediation: reboot_when, or a rule of also_when. Three-valued:
// unknown never asks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decide/fleet_view.h"
#include "decide/signal.h"
#include "model/plan.h"

namespace evenkeel::decide {

enum class Holds { no, yes, unknown };

// A condition judged for one member.
struct Finding {
  Holds holds = Holds::no;
  Verdict verdict;  // reason `start` when it holds; else why not. Its text only when told
  const MetricCondition* metric = nullptr;  // of a metric whose newest sample is known: `value`, `sampled_at`
  double value = 0;
  Time sampled_at{};
  std::string tag = {};  // the value by which somebody asks
};

Finding judge_condition(const FleetView& fleet, const Member& member, const Condition& condition, bool tell);

// reboot_when: as judge() in signal.h, and still a reason while MemberRecord::above_since is set and the
// newest sample is above back_below.
Finding judge_reboot_when(const FleetView& fleet, const Member& member);

// All conditions hold; it is unknown when none says no and one is unknown. The metric and the tag are those
// of the first condition that has one.
Finding judge_rule(const FleetView& fleet, const Member& member, const Rule& rule, bool tell);

// What asks for the member, or why nothing does.
struct Asked {
  bool holds = false;
  int priority = 0;
  Cause cause;                // when something holds
  Verdict verdict;            // reason `start`, or why nothing holds; says what is unknown
  std::optional<bool> above;  // reboot_when holds, hysteresis included; empty: not given or unknown
};

// The rule of the highest priority that holds; among equals reboot_when, then the order of the policy.
Asked judge_rules(const FleetView& fleet, const Member& member);

// The last boot that is known: launched, or treated by us.
Time last_boot(const Member& member);

// Whether the tag asks for something: any value but an empty one and "no".
bool says_yes(const std::string& tag_value);

}  // namespace evenkeel::decide
