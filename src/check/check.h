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

// The words of what no look at the account alone finds: that a tick was refused something, and that a server is
// marked as out which no state knows.
inline constexpr const char* kRefusedBefore = "refused_before";
inline constexpr const char* kMarkedAsOut = "marked_as_out";
inline constexpr const char* kCouldNotLook = "could_not_look";

// Every rule's word, each once, in the order of the table: docs/check.md explains them all.
std::vector<std::string> rule_names();

// What is known of one action that the fleet needs: the list is the one that `evenkeel iam` allows.
struct Right {
  enum class State {
    allowed,    // it was tried, and AWS would do it
    denied,     // it was tried, and AWS refuses it
    not_tried,  // it could be, but nothing was there to try it on, or the call failed
    unproved,   // AWS has no way to tell without doing it
  };
  std::string action;
  State state = State::not_tried;
  bool of_check_alone = false;  // the tick does without it
};
// In the order of aws/permissions.h.
std::vector<Right> rights(const FleetPolicy& policy, const Facts& facts);

// A statement of an IAM policy.
struct PolicyStatement {
  std::vector<std::string> actions;
  std::vector<std::string> resources;
};
// What has to be added for Evenkeel to work on this fleet; empty when nothing is missing. What only check
// asks for is left out.
std::vector<PolicyStatement> missing_statements(const FleetPolicy& policy, const Facts& facts);

}  // namespace evenkeel::check

template <>
inline constexpr auto evenkeel::kWords<evenkeel::check::Right::State> =
    evenkeel::word_table<evenkeel::check::Right::State::unproved>("allowed", "denied", "not_tried",
                                                                  "unproved");
