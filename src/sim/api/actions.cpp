#include "sim/api/actions.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/metadata.h"
#include "sim/api/request.h"

namespace evenkeel::sim {
namespace {

void add_actions(std::vector<std::string>& actions, Service service, const auto& operations) {
  for (const auto& operation : operations)
    actions.push_back(std::string(names(service).iam) + "." + std::string(operation.action));
}

std::vector<std::string> all_actions() {
  std::vector<std::string> actions(kMetadataActions.begin(), kMetadataActions.end());
  add_actions(actions, Service::ec2, ec2_operations());
  add_actions(actions, Service::elbv2, elbv2_operations());
  add_actions(actions, Service::elb, elb_operations());
  add_actions(actions, Service::auto_scaling, auto_scaling_operations());
  add_actions(actions, Service::cloudwatch, cloudwatch_operations());
  add_actions(actions, Service::sts, sts_operations());
  add_actions(actions, Service::sns, sns_operations());
  add_actions(actions, Service::dynamodb, dynamodb_operations());
  add_actions(actions, Service::ssm, ssm_operations());
  std::ranges::sort(actions);
  const auto repeated = std::ranges::unique(actions);
  actions.erase(repeated.begin(), repeated.end());
  return actions;
}

// How many letters must be put in, left out or exchanged; capitals don't matter.
std::size_t edits(const std::string& from, const std::string& to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t exchanged = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({exchanged, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[to.size()];
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
    return std::pair(edits(wanted.second, action), edits(wanted.first, service));
  });
}

}  // namespace evenkeel::sim
