#include "observe/target_groups.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/text.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

using Groups = Result<aws::Dated<std::vector<aws::elbv2::TargetGroup>>>;

bool among(const std::vector<std::string>& list, const std::string& one) {
  return std::ranges::find(list, one) != list.end();
}

bool taken_from_auto_scaling(const FleetPolicy& policy) {
  return policy.target_groups.empty() && !policy.auto_scaling_group.empty();
}

// One that is gone fails the whole call. The others are still to be seen.
Groups those_that_exist(ObservationBuilder& builder, const auto& is_wanted) {
  const auto& known = builder.cache.target_groups;
  auto all = known ? Groups{*known} : aws::elbv2::describe_all_target_groups(builder.caller);
  if (all) std::erase_if(all->value, [&](const auto& group) { return !is_wanted(group); });
  return all;
}

Groups by_name(ObservationBuilder& builder) {
  const auto& names = builder.policy.target_groups;
  if (!builder.cache.target_groups) {
    auto asked = aws::elbv2::describe_target_groups(builder.caller, names);
    if (asked || asked.error().kind != ErrorKind::not_found) return asked;
    builder.observation.problems.push_back(
        {Problem::Kind::not_there, join(names, ", "), asked.error().message});
  }
  auto groups = those_that_exist(builder, [&](const auto& group) { return among(names, group.name); });
  if (!groups) return groups;
  std::ranges::copy_if(names, std::back_inserter(builder.observation.absent_names), [&](const auto& name) {
    return std::ranges::find(groups->value, name, &aws::elbv2::TargetGroup::name) == groups->value.end();
  });
  return groups;
}

Groups by_arn(ObservationBuilder& builder, const std::vector<std::string>& arns) {
  if (!builder.cache.target_groups) {
    auto asked = aws::elbv2::describe_target_groups_by_arn(builder.caller, arns);
    if (asked || asked.error().kind != ErrorKind::not_found) return asked;
  }
  auto groups = those_that_exist(builder, [&](const auto& group) { return among(arns, group.arn); });
  if (!groups) return groups;
  for (const auto& arn : arns) {
    if (std::ranges::find(groups->value, arn, &aws::elbv2::TargetGroup::arn) != groups->value.end()) continue;
    builder.observation.problems.push_back({Problem::Kind::not_there, arn,
                                            "target group " + printable(arn) +
                                                " does not exist, but is attached to Auto Scaling group " +
                                                builder.policy.auto_scaling_group + ": detach it there"});
  }
  return groups;
}

Groups groups_of_fleet(ObservationBuilder& builder) {
  if (!taken_from_auto_scaling(builder.policy)) return by_name(builder);
  const auto& scaling = builder.observation.auto_scaling_group;
  if (!scaling) {
    return fail(ErrorKind::invalid, "they are those of Auto Scaling group " +
                                        builder.policy.auto_scaling_group + ", which could not be read");
  }
  if (scaling->target_group_arns.empty()) {
    builder.observation.problems.push_back(
        {Problem::Kind::not_there, scaling->name,
         "Auto Scaling group " + scaling->name +
             " has no target group attached, and the policy names none: attach one, or write target_groups"});
    return aws::Dated<std::vector<aws::elbv2::TargetGroup>>{{}, builder.observation.taken_at};
  }
  return by_arn(builder, scaling->target_group_arns);
}

void add_groups_of_fleet(ObservationBuilder& builder) {
  auto answer = groups_of_fleet(builder);
  // That the Auto Scaling group could not be read has been said, with the error that counts.
  if (!answer && taken_from_auto_scaling(builder.policy) && !builder.observation.auto_scaling_group) {
    builder.observation.problems.push_back({Problem::Kind::target_groups, "", answer.error().message});
    return;
  }
  auto* groups = builder.take_in(Problem::Kind::target_groups, "", answer);
  if (groups == nullptr) return;
  builder.groups_known = true;
  for (auto& group : *groups) {
    TargetGroup seen;
    seen.arn = group.arn;
    seen.name = group.name;
    seen.type = or_other<TargetType>(group.target_type);
    seen.has_load_balancer = !group.load_balancer_arns.empty();
    seen.of_fleet = true;
    seen.port = group.port.value_or(0);
    seen.to_healthy = to_healthy(group);
    if (seen.has_load_balancer) seen.load_balancer_arn = group.load_balancer_arns.front();
    builder.observation.target_groups.push_back(std::move(seen));
  }
}

