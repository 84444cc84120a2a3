// The one gate before every intent that takes a member out of service or treats it. It is asked again for
// each such intent, with the newest facts, and only what it permits can be intended (PlanBuilder::take).
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"

namespace evenkeel::decide {

class PlanBuilder;

// Why not, and what becomes of the member.
struct Refusal {
  enum class Then {
    ask,              // the draft asks for what is missing: the answer comes in this tick
    wait,             // it may pass before the phase's deadline
    put_back,         // back into service, untreated
    escalate,         // this treatment is not possible: the next one of the policy, or back
    external_change,  // an external change has taken it aside: believed, and what Evenkeel took goes back untreated
  };
  Then then = Then::wait;
  Verdict verdict;
};

// One effect on one member, let through. Nothing but the gate makes one.
class Permit {
 public:
  Effect effect() const { return effect_; }
  const std::string& remediation_id() const { return remediation_id_; }
  const std::string& target_group_arn() const { return target_group_arn_; }

 private:
  Permit(Effect effect, std::string remediation_id, std::string target_group_arn)
      : effect_(effect),
        remediation_id_(std::move(remediation_id)),
        target_group_arn_(std::move(target_group_arn)) {}
  friend std::expected<Permit, Refusal> may_remove(const Remediation&, Effect, const std::string&,
                                                   PlanBuilder&);
  friend std::expected<Permit, Refusal> may_treat(const Remediation&, Effect, PlanBuilder&);

  Effect effect_;
  std::string remediation_id_;
  std::string target_group_arn_;
};

// For people: where it may still serve ("still in web:443 (draining); api could not be read"); empty: nowhere.
std::string may_serve_in(const Remediation& remediation, const Observation& observation);

// What forbids any further step out of service, whatever it is; nothing: it may go on.
std::optional<Refusal> forbids(const Remediation& remediation, const PlanBuilder& builder);

// Does what the refusal says. True: the member goes back, or is theirs.
bool apply_refusal(const Refusal& refusal, Remediation& remediation, PlanBuilder& builder);

// Deregistering from one target group, or entering Standby. Refused where the decision only restores (the
// fleet left the policy, the tick was asked late, its plan broke an invariant, the store is full), where the
// member is tagged evenkeel:hold, is unknown to EC2 or another incarnation, an external change has taken it aside, or
// its Auto Scaling group is being deleted or refreshed.
std::expected<Permit, Refusal> may_remove(const Remediation& remediation, Effect effect,
                                          const std::string& target_group_arn, PlanBuilder& builder);

// A document, a reboot, a stop, a replacement. In addition: out of service everywhere and for long enough
// after the drain (what Auto Scaling is to replace: in service there), every place known, nothing under way in its
// Auto Scaling group, a clean survey of this tick, fewer others in treatment than keep.out allows, no earlier
// treatment that may still act, no boot by an external change; and, as the last thing that is read, its places once
// more.
std::expected<Permit, Refusal> may_treat(const Remediation& remediation, Effect effect, PlanBuilder& builder);

}  // namespace evenkeel::decide
