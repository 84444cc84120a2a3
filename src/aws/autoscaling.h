// EC2 Auto Scaling: groups, Standby and what is under way in a group (docs/aws.md, Auto Scaling).
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::autoscaling {

struct GroupInstance {
  std::string id;
  std::string availability_zone;
  std::string lifecycle_state;  // "InService", "EnteringStandby", "Standby", …; unknown words are kept
  std::string health_status;    // "Healthy" or "Unhealthy", in AWS's own case: compare without it
  std::optional<int> weight = std::nullopt;  // WeightedCapacity: units that it counts
};

// One that is no target group.
struct TrafficSource {
  std::string type;  // "elb" (Classic Load Balancer), "vpc-lattice" …; unknown words are kept
  std::string name;
  friend auto operator<=>(const TrafficSource&, const TrafficSource&) = default;
};

struct Group {
  std::string name;
  int min = 0;
  int max = 0;
  int desired = 0;
  std::string health_check_type;  // a list: "EC2", "EC2,ELB" …
  Duration health_check_grace_period{};
  std::vector<std::string> suspended_processes;
  // TargetGroupARNs and the TrafficSources of type elbv2, joined, sorted, each once.
  std::vector<std::string> target_group_arns;
  std::vector<GroupInstance> instances;  // sorted by id
  std::string status;                    // empty, or "Delete in progress"
  // Its sizes count weights of a mixed instances policy, vCPUs or memory instead of instances.
  bool in_units = false;
  std::vector<std::string> zones = {};                    // its Availability Zones
  std::vector<TrafficSource> other_traffic_sources = {};  // LoadBalancerNames and TrafficSources, each once
  bool retains_terminated = false;  // its lifecycle policy keeps instances whose termination was abandoned
};

// In the order of `names`; a group that does not exist is simply absent; naming none is `invalid`.
Result<Dated<std::vector<Group>>> describe_auto_scaling_groups(wire::Caller& caller,
                                                               std::span<const std::string> names);

// Takes an instance out of service: Auto Scaling deregisters it from the target groups attached to the group,
// waits for their draining, and lowers the desired capacity by one, so that it launches none in its place.
// It needs desired > min and the state InService; else `rejected` (ValidationError), in AWS's words.
Mutation enter_standby(wire::Caller& caller, const std::string& group, const std::string& instance_id,
                       Time sign_at, std::string nonce);

// Brings it back: desired capacity up by one, registered again in the attached target groups. It needs the
// state Standby and a group whose Launch isn't suspended; else `rejected`.
Mutation exit_standby(wire::Caller& caller, const std::string& group, const std::string& instance_id,
                      Time sign_at, std::string nonce);

// Terminates an instance, which its group replaces: the desired capacity stays. Sent once, on its own
// connection, never retried. Scale-in protection doesn't hold it back.
// For all three: ResourceContention and ScalingActivityInProgress are `unavailable`: nothing happened, and it
// may be tried again later.
Mutation terminate_instance(wire::Caller& caller, const std::string& instance_id, Time sign_at,
                            std::string nonce);

// Whether we may bring instances of that group back from Standby, without touching any: asks for an instance
// id that can't exist. AWS looks at the permission first and then says that the instance isn't part of the
// group (docs/adr/0011). An error: neither of the two answers came.
Result<Dated<Permission>> exit_standby_probe(wire::Caller& caller, const std::string& group);

struct Activity {
  std::string status;       // AWS's StatusCode: "InProgress", "WaitingForELBConnectionDraining", …
  std::string description;  // for people: "Launching a new EC2 instance: i-…"; untrusted
  int progress = 0;         // per cent
};

// The activities that are under way, newest first; ended ones (Successful, Failed, Cancelled, 100 %) are left
// out. One group a call.
Result<Dated<std::vector<Activity>>> describe_scaling_activities(wire::Caller& caller,
                                                                 const std::string& group);

struct InstanceRefresh {
  std::string id;
  // AWS's word: "Pending", "InProgress", "Baking", "Successful", …; unknown ones are kept
  std::string status;
};

// Newest first, at most a hundred: an active one is always the newest. One group a call.
Result<Dated<std::vector<InstanceRefresh>>> describe_instance_refreshes(wire::Caller& caller,
                                                                        const std::string& group);

// Whether a refresh with this status still replaces instances, or may. A word we don't know does.
bool refresh_is_active(std::string_view status);

}  // namespace evenkeel::aws::autoscaling
