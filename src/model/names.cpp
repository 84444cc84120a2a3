// The stable words of logs, JSON and stored documents. A switch without a default: the compiler names the
// enumerator that has no word. One line each, because a table is what this file is.
#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel {

// clang-format off

const char* name(Phase phase) {
  switch (phase) {
    case Phase::draining: return "draining";
    case Phase::capturing: return "capturing";
    case Phase::commanding: return "commanding";
    case Phase::stopping: return "stopping";
    case Phase::starting: return "starting";
    case Phase::replacing: return "replacing";
    case Phase::rebooting: return "rebooting";
    case Phase::booting: return "booting";
    case Phase::rejoining: return "rejoining";
    case Phase::soaking: return "soaking";
    case Phase::held: return "held";
    case Phase::done: return "done";
  }
  return "?";
}

const char* name(Effect effect) {
  switch (effect) {
    case Effect::deregister: return "deregister";
    case Effect::reboot: return "reboot";
    case Effect::register_: return "register";
    case Effect::enter_standby: return "enter_standby";
    case Effect::exit_standby: return "exit_standby";
    case Effect::capture: return "capture";
    case Effect::command: return "command";
    case Effect::stop: return "stop";
    case Effect::start: return "start";
    case Effect::terminate: return "terminate";
    case Effect::mark: return "mark";
    case Effect::unmark: return "unmark";
  }
  return "?";
}

const char* name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::unknown: return "unknown";
    case OutcomeKind::accepted: return "accepted";
    case OutcomeKind::refused: return "refused";
    case OutcomeKind::not_sent: return "not_sent";
  }
  return "?";
}

const char* name(Ability::Kind kind) {
  switch (kind) {
    case Ability::Kind::able: return "able";
    case Ability::Kind::waiting: return "waiting";
    case Ability::Kind::blind: return "blind";
  }
  return "?";
}

const char* name(Wish::Kind kind) {
  switch (kind) {
    case Wish::Kind::pause: return "pause";
    case Wish::Kind::resume: return "resume";
    case Wish::Kind::restore: return "restore";
  }
  return "";
}

const char* name(Blindness what) {
  switch (what) {
    case Blindness::target_group_absent: return "target_group_absent";
    case Blindness::auto_scaling_group_absent: return "auto_scaling_group_absent";
    case Blindness::no_target_group_attached: return "no_target_group_attached";
    case Blindness::alarm_absent: return "alarm_absent";
    case Blindness::calendar_absent: return "calendar_absent";
    case Blindness::metric_absent: return "metric_absent";
    case Blindness::no_members: return "no_members";
    case Blindness::no_member_may_leave: return "no_member_may_leave";
    case Blindness::may_never_leave: return "may_never_leave";
    case Blindness::fleet_may_not_start: return "fleet_may_not_start";
    case Blindness::groups_unread: return "groups_unread";
    case Blindness::targets_unread: return "targets_unread";
    case Blindness::attributes_unread: return "attributes_unread";
    case Blindness::auto_scaling_unread: return "auto_scaling_unread";
    case Blindness::instances_unread: return "instances_unread";
    case Blindness::statuses_unread: return "statuses_unread";
    case Blindness::metric_unread: return "metric_unread";
    case Blindness::load_unread: return "load_unread";
    case Blindness::alarm_unread: return "alarm_unread";
    case Blindness::calendar_unread: return "calendar_unread";
    case Blindness::survey_denied: return "survey_denied";
    case Blindness::action_denied: return "action_denied";
    case Blindness::state_outdated: return "state_outdated";
  }
  return "?";
}

const char* name(Ending ending) {
  switch (ending) {
    case Ending::none: return "none";
    case Ending::cured: return "cured";
    case Ending::back: return "back";
    case Ending::not_cured: return "not_cured";
    case Ending::not_rebooted: return "not_rebooted";
    case Ending::terminated: return "terminated";
    case Ending::handed_over: return "handed_over";
    case Ending::replaced: return "replaced";
  }
  return "?";
}

const char* name(TargetState state) {
  switch (state) {
    case TargetState::initial: return "initial";
    case TargetState::healthy: return "healthy";
    case TargetState::unhealthy: return "unhealthy";
    case TargetState::unhealthy_draining: return "unhealthy.draining";
    case TargetState::unused: return "unused";
    case TargetState::draining: return "draining";
    case TargetState::unavailable: return "unavailable";
    case TargetState::other: return "other";
  }
  return "?";
}

const char* name(InstanceState state) {
  switch (state) {
    case InstanceState::pending: return "pending";
    case InstanceState::running: return "running";
    case InstanceState::shutting_down: return "shutting-down";
    case InstanceState::terminated: return "terminated";
    case InstanceState::stopping: return "stopping";
    case InstanceState::stopped: return "stopped";
    case InstanceState::other: return "other";
  }
  return "?";
}

