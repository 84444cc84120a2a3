#include "observe/auto_scaling.h"

#include <algorithm>
#include <set>

#include "aws/autoscaling.h"
#include "base/text.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

AutoScalingGroup seen_group(const aws::autoscaling::Group& group) {
  const auto suspended = [&](const char* process) {
    return std::ranges::find(group.suspended_processes, process) != group.suspended_processes.end();
  };
  AutoScalingGroup seen;
  seen.name = group.name;
  seen.min = group.min;
  seen.max = group.max;
  seen.desired = group.desired;
  seen.elb_health_check = group.health_check_type.contains("ELB");
  seen.replacement_suspended = suspended("HealthCheck") && suspended("ReplaceUnhealthy");
  seen.launch_suspended = suspended("Launch");
  seen.terminate_suspended = suspended("Terminate");
  seen.being_deleted = !group.status.empty();
  seen.target_group_arns = group.target_group_arns;
  for (const auto& instance : group.instances)
    seen.members.push_back(
        {instance.id, instance.lifecycle_state, lower(instance.health_status) == "healthy"});
  return seen;
}

// Also while somebody is out: it may be found back within this tick, and the next one go.
bool somebody_might_start(const Reading& reading) {
  const auto& state = reading.state;
  const bool paused =
      state.pause && (!state.pause->until || reading.observation.taken_at < *state.pause->until);
  return !reading.policy.retired && !paused && !state.breaker;
}

bool somebody_is_replaced(const Reading& reading) {
  const auto& open = reading.state.open;
  return std::ranges::find(open, Treatment::replace, &Remediation::treatment) != open.end();
}

void read_refresh(Reading& reading, AutoScalingGroup& group) {
  auto answer = aws::autoscaling::describe_instance_refreshes(reading.caller, group.name);
  const auto* refreshes = reading.take_in("instance refreshes of " + group.name, answer);
  if (refreshes == nullptr) return;
  const auto active = std::ranges::find_if(
      *refreshes, [](const auto& each) { return aws::autoscaling::refresh_is_active(each.status); });
  group.instance_refresh = active == refreshes->end() ? "" : printable(active->status);
}

void read_activities(Reading& reading, AutoScalingGroup& group) {
  auto answer = aws::autoscaling::describe_scaling_activities(reading.caller, group.name);
  const auto* activities = reading.take_in("scaling activities of " + group.name, answer);
  if (activities == nullptr) return;
  auto& seen = group.activities.emplace();
  for (const auto& activity : *activities) seen.push_back(bounded(activity.description));
}

}  // namespace

void read_auto_scaling(Reading& reading) {
  const auto& name = reading.policy.auto_scaling_group;
  if (name.empty()) return;
  auto answer = aws::autoscaling::describe_auto_scaling_groups(reading.caller, std::vector{name});
  const auto* groups = reading.take_in("Auto Scaling group " + name, answer);
  if (groups == nullptr) return;
  if (groups->empty()) {
    reading.observation.problems.push_back("Auto Scaling group " + name + " does not exist");
    return;
  }
  reading.observation.auto_scaling_group = seen_group(groups->front());
}

void read_scaling_under_way(Reading& reading) {
  auto& group = reading.observation.auto_scaling_group;
  if (!group || !(somebody_might_start(reading) || somebody_is_replaced(reading))) return;
  read_refresh(reading, *group);
  read_activities(reading, *group);
}

}  // namespace evenkeel::observe
