#include "iam/least_policy.h"

#include <array>
#include <map>
#include <set>

#include "aws/permissions.h"
#include "base/text.h"
#include "wire/partition.h"

namespace evenkeel::iam {
namespace {

// Policies hold so many characters, white space not counted (IAM quotas).
constexpr std::size_t kManagedPolicyHolds = 6144;
constexpr std::size_t kInlinePoliciesHold = 10240;  // all of one role
constexpr const char* kDescribeScaling = "autoscaling:DescribeAutoScalingGroups";
constexpr const char* kGroupTag = "aws:autoscaling:groupName";

// What no mistake of ours, and nobody who gets hold of our credentials, shall do with them.
constexpr std::array kNever = {"autoscaling:Attach*",
                               "autoscaling:Create*",
                               "autoscaling:Delete*",
                               "autoscaling:Detach*",
                               "autoscaling:Execute*",
                               "autoscaling:Put*",
                               "autoscaling:SetDesiredCapacity",
                               "autoscaling:StartInstanceRefresh",
                               "autoscaling:Terminate*",
                               "autoscaling:Update*",
                               "cloudwatch:Delete*",
                               "cloudwatch:DisableAlarmActions",
                               "ec2:Create*",
                               "ec2:Delete*",
                               "ec2:Modify*",
                               "ec2:Run*",
                               "ec2:StopInstances",
                               "ec2:TerminateInstances",
                               "elasticloadbalancing:Create*",
                               "elasticloadbalancing:Delete*",
                               "elasticloadbalancing:Modify*",
                               "elasticloadbalancing:Set*",
                               "iam:*",
                               "organizations:*",
                               "ssm:SendCommand",
                               "ssm:StartSession"};

std::string field(const std::string& arn, std::size_t number) {
  const auto fields = split(arn, ':');
  return fields.size() > number ? fields[number] : "";
}

// The fleets that act as one identity, and where they are.
struct Scope {
  std::vector<const FleetPolicy*> fleets;
  std::set<std::string> regions;  // "*" among them: any
  std::set<std::string> group_arns;
  std::set<std::string> instance_arns;
  std::set<std::string> scaling_groups;
  bool every_fleet_has_a_scaling_group = true;
};

Scope scope_of(const std::vector<const FleetPolicy*>& fleets, const std::string& role_arn,
               const Setting& setting) {
  Scope scope;
  scope.fleets = fleets;
  const std::string account = role_arn.empty() ? setting.account : field(role_arn, 4);
  for (const auto* fleet : fleets) {
    std::string region = fleet->region.empty() ? setting.region : fleet->region;
    const auto* partition =
        role_arn.empty() ? wire::partition_of_region(region) : wire::partition_of_arn(role_arn);
    const std::string aws = partition == nullptr ? "*" : partition->name;
    if (region.empty()) region = "*";
    scope.regions.insert(region);
    for (const auto& name : fleet->target_groups) {
      scope.group_arns.insert("arn:" + aws + ":elasticloadbalancing:" + region + ":" + account +
                              ":targetgroup/" + name + "/*");
    }
    scope.instance_arns.insert("arn:" + aws + ":ec2:" + region + ":" + account + ":instance/*");
    if (fleet->auto_scaling_group.empty()) {
      scope.every_fleet_has_a_scaling_group = false;
    } else {
      scope.scaling_groups.insert(fleet->auto_scaling_group);
    }
  }
  return scope;
}

Json actions(bool writes, aws::Resource resource, aws::NeededBy needed_by) {
  Json list = Json::array();
  for (const auto& one : aws::kNeededPermissions) {
    if (one.writes == writes && one.resource == resource && one.needed_by == needed_by)
      list.push_back(one.action);
  }
  return list;
}

Json statement(const char* sid, const char* effect, Json action, Json resource) {
  return {{"Sid", sid}, {"Effect", effect}, {"Action", std::move(action)}, {"Resource", std::move(resource)}};
}

Json in_regions(Json statement, const Scope& scope) {
  if (!scope.regions.contains("*"))
    statement["Condition"]["StringEquals"]["aws:RequestedRegion"] = scope.regions;
  return statement;
}

Place own_place(const Setting& setting) {
  const auto* partition = wire::partition_of_region(setting.region);
  return {setting.region.empty() || partition == nullptr ? "*" : partition->name,
          setting.region.empty() ? "*" : setting.region, setting.account};
}

void append(Json& statements, Json more) {
  for (auto& one : more) statements.push_back(std::move(one));
}

// The tag by which IAM can tell our instances from all others; nothing when there is none for all fleets.
std::optional<std::pair<std::string, Json>> instance_tag(const Scope& scope, const Setting& setting) {
  if (setting.instance_tag) return {{setting.instance_tag->first, Json(setting.instance_tag->second)}};
  if (scope.every_fleet_has_a_scaling_group) return {{kGroupTag, Json(scope.scaling_groups)}};
  return std::nullopt;
}

void allow_reads(const Scope& scope, const Setting& setting, Json& statements) {
  using aws::NeededBy, aws::Resource;
  Json look = actions(false, Resource::any, NeededBy::tick);
  if (scope.scaling_groups.empty()) std::erase(look.get_ref<Json::array_t&>(), kDescribeScaling);
  statements.push_back(in_regions(statement("Look", "Allow", std::move(look), "*"), scope));
  if (setting.with_check) {
    statements.push_back(in_regions(
        statement("LookForCheck", "Allow", actions(false, Resource::any, NeededBy::check), "*"), scope));
  }
}

void allow_acts(const Scope& scope, const Setting& setting, Json& statements) {
  using aws::NeededBy, aws::Resource;
  statements.push_back(statement("TakeOutAndPutBack", "Allow",
                                 actions(true, Resource::target_group, NeededBy::tick), scope.group_arns));
  Json on_instances = actions(true, Resource::instance, NeededBy::tick);
  for (const auto& action : actions(false, Resource::instance, NeededBy::tick))
    on_instances.push_back(action);
  Json reboot = statement("RebootAndSeeItBoot", "Allow", std::move(on_instances), scope.instance_arns);
  if (const auto tag = instance_tag(scope, setting))
    reboot["Condition"]["StringEquals"]["aws:ResourceTag/" + tag->first] = tag->second;
  statements.push_back(std::move(reboot));
}

void forbid(const Scope& scope, const Setting& setting, Json& statements) {
  using aws::NeededBy, aws::Resource;
  Json others = {{"Sid", "NeverMoveOthers"},
                 {"Effect", "Deny"},
                 {"Action", actions(true, Resource::target_group, NeededBy::tick)},
                 {"NotResource", scope.group_arns}};
  statements.push_back(std::move(others));
  if (const auto tag = instance_tag(scope, setting)) {
    Json reboots =
        statement("NeverRebootOthers", "Deny", actions(true, Resource::instance, NeededBy::tick), "*");
    // A negated condition also holds where the tag is missing.
    reboots["Condition"]["StringNotEquals"]["aws:ResourceTag/" + tag->first] = tag->second;
    statements.push_back(std::move(reboots));
  }
  statements.push_back(statement("NeverDoThis", "Deny", kNever, "*"));
}

void allow_roles(const std::map<std::string, std::set<std::string>>& external_ids, Json& statements) {
  int number = 0;
  for (const auto& [role, ids] : external_ids) {
    Json assume = statement("", "Allow", "sts:AssumeRole", role);
    assume["Sid"] = "ActInAnotherAccount" + std::to_string(++number);
    if (!ids.contains("")) assume["Condition"]["StringEquals"]["sts:ExternalId"] = ids;
    statements.push_back(std::move(assume));
  }
}

void doubt_length(const Setting& setting, Grant& grant) {
  const std::size_t length = grant.document.dump().size();
  const bool in_role = setting.inline_policy && grant.role_arn.empty();
  const std::size_t limit = in_role ? kInlinePoliciesHold : kManagedPolicyHolds;
  if (length <= limit) return;
  const std::string most = std::to_string(limit);
  grant.doubts.push_back(
      "it has " + std::to_string(length) + " characters, and " +
      (in_role ? "a role's inline policies hold " + most +
                     ": print one for each part of the fleets with --fleet, for a function of its own each"
               : "a managed policy holds " + most +
                     ": make one for each part of the fleets with --fleet, and attach them all"));
}

void doubt(const Scope& scope, const Setting& setting, Grant& grant) {
  if (!scope.fleets.empty() && !instance_tag(scope, setting)) {
    grant.doubts.push_back(
        "any instance may be rebooted, since nothing tells IAM which are the fleets': tag the members alike "
        "and give --instance-tag KEY=VALUE, or name each fleet's auto_scaling_group in the policy");
  }
  const bool belongs = grant.role_arn.empty() && !setting.belongings.none();
  if (scope.regions.contains("*") || (belongs && setting.region.empty()))
    grant.doubts.push_back(
        "it holds in every region: give --region, or name each fleet's region in the policy");
  if (grant.role_arn.empty() && (belongs || !scope.fleets.empty()) && setting.account == "*")
    grant.doubts.push_back(
        "its ARNs match in any account that it is attached in: give --account to name yours");
  doubt_length(setting, grant);
}

}  // namespace

std::vector<Grant> least_policies(const Policy& policy, const Setting& setting) {
  std::map<std::string, std::vector<const FleetPolicy*>> by_role{{"", {}}};
  std::map<std::string, std::set<std::string>> external_ids;
  for (const auto& fleet : policy.fleets) {
    by_role[fleet.role_arn].push_back(&fleet);
    if (!fleet.role_arn.empty()) external_ids[fleet.role_arn].insert(fleet.external_id);
  }
  std::vector<Grant> grants;
  for (const auto& [role, fleets] : by_role) {
    const bool own = role.empty();
    const bool belongs = own && !setting.belongings.none();
    if (fleets.empty() && external_ids.empty() && !belongs) continue;
    const Scope scope = scope_of(fleets, role, setting);
    Grant grant{role, {{"Version", "2012-10-17"}, {"Statement", Json::array()}}, {}};
    Json& statements = grant.document["Statement"];
    if (!fleets.empty()) {
      allow_reads(scope, setting, statements);
      allow_acts(scope, setting, statements);
    }
    if (own) allow_roles(external_ids, statements);
    if (belongs) append(statements, allow_belongings(setting.belongings, own_place(setting)));
    if (fleets.empty()) {
      statements.push_back(statement("NeverDoThis", "Deny", kNever, "*"));
    } else {
      forbid(scope, setting, statements);
    }
    if (belongs) append(statements, forbid_belongings(setting.belongings, own_place(setting)));
    doubt(scope, setting, grant);
    grants.push_back(std::move(grant));
  }
  return grants;
}

}  // namespace evenkeel::iam
