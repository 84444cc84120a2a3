// What the fleets of one store have to do with one another: a server is counted over all of them, and no two of
// them may start the same one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/fleet_state.h"
#include "model/observation.h"

namespace evenkeel::controller {

class OtherFleets {
 public:
  // The fleet's state as it was read or written last. `in_policy`: the fleet may start something.
  void note(const FleetState& state, bool in_policy);
  // Its state could not be read.
  void note_unread(const std::string& fleet, const std::string& why);
  // Which fleets there are could not be read.
  void note_unlisted(const std::string& why);
  // Fills into the fleet's observation what the others have done, and which groups are theirs; or why that is
  // not known. Also what an operator, or the breaker, had stopped under a name that the policy does not have any more,
  // for the same target groups: a fleet that was renamed starts nothing either.
  void add_others(const std::string& fleet, Observation& observation) const;

 private:
  struct Known {
    std::optional<Identity> identity;
    std::vector<std::string> groups;  // of a fleet that may start something
    std::map<std::string, InOtherFleet> instances;
    std::set<std::string> remediations;  // ids of all that its state knows
    // Of a fleet that the policy does not have any more:
    std::set<std::string> former_groups = {};
    std::optional<Pause> pause = {};
    std::optional<Breaker> breaker = {};
  };
  std::map<std::string, Known> fleets_;
  std::map<std::string, std::string> unread_;  // fleet → why
  std::string unlisted_;                       // why; empty: they are known
};

}  // namespace evenkeel::controller
