#include "sim/api/actions.h"

#include <algorithm>
#include <utility>

#include "base/distance.h"
#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/metadata.h"
#include "sim/api/request.h"

namespace evenkeel::sim {
namespace {

void add_actions(std::vector<std::string>& actions, ApiService service, const auto& operations) {
  for (const auto& operation : operations)
    actions.push_back(std::string(names(service).iam) + "." + std::string(operation.action));
}

std::vector<std::string> all_actions() {
  std::vector<std::string> actions(kMetadataActions.begin(), kMetadataActions.end());
  add_actions(actions, ApiService::ec2, ec2_operations());
  add_actions(actions, ApiService::elbv2, elbv2_operations());
  add_actions(actions, ApiService::elb, elb_operations());
  add_actions(actions, ApiService::auto_scaling, auto_scaling_operations());
  add_actions(actions, ApiService::cloudwatch, cloudwatch_operations());
  add_actions(actions, ApiService::sts, sts_operations());
  add_actions(actions, ApiService::sns, sns_operations());
  add_actions(actions, ApiService::dynamodb, dynamodb_operations());
  add_actions(actions, ApiService::ssm, ssm_operations());
  std::ranges::sort(actions);
  const auto repeated = std::ranges::unique(actions);
  actions.erase(repeated.begin(), repeated.end());
  return actions;
}

// Service and action; a text without a dot is an action.
std::pair<std::string, std::string> parts_of(const std::string& name) {
  const auto dot = name.find('.');
  return dot == std::string::npos ? std::pair{std::string(), name}
                                  : std::pair{name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

const std::vector<std::string>& known_actions() {
  static const std::vector<std::string> actions = all_actions();
  return actions;
}

std::string nearest_action(std::string_view text) {
  const auto wanted = parts_of(lower(text.substr(0, 100)));
  return *std::ranges::min_element(known_actions(), {}, [&](const std::string& known) {
    const auto [service, action] = parts_of(lower(known));
    return std::pair(edit_distance(wanted.second, action), edit_distance(wanted.first, service));
  });
}

}  // namespace evenkeel::sim
