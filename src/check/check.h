// The judgement: pure functions from a fleet's policy and what was read of the account to findings.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "check/facts.h"
#include "check/finding.h"
#include "model/policy.h"

namespace evenkeel::check {

// A fleet with what was read of it.
struct Examined {
  const FleetPolicy& policy;
  const Facts& facts;
};

// Worst first, then in the order of the rules.
std::vector<Finding> check(const FleetPolicy& policy, const Facts& facts);

// What only shows when several fleets are seen together; one list per fleet, in their order.
std::vector<std::vector<Finding>> check_together(std::span<const Examined> fleets);

// Sorts worst first, keeping the order otherwise.
void worst_first(std::vector<Finding>& findings);

// Every rule's word, each once, in the order of the table: docs/check.md explains them all.
std::vector<std::string> rule_names();

// A statement of an IAM policy.
struct Statement {
  std::vector<std::string> actions;
  std::vector<std::string> resources;
};
// What has to be added for Evenkeel to work on this fleet; empty when nothing is missing. What only check
// asks for is left out.
std::vector<Statement> missing_statements(const FleetPolicy& policy, const Facts& facts);

}  // namespace evenkeel::check