const char* name(SignalState state) {
  switch (state) {
    case SignalState::fresh: return "fresh";
    case SignalState::stale: return "stale";
    case SignalState::missing: return "missing";
    case SignalState::ambiguous: return "ambiguous";
    case SignalState::partial: return "partial";
    case SignalState::failed: return "failed";
  }
  return "?";
}

const char* name(Statistic statistic) {
  switch (statistic) {
    case Statistic::average: return "Average";
    case Statistic::maximum: return "Maximum";
    case Statistic::minimum: return "Minimum";
    case Statistic::sum: return "Sum";
  }
  return "?";
}

// One line a word.  NOLINTNEXTLINE(readability-function-size)
const char* name(Reason reason) {
  switch (reason) {
    case Reason::start: return "start";
    case Reason::in_remediation: return "in_remediation";
    case Reason::held: return "held";
    case Reason::below_limit: return "below_limit";
    case Reason::not_sustained: return "not_sustained";
    case Reason::next_in_line: return "next_in_line";
    case Reason::signal_missing: return "signal_missing";
    case Reason::signal_stale: return "signal_stale";
    case Reason::signal_ambiguous: return "signal_ambiguous";
    case Reason::signal_partial: return "signal_partial";
    case Reason::signal_failed: return "signal_failed";
    case Reason::signal_not_due: return "signal_not_due";
    case Reason::not_running: return "not_running";
    case Reason::instance_unknown: return "instance_unknown";
    case Reason::not_registered: return "not_registered";
    case Reason::not_healthy: return "not_healthy";
    case Reason::slow_start: return "slow_start";
    case Reason::being_drained: return "being_drained";
    case Reason::young: return "young";
    case Reason::cooldown: return "cooldown";
    case Reason::daily_limit: return "daily_limit";
    case Reason::elsewhere_registered: return "elsewhere_registered";
    case Reason::survey_incomplete: return "survey_incomplete";
    case Reason::reboot_denied: return "reboot_denied";
    case Reason::register_denied: return "register_denied";
    case Reason::deregister_denied: return "deregister_denied";
    case Reason::mark_denied: return "mark_denied";
    case Reason::unsupported_target_type: return "unsupported_target_type";
    case Reason::group_without_load_balancer: return "group_without_load_balancer";
    case Reason::in_unnamed_auto_scaling_group: return "in_unnamed_auto_scaling_group";
    case Reason::auto_scaling_would_replace: return "auto_scaling_would_replace";
    case Reason::auto_scaling_state: return "auto_scaling_state";
    case Reason::remedy_does_not_help: return "remedy_does_not_help";
    case Reason::paused: return "paused";
    case Reason::breaker_open: return "breaker_open";
    case Reason::retired: return "retired";
    case Reason::observation_incomplete: return "observation_incomplete";
    case Reason::observation_contradicts: return "observation_contradicts";
    case Reason::state_unreadable: return "state_unreadable";
    case Reason::state_full: return "state_full";
    case Reason::too_few_healthy: return "too_few_healthy";
    case Reason::too_many_out: return "too_many_out";
    case Reason::starts_per_hour: return "starts_per_hour";
    case Reason::clock_backwards: return "clock_backwards";
    case Reason::clock_ahead: return "clock_ahead";
    case Reason::asked_late: return "asked_late";
    case Reason::relapsing: return "relapsing";
    case Reason::hold_tag: return "hold_tag";
    case Reason::scheduled_event: return "scheduled_event";
    case Reason::too_few_healthy_in_zone: return "too_few_healthy_in_zone";
    case Reason::too_many_out_in_zone: return "too_many_out_in_zone";
    case Reason::too_much_load: return "too_much_load";
    case Reason::load_unknown: return "load_unknown";
    case Reason::cannot_stop: return "cannot_stop";
    case Reason::standby_at_min_size: return "standby_at_min_size";
    case Reason::launch_suspended: return "launch_suspended";
    case Reason::registering_suspended: return "registering_suspended";
    case Reason::late_effect: return "late_effect";
    case Reason::already_served: return "already_served";
    case Reason::reason_remains: return "reason_remains";
    case Reason::az_rebalance: return "az_rebalance";
    case Reason::stop_protected: return "stop_protected";
    case Reason::would_be_retained: return "would_be_retained";
    case Reason::capacity_units: return "capacity_units";
    case Reason::zone_without_cross_zone: return "zone_without_cross_zone";
    case Reason::grace_period: return "grace_period";
    case Reason::in_another_fleet: return "in_another_fleet";
    case Reason::not_surveyed: return "not_surveyed";
    case Reason::outside_window: return "outside_window";
    case Reason::frozen: return "frozen";
    case Reason::calendar_closed: return "calendar_closed";
    case Reason::alarm_firing: return "alarm_firing";
    case Reason::alarm_unreadable: return "alarm_unreadable";
    case Reason::instance_refresh: return "instance_refresh";
    case Reason::scaling_activity: return "scaling_activity";
    case Reason::zonal_shift: return "zonal_shift";
    case Reason::zone_failing: return "zone_failing";
    case Reason::wrong_account: return "wrong_account";
    case Reason::fleets_overlap: return "fleets_overlap";
    case Reason::action_denied: return "action_denied";
    case Reason::state_outdated: return "state_outdated";
    case Reason::start_not_decided: return "start_not_decided";
    case Reason::plan_violates_invariants: return "plan_violates_invariants";
  }
  return "?";
}

