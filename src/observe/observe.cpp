#include "observe/observe.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "aws/autoscaling.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "base/text.h"
#include "observe/attributes.h"
#include "observe/signals.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

// One read of the world under way: what it is for, what it has found, and the first reason why there may be
// nothing.
struct Reading {
  const FleetPolicy& policy;
  const FleetState& state;
  wire::Caller& caller;
  Cache& cache;
  Observation observation{};
  Stamp stamp{observation};
  std::optional<Error> first_error{};

  void problem(const std::string& what, const Error& error) {
    observation.problems.push_back(what + ": " + error.message);
    if (!first_error) first_error = error;
  }
};

void read_groups(Reading& reading) {
  auto groups = aws::elbv2::describe_target_groups(reading.caller, reading.policy.target_groups);
  if (!groups && groups.error().kind == ErrorKind::not_found) {
    // One name that is gone fails the whole call. The others are still to be seen, and the missing one to be
    // named.
    reading.observation.problems.push_back(groups.error().message);
    groups = aws::elbv2::describe_all_target_groups(reading.caller);
    if (groups) {
      const auto& names = reading.policy.target_groups;
      std::erase_if(groups->value,
                    [&](const auto& group) { return std::ranges::find(names, group.name) == names.end(); });
    }
  }
  if (groups) {
    reading.stamp.saw(groups->date);
    for (auto& group : groups->value) {
      TargetGroup seen;
      seen.arn = group.arn;
      seen.name = group.name;
      seen.type = target_type(group.target_type);
      seen.has_load_balancer = !group.load_balancer_arns.empty();
      reading.observation.target_groups.push_back(std::move(seen));
    }
  } else {
    reading.problem("target groups", groups.error());
  }
  // A restore needs its groups whatever the policy says by now, and whether or not they could be looked up by
  // name.
  for (const auto& remediation : reading.state.open) {
    for (const auto& target : remediation.snapshot) {
      auto& known = reading.observation.target_groups;
      if (target.vanished ||
          std::ranges::find(known, target.target_group_arn, &TargetGroup::arn) != known.end())
        continue;
      TargetGroup seen;
      seen.arn = target.target_group_arn;
      seen.name = target.target_group_name;
      seen.has_load_balancer = true;
      known.push_back(std::move(seen));
    }
  }
  std::ranges::sort(reading.observation.target_groups, {}, &TargetGroup::arn);
}

std::vector<std::string> arns(const Observation& observation) {
  std::vector<std::string> list;
  for (const auto& group : observation.target_groups) list.push_back(group.arn);
  return list;
}

void read_registrations(Reading& reading) {
  auto& groups = reading.observation.target_groups;
  const auto answers = aws::elbv2::describe_target_health(reading.caller, arns(reading.observation));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      if (answers[i].error().kind == ErrorKind::not_found)
        reading.observation.absent_groups.push_back(groups[i].arn);
      reading.problem("targets of " + groups[i].name, answers[i].error());
      continue;
    }
    reading.stamp.saw(answers[i]->date);
    auto& registrations = groups[i].registrations.emplace();
    for (const auto& health : answers[i]->value) {
      registrations.push_back(
          {health.target.id, health.target.port.value_or(0), target_state(health.state), health.reason});
    }
    std::ranges::sort(registrations, {},
                      [](const Registration& r) { return std::tie(r.instance_id, r.port); });
  }
  const auto& absent = reading.observation.absent_groups;
  std::erase_if(
      groups, [&](const TargetGroup& group) { return std::ranges::find(absent, group.arn) != absent.end(); });
}

void read_auto_scaling(Reading& reading) {
  const auto& name = reading.policy.auto_scaling_group;
  if (name.empty()) return;
  const auto answer = aws::autoscaling::describe_auto_scaling_groups(reading.caller, std::vector{name});
  if (!answer) return reading.problem("Auto Scaling group " + name, answer.error());
  reading.stamp.saw(answer->date);
  if (answer->value.empty()) {
    reading.observation.problems.push_back("Auto Scaling group " + name + " does not exist");
    return;
  }
  const auto& group = answer->value.front();
  const auto suspended = [&](const char* process) {
    return std::ranges::find(group.suspended_processes, process) != group.suspended_processes.end();
  };
  AutoScalingGroup seen;
  seen.name = group.name;
  seen.desired = group.desired;
  seen.elb_health_check = group.health_check_type.contains("ELB");
  seen.replacement_suspended = suspended("HealthCheck") && suspended("ReplaceUnhealthy");
  for (const auto& instance : group.instances)
    seen.members.push_back({instance.id, instance.lifecycle_state});
  reading.observation.auto_scaling_group = std::move(seen);
}

void read_instances(Reading& reading) {
  auto& observation = reading.observation;
  std::set<std::string> ids;
  bool all_known = true;
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) all_known = false;
    if (!group.registrations || group.type != TargetType::instance) continue;
    for (const auto& registration : *group.registrations) ids.insert(registration.instance_id);
  }
  for (const auto& remediation : reading.state.open) ids.insert(remediation.instance_id);
  if (observation.auto_scaling_group) {
    for (const auto& member : observation.auto_scaling_group->members) ids.insert(member.instance_id);
  }
  if (ids.empty()) {
    observation.instances_complete = all_known;
    return;
  }
  const std::vector<std::string> asked(ids.begin(), ids.end());
  auto answer = aws::ec2::describe_instances(reading.caller, asked);
  if (!answer) return reading.problem("instances", answer.error());
  reading.stamp.saw(answer->date);
  observation.instances_complete = all_known;
  for (const auto& instance : answer->value) {
    const auto tag = instance.tags.find("aws:autoscaling:groupName");
    observation.instances[instance.id] = {
        .id = instance.id,
        .state = instance_state(instance.state),
        .launch_time = instance.launch_time,
        .availability_zone = instance.availability_zone,
        .private_ip = instance.private_ip,
        .auto_scaling_group = tag == instance.tags.end() ? "" : tag->second};
  }
}

void read_console(const std::string& id, wire::Caller& caller, Observation& observation) {
  const auto posted = aws::ec2::console_output_time(caller, id);
  observation.consoles[id] = posted ? posted->value : std::nullopt;
  if (posted) {
    Stamp{observation}.saw(posted->date);
  } else {
    observation.problems.push_back("console output of " + id + ": " + posted.error().message);
  }
}

}  // namespace

Result<Observation> observe(const FleetPolicy& policy, const FleetState& state, wire::Caller& caller,
                            Cache& cache) {
  Reading reading{policy, state, caller, cache};
  read_groups(reading);
  read_registrations(reading);
  read_auto_scaling(reading);
  read_instances(reading);
  if (reading.observation.taken_at == Time{}) {
    if (reading.first_error) return std::unexpected(*reading.first_error);
    return fail(ErrorKind::invalid, "fleet " + policy.name + ": no answer of AWS told the time");
  }
  read_attributes(caller, cache, Freshness::cached, reading.observation);
  return std::move(reading.observation);
}

void answer(const Question& question, const FleetPolicy& policy, wire::Caller& caller, Cache& cache,
            Observation& observation, Probing probing) {
  if (question.kind == Question::Kind::signal)
    return read_signals(question, policy.reboot_when, caller, cache, observation);
  if (question.kind == Question::Kind::console) {
    for (const auto& id : question.instance_ids) read_console(id, caller, observation);
    return;
  }
  for (const auto& id : question.instance_ids) survey(id, probing, caller, cache, observation);
}

}  // namespace evenkeel::observe
