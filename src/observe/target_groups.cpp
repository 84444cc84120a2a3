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
Groups those_that_exist(Reading& reading, const auto& is_wanted) {
  const auto& known = reading.cache.target_groups;
  auto all = known ? Groups{*known} : aws::elbv2::describe_all_target_groups(reading.caller);
  if (all) std::erase_if(all->value, [&](const auto& group) { return !is_wanted(group); });
  return all;
}

Groups by_name(Reading& reading) {
  const auto& names = reading.policy.target_groups;
  if (!reading.cache.target_groups) {
    auto asked = aws::elbv2::describe_target_groups(reading.caller, names);
    if (asked || asked.error().kind != ErrorKind::not_found) return asked;
    reading.observation.problems.push_back(
        {Problem::Kind::not_there, join(names, ", "), asked.error().message});
  }
  auto groups = those_that_exist(reading, [&](const auto& group) { return among(names, group.name); });
  if (!groups) return groups;
  std::ranges::copy_if(names, std::back_inserter(reading.observation.absent_names), [&](const auto& name) {
    return std::ranges::find(groups->value, name, &aws::elbv2::TargetGroup::name) == groups->value.end();
  });
  return groups;
}

Groups by_arn(Reading& reading, const std::vector<std::string>& arns) {
  if (!reading.cache.target_groups) {
    auto asked = aws::elbv2::describe_target_groups_by_arn(reading.caller, arns);
    if (asked || asked.error().kind != ErrorKind::not_found) return asked;
  }
  auto groups = those_that_exist(reading, [&](const auto& group) { return among(arns, group.arn); });
  if (!groups) return groups;
  for (const auto& arn : arns) {
    if (std::ranges::find(groups->value, arn, &aws::elbv2::TargetGroup::arn) != groups->value.end()) continue;
    reading.observation.problems.push_back({Problem::Kind::not_there, arn,
                                            "target group " + printable(arn) +
                                                " does not exist, but is attached to Auto Scaling group " +
                                                reading.policy.auto_scaling_group + ": detach it there"});
  }
  return groups;
}

Groups groups_of_fleet(Reading& reading) {
  if (!taken_from_auto_scaling(reading.policy)) return by_name(reading);
  const auto& scaling = reading.observation.auto_scaling_group;
  if (!scaling) {
    return fail(ErrorKind::invalid, "they are those of Auto Scaling group " +
                                        reading.policy.auto_scaling_group + ", which could not be read");
  }
  if (scaling->target_group_arns.empty()) {
    reading.observation.problems.push_back(
        {Problem::Kind::not_there, scaling->name,
         "Auto Scaling group " + scaling->name +
             " has no target group attached, and the policy names none: attach one, or write target_groups"});
    return aws::Dated<std::vector<aws::elbv2::TargetGroup>>{{}, reading.observation.taken_at};
  }
  return by_arn(reading, scaling->target_group_arns);
}

void add_groups_of_fleet(Reading& reading) {
  auto answer = groups_of_fleet(reading);
  // That the Auto Scaling group could not be read has been said, with the error that counts.
  if (!answer && taken_from_auto_scaling(reading.policy) && !reading.observation.auto_scaling_group) {
    reading.observation.problems.push_back({Problem::Kind::target_groups, "", answer.error().message});
    return;
  }
  auto* groups = reading.take_in(Problem::Kind::target_groups, "", answer);
  if (groups == nullptr) return;
  reading.groups_known = true;
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
    reading.observation.target_groups.push_back(std::move(seen));
  }
}

// A restore needs its groups whatever the policy says by now, and whether or not they could be looked up. Also
// those that have vanished: they may be there again.
void add_groups_of_open_ones(Reading& reading) {
  auto& known = reading.observation.target_groups;
  for (const auto& remediation : reading.state.open) {
    for (const auto& target : remediation.snapshot) {
      if (std::ranges::find(known, target.target_group_arn, &TargetGroup::arn) != known.end()) continue;
      TargetGroup seen;
      seen.arn = target.target_group_arn;
      seen.name = target.target_group_name;
      seen.has_load_balancer = true;
      seen.of_fleet = !reading.groups_known && among(reading.policy.target_groups, seen.name);
      known.push_back(std::move(seen));
    }
  }
}

}  // namespace

void read_groups(Reading& reading) {
  add_groups_of_fleet(reading);
  add_groups_of_open_ones(reading);
  const auto& scaling = reading.observation.auto_scaling_group;
  for (auto& group : reading.observation.target_groups) {
    group.attached = scaling && among(scaling->target_group_arns, group.arn);
    if (group.attached && taken_from_auto_scaling(reading.policy)) group.of_fleet = true;
  }
  std::ranges::sort(reading.observation.target_groups, {}, &TargetGroup::arn);
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

void read_registrations(Reading& reading) {
  auto& groups = reading.observation.target_groups;
  std::vector<std::string> arns;
  for (const auto& group : groups) arns.push_back(group.arn);
  auto answers = aws::elbv2::describe_target_health(reading.caller, arns);
  auto& absent = reading.observation.absent_groups;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i] && answers[i].error().kind == ErrorKind::not_found) {
      absent.push_back(groups[i].arn);
      if (groups[i].of_fleet) reading.observation.absent_names.push_back(groups[i].name);
      if (is_known_to_be_gone(reading.state, groups[i].arn)) continue;
    }
    const auto* targets = reading.take_in(Problem::Kind::targets, groups[i].name, answers[i]);
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
