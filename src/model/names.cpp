// Words for people of what the model's values stand for.
#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel {

std::string describe(const Problem& problem) {
  if (problem.kind == Problem::Kind::not_there) return problem.text;  // says itself what is not
  return std::string{name(problem.kind)} + (problem.name.empty() ? "" : " " + problem.name) + ": " +
         problem.text;
}

std::string metric_key(const MetricCondition& condition) {
  return condition.metric_namespace + "|" + condition.metric + "|" + name(condition.statistic) + "|" +
         std::to_string(condition.period.count());
}

}  // namespace evenkeel
