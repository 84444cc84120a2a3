// What was seen of the world in one tick, and what was not. Unknown is a value of its own here: an empty
// optional, a `complete = false`, a SignalState other than `fresh`. Nothing in this file says what to do
// about it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace evenkeel {

// Target health, aws-facts §1. `other` is any word we don't know: neither serving nor drained.
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
const char* name(TargetState state);  // AWS's spelling

// One registration of an instance in a target group. (id, port) is its identity.
struct Registration {
  std::string instance_id;
  int port = 0;
  TargetState state = TargetState::other;
  std::string reason;  // "Target.NotRegistered" …, empty when healthy
  bool operator==(const Registration&) const = default;
};

enum class TargetType { instance, ip, lambda, alb, other };

struct TargetGroup {
  std::string arn;
  std::string name;
  TargetType type = TargetType::instance;
  bool has_load_balancer = false;
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
const char* name(InstanceState state);

struct Instance {
  std::string id;
  InstanceState state = InstanceState::other;
  Time launch_time{};  // tells one incarnation from the next: it changes on start, not on reboot
  std::string availability_zone;
  std::string private_ip;          // the id of its targets in groups of type ip
  std::string auto_scaling_group;  // from the tag aws:autoscaling:groupName; empty: none
  bool operator==(const Instance&) const = default;
};

struct AutoScalingMember {
  std::string instance_id;
  std::string lifecycle_state;  // AWS's word: "InService", "Standby" …
  bool operator==(const AutoScalingMember&) const = default;
};

struct AutoScalingGroup {
  std::string name;
  int desired = 0;
  bool elb_health_check = false;       // health check type includes ELB
  bool replacement_suspended = false;  // HealthCheck and ReplaceUnhealthy are both suspended
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
const char* name(SignalState state);

struct Signal {
  SignalState state = SignalState::missing;
  std::vector<Sample> samples;  // oldest first, one per period at the most
  std::string detail;           // for people: why it isn't fresh
  bool operator==(const Signal&) const = default;
};

// What a closer look at one member found, taken before it is drained and again before it is rebooted.
struct Survey {
  bool complete = false;                // every target group of the region was asked
  std::vector<Registration> elsewhere;  // registered or draining in groups that the policy doesn't name …
  std::vector<std::string> elsewhere_groups;  // … the name of each one's group
  std::optional<bool> may_reboot;             // RebootInstances DryRun: allowed, denied, unknown
  // Registering nobody, in every named group where it is registered now: allowed, denied, unknown.
  std::optional<bool> may_register;
  std::string detail;  // for people: why incomplete or denied
  bool operator==(const Survey&) const = default;
};

struct Observation {
  Time taken_at{};    // the earliest Date among AWS's answers: the tick's one "now"
  Duration spread{};  // the latest Date minus the earliest
  // How long ago this look was asked for, when that is too long for anything but restores; else zero.
  Duration late_by{0};
  std::vector<TargetGroup>
      target_groups;  // those the policy names and those in an open snapshot, sorted by arn
  std::vector<std::string> absent_groups;  // arns of open snapshots that AWS says don't exist any more
  std::map<std::string, Instance>
      instances;                    // by id; an id that is absent here was not returned by DescribeInstances
  bool instances_complete = false;  // every registered id was asked for and every page came
  std::optional<AutoScalingGroup> auto_scaling_group;  // empty: not named or not read
  // Answers to a plan's questions (model/plan.h). No entry: not asked.
  std::map<std::string, Signal> signals;
  std::map<std::string, Survey> surveys;
  std::map<std::string, std::optional<Time>>
      consoles;                       // when the newest console output was posted; none: unknown
  std::vector<std::string> problems;  // for people: what could not be read, and why
};

}  // namespace evenkeel
