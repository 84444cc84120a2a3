#include "aws/ec2.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "aws/paging.h"
#include "base/text.h"

namespace evenkeel::aws::ec2 {
namespace {

using wire::Element;

// AWS takes "200 filter values on a single call", as its error FilterLimitExceeded says.
constexpr std::size_t kIdsPerCall = 200;
constexpr int kLargestPage = 1000;
constexpr std::size_t kStatusesPerCall = 100;
constexpr int kMostRounds = 3;

// An instance's state by its code; the high byte is AWS's own.
constexpr std::int64_t kStateMask = 0xFF;
constexpr std::int64_t kStopping = 64;
constexpr std::int64_t kStopped = 80;

wire::Call make_call(std::string action) {
  wire::Call call;
  call.service = wire::Service::ec2;
  call.action = std::move(action);
  return call;
}

wire::Call make_call(std::string action, const std::string& id) {
  wire::Call call = make_call(std::move(action));
  call.parameters.add_list("InstanceId", {&id, 1});
  return call;
}

std::vector<std::string> sorted_unique(std::span<const std::string> ids) {
  const std::set<std::string> sorted(ids.begin(), ids.end());
  return {sorted.begin(), sorted.end()};
}

std::vector<std::string> read_addresses(const Element& element) {
  std::set<std::string> addresses = {element.text_or_empty("privateIpAddress")};
  for (const auto& interface : element.optional_list("networkInterfaceSet", "item")) {
    addresses.insert(interface.text_or_empty("privateIpAddress"));
    for (const auto& [list, name] : {std::pair{"privateIpAddressesSet", "privateIpAddress"},
                                     {"ipv6AddressesSet", "ipv6Address"},
                                     {"ipv4PrefixSet", "ipv4Prefix"},
                                     {"ipv6PrefixSet", "ipv6Prefix"}}) {
      for (const auto& one : interface.optional_list(list, "item")) addresses.insert(one.text_or_empty(name));
    }
  }
  addresses.erase("");
  return {addresses.begin(), addresses.end()};
}

Result<Instance> read_instance(const Element& element) {
  Instance instance;
  instance.id = TRY(element.text("instanceId"));
  const Element state = TRY(element.child("instanceState"));
  instance.state = TRY(state.text("name"));
  instance.launch_time = TRY(element.time("launchTime"));
  instance.private_ip = element.text_or_empty("privateIpAddress");
  instance.addresses = read_addresses(element);
  instance.vpc_id = element.text_or_empty("vpcId");
  instance.root_device_type = element.text_or_empty("rootDeviceType");
  if (const auto placement = element.find("placement")) {
    instance.availability_zone = placement->text_or_empty("availabilityZone");
  }
  if (const auto maintenance = element.find("maintenanceOptions")) {
    instance.reboot_migration = maintenance->text_or_empty("rebootMigration");
  }
  for (const auto& tag : element.optional_list("tagSet", "item")) {
    instance.tags.insert_or_assign(TRY(tag.text("key")), tag.text_or_empty("value"));
  }
  return instance;
}

Mutation send_once(wire::Caller& caller, std::string action, const std::string& id, Time sign_at,
                   std::string nonce, const Accepts& accepts) {
  wire::Call call = make_call(std::move(action), id);
  call.at_most_once = true;
  return mutate(caller, std::move(call), sign_at, std::move(nonce), accepts);
}

wire::Call tag_call(std::string action, const std::string& id, const Tag& tag) {
  wire::Call call = make_call(std::move(action));
  call.parameters.add("ResourceId.1", id);
  call.parameters.add("Tag.1.Key", tag.key);
  call.parameters.add("Tag.1.Value", tag.value);
  return call;
}

// The instances that the calls list, page by page.
Result<Dated<std::vector<Instance>>> read_instances(wire::Caller& caller, std::span<const wire::Call> calls) {
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

Result<Dated<Permission>> dry_run(wire::Caller& caller, wire::Call call, const std::string& id) {
  call.parameters.add("DryRun", true);
  wire::Reply reply = caller.call(call);
  if (reply.outcome) {
    return fail(ErrorKind::maybe_happened,
                full_name(call) +
                    ": the endpoint answered a dry run with success, so it may have done it to " +
                    printable(id) + "; this endpoint is not safe to use");
  }
  Error& error = reply.outcome.error();
  const bool allowed = error.code == "DryRunOperation";
  if (!allowed && error.code != "UnauthorizedOperation") return std::unexpected(std::move(error));
  if (!reply.date) {
    return fail(ErrorKind::invalid, full_name(call) + ": the dry run's answer has no usable Date header");
  }
  return Dated<Permission>{{allowed, allowed ? "" : std::move(error.message)}, *reply.date};
}

// The word of one of an instance's checks, and since when it is impaired.
Result<std::string> read_check(const Element& element, std::string_view check,
                               std::optional<Time>& impaired_since) {
  const auto summary = element.find(check);
  if (!summary) return "";
  std::string word = summary->text_or_empty("status");
  if (word != "impaired") return word;
  for (const auto& detail : summary->optional_list("details", "item")) {
    const auto since = TRY(detail.optional_time("impairedSince"));
    if (since) impaired_since = std::min(*since, impaired_since.value_or(*since));
  }
  return word;
}

Result<InstanceStatus> read_status(const Element& element) {
  InstanceStatus status;
  status.id = TRY(element.text("instanceId"));
  status.system = TRY(read_check(element, "systemStatus", status.impaired_since));
  status.instance = TRY(read_check(element, "instanceStatus", status.impaired_since));
  status.attached_ebs = TRY(read_check(element, "attachedEbsStatus", status.impaired_since));
  for (const auto& item : element.optional_list("eventsSet", "item")) {
    StatusEvent event{TRY(item.text("code")), item.text_or_empty("description"),
                      TRY(item.optional_time("notBefore")), item.text_or_empty("instanceEventId")};
    const bool over =
        event.description.starts_with("[Completed]") || event.description.starts_with("[Canceled]");
    if (!over) status.events.push_back(std::move(event));
  }
  return status;
}

// Takes in the statuses of one call, or returns which of its ids to ask for again: all but those that EC2
// said don't exist.
Result<std::vector<std::string>> read_statuses(wire::Reply reply, std::span<const std::string> asked,
                                               Dated<std::vector<InstanceStatus>>& found) {
  if (reply.date) found.date = std::min(found.date, *reply.date);
  if (reply.outcome) {
    for (const auto& item : TRY(reply.outcome->result().list("instanceStatusSet", "item"))) {
      found.value.push_back(TRY(read_status(item)));
    }
    return std::vector<std::string>{};
  }
  const Error& error = reply.outcome.error();
  if (error.code != "InvalidInstanceID.NotFound" || !reply.date) return std::unexpected(error);
  std::vector<std::string> known;
  std::ranges::copy_if(asked, std::back_inserter(known),
                       [&](const std::string& id) { return error.message.find(id) == std::string::npos; });
  if (known.size() == asked.size()) return std::unexpected(error);
  return known;
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
  return read_instances(caller, calls);
}

Mutation reboot_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce) {
  return send_once(caller, "RebootInstances", id, sign_at, std::move(nonce), [](const wire::Answer& answer) {
    const Element result = answer.result();
    return !result.find("return") || result.boolean("return") == true;
  });
}

Mutation stop_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce) {
  return send_once(caller, "StopInstances", id, sign_at, std::move(nonce), [&](const wire::Answer& answer) {
    return std::ranges::all_of(
        answer.result().optional_list("instancesSet", "item"), [&](const Element& one) {
          const auto state = one.find("currentState");
          if (one.text_or_empty("instanceId") != id || !state) return true;
          const auto code = state->integer("code");
          return code && ((*code & kStateMask) == kStopping || (*code & kStateMask) == kStopped);
        });
  });
}

Mutation start_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce) {
  return mutate(caller, make_call("StartInstances", id), sign_at, std::move(nonce));
}

