// What was decided: the next state, the actions it makes durable, a verdict with its reason for every member,
// and the questions whose answers are still missing. A value; carrying it out is act/'s business.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel {

// A fact that decide needs and that is not read on every tick, because it costs money or many calls.
struct Question {
  enum class Kind {
    signal,   // reboot_when's metric, or `condition`'s where there is one, of the members named
    load,     // keep.load_below's metric: of the fleet's target groups, or of the members named
    survey,   // the closer look
    console,  // when its console was written
    command,  // what became of SSM's command under `nonce` on the one instance named
    scaling,  // what is under way in the Auto Scaling group
    places,   // the registrations of the members named once more, as the last thing before they are treated
  };
  Kind kind = Kind::signal;
  std::vector<std::string> instance_ids;  // sorted
  Duration lookback{};                    // for a signal or load: how far back samples are wanted
  std::optional<MetricCondition> condition = std::nullopt;
  std::string nonce = {};       // of the command's intent
  std::string command_id = {};  // what SSM called it; empty: never told, so it is looked for by its nonce
  bool way_out = false;  // of a survey: AWS refused to take servers out before, so ask whether it would now
  bool operator==(const Question&) const = default;
};

// One call that changes the world. Its intent stands in the next state under the same nonce.
struct Action {
  Effect effect = Effect::deregister;
  std::string instance_id;
  std::string remediation_id;
  std::string target_group_arn;         // for deregister and register
  std::vector<int> ports;               // for deregister and register
  std::string auto_scaling_group = {};  // for enter_standby, exit_standby
  Document document = {};               // for capture and command
  std::string tag_value = {};           // for mark and unmark
  std::string nonce;
  Time at{};              // signs the request
  bool restores = false;  // brings capacity back: goes first, and is never dropped by a guard
  bool operator==(const Action&) const = default;
};

struct Outcome {
  std::string remediation_id;
  std::string nonce;
  OutcomeKind kind = OutcomeKind::unknown;
  bool may_land_late = true;
  std::string detail;       // for people: AWS's words when it refused
  std::string answer = {};  // what AWS called what it accepted: a command's id
  bool denied = false;      // refused for want of a permission
};

// Why a member was or wasn't touched. name() gives the stable word of the JSON contract; docs/operating.md
// explains each.
enum class Reason {
  // about the member
  start,
  in_remediation,
  held,
  below_limit,
  not_sustained,
  next_in_line,
  signal_missing,
  signal_stale,
  signal_ambiguous,
  signal_partial,
  signal_failed,
  signal_not_due,
  not_running,
  instance_unknown,
  not_registered,
  not_healthy,
  slow_start,
  being_drained,
  young,
  cooldown,
  daily_limit,
  elsewhere_registered,
  survey_incomplete,
  reboot_denied,
  register_denied,
  deregister_denied,
  mark_denied,
  unsupported_target_type,
  group_without_load_balancer,
  in_unnamed_auto_scaling_group,
  auto_scaling_would_replace,
  auto_scaling_state,
  remedy_does_not_help,
  relapsing,
  hold_tag,
  scheduled_event,
  too_few_healthy_in_zone,
  too_many_out_in_zone,
  too_much_load,
  load_unknown,
  cannot_stop,
  standby_at_min_size,
  launch_suspended,
  registering_suspended,
  late_effect,
  already_served,
  reason_remains,
  az_rebalance,
  stop_protected,
  would_be_retained,
  capacity_units,
  zone_without_cross_zone,
  grace_period,
  in_another_fleet,
  not_surveyed,
  // about the fleet: no member may start
  paused,
  breaker_open,
  retired,
  observation_incomplete,
  observation_contradicts,
  state_unreadable,
  state_full,
  too_few_healthy,
  too_many_out,
  starts_per_hour,
  clock_backwards,
  clock_ahead,
  asked_late,
  plan_violates_invariants,
  outside_window,
  frozen,
  calendar_closed,
  alarm_firing,
  alarm_unreadable,
  instance_refresh,
  scaling_activity,
  zonal_shift,
  zone_failing,
  wrong_account,
  fleets_overlap,
  action_denied,
  state_outdated,
  start_not_decided,
};
template <>
inline constexpr auto kWords<Reason> = word_table<Reason::start_not_decided>(
    "start", "in_remediation", "held", "below_limit", "not_sustained", "next_in_line", "signal_missing",
    "signal_stale", "signal_ambiguous", "signal_partial", "signal_failed", "signal_not_due", "not_running",
    "instance_unknown", "not_registered", "not_healthy", "slow_start", "being_drained", "young", "cooldown",
    "daily_limit", "elsewhere_registered", "survey_incomplete", "reboot_denied", "register_denied",
    "deregister_denied", "mark_denied", "unsupported_target_type", "group_without_load_balancer",
    "in_unnamed_auto_scaling_group", "auto_scaling_would_replace", "auto_scaling_state",
    "remedy_does_not_help", "relapsing", "hold_tag", "scheduled_event", "too_few_healthy_in_zone",
    "too_many_out_in_zone", "too_much_load", "load_unknown", "cannot_stop", "standby_at_min_size",
    "launch_suspended", "registering_suspended", "late_effect", "already_served", "reason_remains",
    "az_rebalance", "stop_protected", "would_be_retained", "capacity_units", "zone_without_cross_zone",
    "grace_period", "in_another_fleet", "not_surveyed", "paused", "breaker_open", "retired",
    "observation_incomplete", "observation_contradicts", "state_unreadable", "state_full", "too_few_healthy",
    "too_many_out", "starts_per_hour", "clock_backwards", "clock_ahead", "asked_late",
    "plan_violates_invariants", "outside_window", "frozen", "calendar_closed", "alarm_firing",
    "alarm_unreadable", "instance_refresh", "scaling_activity", "zonal_shift", "zone_failing",
    "wrong_account", "fleets_overlap", "action_denied", "state_outdated", "start_not_decided");

