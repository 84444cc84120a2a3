#include "observe/survey.h"

#include <algorithm>
#include <functional>
#include <set>

#include "aws/autoscaling.h"
#include "aws/ec2.h"
#include "aws/elb.h"
#include "aws/elbv2.h"
#include "base/text.h"
#include "observe/attributes.h"
#include "observe/instances.h"
#include "observe/stamp.h"
#include "observe/target_groups.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

using Allowed = Result<aws::Dated<aws::Permission>>;

bool known(const Observation& observation, const std::string& arn) {
  return std::ranges::find(observation.target_groups, arn, &TargetGroup::arn) !=
         observation.target_groups.end();
}

// An instance can be registered by its id only in groups of its own VPC, which is that of the named groups.
bool may_hold(const aws::elbv2::TargetGroup& group, const std::set<std::string>& vpcs) {
  const auto type = or_other<TargetType>(group.target_type);
  if (type == TargetType::lambda || type == TargetType::alb) return false;
  return type != TargetType::instance || vpcs.contains(group.vpc_id);
}

// Groups that are read for another's sake aren't the fleet's; and where it is registered by an address, nothing takes
// it out, whether the policy names the group or not.
void look_beside_fleet(const std::string& instance_id, const Observation& observation, Survey& found) {
  for (const auto& group : observation.target_groups) {
    if (group.of_fleet && group.type == TargetType::instance) continue;
    if (!group.registrations) {
      found.complete = false;
      found.detail = "the targets of " + group.name + " could not be read";
      continue;
    }
    for (const auto& one : *group.registrations) {
      if (one.instance_id != instance_id) continue;
      found.elsewhere.push_back(one);
      found.elsewhere_groups.push_back(group.name);
    }
  }
}

// A Classic Load Balancer sends requests to whatever it lists, and no target group shows it.
void read_classic(wire::Caller& caller, Observation& observation, Elsewhere& found) {
  found.classic.reset();
  const auto answer = aws::elb::describe_load_balancers(caller);
  if (!answer) {
    found.classic_detail = "Classic Load Balancers: " + answer.error().message;
    return;
  }
  Stamp{observation}.saw(answer->date);
  auto& classic = found.classic.emplace();
  for (const auto& balancer : answer->value)
    classic[classic_source(balancer.name).name].insert(balancer.instance_ids.begin(),
                                                       balancer.instance_ids.end());
}

// Of all members, once for all surveys.
Elsewhere read_elsewhere(wire::Caller& caller, Observation& observation) {
  Elsewhere found;
  read_classic(caller, observation, found);
  const auto all = aws::elbv2::describe_all_target_groups(caller);
  if (!all) {
    found.detail = all.error().message;
    return found;
  }
  Stamp{observation}.saw(all->date);
  read_targets_elsewhere(all->value, caller, observation, found);
  return found;
}

void look_elsewhere(const std::string& instance_id, wire::Caller& caller, Observation& observation,
                    Survey& found) {
  if (!observation.elsewhere) observation.elsewhere = read_elsewhere(caller, observation);
  const auto& elsewhere = *observation.elsewhere;
  found.complete = elsewhere.complete;
  if (!elsewhere.complete) found.detail = elsewhere.detail;
  for (std::size_t i = 0; i < elsewhere.registrations.size(); ++i) {
    if (elsewhere.registrations[i].instance_id != instance_id) continue;
    found.elsewhere.push_back(elsewhere.registrations[i]);
    found.elsewhere_groups.push_back(elsewhere.groups[i]);
  }
}

const AutoScalingMember* member_of_group(const std::string& instance_id, const Observation& observation) {
  const auto& group = observation.auto_scaling_group;
  if (!group) return nullptr;
  const auto member = std::ranges::find(group->members, instance_id, &AutoScalingMember::instance_id);
  return member == group->members.end() ? nullptr : &*member;
}

// Whether its Auto Scaling group takes it from the group's own Classic Load Balancers, and has not yet.
bool leaves_with_its_group(const std::string& instance_id, const FleetPolicy& policy,
                           const Observation& observation) {
  const auto* member = member_of_group(instance_id, observation);
  if (member == nullptr || member->lifecycle_state != LifecycleState::in_service) return false;
  const bool replaces =
      std::ranges::find(policy.treatments, Treatment::replace, &Step::treatment) != policy.treatments.end();
  return policy.leave_by == Leave::standby || replaces;
}

