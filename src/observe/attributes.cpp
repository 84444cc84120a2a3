#include "observe/attributes.h"

#include "aws/elbv2.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {

void read_attributes(wire::Caller& caller, Cache& cache, Freshness freshness, Observation& observation) {
  std::vector<TargetGroup*> groups;
  std::vector<std::string> arns;
  for (auto& group : observation.target_groups) {
    const auto known = cache.attributes.find(group.arn);
    const bool usable = known != cache.attributes.end() && known->second.fresh(observation.taken_at);
    // What was read for this very observation is as fresh as it gets.
    if (usable && (freshness == Freshness::cached || known->second.read_at >= observation.taken_at)) {
      group.attributes = known->second.value;
      continue;
    }
    groups.push_back(&group);
    arns.push_back(group.arn);
  }
  if (arns.empty()) return;
  const auto answers = aws::elbv2::describe_target_group_attributes(caller, arns);
  Stamp stamp{observation};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    TargetGroup& group = *groups[i];
    group.attributes.reset();
    if (!answers[i]) {
      observation.problems.push_back("attributes of " + group.name + ": " + answers[i].error().message);
      continue;
    }
    stamp.saw(answers[i]->date);
    group.attributes = group_attributes(answers[i]->value);
    if (group.attributes) {
      cache.attributes[group.arn] = {answers[i]->date, *group.attributes};
    } else {
      observation.problems.push_back("attributes of " + group.name +
                                     ": a value that should be a number is not");
    }
  }
}

}  // namespace evenkeel::observe
