// The life of a remediation, one step a tick: draining → rebooting → booting → rejoining → soaking → done, or
// held. Every phase has a deadline and a way out; docs/operating.md draws them.
#pragma once

#include <string>
#include <vector>

#include "decide/fleet_view.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

// Collects what one decision does to the fleet's state: actions with their intents, events, questions.
class Draft {
 public:
  Draft(const FleetPolicy& fleet_policy, const Observation& seen, std::string tick_nonce)
      : policy(fleet_policy), observation(seen), tick_nonce_(std::move(tick_nonce)) {}

  const FleetPolicy& policy;
  const Observation& observation;
  std::vector<Action> actions;
  std::vector<Event> events;
  std::vector<std::string> signals_wanted;  // of members under remediation
  std::vector<std::string> surveys_wanted, consoles_wanted;

  Time now() const { return observation.taken_at; }

  // Writes the intent into the remediation and the action into the draft, under one new nonce.
  void intend(Remediation& remediation, Effect effect, const std::string& target_group_arn = {});
  // Enters a phase; the event says why.
  void enter(Remediation& remediation, Phase phase, Duration at_most, std::string why);
  void note(const Remediation& remediation, std::string kind, std::string text);
  // Ends it; the caller moves it to the recent ones.
  void end(Remediation& remediation, Ending ending, std::string why);

 private:
  std::string tick_nonce_;
};

// Moves one open remediation as far as this observation allows.
void advance(Remediation& remediation, Draft& draft, const FleetView& fleet);

}  // namespace evenkeel::decide