// A restore needs its groups whatever the policy says by now, and whether or not they could be looked up. Also
// those that have vanished: they may be there again.
void add_groups_of_open_ones(ObservationBuilder& builder) {
  auto& known = builder.observation.target_groups;
  for (const auto& remediation : builder.state.open) {
    for (const auto& target : remediation.snapshot) {
      if (std::ranges::find(known, target.target_group_arn, &TargetGroup::arn) != known.end()) continue;
      TargetGroup seen;
      seen.arn = target.target_group_arn;
      seen.name = target.target_group_name;
      seen.has_load_balancer = true;
      seen.of_fleet = !builder.groups_known && among(builder.policy.target_groups, seen.name);
      known.push_back(std::move(seen));
    }
  }
}

}  // namespace

void read_groups(ObservationBuilder& builder) {
  add_groups_of_fleet(builder);
  add_groups_of_open_ones(builder);
  const auto& scaling = builder.observation.auto_scaling_group;
  for (auto& group : builder.observation.target_groups) {
    group.attached = scaling && among(scaling->target_group_arns, group.arn);
    if (group.attached && taken_from_auto_scaling(builder.policy)) group.of_fleet = true;
  }
  std::ranges::sort(builder.observation.target_groups, {}, &TargetGroup::arn);
}

std::optional<Duration> to_healthy(const aws::elbv2::TargetGroup& group) {
  if (!group.health_check || !group.health_check->enabled) return std::nullopt;
  return group.health_check->interval * group.health_check->healthy_threshold;
}

Registration registration(const aws::elbv2::TargetHealth& target) {
  return {.instance_id = target.target.id,
          .port = target.target.port.value_or(0),
          .state = or_other<TargetState>(target.state),
          .reason = or_other<TargetReason>(target.reason),
          .zonal_shift = zonal_shift(target.administrative_override)};
}

namespace {

std::vector<Registration> in_order(std::vector<Registration> registrations) {
  std::ranges::sort(registrations, {}, [](const Registration& r) { return std::tie(r.instance_id, r.port); });
  return registrations;
}

std::vector<Registration> sorted_registrations(const std::vector<aws::elbv2::TargetHealth>& targets) {
  std::vector<Registration> registrations;
  for (const auto& target : targets) registrations.push_back(registration(target));
  return in_order(std::move(registrations));
}

bool is_known_to_be_gone(const FleetState& state, const std::string& arn) {
  return std::ranges::any_of(state.open, [&](const Remediation& remediation) {
    return std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
      return target.vanished && target.target_group_arn == arn;
    });
  });
}

}  // namespace

void read_registrations(ObservationBuilder& builder) {
  auto& groups = builder.observation.target_groups;
  std::vector<std::string> arns;
  for (const auto& group : groups) arns.push_back(group.arn);
  auto answers = aws::elbv2::describe_target_health(builder.caller, arns);
  auto& absent = builder.observation.absent_groups;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i] && answers[i].error().kind == ErrorKind::not_found) {
      absent.push_back(groups[i].arn);
      if (groups[i].of_fleet) builder.observation.absent_names.push_back(groups[i].name);
      if (is_known_to_be_gone(builder.state, groups[i].arn)) continue;
    }
    const auto* targets = builder.take_in(Problem::Kind::targets, groups[i].name, answers[i]);
    if (targets == nullptr) continue;
    groups[i].registrations = sorted_registrations(*targets);
  }
  std::erase_if(groups, [&](const TargetGroup& group) { return among(absent, group.arn); });
}

void name_targets(Observation& observation) {
  std::optional<Addresses> addresses;
  for (auto& group : observation.target_groups) {
    if (group.type == TargetType::instance || !group.registrations) continue;
    if (!addresses) addresses.emplace(observation.instances);
    group.registrations = in_order(addresses->by_instance(*std::move(group.registrations)));
  }
}

void read_registrations_again(wire::Caller& caller, Observation& observation) {
  std::vector<std::string> arns;
  for (const auto& group : observation.target_groups) arns.push_back(group.arn);
  const auto answers = aws::elbv2::describe_target_health(caller, arns);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& group = observation.target_groups[i];
    group.registrations.reset();
    if (const auto* targets = take_in(observation, Problem::Kind::targets, group.name, answers[i]))
      group.registrations = sorted_registrations(*targets);
  }
  name_targets(observation);
}

}  // namespace evenkeel::observe
