// What the fleets that act as one identity are and need, in IAM's terms.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/permissions.h"
#include "iam/least_policy.h"

namespace evenkeel::iam {

// ARNs of the fleets, with "*" where the policy file doesn't say.
struct Scope {
  std::string role_arn;  // empty: the identity that Evenkeel runs as
  std::vector<const FleetPolicy*> fleets;
  std::set<std::string> regions;  // "*" among them: any
  std::set<std::string> target_group_arns;
  std::set<std::string> instance_arns;
  std::set<std::string> scaling_group_arns;
  std::set<std::string> document_arns;  // run by SSM
  std::set<std::string> calendar_arns;
  std::set<std::string> scaling_groups;  // names
  bool every_fleet_has_a_scaling_group = true;
};

Scope scope_of(std::vector<const FleetPolicy*> fleets, const std::string& role_arn, const Setting& setting);

// The same of those fleets alone that need the action.
Scope those_who_need(std::string_view action, const Scope& scope, const Setting& setting);

bool some_fleet_needs(const aws::NeededPermission& permission, const Scope& scope);

// The tag, and its values, by which IAM can tell the scope's instances from all others; nothing when there is
// none for all fleets.
std::optional<std::pair<std::string, OrderedJson>> instance_tag(const Scope& scope, const Setting& setting);

}  // namespace evenkeel::iam
