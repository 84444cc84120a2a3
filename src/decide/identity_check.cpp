#include "decide/identity_check.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "model/identity.h"

namespace evenkeel::decide {
namespace {

// Every instance that the state remembers, open ones aside: those tell their place by their target groups.
std::set<std::string> remembered_instances(const FleetState& state) {
  std::set<std::string> ids;
  for (const auto& [id, record] : state.members) ids.insert(id);
  for (const auto& past : state.recent) ids.insert(past.instance_id);
  return ids;
}

bool finds_what_it_remembers(const FleetState& state, const Observation& observation) {
  if (const auto remembered = remembered_identity(state)) return *remembered == observation.identity;
  const auto ids = remembered_instances(state);
  return ids.empty() ||
         std::ranges::any_of(ids, [&](const std::string& id) { return observation.instances.contains(id); });
}

}  // namespace

void adopt_identity(FleetState& state, const Observation& observation, std::vector<Event>& events) {
  if (!observation.identity) return;
  if (accepts_any_place(state)) {
    events.push_back({observation.taken_at, state.fleet, "", "", EventKind::place,
                      "the fleet is in " + printable(describe(*observation.identity)) + " from now on"});
  } else if (state.identity || !finds_what_it_remembers(state, observation)) {
    return;
  }
  state.identity = observation.identity;
}

bool in_right_place(const FleetState& state, const Observation& observation) {
  return state.identity && observation.identity && *state.identity == *observation.identity;
}

std::string why_place_is_doubted(const FleetState& state, const Observation& observation) {
  if (in_right_place(state, observation) || (!state.identity && !observation.identity)) return {};
  if (!observation.identity)
    return "AWS did not say whose account this is, and the state belongs to " +
           printable(describe(*state.identity)) + ": the next tick asks again";
  if (state.identity)
    return "this is " + printable(describe(*observation.identity)) + ", and the state belongs to " +
           printable(describe(*state.identity)) +
           ": use its credentials, region and role_arn, or, if the fleet has moved: evenkeel resume " +
           state.fleet + " --here --reason …";
  return "none of the servers that the state remembers is in " + printable(describe(*observation.identity)) +
         "; if it is the right place: evenkeel resume " + state.fleet + " --here --reason …";
}

}  // namespace evenkeel::decide
