#include <algorithm>
#include <set>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

using Servers = std::map<std::string, Server>;

using Life = Server::Life;

constexpr const char* kRootDevice = "/dev/xvda";

struct ShownState {
  int code;
  const char* name;
};

ShownState state_of(Life life) {
  if (life == Life::stopped) return {80, "stopped"};
  if (life == Life::terminated) return {48, "terminated"};
  if (life == Life::stopping) return {64, "stopping"};
  return life == Life::pending ? ShownState{0, "pending"} : ShownState{16, "running"};
}

Xml state_xml(const char* element, Life life) {
  return tag(element, tag("code", state_of(life).code), tag("name", state_of(life).name));
}

ApiResult<void> check_ids(const Servers& servers, const std::vector<std::string>& ids) {
  std::vector<std::string> missing;
  for (const std::string& id : ids) {
    const bool shaped = id.starts_with("i-") && (id.size() == 10 || id.size() == 19) &&
                        id.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
    if (!shaped) return refuse(400, "InvalidInstanceID.Malformed", "Invalid id: \"" + printable(id) + "\"");
    if (!servers.contains(id)) missing.push_back(id);
  }
  if (missing.empty()) return {};
  return refuse(400, "InvalidInstanceID.NotFound",
                missing.size() == 1 ? "The instance ID '" + missing[0] + "' does not exist"
                                    : "The instance IDs '" + join(missing, ", ") + "' do not exist");
}

