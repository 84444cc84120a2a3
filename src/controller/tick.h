// One pass over one fleet: load → observe → decide → record → act → record. The only place that knows the
// order.
//
// The caller's duties: (1) give every fleet its own tick, as often as it likes, from as many processes as it
// likes; (2) never carry out a plan by other means; (3) call again after an error: nothing is forgotten.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "controller/assemble.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::controller {

// A tick ends within this, or by Parts::deadline: what could not be read by then is unknown, what could not
// be sent is left to the next tick.
inline constexpr Duration kTickWithin{50'000};
// Error::code of a mistake in this program, not in what came in.
inline constexpr const char* kMistakeCode = "Evenkeel.Internal";

// What one tick saw, decided and did.
struct TickReport {
  FleetState before;                    // as it was loaded, with what operators had asked for done in it
  std::vector<Event> applied_requests;  // what was done in it: those wishes, and a clock that counts again
  Observation observation;
  Plan plan;                            // of the start half; its `next` is the state after all outcomes
  std::vector<Action> carried_out;      // what was attempted: of the restore half, then of the start half
  std::vector<Outcome> outcomes;        // one for each of them
  std::vector<Event> events;            // everything that was written to the history
  bool lost_race = false;               // another tick changed the state first: nothing was done
  std::vector<std::string> violations;  // the plan broke an invariant: only its restores were carried out
  std::optional<Error> not_recorded;    // why the start half could not be written; nothing started
};

// Looks and decides, but writes and changes nothing: what `plan` shows. `state_error` in the plan's fleet
// verdicts says when the state could not be read.
Result<TickReport> dry_tick(const FleetPolicy& policy, Parts& parts);

// One whole tick, in two halves: what is open first, to its end; then whether one more member starts.
Result<TickReport> tick(const FleetPolicy& policy, Parts& parts);

struct FleetsToTick {
  std::vector<FleetPolicy> fleets;
  std::vector<std::string> problems;  // for people: what could not be told of fleets that left the policy
};

// The fleets to tick: those that left the policy while something was open (retired: restore only), then those
// of the policy, those with a server out first: time and budget go to restores before anything else. Given
// the time, many others take turns by the minute, so that none starves when a pass runs out of time. When the
// store can't list its fleets, those of the policy are ticked all the same. The states that are read for that are
// noted in `others`, and what could not be read.
FleetsToTick fleets_to_tick(const Policy& policy, record::Journal& journal,
                            std::optional<Time> now = std::nullopt, OtherFleets* others = nullptr);

// What an operator asks for. It is stored as a wish, without this machine's time: the next tick dates it and does it
// (decide/requests.h), and a tick that was under way loses its race. Only a lost race is tried again; `conflict` after
// several.
// A wish to resume returns what it will end or, with `here`, where the state belonged, for people; one to restore is
// `not_found` when nothing is open.
Result<std::vector<std::string>> record_request(const std::string& fleet, const OperatorRequest& request,
                                                Parts& parts);

}  // namespace evenkeel::controller
