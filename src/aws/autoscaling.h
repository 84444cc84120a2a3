// EC2 Auto Scaling, read only (aws-facts.md §3).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::autoscaling {

struct GroupInstance {
  std::string id;
  std::string availability_zone;
  std::string lifecycle_state;  // "InService", "Standby", …; unknown words are kept
  std::string health_status;    // "Healthy" or "Unhealthy", in AWS's own case: compare without it
  bool protected_from_scale_in = false;
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
};

// In the order of `names`; a group that does not exist is simply absent; naming none is `invalid`.
Result<Dated<std::vector<Group>>> describe_auto_scaling_groups(wire::Caller& caller,
                                                               std::span<const std::string> names);

}  // namespace evenkeel::aws::autoscaling