Result<Dated<Permission>> reboot_dry_run(wire::Caller& caller, const std::string& id) {
  return dry_run(caller, make_call("RebootInstances", id), id);
}

Result<Dated<Permission>> stop_dry_run(wire::Caller& caller, const std::string& id) {
  return dry_run(caller, make_call("StopInstances", id), id);
}

Result<Dated<Permission>> start_dry_run(wire::Caller& caller, const std::string& id) {
  return dry_run(caller, make_call("StartInstances", id), id);
}

Result<Dated<Permission>> create_tag_dry_run(wire::Caller& caller, const std::string& id, const Tag& tag) {
  return dry_run(caller, tag_call("CreateTags", id, tag), id);
}

Result<Dated<Permission>> delete_tag_dry_run(wire::Caller& caller, const std::string& id, const Tag& tag) {
  return dry_run(caller, tag_call("DeleteTags", id, tag), id);
}

Mutation create_tag(wire::Caller& caller, const std::string& id, const Tag& tag, Time sign_at,
                    std::string nonce) {
  return mutate(caller, tag_call("CreateTags", id, tag), sign_at, std::move(nonce));
}

Mutation delete_tag(wire::Caller& caller, const std::string& id, const Tag& tag, Time sign_at,
                    std::string nonce) {
  return mutate(caller, tag_call("DeleteTags", id, tag), sign_at, std::move(nonce));
}