// What a verdict counts, for machines. In the order of their words.
enum class Number {
  activities,
  ago_seconds,
  ahead_seconds,
  back_below,
  back_seconds,
  datapoints,
  datapoints_needed,
  desired,
  events,
  failing,
  firing,
  first_seconds,
  grace_period_seconds,
  healthy_after,
  in_line,
  in_vain,
  lasted_seconds,
  late_seconds,
  left,
  left_in_zone,
  limit,
  limit_seconds,
  marked,
  members,
  members_before,
  min,
  missing,
  most_in_a_zone,
  needed_seconds,
  of,
  out,
  place,
  places,
  priority,
  projected,
  projected_each,
  remediations,
  required,
  level,
  second_seconds,
  spread_seconds,
  starts,
  surveyed,
  third_seconds,
  undecided,
  unreadable,
  up_seconds,
  value,
  weight,
};
template <>
inline constexpr auto kWords<Number> = word_table<Number::weight>(
    "activities", "ago_seconds", "ahead_seconds", "back_below", "back_seconds", "datapoints",
    "datapoints_needed", "desired", "events", "failing", "firing", "first_seconds", "grace_period_seconds",
    "healthy_after", "in_line", "in_vain", "lasted_seconds", "late_seconds", "left", "left_in_zone", "limit",
    "limit_seconds", "marked", "members", "members_before", "min", "missing", "most_in_a_zone",
    "needed_seconds", "of", "out", "place", "places", "priority", "projected", "projected_each",
    "remediations", "required", "rung", "second_seconds", "spread_seconds", "starts", "surveyed",
    "third_seconds", "undecided", "unreadable", "up_seconds", "value", "weight");
using Numbers = std::map<Number, double>;

struct Verdict {
  Reason reason = Reason::below_limit;
  std::string text;  // for people: the reason with its numbers, one sentence
  Numbers numbers = {};
  std::optional<Time> until = std::nullopt;  // when this reason ends by itself; empty: not foreseeable
  bool wanted = false;                       // something asks for this member: it would go but for the reason
  bool lasts = false;     // it does not pass by itself: the policy or the account has to be changed
  bool of_fleet = false;  // a member's: it is the fleet's, which keeps all of them
  bool operator==(const Verdict&) const = default;
};

// One link of the chain that explains a member: a guard or a condition, whether it lets the member go, and
// why.
struct Check {
  std::string name;  // stable word: "window", "healthy tg1", "load", "rule old" …
  bool passes = false;
  std::optional<Verdict> verdict;  // why not; when it passes, text and numbers say how (reason `start`)
  std::string rule = {};           // the rule's name, where it is one; empty: a guard
  bool operator==(const Check&) const = default;
};

// `other`: a kind that a newer build stored.
enum class EventKind {
  start,
  phase,
  intent,
  outcome,
  held,
  done,
  breaker,
  pause,
  resume,
  restore,
  verdict,
  fleet,
  judged,
  violation,
  blind,
  sees,
  clock,
  place,
  waits,
  evidence,
  command,
  external_change,
  group_vanished,
  group_back,
  tag,
  import_,
  other,
};
template <>
inline constexpr auto kWords<EventKind> = word_table<EventKind::other>(
    "start", "phase", "intent", "outcome", "held", "done", "breaker", "pause", "resume", "restore", "verdict",
    "fleet", "judged", "violation", "blind", "sees", "clock", "place", "waits", "evidence", "command",
    "foreign", "group-vanished", "group-back", "tag", "import", "other");

// Something that happened, in order, for people and for audit. Never read by decide.
struct Event {
  Time at{};
  std::string fleet;
  std::string instance_id;     // empty: about the fleet
  std::string remediation_id;  // empty: none
  EventKind kind = EventKind::other;
  std::string text;  // for people
  // Stable word of what `text` says: the reason of a verdict and of what holds back the fleet, the phase, the
  // outcome's kind, the ending; of a judgement the ending, or "gone", "not_gone", "unknown". Programs decide by
  // it alone. Empty: the kind says all, or an earlier build stored the event.
  std::string word = {};
  bool notified = false;  // what asked for it has notified operators; not stored
  bool operator==(const Event&) const = default;
};
// Told of the server whenever its reason changes, and of the fleet.
constexpr bool is_change_of_reason(const Event& event) {
  return event.kind == EventKind::verdict || event.kind == EventKind::fleet;
}
// Of a remediation, open or ended.
template <class Remediated>
Event event_of(const Remediated& one, Time at, const std::string& fleet, EventKind kind, std::string text,
               std::string word = {}) {
  return {at, fleet, one.instance_id, one.id, kind, std::move(text), std::move(word)};
}

struct Plan {
  FleetState next;                         // revision is the successor of the one that was read
  std::vector<Action> actions;             // restores first
  std::map<std::string, Verdict> members;  // by instance id, every member
  std::vector<Verdict> fleet;  // what holds back every start, the most important first; empty: nothing does
  std::vector<Event> events;   // to be written with the next state
  std::vector<Question> questions;  // not empty: answer these and decide again; nothing else is to be used
};

}  // namespace evenkeel
