// Collects what one decision does to the fleet's state: actions with their intents, events, questions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

class Permit;

// For people: what is asked for; most effects' names say it.
const char* effect_words(Effect effect);

// What a decision asks and does, whatever policy each part of it goes by.
struct Collected {
  std::vector<Action> actions;
  std::vector<Event> events;
  struct SignalWanted {
    std::string instance_id;
    const MetricCondition* condition;  // of the policy
    bool of_reboot_when;
  };
  std::vector<SignalWanted> signals_wanted;
  std::vector<std::string> surveys_wanted, consoles_wanted, places_wanted;
  bool scaling_wanted = false;
  std::vector<Question> commands_wanted;
};

class PlanBuilder : public Collected {
 public:
  PlanBuilder(const FleetPolicy& fleet_policy, const Observation& seen, std::string tick_nonce,
              std::optional<Verdict> why_only_restores = std::nullopt)
      : policy(fleet_policy),
        observation(seen),
        only_restores(std::move(why_only_restores)),
        tick_nonce_(std::move(tick_nonce)) {}

  const FleetPolicy& policy;
  const Observation& observation;
  const std::optional<Verdict> only_restores;  // why this decision takes out and treats no server
  // Everything under way, each remediation as far as this decision has brought it.
  std::span<const Remediation> under_way;
  int members = 0;  // of the fleet, those under way included: what shares of the policy refer to

  // The signal for which the member was chosen, if it has one.
  void want_signal(const Remediation& remediation);

  Time now() const { return observation.taken_at; }
  const std::string& nonce() const { return tick_nonce_; }

  // What became of the document that the intent asked for; nullptr: it is asked, and the answer comes in this
  // tick.
  const CommandResult* result_of(const Remediation& remediation, const Intent& intent);

  // Both write the intent into the remediation and the action into the draft, under one new nonce. A removal
  // or treatment needs the gate's permit; what brings back needs none.
  void take(const Permit& permit, Remediation& remediation);
  enum class Return { register_, exit_standby, start };
  // Of a group: the ports that Auto Scaling doesn't look after, or all of them.
  enum class Ports { ours, all };
  void give_back(Return how, Remediation& remediation, const std::string& target_group_arn = {},
                 Ports ports = Ports::ours);
  // Takes off the tag of a remediation that has ended.
  void unmark(LeftMark& mark);
  // Enters a phase; the event says why.
  void enter(Remediation& remediation, Phase phase, Duration at_most, std::string why);
  // `word`: Event::word.
  void note(const Remediation& remediation, EventKind kind, std::string text, std::string word = {});
  // Ends it; the caller moves it to the recent ones.
  // Told as the ending's name and why, with `joint` between them.
  void end(Remediation& remediation, Ending ending, const std::string& why, const char* joint = ": ");

 private:
  void intend(Remediation& remediation, Effect effect, const std::string& target_group_arn, Ports ports);
  Action action_for(const Remediation& remediation, const Intent& intent, Ports ports) const;

  std::string tick_nonce_;
};

}  // namespace evenkeel::decide
