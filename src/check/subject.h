// What the rules look at: a fleet's policy and facts, seen from its members. Holds pointers into the facts,
// which must outlive it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "check/facts.h"
#include "check/finding.h"
#include "decide/remediation/protocol.h"
#include "model/policy.h"

namespace evenkeel::check {

// One registration of a member in a group that the policy names.
struct CheckedTarget {
  const GroupFacts* group;
  const Registration* target;
};

struct CheckedMember {
  std::string id;
  const Instance* instance = nullptr;  // nullptr: EC2 doesn't know it, or was not read
  std::vector<CheckedTarget> places;
  bool healthy = false;  // at every place
  // Empty: not known.
  std::string zone() const { return instance == nullptr ? "" : instance->availability_zone; }
  bool running() const { return instance != nullptr && instance->state == InstanceState::running; }
};

struct Subject {
  const FleetPolicy& policy;
  const Facts& facts;
  Observation observed;  // for the guards: as a tick sees it, with the target groups of the facts
  std::map<std::string, CheckedMember>
      members;                                // by instance id: registered in a named group of type instance
  const AutoScalingGroup* scaling = nullptr;  // the one that the policy names
  int wanted = 0;                             // instances that it wants; 0: no group is named

  Subject(const FleetPolicy& policy, const Facts& facts);

  std::size_t size() const { return members.size(); }
  std::vector<std::string> ids() const;
  std::vector<std::string> ids_in(const GroupFacts& group) const;
  int healthy_in(const GroupFacts& group) const;
  // Its members, or as many as its Auto Scaling group wants: of what a share is counted.
  int counted_in(const GroupFacts& group) const;
  // How many must be left healthy: the policy's, and more than the group's own fail-open threshold.
  int required(const GroupFacts& group) const;
  // What one remediation takes when nothing delays it.
  Duration one_remediation() const;
  // What the windows leave open of a week, from 0 to 1.
  double open_share() const;
  // At most as many remediations as this can start in a day, on average over a week.
  double remediations_per_day() const;
};

// How long it stays open each time, clock changes aside.
Duration length(const Window& window);

using decide::kRegistering;

double seconds(Duration duration);

// As bad as can be when it is so for all of them.
Severity worse_for_all(std::size_t affected, std::size_t all);

// "i-1, i-2, i-3 and 4 more"
std::string some(const std::vector<std::string>& names, std::size_t shown = 3);
// "1 member", "3 members"
std::string count(std::size_t number, const std::string& noun);
// "is", or "are" for more than one
const char* is_are(std::size_t number);

}  // namespace evenkeel::check