const char* name(Condition::Kind kind) {
  switch (kind) {
    case Condition::Kind::metric: return "metric";
    case Condition::Kind::uptime: return "uptime";
    case Condition::Kind::age: return "age";
    case Condition::Kind::tag: return "tag";
    case Condition::Kind::scheduled_event: return "scheduled_event";
    case Condition::Kind::status_check: return "status_check";
    case Condition::Kind::target_unhealthy: return "target_unhealthy";
    case Condition::Kind::alarm: return "alarm";
  }
  return "?";
}

const char* name(Order order) {
  switch (order) {
    case Order::worst: return "worst";
    case Order::soonest: return "soonest";
    case Order::longest_uncycled: return "longest_uncycled";
  }
  return "?";
}

const char* name(Treatment treatment) {
  switch (treatment) {
    case Treatment::none: return "none";
    case Treatment::command: return "command";
    case Treatment::reboot: return "reboot";
    case Treatment::stop_start: return "stop_start";
    case Treatment::replace: return "replace";
  }
  return "?";
}

const char* name(Leave leave) {
  switch (leave) {
    case Leave::standby: return "standby";
    case Leave::deregister: return "deregister";
  }
  return "?";
}

const char* name(LoadCeiling::Per per) {
  switch (per) {
    case LoadCeiling::Per::target_group: return "target_group";
    case LoadCeiling::Per::instance: return "instance";
  }
  return "?";
}

const char* name(StatusCheck check) {
  switch (check) {
    case StatusCheck::ok: return "ok";
    case StatusCheck::impaired: return "impaired";
    case StatusCheck::initializing: return "initializing";
    case StatusCheck::insufficient_data: return "insufficient-data";
    case StatusCheck::unknown: return "unknown";
  }
  return "?";
}

const char* name(CalendarState state) {
  switch (state) {
    case CalendarState::open: return "open";
    case CalendarState::closed: return "closed";
    case CalendarState::unknown: return "unknown";
  }
  return "?";
}

const char* name(Problem::Kind kind) {
  switch (kind) {
    case Problem::Kind::identity: return "whose credentials these are";
    case Problem::Kind::target_groups: return "target groups";
    case Problem::Kind::targets: return "targets of";
    case Problem::Kind::attributes: return "attributes of";
    case Problem::Kind::load_balancer_attributes: return "attributes of load balancer";
    case Problem::Kind::auto_scaling_group: return "Auto Scaling group";
    case Problem::Kind::instance_refreshes: return "instance refreshes of";
    case Problem::Kind::scaling_activities: return "scaling activities of";
    case Problem::Kind::instances: return "instances";
    case Problem::Kind::marks: return "instances with the tag";
    case Problem::Kind::statuses: return "instance statuses";
    case Problem::Kind::stop_protection: return "stop protection of";
    case Problem::Kind::scheduled_events: return "scheduled events of";
    case Problem::Kind::alarms: return "alarms";
    case Problem::Kind::calendar: return "calendar";
    case Problem::Kind::signal: return "signal";
    case Problem::Kind::command: return "command on";
    case Problem::Kind::console: return "console output of";
    case Problem::Kind::not_there: return "not there";
  }
  return "?";
}

std::string words(const Problem& problem) {
  if (problem.kind == Problem::Kind::not_there) return problem.text;  // says itself what is not
  return std::string{name(problem.kind)} + (problem.name.empty() ? "" : " " + problem.name) + ": " + problem.text;
}

std::string metric_key(const MetricCondition& condition) {
  return condition.metric_namespace + "|" + condition.metric + "|" + name(condition.statistic) + "|" +
         std::to_string(condition.period.count());
}

// clang-format on

}  // namespace evenkeel
