// For tests of policy documents: fleets, and a small evaluator of IAM's rules (a deny wins, then an allow,
// else no) that asks what a document would say to single requests.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/permissions.h"
#include "iam/least_policy.h"

namespace evenkeel::iam {

inline FleetPolicy fleet(const std::string& name, std::vector<std::string> groups,
                         std::string scaling_group = "") {
  FleetPolicy policy;
  policy.name = name;
  policy.region = "eu-west-1";
  policy.target_groups = std::move(groups);
  policy.auto_scaling_group = std::move(scaling_group);
  policy.reboot_when.metric = "mem_used_percent";
  return policy;
}

inline Step step(Treatment treatment, const std::string& document = "") {
  Step one;
  one.treatment = treatment;
  one.document.name = document;
  return one;
}

inline Rule when(Condition::Kind kind) {
  Condition condition;
  condition.kind = kind;
  return {.name = name(kind), .priority = 0, .all = {condition}};
}

// A fleet that uses everything that needs a permission.
inline FleetPolicy all_of_it() {
  auto policy = fleet("web", {"tg1"}, "web-asg");
  policy.treatments = {step(Treatment::command, "restart-pool"), step(Treatment::reboot),
                       step(Treatment::stop_start), step(Treatment::replace)};
  policy.gates.alarms = {"deploying"};
  policy.gates.calendars = {"web-freeze"};
  policy.witness_tag = true;
  return policy;
}

struct Ask {
  std::string action;
  std::string resource = "*";
  std::map<std::string, std::string> context{};
};

// "*" stands for any text, as in IAM.
inline bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && pattern[0] == text[0] && matches(pattern.substr(1), text.substr(1));
}

inline bool any_matches(const OrderedJson& patterns, const std::string& text) {
  if (patterns.is_string()) return matches(patterns.get<std::string>(), text);
  return std::ranges::any_of(patterns,
                             [&](const OrderedJson& one) { return matches(one.get<std::string>(), text); });
}

inline bool applies(const OrderedJson& statement, const Ask& ask) {
  if (!any_matches(statement["Action"], ask.action)) return false;
  if (statement.contains("Resource") && !any_matches(statement["Resource"], ask.resource)) return false;
  if (statement.contains("NotResource") && any_matches(statement["NotResource"], ask.resource)) return false;
  if (!statement.contains("Condition")) return true;
  for (const auto& [whole_test, keys] : statement["Condition"].items()) {
    // Over a key of several values, which a request here has at most one of: without any, all pass and none does.
    const auto test =
        whole_test.substr(whole_test.find(':') == std::string::npos ? 0 : whole_test.find(':') + 1);
    for (const auto& [key, values] : keys.items()) {
      const auto found = ask.context.find(key);
      if (test == "Null") {
        if ((found == ask.context.end()) != (values == "true")) return false;
        continue;
      }
      if (found == ask.context.end() && whole_test.starts_with("ForAllValues:")) continue;
      if (found == ask.context.end() && whole_test.starts_with("ForAnyValue:")) return false;
      const bool equal = found != ask.context.end() && any_matches(values, found->second);
      EXPECT_TRUE(test == "StringEquals" || test == "StringLike" || test == "StringNotEquals") << test;
      if (equal == (test == "StringNotEquals")) return false;
    }
  }
  return true;
}

inline bool allows(const Grant& grant, const Ask& ask) {
  bool allowed = false;
  for (const auto& statement : grant.document["Statement"]) {
    if (!applies(statement, ask)) continue;
    if (statement["Effect"] == "Deny") return false;
    allowed = true;
  }
  return allowed;
}

// The statement alone, whatever the others deny.
inline bool allows_by_itself(const Grant& grant, const std::string& sid, const Ask& ask) {
  for (const auto& statement : grant.document["Statement"])
    if (statement["Sid"] == sid) return statement["Effect"] == "Allow" && applies(statement, ask);
  ADD_FAILURE() << "no statement " << sid;
  return false;
}

inline const std::map<std::string, std::string> kIreland = {{"aws:RequestedRegion", "eu-west-1"}};
inline const std::string kGroup =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg1/0123456789abcdef";
inline const std::string kOtherGroup =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg10/0123456789abcdef";
inline const std::string kHere = "eu-west-1:123456789012:";
inline const std::string kScalingGroup =
    "arn:aws:autoscaling:" + kHere + "autoScalingGroup:0a1b:autoScalingGroupName/web-asg";
inline const std::string kOtherScalingGroup = kScalingGroup + "2";
inline const std::string kInstance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0";

inline Setting in_account() {
  Setting setting;
  setting.account = "123456789012";
  return setting;
}

inline Grant only(const Policy& policy, const Setting& setting = in_account()) {
  auto grants = least_policies(policy, setting);
  EXPECT_EQ(grants.size(), 1U);
  return grants.at(0);
}

inline std::map<std::string, std::string> of_group(const std::string& name) {
  auto context = kIreland;
  context["aws:ResourceTag/aws:autoscaling:groupName"] = name;
  return context;
}

inline std::string document(const std::string& name) { return "arn:aws:ssm:" + kHere + "document/" + name; }

// What the action would be done to, of the fleet that all_of_it() makes.
inline std::string thing(const aws::NeededPermission& needed) {
  switch (needed.resource) {
    case aws::Resource::any:
      return "*";
    case aws::Resource::target_group:
      return kGroup;
    case aws::Resource::instance:
      return kInstance;
    case aws::Resource::auto_scaling_group:
      return kScalingGroup;
    case aws::Resource::document:
      return document("restart-pool");
    case aws::Resource::calendar:
      return document("web-freeze");
  }
  return "";
}

// The call as Evenkeel makes it, in the context that IAM knows of it besides.
inline Ask call_of(const aws::NeededPermission& needed, std::map<std::string, std::string> context) {
  if (needed.action.ends_with("Tags") && needed.writes) context["aws:TagKeys"] = kWitnessTag;
  return {std::string(needed.action), thing(needed), std::move(context)};
}

inline bool may(const Grant& grant, const aws::NeededPermission& needed) {
  return allows(grant, call_of(needed, of_group("web-asg")));
}

inline bool denied(const Grant& grant, const Ask& ask) {
  return std::ranges::any_of(grant.document["Statement"], [&](const OrderedJson& statement) {
    return statement["Effect"] == "Deny" && applies(statement, ask);
  });
}

}  // namespace evenkeel::iam
