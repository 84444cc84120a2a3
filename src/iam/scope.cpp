#include "iam/scope.h"

#include <algorithm>

#include "base/text.h"
#include "iam/needs.h"
#include "wire/partition.h"

namespace evenkeel::iam {
namespace {

constexpr const char* kGroupTag = "aws:autoscaling:groupName";

std::string account_of(const std::string& role_arn) {
  const auto fields = split(role_arn, ':');
  return fields.size() > 4 ? fields[4] : "";
}

// A name in which IAM sees no wildcard and no variable.
std::string literal(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '$') {
      text += std::string("${") + c + "}";
    } else {
      text += c;
    }
  }
  return text;
}

void add_fleet(Scope& scope, const FleetPolicy& fleet, const ArnScope& place) {
  const auto arn = [&](const char* service, const std::string& resource) {
    return "arn:" + place.partition + ":" + service + ":" + place.region + ":" + place.account + ":" +
           resource;
  };
  const auto document = [&](const std::string& name) {
    return document_arn(literal(name), place.partition, place.region, place.account);
  };
  scope.regions.insert(place.region);
  for (const auto& name : fleet.target_groups)
    scope.target_group_arns.insert(arn("elasticloadbalancing", "targetgroup/" + literal(name) + "/*"));
  // Those attached to the Auto Scaling group, which the policy file can't know.
  if (fleet.target_groups.empty())
    scope.target_group_arns.insert(arn("elasticloadbalancing", "targetgroup/*"));
  scope.instance_arns.insert(arn("ec2", "instance/*"));
  for (const auto& name : documents_of(fleet)) scope.document_arns.insert(document(name));
  for (const auto& name : fleet.gates.calendars) scope.calendar_arns.insert(document(name));
  if (fleet.auto_scaling_group.empty()) {
    scope.every_fleet_has_a_scaling_group = false;
    return;
  }
  scope.scaling_groups.insert(fleet.auto_scaling_group);
  scope.scaling_group_arns.insert(
      arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/" + literal(fleet.auto_scaling_group)));
}

}  // namespace

Scope scope_of(std::vector<const FleetPolicy*> fleets, const std::string& role_arn, const Setting& setting) {
  Scope scope;
  scope.role_arn = role_arn;
  for (const auto* fleet : fleets) {
    const std::string region = fleet->region.empty() ? setting.region : fleet->region;
    const auto* partition =
        role_arn.empty() ? wire::partition_of_region(region) : wire::partition_of_arn(role_arn);
    add_fleet(scope, *fleet,
              {.partition = partition == nullptr ? "*" : partition->name,
               .region = region.empty() ? "*" : region,
               .account = role_arn.empty() ? setting.account : account_of(role_arn)});
  }
  scope.fleets = std::move(fleets);
  return scope;
}

Scope those_who_need(std::string_view action, const Scope& scope, const Setting& setting) {
  const auto* permission = aws::find_permission(action);
  auto fleets = scope.fleets;
  std::erase_if(fleets,
                [&](const auto* fleet) { return permission == nullptr || !needs(*fleet, *permission); });
  return scope_of(std::move(fleets), scope.role_arn, setting);
}

bool some_fleet_needs(const aws::NeededPermission& permission, const Scope& scope) {
  return std::ranges::any_of(scope.fleets, [&](const auto* fleet) { return needs(*fleet, permission); });
}

std::optional<std::pair<std::string, OrderedJson>> instance_tag(const Scope& scope, const Setting& setting) {
  if (setting.instance_tag) return {{setting.instance_tag->first, OrderedJson(setting.instance_tag->second)}};
  if (scope.every_fleet_has_a_scaling_group) return {{kGroupTag, OrderedJson(scope.scaling_groups)}};
  return std::nullopt;
}

}  // namespace evenkeel::iam