Result<Dated<std::vector<Instance>>> describe_instances_with_tag(wire::Caller& caller,
                                                                 const std::string& key) {
  wire::Call call = make_call("DescribeInstances");
  call.parameters.add("Filter.1.Name", "tag-key");
  call.parameters.add_list("Filter.1.Value", {&key, 1});
  call.parameters.add("MaxResults", kLargestPage);
  return read_instances(caller, {&call, 1});
}

Result<Dated<std::vector<InstanceStatus>>> describe_instance_status(wire::Caller& caller,
                                                                    std::span<const std::string> ids) {
  TRY_VOID(require_some(ids.size(), "DescribeInstanceStatus", "instance ids"));
  Dated<std::vector<InstanceStatus>> found{{}, Time::max()};
  std::vector<std::string> asked = sorted_unique(ids);
  // One id that EC2 doesn't know fails the whole call, and it says which: the others are asked for again.
  for (int round = 0; !asked.empty(); ++round) {
    const auto parts = chunks(asked, kStatusesPerCall);
    std::vector<wire::Call> calls;
    for (const auto& part : parts) {
      calls.push_back(make_call("DescribeInstanceStatus"));
      calls.back().parameters.add_list("InstanceId", part);
      calls.back().parameters.add("IncludeAllInstances", true);
    }
    std::vector<std::string> again;
    auto replies = caller.call(calls);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto known = TRY(read_statuses(std::move(replies[i]), parts[i], found));
      again.insert(again.end(), known.begin(), known.end());
    }
    if (round == kMostRounds && !again.empty()) {
      return fail(ErrorKind::invalid,
                  "ec2:DescribeInstanceStatus: EC2 knows fewer instances each time it is "
                  "asked; ask again later");
    }
    asked = std::move(again);
  }
  std::ranges::sort(found.value, {}, &InstanceStatus::id);
  return found;
}

Result<Dated<bool>> stop_protection(wire::Caller& caller, const std::string& id) {
  wire::Call call = make_call("DescribeInstanceAttribute");
  call.parameters.add("InstanceId", id);
  call.parameters.add("Attribute", std::string("disableApiStop"));
  bool on = false;
  const auto dates = read_all(caller, {&call, 1}, [&](std::size_t, const Element& result) -> Result<void> {
    const auto attribute = TRY(result.child("disableApiStop"));
    on = TRY(attribute.boolean("value"));
    return {};
  });
  const Time date = TRY(oldest(dates));
  return Dated<bool>{on, date};
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
