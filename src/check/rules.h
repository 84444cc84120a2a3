// The rules that are functions, each pure: it finds one kind of trouble, or nothing. kRules in check.cpp lists all of
// them with their words, and those that are a guard's verdict. What each means and what to do about it: docs/check.md.
#pragma once

#include <vector>

#include "check/subject.h"

namespace evenkeel::check::rules {

using Findings = std::vector<Finding>;

// rules_permissions.cpp
Findings permission_missing(const Subject& fleet);
Findings could_not_look(const Subject& fleet);
Findings rights_not_proved(const Subject& fleet);

// rules_groups.cpp: what the target groups are
Findings target_group_not_found(const Subject& fleet);
std::optional<Finding> target_group_type(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> target_group_empty(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> no_load_balancer(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> no_traffic(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> zone_not_enabled(const Subject& fleet, const GroupFacts& group);

// rules_timing.cpp: times of the target groups against the policy's
std::optional<Finding> short_draining(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> long_draining(const Subject& fleet, const GroupFacts& group);
Findings drain_slack(const Subject& fleet);
std::optional<Finding> slow_start(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> health_check(const Subject& fleet, const GroupFacts& group);
Findings boot_deadline(const Subject& fleet);
Findings slow_round(const Subject& fleet);

// rules_members.cpp
std::optional<Finding> fleet_too_small(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> fail_open(const Subject& fleet, const GroupFacts& group);
Findings out_unreachable(const Subject& fleet);
Findings member_not_running(const Subject& fleet);
Findings elsewhere_registered(const Subject& fleet);
Findings out_already(const Subject& fleet);
std::optional<Finding> missing_place(const Subject& fleet, const GroupFacts& group);
std::optional<Finding> zone_too_small(const Subject& fleet, const GroupFacts& group);
Findings out_per_zone_unreachable(const Subject& fleet);
Findings one_zone(const Subject& fleet);
Findings without_witness(const Subject& fleet);

// rules_scaling.cpp
Findings auto_scaling_group_not_found(const Subject& fleet);
Findings auto_scaling_group_not_named(const Subject& fleet);
Findings auto_scaling_would_replace(const Subject& fleet);
Findings auto_scaling_state(const Subject& fleet);
Findings auto_scaling_without_target_groups(const Subject& fleet);
Findings standby_at_min_size(const Subject& fleet);
Findings grace_period(const Subject& fleet);

// rules_gates.cpp: what holds back every start: windows, freezes, gates, load
Findings window_never_opens(const Subject& fleet);
Findings window_short(const Subject& fleet);
Findings gate_alarm(const Subject& fleet);
Findings gate_calendar(const Subject& fleet);
Findings load_without_metric(const Subject& fleet);

// rules_reasons.cpp: the rules of also_when, and treatments
Findings stop_loses(const Subject& fleet);
Findings rule_never_holds(const Subject& fleet);
Findings reason_without_treatment(const Subject& fleet);
Findings rules_overlap(const Subject& fleet);

// rules_metric.cpp: where the metric is
Findings metric_not_found(const Subject& fleet);
Findings metric_without_instance(const Subject& fleet);
Findings metric_missing(const Subject& fleet);
Findings metric_stale(const Subject& fleet);
Findings metric_period(const Subject& fleet);
Findings metric_ambiguous(const Subject& fleet);

// rules_values.cpp: what the metric says
Findings metric_implausible(const Subject& fleet);
Findings jumped_together(const Subject& fleet);
Findings limit_exceeded_by_all(const Subject& fleet);
Findings limit_out_of_reach(const Subject& fleet);
Findings cost(const Subject& fleet);

}  // namespace evenkeel::check::rules