void look_at_classic(const std::string& instance_id, const FleetPolicy& policy,
                     const Observation& observation, Survey& found) {
  found.classic.clear();
  const auto& elsewhere = observation.elsewhere;
  if (!elsewhere || !elsewhere->classic) {
    found.complete = false;
    found.detail = elsewhere ? elsewhere->classic_detail : "Classic Load Balancers were not read";
    return;
  }
  const bool leaves_them = leaves_with_its_group(instance_id, policy, observation);
  for (const auto& [balancer, ids] : *elsewhere->classic) {
    const TrafficSource shown{TrafficSource::Kind::classic_load_balancer, balancer};
    const bool own = observation.auto_scaling_group &&
                     std::ranges::find(observation.auto_scaling_group->other_traffic_sources, shown) !=
                         observation.auto_scaling_group->other_traffic_sources.end();
    if (ids.contains(instance_id) && !(own && leaves_them)) found.classic.push_back(balancer);
  }
}

// Takes one permission into the whole: a denial stands, and what isn't known isn't allowed.
bool permits(const std::string& what, const Allowed& permission, Observation& observation,
             std::optional<bool>& whole, std::string& detail) {
  if (permission) Stamp{observation}.saw(permission->date);
  if (permission && permission->value.allowed) return true;
  whole = permission ? std::optional{false} : std::nullopt;
  detail = what + (permission ? permission->value.message : permission.error().message);
  return false;
}

void look_at_treatments(const std::string& instance_id, const FleetPolicy& policy, wire::Caller& caller,
                        Observation& observation, Survey& found) {
  found.may_reboot = true;
  for (const auto& step : policy.treatments) {
    std::vector<Allowed (*)(wire::Caller&, const std::string&)> probes;
    if (step.treatment == Treatment::reboot) probes = {aws::ec2::reboot_dry_run};
    if (step.treatment == Treatment::stop_start) probes = {aws::ec2::stop_dry_run, aws::ec2::start_dry_run};
    for (const auto probe : probes) {
      if (!permits("", probe(caller, instance_id), observation, found.may_reboot, found.detail)) return;
    }
  }
}

bool leaves_by_standby(const std::string& instance_id, const FleetPolicy& policy,
                       const Observation& observation) {
  if (policy.auto_scaling_group.empty() || policy.leave_by != Leave::standby) return false;
  return !observation.auto_scaling_group || member_of_group(instance_id, observation) != nullptr;
}

// Asked once for all surveys: the answer is the same for every member.
const Probe& way_back(const std::string& key, const std::string& shown_as,
                      const std::function<Allowed()>& ask, Observation& observation) {
  const auto known = observation.way_back.find(key);
  if (known != observation.way_back.end()) return known->second;
  Probe probe{true, {}};
  permits(shown_as + ": ", ask(), observation, probe.allowed, probe.detail);
  return observation.way_back.emplace(key, std::move(probe)).first->second;
}

// A dry run of StopInstances doesn't tell.
void look_at_stop_protection(const std::string& instance_id, const FleetPolicy& policy, wire::Caller& caller,
                             Observation& observation) {
  const bool stops = std::ranges::find(policy.treatments, Treatment::stop_start, &Step::treatment) !=
                     policy.treatments.end();
  const auto instance = observation.instances.find(instance_id);
  if (!stops || instance == observation.instances.end()) return;
  const auto answer = aws::ec2::stop_protection(caller, instance_id);
  if (const auto* on = take_in(observation, Problem::Kind::stop_protection, instance_id, answer))
    instance->second.stop_protected = *on;
}

bool serves_in(const TargetGroup& group, const std::string& instance_id) {
  return group.registrations && std::ranges::any_of(*group.registrations, [&](const Registration& one) {
           return one.instance_id == instance_id && one.state != TargetState::draining;
         });
}

// Whether it may be taken out, asked for every group that it would leave by deregistration.
void look_at_way_out(const std::string& instance_id, const FleetPolicy& policy, wire::Caller& caller,
                     Observation& observation, Survey& found) {
  const bool by_standby = leaves_by_standby(instance_id, policy, observation);
  for (const auto& group : observation.target_groups) {
    if (by_standby && group.attached) continue;  // Standby takes it out there
    if (!serves_in(group, instance_id)) continue;
    const auto leave = [&] { return aws::elbv2::deregister_probe(caller, group.arn); };
    const auto& probe = way_back("out of " + group.arn, group.name, leave, observation);
    if (probe.allowed.value_or(false)) continue;
    found.may_deregister = probe.allowed;
    found.detail = probe.detail;
    return;
  }
}

// Who is to carry the tag while it is out must be allowed to, and to lose it again.
void look_at_marks(const std::string& instance_id, const FleetPolicy& policy, wire::Caller& caller,
                   Observation& observation, Survey& found) {
  if (!policy.witness_tag) return;
  const aws::ec2::Tag tag{kWitnessTag, policy.name};
  for (const auto probe : {aws::ec2::create_tag_dry_run, aws::ec2::delete_tag_dry_run})
    if (!permits("", probe(caller, instance_id, tag), observation, found.may_mark, found.detail)) return;
}

