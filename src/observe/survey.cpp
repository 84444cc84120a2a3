#include "observe/survey.h"

#include <algorithm>

#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "observe/attributes.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

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
  std::vector<std::string> arns, names;
  for (const auto& group : all->value) {
    const auto& known = observation.target_groups;
    const auto type = target_type(group.target_type);
    if (type == TargetType::lambda || type == TargetType::alb) continue;
    if (std::ranges::find(known, group.arn, &TargetGroup::arn) != known.end()) continue;
    arns.push_back(group.arn);
    names.push_back(group.name);
  }
  found.complete = true;
  const auto answers = aws::elbv2::describe_target_health(caller, arns);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      if (answers[i].error().kind == ErrorKind::not_found) continue;  // deleted meanwhile
      found.complete = false;
      found.detail = "targets of " + names[i] + ": " + answers[i].error().message;
      continue;
    }
    stamp.saw(answers[i]->date);
    for (const auto& health : answers[i]->value) {
      if (health.target.id != instance_id && (ip.empty() || health.target.id != ip)) continue;
      found.elsewhere.push_back(
          {instance_id, health.target.port.value_or(0), target_state(health.state), health.reason});
      found.elsewhere_groups.push_back(names[i]);
    }
  }
}

}  // namespace

void survey(const std::string& instance_id, wire::Caller& caller, Cache& cache, Observation& observation) {
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
  read_attributes(caller, cache, Freshness::afresh, observation);
  observation.surveys[instance_id] = std::move(found);
}

}  // namespace evenkeel::observe