// Every EC2 call may be a rehearsal, which ends here.
ApiResult<void> finish(const RequestParameters& parameters, bool dry_run, const Servers& servers,
                       const std::vector<std::string>& ids) {
  TRY_VOID(parameters.finish());
  TRY_VOID(check_ids(servers, ids));
  if (!dry_run) return {};
  return refuse(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
}

std::map<std::string, std::string> tags_of(const Server& server) {
  std::map<std::string, std::string> tags = server.tags;
  if (!server.name.empty()) tags.emplace("Name", server.name);
  if (!server.auto_scaling_group.empty())
    tags.emplace("aws:autoscaling:groupName", server.auto_scaling_group);
  return tags;
}

struct Filter {
  std::string name;
  std::vector<std::string> values;

  bool matches(const Server& server) const {
    if (name == "instance-id") return contains(values, server.id);
    if (name == "instance-state-name") return contains(values, state_of(server.life).name);
    const auto tags = tags_of(server);
    if (name == "tag-key")
      return std::ranges::any_of(values, [&](const auto& key) { return tags.contains(key); });
    const auto tag = tags.find(name.substr(4));
    return tag != tags.end() && contains(values, tag->second);
  }
};

std::vector<Filter> read_filters(RequestParameters& parameters) {
  std::vector<Filter> filters;
  for (const std::string& prefix : parameters.structures("Filter")) {
    Filter filter{parameters.required(prefix + ".Name"), parameters.list(prefix + ".Value")};
    const bool known = filter.name == "instance-id" || filter.name == "instance-state-name" ||
                       filter.name.starts_with("tag:") || filter.name == "tag-key";
    const bool plain = std::ranges::all_of(
        filter.values, [](const auto& value) { return value.find_first_of("*?") == std::string::npos; });
    if (!known) parameters.complain("The filter '" + printable(filter.name) + "' is invalid");
    if (!plain || filter.values.empty() || filter.values.size() > 200)
      parameters.complain("A filter needs 1 to 200 values; this account knows no wildcards");
    filters.push_back(std::move(filter));
  }
  return filters;
}

// Both list calls take ids or pages, never both.
struct ListedInstances {
  std::vector<std::string> ids;
  std::optional<int> page_size;
  std::string token;
  Servers servers;
};

ApiResult<ListedInstances> read_selection(const ApiSession& session, RequestParameters& parameters,
                                          std::size_t most_ids) {
  const bool dry_run = parameters.flag("DryRun", false);
  ListedInstances selection{parameters.list("InstanceId"), parameters.integer("MaxResults", 5, 1000),
                            parameters.text("NextToken").value_or(""), session.account.visible_servers()};
  if (selection.ids.size() > most_ids) parameters.complain("At most " + std::to_string(most_ids) + " ids");
  if (!selection.ids.empty() && (selection.page_size || !selection.token.empty()))
    return refuse(400, "InvalidParameterCombination",
                  "The parameter instancesSet cannot be used with the parameter maxResults");
  TRY_VOID(finish(parameters, dry_run, selection.servers, selection.ids));
  return selection;
}

ApiResult<Xml> write_page(const ApiSession& session, const RequestParameters& parameters,
                          const ListedInstances& selection, const char* name, auto wanted, auto write) {
  std::vector<Server> chosen;
  const std::set<std::string> ids(selection.ids.begin(), selection.ids.end());
  for (const auto& [id, server] : selection.servers) {
    if ((ids.empty() || ids.contains(id)) && wanted(server)) chosen.push_back(server);
  }
  scatter(chosen, session.seed, &Server::id);
  const auto size = static_cast<std::size_t>(selection.page_size.value_or(1'000'000));
  const Page page = TRY(page_of(chosen.size(), size, selection.token, parameters));
  return all(list(name, "item", cut(chosen, page), write), unless_empty("nextToken", page.next));
}

Xml interface_xml(const Server& server, std::size_t index) {
  const auto& addresses = server.addresses[index];
  const auto address_xml = [&](const std::string& address) {
    return all(tag("privateIpAddress", address), tag("primary", address == addresses.front()));
  };
  const auto id = "eni-" + server.id.substr(2, server.id.size() - 3) + std::to_string(index);
  return all(tag("networkInterfaceId", id), tag("vpcId", "vpc-0a1b2c3d"), tag("status", "in-use"),
             tag("privateIpAddress", addresses.front()), tag("attachment", tag("deviceIndex", index)),
             list("privateIpAddressesSet", "item", addresses, address_xml));
}

Xml interfaces_xml(const Server& server) {
  Xml items;
  for (std::size_t i = 0; i < server.addresses.size(); ++i) items.add(tag("item", interface_xml(server, i)));
  return tag("networkInterfaceSet", items);
}

// Its root volume, attached since its launch. An instance store has none, nor has an instance that is gone.
Xml block_devices_xml(const Server& server) {
  if (server.instance_store || server.life == Life::terminated) return tag("blockDeviceMapping");
  return tag("blockDeviceMapping",
             tag("item", tag("deviceName", kRootDevice),
                 tag("ebs", tag("volumeId", "vol-" + server.id.substr(2)), tag("status", "attached"),
                     tag("attachTime", iso8601(server.launched_at)), tag("deleteOnTermination", true))));
}

ApiResult<Xml> describe_instances(ApiSession& session, RequestParameters& parameters) {
  const auto filters = read_filters(parameters);
  const ListedInstances selection = TRY(read_selection(session, parameters, 1000));
  const auto wanted = [&](const Server& server) {
    return std::ranges::all_of(filters, [&](const Filter& filter) { return filter.matches(server); });
  };
  const auto tag_xml = [](const auto& entry) {
    return all(tag("key", entry.first), tag("value", entry.second));
  };
  const auto write = [&](const Server& server) {
    const bool gone = server.life == Server::Life::terminated;
    const Xml instance =
        all(tag("instanceId", server.id), tag("imageId", server.image_id),
            state_xml("instanceState", server.life), tag("instanceType", server.type),
            tag("launchTime", iso8601(server.launched_at)),
            tag("placement", tag("availabilityZone", session.account.region + server.zone),
                tag("tenancy", "default")),
            unless_empty("vpcId", gone ? "" : "vpc-0a1b2c3d"),
            unless_empty("privateIpAddress", gone ? "" : server.private_ip), tag("architecture", "x86_64"),
            tag("rootDeviceType", server.instance_store ? "instance-store" : "ebs"),
            unless_empty("rootDeviceName", server.instance_store ? "" : kRootDevice),
            block_devices_xml(server), gone ? Xml{} : interfaces_xml(server),
            tag("maintenanceOptions", tag("autoRecovery", "default"),
                tag("rebootMigration", server.reboot_migration ? "default" : "disabled")),
            list("tagSet", "item", tags_of(server), tag_xml));
    return all(tag("reservationId", "r-" + server.id.substr(2)), tag("ownerId", session.account.account_id),
               tag("instancesSet", tag("item", instance)));
  };
  return write_page(session, parameters, selection, "reservationSet", wanted, write);
}

Xml check_xml(const char* name, const Server& server, const std::optional<Time>& impaired_since) {
  if (!server.runs() && server.life != Life::pending)
    return tag(name, tag("status", "not-applicable"), tag("details"));
  const bool initializing = server.initializing || server.life == Life::pending;
  const char* status = initializing ? "initializing" : impaired_since ? "failed" : "passed";
  Xml detail = all(tag("name", "reachability"), tag("status", status));
  if (!initializing && impaired_since) detail.add(tag("impairedSince", iso8601(*impaired_since)));
  return tag(name,
             tag("status", initializing     ? "initializing"
                           : impaired_since ? "impaired"
                                            : "ok"),
             tag("details", tag("item", detail)));
}

Xml event_xml(const ScheduledEvent& event) {
  return all(tag("instanceEventId", event.id), tag("code", event.code), tag("description", event.description),
             tag("notBefore", iso8601(event.not_before)), tag("notAfter", iso8601(event.not_after)));
}

ApiResult<Xml> describe_instance_status(ApiSession& session, RequestParameters& parameters) {
  const bool every = parameters.flag("IncludeAllInstances", false);
  const ListedInstances selection = TRY(read_selection(session, parameters, 100));
  const auto wanted = [&](const Server& server) { return every || server.runs(); };
  const auto write = [&](const Server& server) {
    return all(tag("instanceId", server.id), tag("availabilityZone", session.account.region + server.zone),
               state_xml("instanceState", server.life),
               check_xml("systemStatus", server, server.system_impaired_since),
               check_xml("instanceStatus", server, server.impaired_since),
               check_xml("attachedEbsStatus", server, {}),
               server.events.empty() ? Xml{} : list("eventsSet", "item", server.events, event_xml));
  };
  return write_page(session, parameters, selection, "instanceStatusSet", wanted, write);
}

ApiResult<Xml> reboot_instances(ApiSession& session, RequestParameters& parameters) {
  const bool dry_run = parameters.flag("DryRun", false);
  parameters.required("InstanceId.1");
  const auto ids = parameters.list("InstanceId");
  TRY_VOID(finish(parameters, dry_run, session.account.servers, ids));
  if (auto refusal = session.account.reboot(ids)) return std::unexpected(std::move(*refusal));
  return tag("return", true);
}

// Each instance's state before the call and after it.
template <class Change>
ApiResult<Xml> change_state(ApiSession& session, RequestParameters& parameters, Change change) {
  const bool dry_run = parameters.flag("DryRun", false);
  parameters.required("InstanceId.1");
  const auto ids = parameters.list("InstanceId");
  TRY_VOID(finish(parameters, dry_run, session.account.servers, ids));
  std::vector<std::pair<std::string, Life>> before;
  for (const auto& id : ids) before.emplace_back(id, session.account.servers.at(id).life);
  if (auto refusal = change(ids)) return std::unexpected(std::move(*refusal));
  return list("instancesSet", "item", before, [&](const auto& each) {
    return all(tag("instanceId", each.first),
               state_xml("currentState", session.account.servers.at(each.first).life),
               state_xml("previousState", each.second));
  });
}

ApiResult<Xml> stop_instances(ApiSession& session, RequestParameters& parameters) {
  parameters.flag("Force", false);
  return change_state(session, parameters,
                      [&](const auto& ids) { return session.account.stop_instances(ids); });
}

ApiResult<Xml> start_instances(ApiSession& session, RequestParameters& parameters) {
  return change_state(session, parameters,
                      [&](const auto& ids) { return session.account.start_instances(ids); });
}

// The two protections; AWS knows more attributes, which this account refuses.
ApiResult<Xml> describe_instance_attribute(ApiSession& session, RequestParameters& parameters) {
  const bool dry_run = parameters.flag("DryRun", false);
  const std::string id = parameters.required("InstanceId");
  const std::string attribute = parameters.required("Attribute");
  if (attribute != "disableApiStop" && attribute != "disableApiTermination")
    parameters.complain("This account knows the attributes disableApiStop and disableApiTermination");
  const auto servers = session.account.visible_servers();
  TRY_VOID(finish(parameters, dry_run, servers, {id}));
  const bool value = attribute == "disableApiStop" && servers.at(id).stop_protected;
  return all(tag("instanceId", id), tag(attribute, tag("value", value)));
}

ApiResult<Xml> get_console_output(ApiSession& session, RequestParameters& parameters) {
  const bool dry_run = parameters.flag("DryRun", false);
  const std::string id = parameters.required("InstanceId");
  parameters.flag("Latest", false);
  const auto servers = session.account.visible_servers();
  TRY_VOID(finish(parameters, dry_run, servers, {id}));
  const std::optional<Time> posted = servers.at(id).console_at;
  if (!posted || *posted > session.account.now()) return all(tag("instanceId", id), tag("output"));
  // "Windows is Ready to use" in base64.
  return all(tag("instanceId", id), tag("timestamp", iso8601(*posted)),
             tag("output", "V2luZG93cyBpcyBSZWFkeSB0byB1c2U="));
}

struct TagOf {
  std::string key;
  std::optional<std::string> value;
};

// Of instances alone: this account has no other resource that EC2 tags.
ApiResult<std::pair<std::vector<std::string>, std::vector<TagOf>>> read_tags(const ApiSession& session,
                                                                             RequestParameters& parameters,
                                                                             bool needed) {
  const bool dry_run = parameters.flag("DryRun", false);
  parameters.required("ResourceId.1");
  const auto ids = parameters.list("ResourceId");
  std::vector<TagOf> tags;
  for (const std::string& prefix : parameters.structures("Tag")) {
    TagOf one{parameters.required(prefix + ".Key"), parameters.text(prefix + ".Value")};
    if (one.key.size() > 127) parameters.complain("Tag keys have at most 127 characters");
    if (one.value && one.value->size() > 256) parameters.complain("Tag values have at most 256 characters");
    if (one.key.starts_with("aws:"))
      parameters.complain("Tag keys starting with 'aws:' are reserved for internal use");
    tags.push_back(std::move(one));
  }
  if (needed && tags.empty()) parameters.complain("The request must contain the parameter Tag");
  TRY_VOID(finish(parameters, dry_run, session.account.servers, ids));
  return std::pair{ids, tags};
}

constexpr std::size_t kTagsOfAResource = 50;

ApiResult<Xml> create_tags(ApiSession& session, RequestParameters& parameters) {
  const auto [ids, tags] = TRY(read_tags(session, parameters, true));
  for (const auto& id : ids) {
    auto all = session.account.servers.at(id).tags;
    for (const auto& tag : tags) all[tag.key] = tag.value.value_or("");
    if (all.size() > kTagsOfAResource)
      return refuse(400, "TagLimitExceeded", "You have reached the maximum number of tags: 50");
    session.account.servers.at(id).tags = std::move(all);
  }
  return tag("return", true);
}

// With a value, only where it has that one; without any tag, all but AWS's own.
ApiResult<Xml> delete_tags(ApiSession& session, RequestParameters& parameters) {
  const auto [ids, tags] = TRY(read_tags(session, parameters, false));
  for (const auto& id : ids) {
    auto& all = session.account.servers.at(id).tags;
    if (tags.empty()) std::erase_if(all, [](const auto& one) { return !one.first.starts_with("aws:"); });
    for (const auto& tag : tags) {
      const auto found = all.find(tag.key);
      if (found != all.end() && (!tag.value || found->second == *tag.value)) all.erase(found);
    }
  }
  return tag("return", true);
}

}  // namespace

std::span<const Operation> ec2_operations() {
  static constexpr Operation kOperations[] = {{"DescribeInstances", describe_instances},
                                              {"DescribeInstanceStatus", describe_instance_status},
                                              {"RebootInstances", reboot_instances},
                                              {"StopInstances", stop_instances},
                                              {"StartInstances", start_instances},
                                              {"GetConsoleOutput", get_console_output},
                                              {"DescribeInstanceAttribute", describe_instance_attribute},
                                              {"CreateTags", create_tags},
                                              {"DeleteTags", delete_tags}};
  return kOperations;
}

}  // namespace evenkeel::sim
