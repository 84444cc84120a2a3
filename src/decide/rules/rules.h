// Whether something asks for a member's remediation: reboot_when, or a rule of also_when. Three-valued:
// unknown never asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decide/fleet_view.h"
#include "decide/rules/signal.h"
#include "model/plan.h"

namespace evenkeel::decide {

enum class Holds { no, yes, unknown };

// A condition judged for one member.
struct ConditionResult {
  Holds holds = Holds::no;
  Verdict verdict;  // reason `start` when it holds; else why not. Its text only when told
  const MetricCondition* metric = nullptr;  // of a metric whose newest sample is known: `value`, `sampled_at`
  double value = 0;
  Time sampled_at{};
  std::string tag = {};  // the value by which an operator asks
  // What tells this reason from the next of its kind (Cause::identity); where it holds
  std::string identity = {};
  const ScheduledEvent* event = nullptr;  // by which it holds
  int level = 0;                          // of a rule that holds: the treatment by which it is answered
};

ConditionResult judge_condition(const FleetView& fleet, const Member& member, const Condition& condition,
                                bool explain);

// reboot_when: as judge() in signal.h, and still a reason while MemberRecord::above_since is set and the
// newest sample is above back_below.
ConditionResult judge_reboot_when(const FleetView& fleet, const Member& member);

// All conditions hold; it is unknown when none says no and one is unknown. The metric and the tag are those
// of the first condition that has one. The identity is the event's, else the tag's, else that of all.
enum class ConditionScope {
  all,
  that_show_help,  // without tags and times since boot or launch, where there are others: a treatment ends those
};
ConditionResult judge_conditions(const FleetView& fleet, const Member& member, const Rule& rule, bool explain,
                                 ConditionScope parts = ConditionScope::all);
// … and it does not hold when that reason was served before, or no treatment of the policy can end it
// (served.h).
ConditionResult judge_rule(const FleetView& fleet, const Member& member, const Rule& rule, bool explain);

// What asks for the member, or why nothing does.
struct Demand {
  bool holds = false;
  int priority = 0;
  Cause cause;                // when something holds
  Verdict verdict;            // reason `start`, or why nothing holds; says what is unknown
  int level = 0;              // when something holds: the treatment at which it begins
  std::optional<bool> above;  // reboot_when holds, hysteresis included; empty: not given or unknown
};

// The rule of the highest priority that holds; among equals reboot_when, then the order of the policy.
Demand judge_rules(const FleetView& fleet, const Member& member);

// The policy's rule of that name; nullptr: none.
const Rule* find_rule(const FleetPolicy& policy, const std::string& name);
// Whether one of the rule's conditions is of that kind; whether one of any rule's is.
bool has_kind(const Rule& rule, Condition::Kind kind);
bool asks_for(const FleetPolicy& policy, Condition::Kind kind);

// The last boot that is known: launched, or treated by us.
Time last_boot(const Member& member);

// Cause::identity of what a tag asks for: each value of each key is served once, for as long as it stands.
inline constexpr std::string_view kTagIdentity = "tag ";
std::string tag_identity(const std::string& name, const std::string& value);

// Whether the tag evenkeel:hold with this value holds: with any but "no", an empty one included.
bool says_hold(const std::string& tag_value);

// Whether the tag asks for something: any value but an empty one and "no".
bool says_yes(const std::string& tag_value);

}  // namespace evenkeel::decide
