// What was seen of the world in one tick, and what was not. Unknown is a value of its own here: an empty
// optional, a `complete = false`, a SignalState other than `fresh`. Nothing in this file says what to do
// about it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/words.h"
#include "model/policy.h"

namespace evenkeel {

// Target health (docs/aws.md, Elastic Load Balancing). `other` is any word we don't know: neither serving nor drained.
enum class TargetState {
  initial,
  healthy,
  unhealthy,
  unhealthy_draining,
  unused,
  draining,
  unavailable,
  other
};
template <>
inline constexpr auto kWords<TargetState> = word_table<TargetState::other>(
    "initial", "healthy", "unhealthy", "unhealthy.draining", "unused", "draining", "unavailable", "other");

// Why a target is in a state that is not healthy. `other` is any word we don't know.
enum class TargetReason {
  none,
  registration_in_progress,
  initial_health_checking,
  response_code_mismatch,
  timeout,
  failed_health_checks,
  not_registered,
  not_in_use,
  deregistration_in_progress,
  invalid_state,
  ip_unusable,
  health_check_disabled,
  internal_error,
  other
};
template <>
inline constexpr auto kWords<TargetReason> = word_table<TargetReason::other>(
    "", "Elb.RegistrationInProgress", "Elb.InitialHealthChecking", "Target.ResponseCodeMismatch",
    "Target.Timeout", "Target.FailedHealthChecks", "Target.NotRegistered", "Target.NotInUse",
    "Target.DeregistrationInProgress", "Target.InvalidState", "Target.IpUnusable",
    "Target.HealthCheckDisabled", "Elb.InternalError", "other");

// One registration of an instance in a target group. (id, port) is its identity.
struct Registration {
  std::string instance_id;
  int port = 0;
  TargetState state = TargetState::other;
  TargetReason reason = TargetReason::none;  // none when healthy
  bool zonal_shift = false;  // AWS has shifted traffic away from its zone (AdministrativeOverride)
  bool by_address = false;   // the target is an address of the instance: no call by its id takes it out there
  bool operator==(const Registration&) const = default;
};

enum class TargetType { instance, ip, lambda, alb, other };
template <>
inline constexpr auto kWords<TargetType> =
    word_table<TargetType::other>("instance", "ip", "lambda", "alb", "other");

struct TargetGroup {
  std::string arn;
  std::string name;
  TargetType type = TargetType::instance;
  bool has_load_balancer = false;
  // Named by the policy, or attached to its Auto Scaling group when the policy names no target group: the
  // fleet's. Others are here because an open remediation has to go back to them.
  bool of_fleet = false;
  bool attached = false;          // to the policy's Auto Scaling group, which registers its members at `port`
  int port = 0;                   // the group's own; 0: unknown
  std::string load_balancer_arn;  // the first one's; empty: none
  // What its health check takes to call a target healthy that it has just begun to ask; unknown: not said
  std::optional<Duration> to_healthy = std::nullopt;
  // Each zone's traffic stays in the zone (cross-zone load balancing is off); unknown: not read
  std::optional<bool> zonal = std::nullopt;
  // From the attributes, by key; empty when they could not be read.
  struct Attributes {
    Duration deregistration_delay{};
    Duration slow_start{};      // zero: off
    int fail_open_count = 1;    // the larger of the group's two minimum_healthy_targets counts
    int fail_open_percent = 0;  // the larger of the two percentages; 0: off
    bool operator==(const Attributes&) const = default;
  };
  std::optional<Attributes> attributes;
  // Registered and draining targets, sorted by (instance id, port); empty when they could not be read.
  std::optional<std::vector<Registration>> registrations;
  bool operator==(const TargetGroup&) const = default;
};

enum class InstanceState { pending, running, shutting_down, terminated, stopping, stopped, other };
template <>
inline constexpr auto kWords<InstanceState> = word_table<InstanceState::other>(
    "pending", "running", "shutting-down", "terminated", "stopping", "stopped", "other");

// The events that EC2 documents.
enum class EventCode {
  instance_reboot,
  system_reboot,
  system_maintenance,
  instance_retirement,
  instance_stop
};
template <>
inline constexpr auto kWords<EventCode> = word_table<EventCode::instance_stop>(
    "instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", "instance-stop");

// An event that EC2 has scheduled for an instance; completed and cancelled ones are left out.
struct ScheduledEvent {
  std::string code;         // an EventCode's word, or one that is not known; untrusted
  std::string description;  // untrusted
  std::optional<Time> not_before;
  std::string id = {};  // "instance-event-0d59…"; empty: EC2 gave none
  bool operator==(const ScheduledEvent&) const = default;
};

// EC2's two checks of an instance, taken together: the worse of them.
enum class StatusCheck { ok, impaired, initializing, insufficient_data, unknown };
template <>
inline constexpr auto kWords<StatusCheck> =
    word_table<StatusCheck::unknown>("ok", "impaired", "initializing", "insufficient-data", "unknown");

struct InstanceStatus {
  StatusCheck check = StatusCheck::unknown;
  std::optional<Time> impaired_since;
  std::vector<ScheduledEvent> events;
  bool operator==(const InstanceStatus&) const = default;
};

struct Instance {
  std::string id;
  InstanceState state = InstanceState::other;
  Time launch_time{};  // tells one incarnation from the next: it changes on start, not on reboot
  std::string availability_zone;
  std::string private_ip;                   // the id of its targets in groups of type ip
  std::vector<std::string> addresses = {};  // every address of its interfaces, IPv4 and IPv6; sorted
  std::string auto_scaling_group;           // from the tag aws:autoscaling:groupName; empty: none
  std::map<std::string, std::string> tags =
      {};                 // those that begin with "evenkeel:" and those that a rule names; untrusted
  bool ebs_root = false;  // it can be stopped and started; false: unknown or instance store
  std::optional<InstanceStatus> status = std::nullopt;  // read only where a rule needs it
  // EC2 refuses StopInstances for it (disableApiStop); unknown: not read
  std::optional<bool> stop_protected = std::nullopt;
  bool reboot_migrates = false;  // MaintenanceOptions.RebootMigration is "default": a reboot moves its host
  bool operator==(const Instance&) const = default;
};

// Where a member stands in its Auto Scaling group. `other` is any word we don't know.
enum class LifecycleState {
  pending,
  pending_wait,
  pending_proceed,
  in_service,
  entering_standby,
  standby,
  replacing_root_volume,
  replacing_root_volume_wait,
  replacing_root_volume_proceed,
  root_volume_replaced,
  quarantined,
  detaching,
  detached,
  terminating,
  terminating_wait,
  terminating_proceed,
  terminating_retained,
  terminated,
  other
};
template <>
inline constexpr auto kWords<LifecycleState> = word_table<LifecycleState::other>(
    "Pending", "Pending:Wait", "Pending:Proceed", "InService", "EnteringStandby", "Standby",
    "ReplacingRootVolume", "ReplacingRootVolume:Wait", "ReplacingRootVolume:Proceed", "RootVolumeReplaced",
    "Quarantined", "Detaching", "Detached", "Terminating", "Terminating:Wait", "Terminating:Proceed",
    "Terminating:Retained", "Terminated", "other");
// In Standby, or on its way there.
constexpr bool in_standby(LifecycleState state) {
  return state == LifecycleState::entering_standby || state == LifecycleState::standby;
}
// On its way out of the group, or out of it.
constexpr bool leaves_group(LifecycleState state) {
  return state >= LifecycleState::detaching && state <= LifecycleState::terminated;
}

struct AutoScalingMember {
  std::string instance_id;
  LifecycleState lifecycle_state = LifecycleState::other;
  bool healthy = true;  // what Auto Scaling thinks of it
  int weight = 1;       // how many units of the group's sizes it counts (WeightedCapacity); 0: not known
  std::string newer_word = {};  // AWS's own for the state, where we don't know it; untrusted
  bool operator==(const AutoScalingMember&) const = default;
};

// What sends an Auto Scaling group's members requests and can't be looked at.
struct TrafficSource {
  enum class Kind { classic_load_balancer, other };
  Kind kind = Kind::other;
  std::string name;  // with its kind, for people: "Classic Load Balancer web", "vpc-lattice …". Untrusted
  bool operator==(const TrafficSource&) const = default;
};

struct AutoScalingGroup {
  std::string name;
  // In units of capacity: instances, unless `in_units`.
  int min = 0;
  int max = 0;
  int desired = 0;
  // The sizes count something else than instances: weights of a mixed instances policy, vCPUs, memory.
  bool in_units = false;
  bool elb_health_check = false;       // health check type includes ELB
  bool replacement_suspended = false;  // HealthCheck and ReplaceUnhealthy are both suspended
  bool launch_suspended = false;
  bool registering_suspended =
      false;  // AddToLoadBalancer is suspended: what is new or comes back serves nowhere
  bool terminate_suspended = false;
  bool az_rebalance_suspended = false;
  std::vector<std::string> zones = {};  // the group's Availability Zones
  Duration grace{};                     // HealthCheckGracePeriod: it applies again after Standby
  // What it terminates may stay running as Terminating:Retained (InstanceLifecyclePolicy).
  bool retains_terminated = false;
  std::vector<TrafficSource> other_traffic_sources = {};  // those that are no target group
  bool being_deleted = false;
  std::vector<std::string> target_group_arns;
  // The active instance refresh's status ("InProgress" …), empty: none; unknown: could not be read.
  std::optional<std::string> instance_refresh;
  // What scaling activities are under way, for people, untrusted; unknown: could not be read.
  std::optional<std::vector<std::string>> activities;
  std::vector<AutoScalingMember> members;
  bool operator==(const AutoScalingGroup&) const = default;
};

struct Sample {
  Time at{};
  double value = 0;
  bool operator==(const Sample&) const = default;
};

enum class SignalState {
  fresh,      // samples are there and the newest is young enough
  stale,      // the newest sample is older than max_age
  missing,    // no series for this instance, or a series without samples
  ambiguous,  // several series for this instance that contradict one another
  partial,    // CloudWatch said that the data is incomplete
  failed,     // it was asked for and could not be read
};
template <>
inline constexpr auto kWords<SignalState> =
    word_table<SignalState::failed>("fresh", "stale", "missing", "ambiguous", "partial", "failed");

struct Signal {
  SignalState state = SignalState::missing;
  std::vector<Sample> samples;  // oldest first, one per period at the most
  std::string detail;           // for people: why it isn't fresh
  bool no_series = false;       // missing, and CloudWatch lists no series of the metric for it
  bool operator==(const Signal&) const = default;
};

// What a closer look at one member found, taken before it is drained and again before it is treated.
struct Survey {
  bool complete = false;                // every target group of the region was asked
  std::vector<Registration> elsewhere;  // registered or draining in groups that the policy doesn't name …
  std::vector<std::string> elsewhere_groups;  // … the name of each one's group
  // Classic Load Balancers that list it, for people: "Classic Load Balancer web". Without those of its Auto Scaling
  // group, as long as that takes it from them when it leaves.
  std::vector<std::string> classic = {};
  std::optional<bool> may_reboot;  // RebootInstances DryRun, and Stop and Start where the policy has
                                   // stop_start: allowed, denied, unknown
  // Registering kNoInstance in every named group where it is registered now, and bringing it back from Standby
  // where it leaves by Standby: allowed, denied, unknown.
  std::optional<bool> may_register;
  // Deregistering kNoInstance from every named group that it leaves by deregistration: allowed, denied, unknown.
  std::optional<bool> may_deregister = true;
  // Putting the tag kWitnessTag on it and taking it off, where the policy wants that: allowed, denied, unknown.
  std::optional<bool> may_mark = true;
  std::optional<std::vector<ScheduledEvent>> events =
      std::nullopt;    // EC2's for it; unknown: could not be read
  std::string detail;  // for people: why incomplete or denied
  bool operator==(const Survey&) const = default;
};

// Who is registered in the region's other target groups, those that this observation doesn't have.
struct Elsewhere {
  bool complete = false;  // every such group was asked
  std::string detail;     // for people: why it isn't complete
  std::vector<Registration>
      registrations;                // instance_id: the instance, or an address that none of the fleet has …
  std::vector<std::string> groups;  // … and the name of each one's group
  // By each Classic Load Balancer, named as a TrafficSource names it, the ids of its instances, those that it drains
  // left out; unknown: not read.
  std::optional<std::map<std::string, std::set<std::string>>> classic = std::nullopt;
  std::string classic_detail = {};  // for people: why that is unknown
  bool operator==(const Elsewhere&) const = default;
};

// Whether we may do something, asked of AWS without an effect.
struct Probe {
  std::optional<bool> allowed;  // empty: unknown
  std::string detail;           // for people: AWS's words when it isn't
  bool operator==(const Probe&) const = default;
};

enum class AlarmState { ok, alarm, insufficient_data, other };
template <>
inline constexpr auto kWords<AlarmState> =
    word_table<AlarmState::other>("OK", "ALARM", "INSUFFICIENT_DATA", "other");

struct Alarm {
  std::string name;  // untrusted
  AlarmState state = AlarmState::other;
  std::optional<Time> changed_at =
      std::nullopt;  // when it went into that state; tells one alarm from the next
  bool operator==(const Alarm&) const = default;
};

enum class CalendarState { open, closed, unknown };
template <>
inline constexpr auto kWords<CalendarState> = word_table<CalendarState::unknown>("open", "closed", "unknown");

// A command of SSM on one instance.
struct CommandResult {
  enum class State {
    unknown,  // could not be read, or SSM doesn't know it (yet)
    running,  // accepted, pending, in progress, delayed, cancelling
    success,
    failed,  // failed, cancelled, timed out
  };
  State state = State::unknown;
  std::string command_id;
  std::string status;  // AWS's word, for people
  std::string output;  // untrusted; at most 24,000 characters
  bool operator==(const CommandResult&) const = default;
};

// Whose AWS this is.
struct Identity {
  std::string partition;  // "aws" "aws-cn" "aws-us-gov"
  std::string account;    // 12 digits
  std::string region;
  bool operator==(const Identity&) const = default;
};

// What another fleet of the same store has done to an instance.
struct InOtherFleet {
  std::string fleet;
  bool open = false;                            // it is being remediated there
  std::optional<Time> ended_at = std::nullopt;  // of its last remediation there
  std::vector<Time> started_at = {};            // of its remediations there, as far as they are remembered
  std::vector<std::string> target_groups = {};  // arns: where it is to be put back by those that are open
  // Reasons that were served there (Cause::identity), or are being served, and by which treatment.
  std::map<std::string, Treatment> served = {};
  bool operator==(const InOtherFleet&) const = default;
};

// A pause, or the breaker, of a fleet that the policy does not have any more and that had some of this one's target
// groups: this fleet under a former name.
struct FormerStop {
  std::string fleet;
  bool paused = false;  // else its breaker is open
  std::string reason;
  std::string author;  // of a pause
  Time since{};
  std::optional<Time> until = std::nullopt;  // of a pause
};

// Something of an account that could not be read, or is not there. What decides reads the kind and the name.
struct Problem {
  enum class Kind {
    identity,
    target_groups,  // which there are
    targets,        // name: the target group's
    attributes,     // as above
    load_balancer_attributes,
    auto_scaling_group,
    instance_refreshes,
    scaling_activities,
    instances,
    marks,  // which instances carry the tag
    statuses,
    stop_protection,
    scheduled_events,
    alarms,  // name: the policy's word for several; empty: those that are named one by one
    calendar,
    signal,
    command,
    console,
    not_there,  // AWS answered: it does not exist, or has none of what is looked for
  };
  Kind kind = Kind::not_there;
  std::string name;  // which one, by its name, ARN or id; empty: all of them
  std::string text;  // for people: why
  bool operator==(const Problem&) const = default;
};
template <>
inline constexpr auto kWords<Problem::Kind> = word_table<Problem::Kind::not_there>(
    "whose credentials these are", "target groups", "targets of", "attributes of",
    "attributes of load balancer", "Auto Scaling group", "instance refreshes of", "scaling activities of",
    "instances", "instances with the tag", "instance statuses", "stop protection of", "scheduled events of",
    "alarms", "calendar", "signal", "command on", "console output of", "not there");
// For people: what it is, which one, and why.
std::string describe(const Problem& problem);

struct Observation {
  std::optional<Identity> identity = std::nullopt;  // unknown: AWS has not said
  Time taken_at{};    // the earliest credible Date among AWS's answers: the tick's one "now"
  Time newest_at{};   // the newest credible one: signs what restores; zero: as taken_at
  Duration spread{};  // the latest Date minus the earliest, credible or not
  Time local_at{};  // this machine's clock when the look began; zero: unknown. Decides between Dates, no more
  std::vector<Time> dates;  // of the answers, each once (observe/stamp.h)
  // What the Dates say when nothing confirms it yet (decide/clock.h); taken_at is the last tick's then.
  std::optional<Time> doubtful_date;
  Time signs_restores() const { return newest_at == Time{} ? taken_at : newest_at; }
  // How long ago this look was asked for, when that is too long for anything but restores; else zero.
  Duration late_by{0};
  std::vector<TargetGroup> target_groups;  // those of the fleet and those in an open snapshot, sorted by arn
  std::vector<std::string> absent_groups;  // arns of open snapshots that AWS says don't exist any more
  // By id; an id that is absent here was not returned by DescribeInstances
  std::map<std::string, Instance> instances;
  bool instances_complete = false;  // every registered id was asked for and every page came
  bool statuses_complete =
      false;  // every member's status was asked for and came (only where a rule needs it)
  std::optional<AutoScalingGroup> auto_scaling_group;  // empty: not named or not read
  bool scaling_asked = false;  // what is under way in it was asked for, whether or not an answer came
  // The alarms that the gates and rules name, by the words of the policy ("{instance_id}" filled in); a name
  // without an entry could not be read; an entry without alarms matches none.
  std::map<std::string, std::vector<Alarm>> alarms;
  std::map<std::string, CalendarState> calendars;  // by the policy's words; no entry: not asked
  // Answers to a plan's questions (model/plan.h). No entry: not asked.
  std::map<std::string, Signal> signals;  // of reboot_when, by instance id
  // Of rules: by metric_key(), instance id
  std::map<std::string, std::map<std::string, Signal>> other_signals;
  // The load of keep.load_below: by target group arn or by instance id, as LoadCeiling::per says.
  std::map<std::string, Signal> loads;
  std::map<std::string, Survey> surveys;
  std::optional<Elsewhere> elsewhere;  // read once, for every survey
  std::map<std::string, Probe>
      way_back;  // registering in a target group (by arn), leaving Standby (by group), "out of " and an arn
  // Whose registrations were read once more, after everything else that this observation has of them.
  std::set<std::string> looked_again;
  std::map<std::string, CommandResult> commands;  // by the intent's nonce
  // When the newest console output was posted; none: unknown
  std::map<std::string, std::optional<Time>> consoles;
  // Which instances carry the tag kWitnessTag, and its value (untrusted), terminated ones left out; read only
  // where the policy wants the tag. No map: not read.
  std::optional<std::map<std::string, std::string>> marks = std::nullopt;
  // Names of the policy that AWS said do not exist: target groups, the Auto Scaling group, Change Calendars.
  std::vector<std::string> absent_names;
  std::vector<Problem> problems;  // in the order in which they were met
  // From the store, not from AWS: by instance id, what other fleets have done …
  std::map<std::string, InOtherFleet> other_fleets;
  // … and by target group arn or "auto-scaling-group/" and its name, which other fleet has it.
  std::map<std::string, std::string> groups_of_others;
  // By name, every other fleet of the store with the ids of the remediations that its state knows.
  std::map<std::string, std::set<std::string>> remediations_of_others = {};
  std::vector<FormerStop> former_stops = {};
  // For people: why that is not all that the other fleets have done; empty: it is.
  std::vector<std::string> other_fleets_unknown;
};

}  // namespace evenkeel
