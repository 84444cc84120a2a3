// The least that IAM must allow for a policy file, and what it should forbid besides: the product of
// `evenkeel iam`. Which actions take resource ARNs and tag conditions: docs/aws.md, IAM (Service Authorization
// Reference); which we need, and why: aws/permissions.h.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "iam/belongings.h"
#include "model/policy.h"

namespace evenkeel::iam {

// What the policy file doesn't say.
struct Setting {
  std::string region;         // of fleets that name none; empty: any region
  std::string account = "*";  // of fleets without a role_arn: twelve digits, or any
  // A tag that every member carries, for fleets without an Auto Scaling group (whose members have the group's
  // own tag). Without it IAM lets Evenkeel reboot any instance of the account.
  std::optional<std::pair<std::string, std::string>> instance_tag;
  bool with_check = false;  // also what `evenkeel check` alone reads
  // In `region` and `account`, for Evenkeel's own identity alone.
  Belongings belongings;
  // The document becomes the inline policy of a role, which holds more than a managed policy.
  bool inline_policy = false;
};

// One document for one identity.
struct Grant {
  std::string role_arn;             // as the policy names it; empty: the identity that Evenkeel runs as
  OrderedJson document;             // {"Version": "2012-10-17", "Statement": [...]}
  std::vector<std::string> doubts;  // for people: where IAM allows more than it would have to, and the remedy
};

// For each identity that the policy's fleets use, Evenkeel's own first; its own also for a policy without
// fleets, when there are belongings.
std::vector<Grant> least_policies(const Policy& policy, const Setting& setting);

}  // namespace evenkeel::iam
