#include "iam/least_policy.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "aws/permissions.h"
#include "base/text.h"
#include "iam/belongings.h"
#include "iam/scope.h"
#include "wire/partition.h"

namespace evenkeel::iam {
namespace {

// Policies hold so many characters, white space not counted (IAM quotas).
constexpr std::size_t kManagedPolicyHolds = 6144;
constexpr std::size_t kInlinePoliciesHold = 10240;  // all of one role

constexpr const char* kReboot = "ec2:RebootInstances";
constexpr const char* kSendCommand = "ssm:SendCommand";
constexpr const char* kCreateTags = "ec2:CreateTags";

// What marks who is out; every other way to tag stays denied.
constexpr std::array kTagging = {kCreateTags, "ec2:DeleteTags"};

// What no mistake of ours, and no thief of our credentials, shall do with them: all but what a fleet needs
// of it.
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

// What is done to things of one kind, for the fleets that need it: allowed on theirs, denied on all others.
struct Act {
  const char* sid;
  const char* others_sid;
  std::vector<std::string> changes;
  std::vector<std::string> looks;  // at the same things; never denied
  std::set<std::string> Scope::* things;
  bool by_tag;  // theirs are told by a tag, not by the ARN
};

std::vector<Act> all_acts() {
  return {{"TakeOutAndPutBack",
           "NeverMoveOthers",
           {"elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"},
           {},
           &Scope::target_group_arns,
           false},
          {"StandBy",
           "NeverStandByOthers",
           {"autoscaling:EnterStandby", "autoscaling:ExitStandby"},
           {},
           &Scope::scaling_group_arns,
           false},
          {"RebootAndSeeItBoot",
           "NeverRebootOthers",
           {kReboot},
           {"ec2:GetConsoleOutput"},
           &Scope::instance_arns,
           true},
          {"StopStartAndSeeItBoot",
           "NeverStopOthers",
           {"ec2:StopInstances", "ec2:StartInstances"},
           {"ec2:GetConsoleOutput"},
           &Scope::instance_arns,
           true},
          {"Replace",
           "NeverReplaceOthers",
           {"autoscaling:TerminateInstanceInAutoScalingGroup"},
           {},
           &Scope::scaling_group_arns,
           false}};
}

OrderedJson deny_others(const char* sid, OrderedJson action, OrderedJson resources) {
  return {
      {"Sid", sid}, {"Effect", "Deny"}, {"Action", std::move(action)}, {"NotResource", std::move(resources)}};
}

// Adds a condition on the tag that tells the scope's instances, where there is one.
OrderedJson with_tag(OrderedJson statement, const char* test, const Scope& scope, const Setting& setting) {
  if (const auto tag = instance_tag(scope, setting))
    statement["Condition"][test]["aws:ResourceTag/" + tag->first] = tag->second;
  return statement;
}

// A negated condition also holds where the tag is missing.
OrderedJson deny_untagged(const char* sid, OrderedJson action, OrderedJson resources, const Scope& scope,
                          const Setting& setting) {
  return with_tag(statement(sid, "Deny", std::move(action), std::move(resources)), "StringNotEquals", scope,
                  setting);
}

OrderedJson in_regions(OrderedJson statement, const Scope& scope) {
  if (!scope.regions.contains("*"))
    statement["Condition"]["StringEquals"]["aws:RequestedRegion"] = scope.regions;
  return statement;
}

ArnScope own_place(const Setting& setting) {
  const auto* partition = wire::partition_of_region(setting.region);
  return {setting.region.empty() || partition == nullptr ? "*" : partition->name,
          setting.region.empty() ? "*" : setting.region, setting.account};
}

void append(OrderedJson& statements, OrderedJson more) {
  for (auto& one : more) statements.push_back(std::move(one));
}

OrderedJson looks(const Scope& scope, aws::Resource resource, aws::NeededBy needed_by) {
  OrderedJson list = OrderedJson::array();
  for (const auto& one : aws::kNeededPermissions) {
    const bool fits = !one.writes && one.resource == resource && one.needed_by == needed_by;
    if (fits && some_fleet_needs(one, scope)) list.push_back(one.action);
  }
  return list;
}

void allow_reads(const Scope& scope, const Setting& setting, OrderedJson& statements) {
  using aws::NeededBy, aws::Resource;
  statements.push_back(
      in_regions(statement("Look", "Allow", looks(scope, Resource::any, NeededBy::tick), "*"), scope));
  if (!scope.calendar_arns.empty()) {
    statements.push_back(statement("ReadCalendars", "Allow", looks(scope, Resource::calendar, NeededBy::tick),
                                   scope.calendar_arns));
  }
  if (setting.with_check) {
    statements.push_back(in_regions(
        statement("LookForCheck", "Allow", looks(scope, Resource::any, NeededBy::check), "*"), scope));
  }
}

// One tag alone: every other key is denied, whatever else this identity may do. A request without any key would pass
// "ForAllValues", and one to DeleteTags takes off every tag that a server has.
void allow_marks(const Scope& all, const Setting& setting, OrderedJson& statements) {
  const Scope scope = those_who_need(kCreateTags, all, setting);
  if (scope.fleets.empty()) return;
  OrderedJson allow = statement("MarkWhoIsOut", "Allow", kTagging, scope.instance_arns);
  allow["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"] = {kWitnessTag};
  allow["Condition"]["Null"]["aws:TagKeys"] = "false";
  statements.push_back(with_tag(std::move(allow), "StringEquals", scope, setting));
}

void forbid_other_marks(const Scope& all, const Setting& setting, OrderedJson& statements) {
  const Scope scope = those_who_need(kCreateTags, all, setting);
  if (scope.fleets.empty()) return;
  OrderedJson deny = statement("NeverTagOtherwise", "Deny", kTagging, "*");
  deny["Condition"]["ForAnyValue:StringNotEquals"]["aws:TagKeys"] = {kWitnessTag};
  statements.push_back(std::move(deny));
  if (instance_tag(scope, setting))
    statements.push_back(deny_untagged("NeverTagOthers", kTagging, "*", scope, setting));
}

void allow_acts(const Scope& all, const Setting& setting, OrderedJson& statements) {
  for (const auto& act : all_acts()) {
    const Scope scope = those_who_need(act.changes.front(), all, setting);
    if (scope.fleets.empty()) continue;
    OrderedJson actions = act.changes;
    for (const auto& look : act.looks) actions.push_back(look);
    OrderedJson allow = statement(act.sid, "Allow", std::move(actions), scope.*act.things);
    statements.push_back(act.by_tag ? with_tag(std::move(allow), "StringEquals", scope, setting)
                                    : std::move(allow));
  }
  allow_marks(all, setting, statements);
  // IAM asks for the document and for the instance; only the instance has the tag.
  const Scope scope = those_who_need(kSendCommand, all, setting);
  if (scope.fleets.empty()) return;
  statements.push_back(statement("RunDocuments", "Allow", kSendCommand, scope.document_arns));
  statements.push_back(with_tag(statement("RunOnMembers", "Allow", kSendCommand, scope.instance_arns),
                                "StringEquals", scope, setting));
}

bool is_tagging(std::string_view action) { return std::ranges::find(kTagging, action) != kTagging.end(); }

// What kNever has and some fleet needs: to tag with it, or for anything else.
bool is_needed(std::string_view pattern, bool to_tag, const Scope& scope) {
  const auto start = pattern.substr(0, pattern.find('*'));
  return std::ranges::any_of(aws::kNeededPermissions, [&](const auto& one) {
    return one.action.starts_with(start) && is_tagging(one.action) == to_tag && some_fleet_needs(one, scope);
  });
}

// Denied whole. What holds a way to tag as well is denied where the request names another tag, or none.
OrderedJson never(const Scope& scope, bool but_to_tag) {
  OrderedJson list = OrderedJson::array();
  for (const std::string pattern : kNever) {
    if (!is_needed(pattern, false, scope) && is_needed(pattern, true, scope) == but_to_tag)
      list.push_back(pattern);
  }
  if (but_to_tag) return list;
  if (!scope.fleets.empty() && !some_fleet_needs(*aws::find_permission(kReboot), scope))
    list.push_back(kReboot);
  return list;
}

void forbid(const Scope& all, const Setting& setting, OrderedJson& statements) {
  for (const auto& act : all_acts()) {
    const Scope scope = those_who_need(act.changes.front(), all, setting);
    if (scope.fleets.empty()) continue;
    if (!act.by_tag) {
      statements.push_back(deny_others(act.others_sid, act.changes, scope.*act.things));
    } else if (instance_tag(scope, setting)) {
      statements.push_back(deny_untagged(act.others_sid, act.changes, "*", scope, setting));
    }
  }
  forbid_other_marks(all, setting, statements);
  const Scope scope = those_who_need(kSendCommand, all, setting);
  if (!scope.fleets.empty()) {
    auto things = scope.document_arns;
    things.insert(scope.instance_arns.begin(), scope.instance_arns.end());
    statements.push_back(deny_others("NeverRunOthers", kSendCommand, things));
    if (instance_tag(scope, setting)) {
      statements.push_back(
          deny_untagged("NeverRunOnOthers", kSendCommand, scope.instance_arns, scope, setting));
    }
  }
  statements.push_back(statement("NeverDoThis", "Deny", never(all, false), "*"));
  if (auto others = never(all, true); !others.empty()) {
    auto deny = statement("NeverDoThisButMark", "Deny", std::move(others), "*");
    deny["Condition"]["ForAllValues:StringNotEquals"]["aws:TagKeys"] = {kWitnessTag};
    statements.push_back(std::move(deny));
  }
}

void allow_roles(const std::map<std::string, std::set<std::string>>& external_ids, OrderedJson& statements) {
  int number = 0;
  for (const auto& [role, ids] : external_ids) {
    OrderedJson assume = statement("", "Allow", "sts:AssumeRole", role);
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
      (in_role
           ? "a role's inline policies hold " + most +
                 ": print one for each part of the fleets with --fleet, for a function of its own each"
           : "a managed policy holds " + most +
                 ": print one for each part of the fleets with --fleet, for an identity of its own each"));
}

// Where nothing tells IAM which instances are meant.
void doubt_instances(const Scope& all, const Setting& setting, Grant& grant) {
  std::vector<std::string> verbs;
  for (const auto& [action, verb] : {std::pair{kReboot, "rebooted"},
                                     {"ec2:StopInstances", "stopped and started"},
                                     {kSendCommand, "made to run the policy's documents"},
                                     {kCreateTags, "tagged with evenkeel:state"}}) {
    const Scope scope = those_who_need(action, all, setting);
    if (!scope.fleets.empty() && !instance_tag(scope, setting)) verbs.emplace_back(verb);
  }
  if (verbs.empty()) return;
  grant.doubts.push_back("any instance may be " + join(verbs, ", ") +
                         ", since nothing tells IAM which are the fleets': tag the members alike and give "
                         "--instance-tag KEY=VALUE, or name each fleet's auto_scaling_group in the policy");
}

void doubt_target_groups(const Scope& scope, Grant& grant) {
  std::vector<std::string> names;
  for (const auto* fleet : scope.fleets)
    if (fleet->target_groups.empty()) names.push_back(fleet->name);
  if (names.empty()) return;
  grant.doubts.push_back(
      "targets of any target group may be moved, since IAM can't know which are attached to "
      "the Auto Scaling group: name the target_groups of " +
      printable(join(names, ", ")) + " in the policy");
}

void doubt(const Scope& scope, const Setting& setting, Grant& grant) {
  doubt_instances(scope, setting, grant);
  doubt_target_groups(scope, grant);
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
    Grant grant{role, {{"Version", "2012-10-17"}, {"Statement", OrderedJson::array()}}, {}};
    OrderedJson& statements = grant.document["Statement"];
    if (!fleets.empty()) {
      allow_reads(scope, setting, statements);
      allow_acts(scope, setting, statements);
    }
    if (own) allow_roles(external_ids, statements);
    if (belongs) append(statements, allow_belongings(setting.belongings, own_place(setting)));
    forbid(scope, setting, statements);
    if (belongs) append(statements, forbid_belongings(setting.belongings, own_place(setting)));
    doubt(scope, setting, grant);
    grants.push_back(std::move(grant));
  }
  return grants;
}

}  // namespace evenkeel::iam
