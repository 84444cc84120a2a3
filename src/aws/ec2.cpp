#include "aws/ec2.h"

#include <set>
#include <utility>

#include "aws/paging.h"
#include "base/text.h"

namespace evenkeel::aws::ec2 {
namespace {

using wire::Element;

// AWS takes "200 filter values on a single call", as its error FilterLimitExceeded says.
constexpr std::size_t kIdsPerCall = 190;
constexpr int kLargestPage = 1000;

wire::Call make_call(std::string action) {
  wire::Call call;
  call.service = wire::Service::ec2;
  call.action = std::move(action);
  return call;
}

std::vector<std::string> sorted_unique(std::span<const std::string> ids) {
  const std::set<std::string> sorted(ids.begin(), ids.end());
  return {sorted.begin(), sorted.end()};
}

Result<Instance> read_instance(const Element& element) {
  Instance instance;
  instance.id = TRY(element.text("instanceId"));
  const Element state = TRY(element.child("instanceState"));
  instance.state_code = static_cast<int>(TRY(state.integer("code")) & 0xFF);  // the high byte is AWS's own
  instance.state = TRY(state.text("name"));
  instance.launch_time = TRY(element.time("launchTime"));
  instance.instance_type = element.text_or_empty("instanceType");
  instance.private_ip = element.text_or_empty("privateIpAddress");
  instance.vpc_id = element.text_or_empty("vpcId");
  if (const auto placement = element.find("placement")) {
    instance.availability_zone = placement->text_or_empty("availabilityZone");
  }
  for (const auto& tag : element.optional_list("tagSet", "item")) {
    instance.tags.insert_or_assign(TRY(tag.text("key")), tag.text_or_empty("value"));
  }
  return instance;
}

}  // namespace

Result<Dated<std::vector<Instance>>> describe_instances(wire::Caller& caller,
                                                        std::span<const std::string> ids) {
  TRY_VOID(require_some(ids.size(), "DescribeInstances", "instance ids"));
  const auto unique = sorted_unique(ids);
  std::vector<wire::Call> calls;
  for (const auto& part : chunks(unique, kIdsPerCall)) {
    calls.push_back(make_call("DescribeInstances"));
    // MaxResults must not be combined with ids, and one unknown id fails such a call; a filter has neither
    // fault.
    calls.back().parameters.add("Filter.1.Name", "instance-id");
    calls.back().parameters.add_list("Filter.1.Value", part);
    calls.back().parameters.add("MaxResults", kLargestPage);
  }
  std::map<std::string, Instance> instances;
  const auto read = [&](std::size_t, const Element& result) -> Result<std::string> {
    for (const auto& reservation : TRY(result.list("reservationSet", "item"))) {
      for (const auto& item : TRY(reservation.list("instancesSet", "item"))) {
        Instance instance = TRY(read_instance(item));
        std::string id = instance.id;
        instances.insert_or_assign(std::move(id), std::move(instance));
      }
    }
    return result.text_or_empty("nextToken");
  };
  const auto dates = read_pages(caller, calls, "NextToken", read);
  Dated<std::vector<Instance>> result{{}, TRY(oldest(dates))};
  for (auto& [id, instance] : instances) result.value.push_back(std::move(instance));
  return result;
}

Mutation reboot_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce) {
  wire::Call call = make_call("RebootInstances");
  call.parameters.add_list("InstanceId", {&id, 1});
  call.at_most_once = true;
  call.timeout = Duration{10'000};
  return mutate(caller, std::move(call), sign_at, std::move(nonce), [](const Element& result) {
    return !result.find("return") || result.boolean("return") == true;
  });
}

Result<Dated<Permission>> reboot_dry_run(wire::Caller& caller, const std::string& id) {
  wire::Call call = make_call("RebootInstances");
  call.parameters.add_list("InstanceId", {&id, 1});
  call.parameters.add("DryRun", true);
  wire::Reply reply = caller.call(call);
  if (reply.outcome) {
    return fail(
        ErrorKind::maybe_happened,
        "ec2:RebootInstances: the endpoint answered a dry run with success, so it may have rebooted " +
            printable(id) + "; this endpoint is not safe to use");
  }
  Error& error = reply.outcome.error();
  const bool allowed = error.code == "DryRunOperation";
  if (!allowed && error.code != "UnauthorizedOperation") return std::unexpected(std::move(error));
  if (!reply.date) {
    return fail(ErrorKind::invalid, "ec2:RebootInstances: the dry run's answer has no usable Date header");
  }
  return Dated<Permission>{{allowed, allowed ? "" : std::move(error.message)}, *reply.date};
}

Result<Dated<std::optional<Time>>> console_output_time(wire::Caller& caller, const std::string& id) {
  wire::Call call = make_call("GetConsoleOutput");
  call.parameters.add("InstanceId", id);
  std::optional<Time> posted;
  const auto dates = read_all(caller, {&call, 1}, [&](std::size_t, const Element& result) -> Result<void> {
    if (!result.text_or_empty("output").empty()) posted = TRY(result.time("timestamp"));
    return {};
  });
  const Time date = TRY(oldest(dates));
  return Dated<std::optional<Time>>{posted, date};
}

}  // namespace evenkeel::aws::ec2
