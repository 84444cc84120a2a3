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
observe::Cache read_existing(FactsBuilder& builder) {
  builder.say("target groups");
  observe::Cache cache;
  if (auto all = elb::describe_all_target_groups(builder.caller)) cache.target_groups = std::move(*all);
  if (!cache.target_groups) return cache;
  auto& names = builder.facts.existing_groups.emplace();
  for (const auto& group : cache.target_groups->value) names.push_back(group.name);
  std::ranges::sort(names);
  return cache;
}

// What a tick and a start read. Where permissions are missing for all of that nothing is seen, and they are told. Without
// AWS's answer about the Auto Scaling group there is no judgement, whatever else was read.
Result<void> read_as_a_tick(FactsBuilder& builder, observe::Cache& cache) {
  const FleetState nothing;
  auto seen = observe::observe(builder.policy, nothing, builder.caller, cache);
  const bool group_failed = builder.facts.failed.contains("autoscaling:DescribeAutoScalingGroups");
  if ((!seen || group_failed) && builder.first_error) return std::unexpected(*builder.first_error);
  if (seen) builder.facts.seen = std::move(*seen);
  observe::observe_for_start(builder.policy, nothing, builder.caller, cache, builder.facts.seen);
  return {};
}

// The fleet's, in the policy's order.
void take_groups(FactsBuilder& builder, const std::vector<elb::TargetGroup>& all) {
  const auto take = [&](const std::string& wanted, std::string elb::TargetGroup::* by) {
    const auto is = std::ranges::find(all, wanted, by);
    const auto* seen = is == all.end() ? nullptr : decide::find_group(builder.facts.seen, is->arn);
    if (seen == nullptr) return;
    builder.facts.groups.push_back({.is = *is, .seen = *seen});
    // That its attributes were not read is a finding of its own.
    if (!seen->attributes) builder.facts.groups.back().seen.zonal = false;
  };
  for (const auto& name : builder.policy.target_groups) take(name, &elb::TargetGroup::name);
  if (!builder.policy.target_groups.empty() || !builder.facts.seen.auto_scaling_group) return;
  for (const auto& arn : builder.facts.seen.auto_scaling_group->target_group_arns)
    take(arn, &elb::TargetGroup::arn);
}

void read_stop_protection(FactsBuilder& builder) {
  const bool stops = std::ranges::find(builder.policy.treatments, Treatment::stop_start, &Step::treatment) !=
                     builder.policy.treatments.end();
  std::size_t asked = 0;
  for (auto& [id, instance] : builder.facts.seen.instances) {
    instance.stop_protected = false;
    if (!stops || instance.state != InstanceState::running || ++asked > kStopProtectionsAsked) continue;
    const auto on = builder.keep(aws::ec2::stop_protection(builder.caller, id));
    if (on) instance.stop_protected = *on;
    if (!on) asked = kStopProtectionsAsked;
  }
}

// Where the listeners of these load balancers send requests, and their rules where they have any.
Read<std::vector<elb::Forward>> read_forwards(FactsBuilder& builder,
                                              const std::vector<elb::LoadBalancer>& balancers) {
  std::vector<std::string> arns, with_rules;
  for (const auto& balancer : balancers) arns.push_back(balancer.arn);
  std::vector<elb::Forward> all;
  auto listeners = elb::describe_listeners(builder.caller, arns);
  for (std::size_t i = 0; i < arns.size(); ++i) {
    for (auto& listener : TRY(builder.keep(std::move(listeners[i])))) {
      if (balancers[i].type == "application") {  // others have no rules
        with_rules.push_back(listener.arn);
      } else {
        all.insert(all.end(), listener.forwards.begin(), listener.forwards.end());
      }
    }
  }
  for (auto& rules : elb::describe_rules(builder.caller, with_rules)) {
    const auto forwards = TRY(builder.keep(std::move(rules)));
    all.insert(all.end(), forwards.begin(), forwards.end());
  }
  return all;
}

void read_traffic(FactsBuilder& builder) {
  auto& groups = builder.facts.groups;
  std::set<std::string> arns;
  for (const auto& group : groups)
    arns.insert(group.is.load_balancer_arns.begin(), group.is.load_balancer_arns.end());
  if (arns.empty()) return;
  builder.say("load balancers");
  const auto balancers =
      builder.keep(elb::describe_load_balancers(builder.caller, std::vector(arns.begin(), arns.end())));
  if (!balancers) return;
  const auto forwards = read_forwards(builder, *balancers);
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
void note_problems(FactsBuilder& builder) {
  const auto& seen = builder.facts.seen;
  for (const auto& problem : seen.problems) {
    const bool absent = problem.kind == Problem::Kind::not_there ||
                        std::ranges::find(seen.absent_names, problem.name) != seen.absent_names.end();
    if (!absent && !builder.said.contains(problem.text))
      builder.facts.failed.emplace(describe(problem), describe(problem));
  }
}

Result<void> read_all(FactsBuilder& builder) {
  auto cache = read_existing(builder);
  if (builder.first_error) return std::unexpected(*builder.first_error);
  TRY_VOID(read_as_a_tick(builder, cache));
  const auto all = cache.target_groups ? cache.target_groups->value : std::vector<elb::TargetGroup>{};
  take_groups(builder, all);
  read_stop_protection(builder);
  read_traffic(builder);
  if (!builder.facts.seen.instances.empty()) {
    builder.say("other target groups");
    auto& seen = builder.facts.seen;
    observe::read_targets_elsewhere(all, builder.caller, seen, seen.elsewhere.emplace());
  }
  read_metrics(builder);
  builder.say("permissions");
  try_the_rest(builder);
  note_problems(builder);
  return {};
}

}  // namespace

void FactsBuilder::look_on(const wire::Call& call, const wire::Reply& reply) {
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

Result<Facts> read(const FleetPolicy& policy, wire::Caller& caller, const ReadProgress& progress) {
  FactsBuilder builder{policy, caller, progress};
  builder.facts.region = caller.region();
  if (const auto* known = wire::partition_of_region(caller.region())) builder.facts.partition = known->name;
  caller.set_onlooker([&](const auto& call, const auto& reply) { builder.look_on(call, reply); });
  auto read = read_all(builder);
  caller.set_onlooker({});
  if (!read) return std::unexpected(std::move(read).error());
  return std::move(builder.facts);
}

}  // namespace evenkeel::check
