#include "check/read.h"

#include <algorithm>
#include <array>
#include <set>

#include "aws/autoscaling.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "base/text.h"
#include "check/reading.h"
#include "observe/words.h"
#include "wire/partition.h"

namespace evenkeel::check {
namespace {

namespace elb = aws::elbv2;

constexpr const char* kReadAttributes = "elasticloadbalancing:DescribeTargetGroupAttributes";
constexpr const char* kReadHealth = "elasticloadbalancing:DescribeTargetHealth";
constexpr std::size_t kTargetGroupsAtATime = 50;  // so that people see that something moves

std::vector<std::string> arns_of(const std::vector<Group>& groups) {
  std::vector<std::string> arns;
  for (const auto& group : groups) arns.push_back(group.is.arn);
  return arns;
}

Read<Attributes> attributes_of(const elb::Attributes& all) {
  const auto read = observe::group_attributes(all);
  if (!read) return fail(ErrorKind::invalid, "an attribute that should be a number is not");
  const auto cross_zone = all.find("load_balancing.cross_zone.enabled");
  return Attributes{.deregistration_delay = read->deregistration_delay,
                    .slow_start = read->slow_start,
                    .fail_open_count = read->fail_open_count,
                    .fail_open_percent = read->fail_open_percent,
                    .cross_zone = cross_zone == all.end() ? "" : cross_zone->second};
}

// The fleet's target groups where the policy names none.
std::vector<std::string> attached_groups(const Reading& reading) {
  if (!reading.policy.target_groups.empty() || !reading.facts.scaling) return {};
  const auto found = std::ranges::find(*reading.facts.scaling, reading.policy.auto_scaling_group,
                                       &aws::autoscaling::Group::name);
  return found == reading.facts.scaling->end() ? std::vector<std::string>{} : found->target_group_arns;
}

// The whole region in one call: it tells what exists where a name is wrong, and where else to look for
// members.
std::vector<elb::TargetGroup> read_groups(Reading& reading) {
  reading.say("target groups");
  auto all = reading.keep(elb::describe_all_target_groups(reading.caller),
                          "elasticloadbalancing:DescribeTargetGroups");
  if (!all) {
    reading.facts.existing_groups = std::unexpected(all.error());
    return {};
  }
  std::vector<std::string> names;
  for (const auto& group : *all) names.push_back(group.name);
  std::ranges::sort(names);
  reading.facts.existing_groups = std::move(names);
  for (const auto& name : reading.policy.target_groups) {
    const auto found = std::ranges::find(*all, name, &elb::TargetGroup::name);
    if (found != all->end()) reading.facts.groups.push_back({.is = *found});
  }
  for (const auto& arn : attached_groups(reading)) {
    const auto found = std::ranges::find(*all, arn, &elb::TargetGroup::arn);
    if (found != all->end()) reading.facts.groups.push_back({.is = *found});
  }
  return std::move(*all);
}

void read_attributes_and_targets(Reading& reading) {
  auto& groups = reading.facts.groups;
  // Without a group there is nothing to read, but what may not be read can still be told.
  const std::string nowhere = "arn:" + reading.facts.partition +
                              ":elasticloadbalancing:" + reading.facts.region +
                              ":000000000000:targetgroup/none/0000000000000000";
  const auto arns = groups.empty() ? std::vector{nowhere} : arns_of(groups);
  auto attributes = elb::describe_target_group_attributes(reading.caller, arns);
  auto targets = elb::describe_target_health(reading.caller, arns);
  if (groups.empty()) {
    if (!attributes.front()) reading.lost_only_if_denied(kReadAttributes, attributes.front().error());
    if (!targets.front()) reading.lost_only_if_denied(kReadHealth, targets.front().error());
    return;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto read = reading.keep(std::move(attributes[i]), kReadAttributes);
    groups[i].attributes = read ? attributes_of(*read) : std::unexpected(read.error());
    groups[i].targets = reading.keep(std::move(targets[i]), kReadHealth);
  }
}

Read<bool> keep_permission(Reading& reading, Result<aws::Dated<aws::Permission>> answer,
                           const std::string& action) {
  const auto permission = TRY(reading.keep(std::move(answer), action));
  if (!permission.allowed) reading.facts.denied.emplace(action, permission.message);
  if (!permission.allowed) reading.facts.allowed.erase(action);
  return permission.allowed;
}

void try_changes(Reading& reading) {
  reading.say("permissions");
  for (auto& group : reading.facts.groups) {
    group.may_register = keep_permission(reading, elb::register_probe(reading.caller, group.is.arn),
                                         "elasticloadbalancing:RegisterTargets");
    group.may_deregister = keep_permission(reading, elb::deregister_probe(reading.caller, group.is.arn),
                                           "elasticloadbalancing:DeregisterTargets");
  }
  const auto& instances = reading.facts.instances;
  if (!instances) return;
  const auto running = std::ranges::find_if(
      *instances, [](const auto& entry) { return (entry.second.state_code & 0xff) == 16; });
  if (running == instances->end()) return;
  reading.facts.asked_about = running->first;
  reading.facts.may_reboot = keep_permission(
      reading, aws::ec2::reboot_dry_run(reading.caller, running->first), "ec2:RebootInstances");
  [[maybe_unused]] const auto console =
      reading.keep(aws::ec2::console_output_time(reading.caller, running->first), "ec2:GetConsoleOutput");
}

void read_scaling(Reading& reading, const std::set<std::string>& names) {
  if (names.empty()) return;
  const std::vector<std::string> asked(names.begin(), names.end());
  reading.facts.scaling = reading.keep(aws::autoscaling::describe_auto_scaling_groups(reading.caller, asked),
                                       "autoscaling:DescribeAutoScalingGroups");
}

void read_carriers(Reading& reading) {
  if (!reading.policy.witness_tag) return;
  const auto marked = reading.keep(aws::ec2::describe_instances_with_tag(reading.caller, kWitnessTag),
                                   "ec2:DescribeInstances");
  if (!marked) return;
  for (const auto& instance : *marked) {
    const auto tag = instance.tags.find(kWitnessTag);
    if (instance.state != "terminated" && tag != instance.tags.end())
      reading.facts.marks.emplace(instance.id, tag->second);
  }
}

void read_instances(Reading& reading) {
  reading.say("instances");
  auto& facts = reading.facts;
  std::set<std::string> ids;
  for (const auto& group : facts.groups) {
    if (!group.targets || group.is.target_type != "instance") continue;
    for (const auto& target : *group.targets) ids.insert(target.target.id);
  }
  std::set<std::string> scaling_names;
  if (!reading.policy.auto_scaling_group.empty()) scaling_names.insert(reading.policy.auto_scaling_group);
  if (facts.scaling) {
    for (const auto& group : *facts.scaling)
      for (const auto& instance : group.instances) ids.insert(instance.id);
  }
  const std::vector<std::string> asked =
      ids.empty() ? std::vector<std::string>{aws::ec2::kNoInstance} : std::vector(ids.begin(), ids.end());
  auto described = reading.keep(aws::ec2::describe_instances(reading.caller, asked), "ec2:DescribeInstances");
  if (!described) {
    facts.instances = std::unexpected(described.error());
    return;
  }
  std::map<std::string, aws::ec2::Instance> instances;
  const auto known = scaling_names.size();
  for (auto& instance : *described) {
    const auto tag = instance.tags.find("aws:autoscaling:groupName");
    if (tag != instance.tags.end()) scaling_names.insert(tag->second);
    instances[instance.id] = std::move(instance);
  }
  facts.instances = std::move(instances);
  if (scaling_names.size() > known) read_scaling(reading, scaling_names);
}

// Every other target group in which a member could be: those of the same networks.
void read_elsewhere(Reading& reading, const std::vector<elb::TargetGroup>& all) {
  auto& facts = reading.facts;
  if (!facts.instances || facts.instances->empty()) return;
  std::set<std::string> networks, named;
  for (const auto& group : facts.groups) {
    networks.insert(group.is.vpc_id);
    named.insert(group.is.arn);
  }
  std::map<std::string, std::string> id_of;  // by id and by address
  std::vector<const aws::ec2::Instance*> with_prefixes;
  for (const auto& [id, instance] : *facts.instances) {
    id_of[id] = id;
    if (!instance.private_ip.empty()) id_of[instance.private_ip] = id;
    for (const auto& address : instance.addresses) id_of[address] = id;
    if (std::ranges::any_of(instance.addresses, [](const auto& one) { return one.contains('/'); }))
      with_prefixes.push_back(&instance);
  }
  std::vector<std::string> arns, names;
  for (const auto& group : all) {
    const bool holds_instances = group.target_type == "instance" || group.target_type == "ip";
    if (!holds_instances || named.contains(group.arn) || !networks.contains(group.vpc_id)) continue;
    arns.push_back(group.arn);
    names.push_back(group.name);
  }
  std::vector<Elsewhere> found;
  for (std::size_t from = 0; from < arns.size(); from += kTargetGroupsAtATime) {
    const auto size = std::min(kTargetGroupsAtATime, arns.size() - from);
    reading.say("other target groups, " + std::to_string(from + size) + " of " + std::to_string(arns.size()));
    auto answers = elb::describe_target_health(reading.caller, std::span(arns).subspan(from, size));
    for (std::size_t i = 0; i < size; ++i) {
      if (!answers[i] && answers[i].error().kind == ErrorKind::not_found) continue;  // deleted meanwhile
      const auto targets = reading.keep(std::move(answers[i]), kReadHealth);
      if (!targets) {
        facts.elsewhere = std::unexpected(targets.error());
        return;
      }
      for (const auto& target : *targets) {
        const auto member = id_of.find(target.target.id);
        const bool by_id = facts.instances->contains(target.target.id);
        if (member != id_of.end()) found.push_back({member->second, names[from + i], !by_id});
        if (member != id_of.end()) continue;
        for (const auto* instance : with_prefixes) {
          if (observe::means_instance(target.target.id, instance->id, instance->addresses))
            found.push_back({instance->id, names[from + i], true});
        }
      }
    }
  }
  facts.elsewhere = std::move(found);
}

struct Balancers {
  std::map<std::string, elb::LoadBalancer> by_arn;
  std::map<std::string, std::vector<elb::Forward>> forwards;  // by load balancer
};

Read<Balancers> read_balancers(Reading& reading) {
  std::set<std::string> sorted;
  for (const auto& group : reading.facts.groups)
    sorted.insert(group.is.load_balancer_arns.begin(), group.is.load_balancer_arns.end());
  if (sorted.empty()) return Balancers{};
  reading.say("load balancers");
  const std::vector<std::string> arns(sorted.begin(), sorted.end());
  Balancers balancers;
  for (auto& balancer : TRY(reading.keep(elb::describe_load_balancers(reading.caller, arns),
                                         "elasticloadbalancing:DescribeLoadBalancers"))) {
    std::string arn = balancer.arn;
    balancers.by_arn.emplace(std::move(arn), std::move(balancer));
  }
  auto listeners = elb::describe_listeners(reading.caller, arns);
  std::vector<std::string> with_rules, owners;
  for (std::size_t i = 0; i < arns.size(); ++i) {
    for (auto& listener :
         TRY(reading.keep(std::move(listeners[i]), "elasticloadbalancing:DescribeListeners"))) {
      auto& forwards = balancers.forwards[arns[i]];
      if (balancers.by_arn[arns[i]].type == "application") {  // others have no rules
        with_rules.push_back(listener.arn);
        owners.push_back(arns[i]);
      } else {
        forwards.insert(forwards.end(), listener.forwards.begin(), listener.forwards.end());
      }
    }
  }
  auto rules = elb::describe_rules(reading.caller, with_rules);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto& forwards = balancers.forwards[owners[i]];
    for (auto& forward : TRY(reading.keep(std::move(rules[i]), "elasticloadbalancing:DescribeRules")))
      forwards.push_back(std::move(forward));
  }
  return balancers;
}

constexpr std::size_t kStopProtectionsAsked = 20;  // one call each

void read_stop_protection(Reading& reading) {
  const auto& facts = reading.facts;
  if (!facts.instances || std::ranges::find(reading.policy.treatments, Treatment::stop_start,
                                            &Step::treatment) == reading.policy.treatments.end())
    return;
  std::size_t asked = 0;
  for (const auto& [id, instance] : *facts.instances) {
    if ((instance.state_code & 0xff) != 16) continue;
    if (++asked > kStopProtectionsAsked) return;
    const auto on =
        reading.keep(aws::ec2::stop_protection(reading.caller, id), "ec2:DescribeInstanceAttribute");
    if (!on) return;
    reading.facts.stop_protected[id] = *on;
  }
}

// Where a target group leaves it to its load balancer whether zones help each other out.
void read_zones_alone(Reading& reading) {
  const std::string key = "load_balancing.cross_zone.enabled";
  for (auto& group : reading.facts.groups) {
    if (!group.attributes || group.is.load_balancer_arns.empty()) continue;
    const auto& balancer = group.is.load_balancer_arns.front();
    const elb::Attributes own = {{key, group.attributes->cross_zone}};
    std::optional<elb::Attributes> of_load_balancer;
    if (observe::asks_load_balancer(own, balancer)) {
      auto read = reading.keep(
          std::move(elb::describe_load_balancer_attributes(reading.caller, std::vector{balancer}).front()),
          "elasticloadbalancing:DescribeLoadBalancerAttributes");
      if (read) of_load_balancer = std::move(*read);
    }
    group.attributes->zonal =
        observe::keeps_zones(own, balancer, of_load_balancer ? &*of_load_balancer : nullptr);
  }
}

void read_traffic(Reading& reading) {
  const auto balancers = read_balancers(reading);
  for (auto& group : reading.facts.groups) {
    if (group.is.load_balancer_arns.empty()) continue;
    if (!balancers) {
      group.traffic = std::unexpected(balancers.error());
      continue;
    }
    Traffic traffic;
    for (const auto& arn : group.is.load_balancer_arns) {
      const auto balancer = balancers->by_arn.find(arn);
      if (balancer == balancers->by_arn.end()) continue;
      traffic.balancer = balancer->second.name;
      traffic.type = balancer->second.type;
      traffic.zones = balancer->second.zones;
      const auto forwards = balancers->forwards.find(arn);
      if (forwards == balancers->forwards.end()) continue;
      for (const auto& forward : forwards->second) {
        if (forward.target_group_arn != group.is.arn) continue;
        ++traffic.forwards;
        traffic.highest_weight = std::max(traffic.highest_weight, forward.weight);
      }
    }
    group.traffic = std::move(traffic);
  }
}

}  // namespace