// What we take out we must be able to put back: asked before, for every group that it would leave.
void look_at_way_back(const std::string& instance_id, const FleetPolicy& policy, wire::Caller& caller,
                      Observation& observation, Survey& found) {
  found.may_register = true;
  const auto may = [&](const Probe& probe) {
    if (probe.allowed.value_or(false)) return true;
    found.may_register = probe.allowed;
    found.detail = probe.detail;
    return false;
  };
  const auto& scaling = policy.auto_scaling_group;
  const auto exit = [&] { return aws::autoscaling::exit_standby_probe(caller, scaling); };
  if (leaves_by_standby(instance_id, policy, observation) &&
      !may(way_back(scaling, scaling, exit, observation)))
    return;
  for (const auto& group : observation.target_groups) {
    if (!serves_in(group, instance_id)) continue;
    const auto enter = [&] { return aws::elbv2::register_probe(caller, group.arn); };
    if (!may(way_back(group.arn, group.name, enter, observation))) return;
  }
}

void look_for_events(const std::string& instance_id, wire::Caller& caller, Observation& observation,
                     Survey& found) {
  const auto answer = aws::ec2::describe_instance_status(caller, std::vector{instance_id});
  if (take_in(observation, Problem::Kind::scheduled_events, instance_id, answer) == nullptr) {
    if (found.detail.empty()) found.detail = answer.error().message;
    return;
  }
  const auto own = std::ranges::find(answer->value, instance_id, &aws::ec2::InstanceStatus::id);
  if (own == answer->value.end()) {
    observation.problems.push_back(
        {Problem::Kind::scheduled_events, instance_id, "EC2 gave no status of it"});
    if (found.detail.empty()) found.detail = "EC2 gave no status of it";
    return;
  }
  found.events = instance_status(*own).events;
}

}  // namespace

// Unfiltered lists: asked for one target, AWS answers only for one port of it.
void read_targets_elsewhere(const std::vector<aws::elbv2::TargetGroup>& all, wire::Caller& caller,
                            Observation& observation, Elsewhere& found) {
  std::set<std::string> vpcs;
  for (const auto& group : all) {
    if (known(observation, group.arn)) vpcs.insert(group.vpc_id);
  }
  std::vector<std::string> arns, group_names;
  for (const auto& group : all) {
    if (known(observation, group.arn) || !may_hold(group, vpcs)) continue;
    arns.push_back(group.arn);
    group_names.push_back(group.name);
  }
  found.complete = true;
  const Addresses addresses(observation.instances);
  const auto answers = aws::elbv2::describe_target_health(caller, arns);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      if (answers[i].error().kind == ErrorKind::not_found) continue;  // deleted meanwhile
      found.complete = false;
      found.detail = "targets of " + group_names[i] + ": " + answers[i].error().message;
      continue;
    }
    Stamp{observation}.saw(answers[i]->date);
    std::vector<Registration> targets;
    for (const auto& health : answers[i]->value) targets.push_back(registration(health));
    for (auto& target : addresses.by_instance(std::move(targets))) {
      found.registrations.push_back(std::move(target));
      found.groups.push_back(group_names[i]);
    }
  }
}

void look_at_classic_again(const std::vector<std::string>& instance_ids, const FleetPolicy& policy,
                           wire::Caller& caller, Observation& observation) {
  if (!observation.elsewhere || (observation.elsewhere->classic && observation.elsewhere->classic->empty()))
    return;
  read_classic(caller, observation, *observation.elsewhere);
  for (const auto& id : instance_ids) {
    const auto survey = observation.surveys.find(id);
    if (survey != observation.surveys.end()) look_at_classic(id, policy, observation, survey->second);
  }
}

void survey(const std::string& instance_id, const FleetPolicy& policy, Probing probing, bool way_out,
            wire::Caller& caller, Cache& cache, Observation& observation) {
  Survey found;
  look_elsewhere(instance_id, caller, observation, found);
  look_beside_fleet(instance_id, observation, found);
  look_at_classic(instance_id, policy, observation, found);
  look_for_events(instance_id, caller, observation, found);
  look_at_treatments(instance_id, policy, caller, observation, found);
  look_at_stop_protection(instance_id, policy, caller, observation);
  if (probing == Probing::no) {
    found.may_register = true;
  } else if (found.may_reboot.value_or(false)) {
    look_at_way_back(instance_id, policy, caller, observation, found);
    if (way_out && found.may_register.value_or(false))
      look_at_way_out(instance_id, policy, caller, observation, found);
  }
  if (found.may_reboot.value_or(false) && found.may_register.value_or(false) &&
      found.may_deregister.value_or(false))
    look_at_marks(instance_id, policy, caller, observation, found);
  read_attributes(caller, cache, Freshness::afresh, observation);
  observation.surveys[instance_id] = std::move(found);
}

}  // namespace evenkeel::observe
