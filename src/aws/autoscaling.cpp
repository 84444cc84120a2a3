#include "aws/autoscaling.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "aws/ec2.h"
#include "aws/paging.h"

namespace evenkeel::aws::autoscaling {
namespace {

using wire::Element;

constexpr std::size_t kNamesPerCall = 50;
constexpr int kLargestPage = 100;

wire::Call make_call(std::string action) {
  wire::Call call;
  call.service = wire::Service::auto_scaling;
  call.action = std::move(action);
  return call;
}

wire::Call of_group(std::string action, const std::string& group) {
  wire::Call call = make_call(std::move(action));
  call.parameters.add("AutoScalingGroupName", group);
  return call;
}

wire::Call of_instance(std::string action, const std::string& group, const std::string& instance_id) {
  wire::Call call = of_group(std::move(action), group);
  call.parameters.add_members("InstanceIds", {&instance_id, 1});
  return call;
}

Result<int> read_size(const Element& element, std::string_view child) {
  const auto size = TRY(element.integer(child));
  if (size < 0 || size > 1'000'000) {
    return fail(ErrorKind::invalid, element.path() + ": a " + std::string{child} + " of " +
                                        std::to_string(size) + " makes no sense");
  }
  return static_cast<int>(size);
}

Result<GroupInstance> read_instance(const Element& element) {
  GroupInstance instance;
  instance.id = TRY(element.text("InstanceId"));
  instance.availability_zone = element.text_or_empty("AvailabilityZone");
  instance.lifecycle_state = TRY(element.text("LifecycleState"));
  instance.health_status = TRY(element.text("HealthStatus"));
  const auto weight = TRY(element.optional_integer("WeightedCapacity"));
  // AWS takes 1 to 999 as a weight; memory is counted in MiB.
  if (weight && *weight >= 1 && *weight <= 100'000'000) instance.weight = static_cast<int>(*weight);
  return instance;
}

std::vector<std::string> read_target_groups(const Element& element) {
  std::set<std::string> arns;
  for (const auto& arn : element.optional_list("TargetGroupARNs")) arns.insert(arn.content());
  for (const auto& source : element.optional_list("TrafficSources")) {
    const auto name = source.text_or_empty("Identifier");
    const auto type = source.text_or_empty("Type");
    if (type == "elbv2" || (type.empty() && name.contains(":targetgroup/"))) arns.insert(name);
  }
  arns.erase("");
  return {arns.begin(), arns.end()};
}

std::vector<TrafficSource> read_other_traffic_sources(const Element& element) {
  std::set<TrafficSource> sources;
  for (const auto& name : element.optional_list("LoadBalancerNames")) sources.insert({"elb", name.content()});
  for (const auto& source : element.optional_list("TrafficSources")) {
    auto type = source.text_or_empty("Type");
    auto name = source.text_or_empty("Identifier");
    // AWS leaves the type out where the identifier tells it.
    if (type.empty()) type = name.contains(":targetgroup/") ? "elbv2" : "elb";
    if (type != "elbv2") sources.insert({std::move(type), std::move(name)});
  }
  return {sources.begin(), sources.end()};
}

// A group counts units where any of its instance types has a weight, or its desired capacity another type.
bool counts_units(const Element& element) {
  const auto type = element.text_or_empty("DesiredCapacityType");
  if (!type.empty() && type != "units") return true;
  const auto policy = element.find("MixedInstancesPolicy");
  const auto launch = policy ? policy->find("LaunchTemplate") : std::nullopt;
  if (!launch) return false;
  return std::ranges::any_of(launch->optional_list("Overrides"), [](const Element& one) {
    return !one.text_or_empty("WeightedCapacity").empty();
  });
}

bool retains_terminated(const Element& element) {
  const auto policy = element.find("InstanceLifecyclePolicy");
  const auto triggers = policy ? policy->find("RetentionTriggers") : std::nullopt;
  return triggers && triggers->text_or_empty("TerminateHookAbandon") == "retain";
}

Result<Group> read_group(const Element& element) {
  Group group;
  group.name = TRY(element.text("AutoScalingGroupName"));
  group.min = TRY(read_size(element, "MinSize"));
  group.max = TRY(read_size(element, "MaxSize"));
  group.desired = TRY(read_size(element, "DesiredCapacity"));
  group.health_check_type = TRY(element.text("HealthCheckType"));
  group.health_check_grace_period =
      std::chrono::seconds{TRY(element.optional_integer("HealthCheckGracePeriod")).value_or(0)};
  for (const auto& process : element.optional_list("SuspendedProcesses")) {
    group.suspended_processes.push_back(TRY(process.text("ProcessName")));
  }
  group.target_group_arns = read_target_groups(element);
  for (const auto& item : TRY(element.list("Instances"))) {
    group.instances.push_back(TRY(read_instance(item)));
  }
  std::ranges::sort(group.instances, {}, &GroupInstance::id);
  group.status = element.text_or_empty("Status");
  const bool weighted =
      std::ranges::any_of(group.instances, [](const auto& one) { return one.weight.has_value(); });
  group.in_units = counts_units(element) || weighted;
  for (const auto& zone : element.optional_list("AvailabilityZones")) group.zones.push_back(zone.content());
  group.other_traffic_sources = read_other_traffic_sources(element);
  group.retains_terminated = retains_terminated(element);
  return group;
}

Result<Activity> read_activity(const Element& element) {
  return Activity{.status = TRY(element.text("StatusCode")),
                  .description = element.text_or_empty("Description"),
                  .progress = static_cast<int>(std::clamp<std::int64_t>(
                      TRY(element.optional_integer("Progress")).value_or(0), 0, 100))};
}

bool is_under_way(const Activity& activity) {
  static constexpr std::array kEnded = {"Successful", "Failed", "Cancelled"};
  return activity.progress < 100 && std::ranges::find(kEnded, activity.status) == kEnded.end();
}

}  // namespace

Result<Dated<std::vector<Group>>> describe_auto_scaling_groups(wire::Caller& caller,
                                                               std::span<const std::string> names) {
  TRY_VOID(require_some(names.size(), "DescribeAutoScalingGroups", "names"));
  std::vector<wire::Call> calls;
  for (const auto& part : chunks(names, kNamesPerCall)) {
    auto& call = calls.emplace_back(make_call("DescribeAutoScalingGroups"));
    call.parameters.add_members("AutoScalingGroupNames", part);
    call.parameters.add("MaxRecords", kLargestPage);
  }
  std::map<std::string, Group> by_name;
  const auto read = [&](std::size_t, const Element& result) -> Result<std::string> {
    for (const auto& item : TRY(result.list("AutoScalingGroups"))) {
      Group group = TRY(read_group(item));
      std::string name = group.name;
      by_name.insert_or_assign(std::move(name), std::move(group));
    }
    return result.text_or_empty("NextToken");
  };
  const auto dates = read_pages(caller, calls, "NextToken", read);
  Dated<std::vector<Group>> groups{{}, TRY(oldest(dates))};
  for (const auto& name : names) {
    if (const auto at = by_name.find(name); at != by_name.end()) groups.value.push_back(at->second);
  }
  return groups;
}

Mutation enter_standby(wire::Caller& caller, const std::string& group, const std::string& instance_id,
                       Time sign_at, std::string nonce) {
  wire::Call call = of_instance("EnterStandby", group, instance_id);
  call.parameters.add("ShouldDecrementDesiredCapacity", true);
  return mutate(caller, std::move(call), sign_at, std::move(nonce));
}

Mutation exit_standby(wire::Caller& caller, const std::string& group, const std::string& instance_id,
                      Time sign_at, std::string nonce) {
  return mutate(caller, of_instance("ExitStandby", group, instance_id), sign_at, std::move(nonce));
}

Mutation terminate_instance(wire::Caller& caller, const std::string& instance_id, Time sign_at,
                            std::string nonce) {
  wire::Call call = make_call("TerminateInstanceInAutoScalingGroup");
  call.parameters.add("InstanceId", instance_id).add("ShouldDecrementDesiredCapacity", false);
  call.at_most_once = true;
  return mutate(caller, std::move(call), sign_at, std::move(nonce));
}

Result<Dated<Permission>> exit_standby_probe(wire::Caller& caller, const std::string& group) {
  wire::Call call = of_instance("ExitStandby", group, ec2::kNoInstance);
  call.mutates = true;
  wire::Reply reply = caller.call(call);
  // An imitation of AWS may take the id, and has no instance to bring back.
  if (reply.outcome) return Dated<Permission>{{true, ""}, reply.outcome->date};
  Error& error = reply.outcome.error();
  // A group that doesn't exist is a ValidationError too, but one that doesn't speak of the instance.
  const bool allowed =
      error.code == "ValidationError" && error.message.find(ec2::kNoInstance) != std::string::npos;
  const bool refused = error.kind == ErrorKind::denied && error.code.starts_with("AccessDenied");
  if ((!allowed && !refused) || !reply.date) return std::unexpected(std::move(error));
  return Dated<Permission>{{allowed, allowed ? "" : std::move(error.message)}, *reply.date};
}

Result<Dated<std::vector<Activity>>> describe_scaling_activities(wire::Caller& caller,
                                                                 const std::string& group) {
  wire::Call call = of_group("DescribeScalingActivities", group);
  call.parameters.add("MaxRecords", kLargestPage);
  std::vector<Activity> activities;
  const auto read = [&](std::size_t, const Element& result) -> Result<std::string> {
    bool some_ended = false;
    for (const auto& item : TRY(result.list("Activities"))) {
      Activity activity = TRY(read_activity(item));
      if (is_under_way(activity)) {
        activities.push_back(std::move(activity));
      } else {
        some_ended = true;
      }
    }
    // AWS lists those in progress first: after the first that has ended there are only weeks of history.
    return some_ended ? "" : result.text_or_empty("NextToken");
  };
  const auto dates = read_pages(caller, {&call, 1}, "NextToken", read);
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<Activity>>{std::move(activities), date};
}

Result<Dated<std::vector<InstanceRefresh>>> describe_instance_refreshes(wire::Caller& caller,
                                                                        const std::string& group) {
  wire::Call call = of_group("DescribeInstanceRefreshes", group);
  call.parameters.add("MaxRecords", kLargestPage);
  std::vector<InstanceRefresh> refreshes;
  const auto dates = read_all(caller, {&call, 1}, [&](std::size_t, const Element& result) -> Result<void> {
    for (const auto& item : TRY(result.list("InstanceRefreshes"))) {
      refreshes.push_back({item.text_or_empty("InstanceRefreshId"), TRY(item.text("Status"))});
    }
    return {};
  });
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<InstanceRefresh>>{std::move(refreshes), date};
}

bool refresh_is_active(std::string_view status) {
  static constexpr std::array<std::string_view, 5> kOver = {"Successful", "Failed", "Cancelled",
                                                            "RollbackFailed", "RollbackSuccessful"};
  return std::ranges::find(kOver, status) == kOver.end();
}

}  // namespace evenkeel::aws::autoscaling
