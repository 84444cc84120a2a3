#include "check/read.h"

#include <algorithm>
#include <map>
#include <set>

#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "aws/refusal.h"
#include "check/facts_builder.h"
#include "decide/fleet_view.h"
#include "observe/observe.h"
#include "wire/partition.h"

namespace evenkeel::check {
namespace {

namespace elb = aws::elbv2;

constexpr std::size_t kStopProtectionsAsked = 20;  // one call each

// The whole region in one call: it tells what exists where a name is wrong, and where else to look for
// members.
observe::Cache read_existing(Reading& reading) {
  reading.say("target groups");
  observe::Cache cache;
  if (auto all = elb::describe_all_target_groups(reading.caller)) cache.target_groups = std::move(*all);
  if (!cache.target_groups) return cache;
  auto& names = reading.facts.existing_groups.emplace();
  for (const auto& group : cache.target_groups->value) names.push_back(group.name);
  std::ranges::sort(names);
  return cache;
}

// What a tick and a start read. Where permissions are missing for all of that nothing is seen, and they are told.
Result<void> read_as_a_tick(Reading& reading, observe::Cache& cache) {
  const FleetState nothing;
  auto seen = observe::observe(reading.policy, nothing, reading.caller, cache);
  if (!seen && reading.first_error) return std::unexpected(*reading.first_error);
  if (seen) reading.facts.seen = std::move(*seen);
  observe::observe_for_start(reading.policy, nothing, reading.caller, cache, reading.facts.seen);
  return {};
}

// The fleet's, in the policy's order.
void take_groups(Reading& reading, const std::vector<elb::TargetGroup>& all) {
  const auto take = [&](const std::string& wanted, std::string elb::TargetGroup::* by) {
    const auto is = std::ranges::find(all, wanted, by);
    const auto* seen = is == all.end() ? nullptr : decide::find_group(reading.facts.seen, is->arn);
    if (seen == nullptr) return;
    reading.facts.groups.push_back({.is = *is, .seen = *seen});
    // That its attributes were not read is a finding of its own.
    if (!seen->attributes) reading.facts.groups.back().seen.zonal = false;
  };
  for (const auto& name : reading.policy.target_groups) take(name, &elb::TargetGroup::name);
  if (!reading.policy.target_groups.empty() || !reading.facts.seen.auto_scaling_group) return;
  for (const auto& arn : reading.facts.seen.auto_scaling_group->target_group_arns)
    take(arn, &elb::TargetGroup::arn);
}

void read_stop_protection(Reading& reading) {
  const bool stops = std::ranges::find(reading.policy.treatments, Treatment::stop_start, &Step::treatment) !=
                     reading.policy.treatments.end();
  std::size_t asked = 0;
  for (auto& [id, instance] : reading.facts.seen.instances) {
    instance.stop_protected = false;
    if (!stops || instance.state != InstanceState::running || ++asked > kStopProtectionsAsked) continue;
    const auto on = reading.keep(aws::ec2::stop_protection(reading.caller, id));
    if (on) instance.stop_protected = *on;
    if (!on) asked = kStopProtectionsAsked;
  }
}

// Where the listeners of these load balancers send requests, and their rules where they have any.
Read<std::vector<elb::Forward>> read_forwards(Reading& reading,
                                              const std::vector<elb::LoadBalancer>& balancers) {
  std::vector<std::string> arns, with_rules;
  for (const auto& balancer : balancers) arns.push_back(balancer.arn);
  std::vector<elb::Forward> all;
  auto listeners = elb::describe_listeners(reading.caller, arns);
  for (std::size_t i = 0; i < arns.size(); ++i) {
    for (auto& listener : TRY(reading.keep(std::move(listeners[i])))) {
      if (balancers[i].type == "application") {  // others have no rules
        with_rules.push_back(listener.arn);
      } else {
        all.insert(all.end(), listener.forwards.begin(), listener.forwards.end());
      }
    }
  }
  for (auto& rules : elb::describe_rules(reading.caller, with_rules)) {
    const auto forwards = TRY(reading.keep(std::move(rules)));
    all.insert(all.end(), forwards.begin(), forwards.end());
  }
  return all;
}

void read_traffic(Reading& reading) {
  auto& groups = reading.facts.groups;
  std::set<std::string> arns;
  for (const auto& group : groups)
    arns.insert(group.is.load_balancer_arns.begin(), group.is.load_balancer_arns.end());
  if (arns.empty()) return;
  reading.say("load balancers");
  const auto balancers =
      reading.keep(elb::describe_load_balancers(reading.caller, std::vector(arns.begin(), arns.end())));
  if (!balancers) return;
  const auto forwards = read_forwards(reading, *balancers);
  if (!forwards) return;
  for (auto& group : groups) {
    const auto& own = group.is.load_balancer_arns;
    if (own.empty()) continue;
    auto& traffic = group.traffic.emplace();
    for (const auto& balancer : *balancers) {
      if (std::ranges::find(own, balancer.arn) == own.end()) continue;
      traffic.balancer = balancer.name;
      traffic.type = balancer.type;
      traffic.zones = balancer.zones;
    }
    for (const auto& forward : *forwards) {
      if (forward.target_group_arn != group.is.arn) continue;
      ++traffic.forwards;
      traffic.highest_weight = std::max(traffic.highest_weight, forward.weight);
    }
  }
}

// What was answered, and is not what it should be.
void note_problems(Reading& reading) {
  const auto& seen = reading.facts.seen;
  for (const auto& problem : seen.problems) {
    const bool absent = problem.kind == Problem::Kind::not_there ||
                        std::ranges::find(seen.absent_names, problem.name) != seen.absent_names.end();
    if (!absent && !reading.said.contains(problem.text))
      reading.facts.failed.emplace(words(problem), words(problem));
  }
}

Result<void> read_all(Reading& reading) {
  auto cache = read_existing(reading);
  if (reading.first_error) return std::unexpected(*reading.first_error);
  TRY_VOID(read_as_a_tick(reading, cache));
  const auto all = cache.target_groups ? cache.target_groups->value : std::vector<elb::TargetGroup>{};
  take_groups(reading, all);
  read_stop_protection(reading);
  read_traffic(reading);
  if (!reading.facts.seen.instances.empty()) {
    reading.say("other target groups");
    auto& seen = reading.facts.seen;
    observe::read_targets_elsewhere(all, reading.caller, seen, seen.elsewhere.emplace());
  }
  read_metrics(reading);
  reading.say("permissions");
  try_the_rest(reading);
  note_problems(reading);
  return {};
}

}  // namespace

void Reading::look_on(const wire::Call& call, const wire::Reply& reply) {
  const auto action = wire::full_name(call);
  if (reply.outcome) {
    facts.allowed.insert(action);
    return;
  }
  const auto& error = reply.outcome.error();
  said.insert(error.message);
  if (error.kind == ErrorKind::rejected || error.kind == ErrorKind::not_found) {
    said.erase(error.message);
  } else if (error.action == action && aws::lacks_permission(error)) {
    facts.denied.emplace(action, error.message);
  } else {
    facts.failed.emplace(action, error.message);
    if (!first_error) first_error = error;
  }
}

Result<Facts> read(const FleetPolicy& policy, wire::Caller& caller, const Progress& progress) {
  Reading reading{policy, caller, progress};
  reading.facts.region = caller.region();
  if (const auto* known = wire::partition_of_region(caller.region())) reading.facts.partition = known->name;
  caller.set_onlooker([&](const auto& call, const auto& reply) { reading.look_on(call, reply); });
  auto read = read_all(reading);
  caller.set_onlooker({});
  if (!read) return std::unexpected(std::move(read).error());
  return std::move(reading.facts);
}

}  // namespace evenkeel::check
