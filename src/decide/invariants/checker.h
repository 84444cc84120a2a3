// Internal to the invariants: what checks one plan. Each check is one call of broken(), which a test must miss when it
// is deleted (./dev planted --invariants); what each code means stands in docs/safety.md.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "decide/invariants/invariants.h"

namespace evenkeel::decide {

struct PlanChecker {
  const FleetPolicy& policy;
  const Observation& observation;
  const FleetState& before;
  const Plan& plan;
  std::vector<Violation> found = {};
  std::string whose = {};  // the remediation that is being checked; empty: the whole plan

  void run();

 private:
  void broken(const char* invariant, const std::string& what) {
    found.push_back({invariant, whose, std::string(invariant) + ": " + what});
  }

  // invariants.cpp: the record, and what is open or ends.
  void intents();
  void none_forgotten();
  bool taken_over(const Remediation& was) const;
  bool took_out(const Remediation& was) const;
  bool in_our_standby(const Remediation& remediation) const;
  bool deregistered_by_another(const Remediation& was) const;
  bool absent_for(int sightings_before, std::optional<Time> since, Duration least) const;
  bool vanished(const SnapshotTarget& target, bool seen) const;
  bool back(const Remediation& remediation) const;
  void together();

  // start.cpp: one more member leaves.
  void start(const Remediation& remediation);
  void enough_are_left(const TargetGroup& group, const std::string& id);
  void zone_is_not_emptied(const TargetGroup& group, const std::set<std::string>& members,
                           const std::string& id);
  void all_zones_serve(const std::string& id);
  void traffic_sources(const Remediation& remediation);
  void cause(const Remediation& remediation);
  void served_before(const Remediation& remediation);
  void gates(const std::string& id);
  void none_is_marked(const std::string& id);

  // act.cpp: what is done to one that is out.
  void act(const Action& action);
  void standby(const Action& action);
  bool on_the_way_to_standby(const std::string& id) const;
  void zones_stay_even(const std::string& id);
  void left_alone(const Action& action);
  void witnessed(const Action& action);
  void serves_nowhere(const Action& action);
  void treat(const Action& action, Treatment treatment);
  void bears(const Action& action);
  void attempts(const Remediation& was, Treatment treatment);
  void not_too_early(const Action& action);
  bool may_still_act(const Remediation& was, const Intent& intent, Treatment next) const;
  const FleetPolicy& started_under(const Remediation& remediation) const;
  Time acts_until(const Remediation& remediation, const Intent& intent) const;
  bool is_over(const Intent& command) const;  // the document is known to have ended

  // What several of them need.
  static const Remediation* find(const std::vector<Remediation>& list, const std::string& id);
  static std::optional<Treatment> treatment_by(Effect effect);
  static bool serving(const TargetGroup& group, const std::string& instance_id);
  const Instance* instance_of(const std::string& id) const;              // nullptr: EC2 did not return it
  std::string zone_of(const std::string& id) const;                      // empty: not known
  const AutoScalingMember* scaling_member(const std::string& id) const;  // nullptr: not listed
  bool is_held(const std::string& id) const;                             // by its tag evenkeel:hold
  int may_be_out() const;  // of all that are or were registered, or are in the Auto Scaling group
};

}  // namespace evenkeel::decide
