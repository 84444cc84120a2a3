#include "observe/attributes.h"

#include <map>
#include <set>
#include <vector>

#include "aws/elbv2.h"
#include "base/text.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

using AttributesByArn = std::map<std::string, aws::elbv2::Attributes>;

// Of those on which it depends whether a zone's requests stay in the zone; those that could not be read are
// absent, with a problem saying why.
AttributesByArn attributes_of_load_balancers(
    const std::vector<TargetGroup*>& groups,
    const std::vector<Result<aws::Dated<aws::elbv2::Attributes>>>& of_groups, wire::Caller& caller,
    Observation& observation) {
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& balancer = groups[i]->load_balancer_arn;
    if (of_groups[i] && asks_load_balancer(of_groups[i]->value, balancer)) wanted.insert(balancer);
  }
  AttributesByArn found;
  if (wanted.empty()) return found;
  const std::vector<std::string> arns(wanted.begin(), wanted.end());
  auto answers = aws::elbv2::describe_load_balancer_attributes(caller, arns);
  for (std::size_t i = 0; i < arns.size(); ++i) {
    if (auto* all =
            take_in(observation, Problem::Kind::load_balancer_attributes, printable(arns[i]), answers[i]))
      found[arns[i]] = std::move(*all);
  }
  return found;
}

}  // namespace

void read_attributes(wire::Caller& caller, Cache& cache, Freshness freshness, Observation& observation) {
  std::vector<TargetGroup*> groups;
  std::vector<std::string> arns;
  for (auto& group : observation.target_groups) {
    const auto known = cache.attributes.find(group.arn);
    const bool usable = known != cache.attributes.end() && known->second.fresh(observation.taken_at);
    // What was read for this very observation is as fresh as it gets.
    if (usable && (freshness == Freshness::cached || known->second.read_at >= observation.taken_at)) {
      group.attributes = known->second.value.attributes;
      group.zonal = known->second.value.zonal;
      continue;
    }
    groups.push_back(&group);
    arns.push_back(group.arn);
  }
  if (arns.empty()) return;
  const auto answers = aws::elbv2::describe_target_group_attributes(caller, arns);
  const auto of_load_balancers = attributes_of_load_balancers(groups, answers, caller, observation);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    TargetGroup& group = *groups[i];
    group.attributes.reset();
    group.zonal.reset();
    if (take_in(observation, Problem::Kind::attributes, group.name, answers[i]) == nullptr) continue;
    group.attributes = group_attributes(answers[i]->value);
    const auto of_load_balancer = of_load_balancers.find(group.load_balancer_arn);
    group.zonal =
        keeps_zones(answers[i]->value, group.load_balancer_arn,
                    of_load_balancer == of_load_balancers.end() ? nullptr : &of_load_balancer->second);
    if (group.attributes) {
      cache.attributes[group.arn] = {answers[i]->date, {*group.attributes, group.zonal}};
    } else {
      observation.problems.push_back(
          {Problem::Kind::attributes, group.name, "a value that should be a number is not"});
    }
  }
}

}  // namespace evenkeel::observe
