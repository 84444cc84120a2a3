#include "observe/auto_scaling.h"

#include <algorithm>
#include <set>

#include "aws/autoscaling.h"
#include "base/text.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

TrafficSource seen_source(const aws::autoscaling::TrafficSource& source) {
  if (source.type == "elb") return classic_source(source.name);
  return {TrafficSource::Kind::other, bounded(source.type) + " " + bounded(source.name)};
}

void read_refresh(wire::Caller& caller, Observation& observation, AutoScalingGroup& group) {
  const auto answer = aws::autoscaling::describe_instance_refreshes(caller, group.name);
  const auto* refreshes = take_in(observation, Problem::Kind::instance_refreshes, group.name, answer);
  if (refreshes == nullptr) return;
  const auto active = std::ranges::find_if(
      *refreshes, [](const auto& each) { return aws::autoscaling::refresh_is_active(each.status); });
  group.instance_refresh = active == refreshes->end() ? "" : printable(active->status);
}

void read_activities(wire::Caller& caller, Observation& observation, AutoScalingGroup& group) {
  const auto answer = aws::autoscaling::describe_scaling_activities(caller, group.name);
  const auto* activities = take_in(observation, Problem::Kind::scaling_activities, group.name, answer);
  if (activities == nullptr) return;
  auto& seen = group.activities.emplace();
  for (const auto& activity : *activities) seen.push_back(bounded(activity.description));
}

}  // namespace

AutoScalingGroup seen_group(const aws::autoscaling::Group& group) {
  const auto suspended = [&](const char* process) {
    return std::ranges::find(group.suspended_processes, process) != group.suspended_processes.end();
  };
  AutoScalingGroup seen;
  seen.name = group.name;
  seen.min = group.min;
  seen.max = group.max;
  seen.desired = group.desired;
  seen.in_units = group.in_units;
  seen.elb_health_check = group.health_check_type.contains("ELB");
  seen.replacement_suspended = suspended("HealthCheck") && suspended("ReplaceUnhealthy");
  seen.launch_suspended = suspended("Launch");
  seen.registering_suspended = suspended("AddToLoadBalancer");
  seen.terminate_suspended = suspended("Terminate");
  seen.az_rebalance_suspended = suspended("AZRebalance");
  seen.zones = group.zones;
  seen.grace = group.health_check_grace_period;
  seen.retains_terminated = group.retains_terminated;
  seen.being_deleted = !group.status.empty();
  seen.target_group_arns = group.target_group_arns;
  for (const auto& source : group.other_traffic_sources)
    seen.other_traffic_sources.push_back(seen_source(source));
  for (const auto& instance : group.instances) {
    const auto state = lifecycle_state(instance.lifecycle_state);
    seen.members.push_back(
        {.instance_id = instance.id,
         .lifecycle_state = state,
         .healthy = lower(instance.health_status) == "healthy",
         .weight = instance.weight.value_or(group.in_units ? 0 : 1),
         .newer_word = instance.lifecycle_state == name(state) ? "" : instance.lifecycle_state});
  }
  return seen;
}

void read_auto_scaling(ObservationBuilder& builder) {
  const auto& name = builder.policy.auto_scaling_group;
  if (name.empty()) return;
  auto answer = aws::autoscaling::describe_auto_scaling_groups(builder.caller, std::vector{name});
  const auto* groups = builder.take_in(Problem::Kind::auto_scaling_group, name, answer);
  if (groups == nullptr) return;
  if (groups->empty()) {
    builder.observation.problems.push_back(
        {Problem::Kind::not_there, name, "Auto Scaling group " + name + " does not exist"});
    builder.observation.absent_names.push_back(name);
    return;
  }
  builder.observation.auto_scaling_group = seen_group(groups->front());
}

void read_scaling_under_way(wire::Caller& caller, Observation& observation) {
  auto& group = observation.auto_scaling_group;
  if (!group || observation.scaling_asked) return;
  observation.scaling_asked = true;
  read_refresh(caller, observation, *group);
  read_activities(caller, observation, *group);
}

}  // namespace evenkeel::observe