bool is_missing_permission(const Error& error, const std::string& action) {
  static constexpr std::array<std::string_view, 5> kCodes = {"AccessDenied", "AccessDeniedException",
                                                             "UnauthorizedOperation", "NotAuthorized",
                                                             "AuthorizationError"};
  return error.kind == ErrorKind::denied && error.action == action &&
         std::ranges::find(kCodes, error.code) != kCodes.end();
}

void Reading::lost(const std::string& action, const Error& error) {
  if (is_missing_permission(error, action)) {
    facts.denied.emplace(action, error.message);
    return;
  }
  facts.failed.emplace(action, error.message);
  if (!first_error) first_error = error;
}

void Reading::lost_only_if_denied(const std::string& action, const Error& error) {
  if (is_missing_permission(error, action)) lost(action, error);
}

Result<Facts> read(const FleetPolicy& policy, wire::Caller& caller, const Progress& progress) {
  Reading reading{policy, caller, progress};
  reading.facts.region = caller.region();
  if (const auto* known = wire::partition_of_region(caller.region())) reading.facts.partition = known->name;
  if (!policy.auto_scaling_group.empty()) read_scaling(reading, {policy.auto_scaling_group});
  const auto all = read_groups(reading);
  if (reading.first_error) return std::unexpected(std::move(*reading.first_error));
  read_attributes_and_targets(reading);
  read_instances(reading);
  read_carriers(reading);
  try_changes(reading);
  read_stop_protection(reading);
  read_zones_alone(reading);
  read_traffic(reading);
  read_elsewhere(reading, all);
  read_metrics(reading);
  read_gates(reading);
  try_the_rest(reading);
  return std::move(reading.facts);
}

}  // namespace evenkeel::check
