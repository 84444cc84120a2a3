// FleetState::healthy_since: since when each place has been seen healthy, where slow start makes it matter.
#pragma once

#include <map>
#include <string>

#include "model/fleet_state.h"
#include "model/observation.h"

namespace evenkeel::decide {

// Whether it matters of this place: its group has slow start, and it is healthy.
bool matters(const TargetGroup& group, const Registration& registration);

// Finds places by their key, "<arn>|<instance>:<port>". They come in nearly the order of the keys, so the
// next entry is tried before all are searched.
class KnownPlaces {
 public:
  using Known = std::map<std::string, Time>;

  explicit KnownPlaces(const Known& known) : known_(known), next_(known.begin()) {}

  // end() of `known`: not known. The entry found may be taken out of the map.
  Known::const_iterator find(const TargetGroup& group, const Registration& registration);

 private:
  const Known& known_;
  Known::const_iterator next_;
};

// What is known from now on. It is made again from what is seen, so that it stays as small as the fleet; a
// group that could not be read keeps what was known.
std::map<std::string, Time> healthy_since(const Observation& observation, std::map<std::string, Time> known);

}  // namespace evenkeel::decide
