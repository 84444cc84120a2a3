#include "observe/survey.h"

#include <algorithm>
#include <set>

#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "observe/attributes.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

bool names(const Observation& observation, const std::string& arn) {
  return std::ranges::find(observation.target_groups, arn, &TargetGroup::arn) !=
         observation.target_groups.end();
}

// An instance can be registered by its id only in groups of its own VPC, which is that of the named groups.
bool may_hold(const aws::elbv2::TargetGroup& group, const std::set<std::string>& vpcs) {
  const auto type = target_type(group.target_type);
  if (type == TargetType::lambda || type == TargetType::alb) return false;
  return type != TargetType::instance || vpcs.contains(group.vpc_id);
}

// Unfiltered lists: asked for one target, AWS answers only for one port of it.
void look_elsewhere(const std::string& instance_id, wire::Caller& caller, Observation& observation,
                    Survey& found) {
  Stamp stamp{observation};
  const auto all = aws::elbv2::describe_all_target_groups(caller);
  if (!all) {
    found.detail = all.error().message;
    return;
  }
  stamp.saw(all->date);
  const auto instance = observation.instances.find(instance_id);
  const std::string ip = instance == observation.instances.end() ? "" : instance->second.private_ip;
  std::set<std::string> vpcs;
  for (const auto& group : all->value) {
    if (names(observation, group.arn)) vpcs.insert(group.vpc_id);
  }
  std::vector<std::string> arns, group_names;
  for (const auto& group : all->value) {
    if (names(observation, group.arn) || !may_hold(group, vpcs)) continue;
    arns.push_back(group.arn);
    group_names.push_back(group.name);
  }
  found.complete = true;
  const auto answers = aws::elbv2::describe_target_health(caller, arns);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      if (answers[i].error().kind == ErrorKind::not_found) continue;  // deleted meanwhile
      found.complete = false;
      found.detail = "targets of " + group_names[i] + ": " + answers[i].error().message;
      continue;
    }
    stamp.saw(answers[i]->date);
    for (const auto& health : answers[i]->value) {
      if (health.target.id != instance_id && (ip.empty() || health.target.id != ip)) continue;
      found.elsewhere.push_back(
          {instance_id, health.target.port.value_or(0), target_state(health.state), health.reason});
      found.elsewhere_groups.push_back(group_names[i]);
    }
  }
}

// Whoever we take out we must be able to put back: asked before, for every group that it would leave.
void look_at_way_back(const std::string& instance_id, wire::Caller& caller, Observation& observation,
                      Survey& found) {
  found.may_register = true;
  for (const auto& group : observation.target_groups) {
    const auto here = [&](const Registration& one) {
      return one.instance_id == instance_id && one.state != TargetState::draining;
    };
    if (!group.registrations || std::ranges::none_of(*group.registrations, here)) continue;
    const auto permission = aws::elbv2::register_probe(caller, group.arn);
    if (permission && permission->value.allowed) {
      Stamp{observation}.saw(permission->date);
      continue;
    }
    found.may_register = permission ? std::optional{false} : std::nullopt;
    found.detail = group.name + ": " + (permission ? permission->value.message : permission.error().message);
    return;
  }
}

}  // namespace

void survey(const std::string& instance_id, Probing probing, wire::Caller& caller, Cache& cache,
            Observation& observation) {
  Survey found;
  look_elsewhere(instance_id, caller, observation, found);
  const auto permission = aws::ec2::reboot_dry_run(caller, instance_id);
  if (permission) {
    Stamp{observation}.saw(permission->date);
    found.may_reboot = permission->value.allowed;
    if (!permission->value.allowed) found.detail = permission->value.message;
  } else {
    found.detail = permission.error().message;
  }
  if (probing == Probing::no) {
    found.may_register = true;
  } else if (found.may_reboot.value_or(false)) {
    look_at_way_back(instance_id, caller, observation, found);
  }
  read_attributes(caller, cache, Freshness::afresh, observation);
  observation.surveys[instance_id] = std::move(found);
}

}  // namespace evenkeel::observe
