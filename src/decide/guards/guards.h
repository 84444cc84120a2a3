// The guards: what must hold before one more member may leave. Each returns the verdict that says no, with
// its numbers and, where it is foreseeable, when it ends; or nothing. With `explain`, a guard that passes
// may say how: a verdict with the reason `start`, for `explain`. To add one: write it in its file, put it
// into that file's table, give it a Reason and a test of every branch.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// What a guard says: nothing, or a verdict.
using Ruling = std::optional<Verdict>;

// With `explain`: the guard passes, and these are the numbers.
inline Verdict passes(std::string text, Numbers numbers = {}) {
  return {Reason::start, std::move(text), std::move(numbers)};
}

// The same no, when it does not pass by itself: the policy or the account has to be changed.
inline Verdict lasting(Verdict verdict) {
  verdict.lasts = true;
  return verdict;
}

struct FleetGuard {
  const char* name;  // stable word
  Ruling (*judge)(const FleetView& fleet, bool explain);
};

struct MemberGuard {
  const char* name;
  Ruling (*judge)(const FleetView& fleet, const Member& member, bool explain);
};

// What lies in the fleet itself: pause, breaker, what was seen, how many are out (fleet.cpp).
std::span<const FleetGuard> inner_guards();
// What lies outside it: windows, gates, what its Auto Scaling group and zones are doing (gates.cpp).
std::span<const FleetGuard> outer_guards();
// What lies in one member (member.cpp).
std::span<const MemberGuard> own_guards();

// What has taken capacity from the fleet as a whole, whatever is left by the count: a zonal shift, a zone that fails.
// Asked before a member leaves, and again while it drains.
Ruling zonal_shift(const FleetView& fleet, bool explain);
Ruling zone_failing(const FleetView& fleet, bool explain);

// Everything that holds back every member at once, the most important first. Empty: a place is free.
std::vector<Verdict> fleet_guards(const FleetView& fleet);

// What holds back this member, whatever its signal says.
std::optional<Verdict> member_guards(const FleetView& fleet, const Member& member);

// Whether enough would be left serving in every group, and in its zone in every group, that the member is in.
std::optional<Verdict> capacity_guard(const FleetView& fleet, const Member& member);
// The same for `explain`: every group and zone, told.
std::vector<Check> capacity_checks(const FleetView& fleet, const Member& member);

// For people: why the fleet is only restored; of one that is `retired`.
std::string why_retired(const FleetPolicy& policy);

// How a treatment would be applied.
struct Applied {
  Treatment treatment = Treatment::reboot;
  const Instance* instance = nullptr;          // nullptr: not known
  const AutoScalingMember* scaling = nullptr;  // nullptr: not in the policy's Auto Scaling group
  const std::optional<AutoScalingGroup>& group;
  bool in_standby = false;  // it is, or would be, in Standby meanwhile
};
// Whether the instance and its group bear the treatment: before it leaves, and again before it is treated, as
// the treatment may have escalated.
Ruling treatment_guard(const Applied& applied);
// Whether the group would bring back what leaves it by Standby, or replace what it terminates.
Ruling launch_guard(const AutoScalingGroup& group);
// Whether the group would put into service what it launches (`replaced`), or what comes back from Standby: in its
// target groups Evenkeel does that, in its Classic Load Balancers nothing else does.
Ruling registering_guard(const AutoScalingGroup& group, bool replaced);
// Whether EC2 would stop it, as the closer look has found.
Ruling stop_protection_guard(Treatment treatment, const Instance* instance);

// What the closer look at the member found against it, before it leaves and again before it is treated.
// `survey` is the answer to a question of this tick. A scheduled event speaks against it, unless such events
// are the very reason.
std::optional<Verdict> survey_guard(const Survey& survey, bool event_is_the_reason = false);
// Whether the policy's rule of that name asks for members because of their scheduled events.
bool asks_for_events(const FleetPolicy& policy, const std::string& rule);

}  // namespace evenkeel::decide
