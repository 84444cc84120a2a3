#include "aws/autoscaling.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "aws/paging.h"

namespace evenkeel::aws::autoscaling {
namespace {

using wire::Element;

constexpr std::size_t kNamesPerCall = 50;
constexpr int kLargestPage = 100;

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
  instance.protected_from_scale_in = TRY(element.optional_boolean("ProtectedFromScaleIn")).value_or(false);
  return instance;
}

std::vector<std::string> read_target_groups(const Element& element) {
  std::set<std::string> arns;
  for (const auto& arn : element.optional_list("TargetGroupARNs")) arns.insert(arn.content());
  for (const auto& source : element.optional_list("TrafficSources")) {
    if (source.text_or_empty("Type") == "elbv2") arns.insert(source.text_or_empty("Identifier"));
  }
  arns.erase("");
  return {arns.begin(), arns.end()};
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
  return group;
}

}  // namespace

Result<Dated<std::vector<Group>>> describe_auto_scaling_groups(wire::Caller& caller,
                                                               std::span<const std::string> names) {
  TRY_VOID(require_some(names.size(), "DescribeAutoScalingGroups", "names"));
  std::vector<wire::Call> calls;
  for (const auto& part : chunks(names, kNamesPerCall)) {
    auto& call = calls.emplace_back();
    call.service = wire::Service::auto_scaling;
    call.action = "DescribeAutoScalingGroups";
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

}  // namespace evenkeel::aws::autoscaling
