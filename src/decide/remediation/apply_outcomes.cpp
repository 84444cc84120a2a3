#include "decide/remediation/apply_outcomes.h"

#include <algorithm>
#include <fmt/core.h>

#include "decide/remediation/denied.h"
#include "decide/remediation/in_force.h"
#include "decide/remediation/plan_builder.h"

namespace evenkeel::decide {
namespace {

// " tg1-80"; empty for a reboot, which has no group.
std::string where(const Remediation& remediation, const Intent& intent) {
  const auto target =
      std::ranges::find(remediation.snapshot, intent.target_group_arn, &SnapshotTarget::target_group_arn);
  return target == remediation.snapshot.end() ? "" : " " + target->target_group_name;
}

// Of a mark. Told once: when the tag is off. That it can't be is told after the last try (decide/remediation/witness.h).
void apply_removal(const Outcome& outcome, Time now, AppliedOutcomes& applied) {
  for (auto& mark : applied.next.left_marks) {
    if (mark.remediation_id != outcome.remediation_id || mark.removal.nonce != outcome.nonce) continue;
    mark.removal.outcome = outcome.kind;
    mark.removal.may_land_late = outcome.may_land_late;
    mark.removal.detail = outcome.detail;
    remember_denial(applied.next, mark.removal, outcome, now);
    if (outcome.kind != OutcomeKind::accepted) continue;
    applied.events.push_back({.at = now,
                              .fleet = applied.next.fleet,
                              .instance_id = mark.instance_id,
                              .remediation_id = mark.remediation_id,
                              .kind = EventKind::outcome,
                              .text = fmt::format("{}: {}", effect_words(Effect::unmark), name(outcome.kind)),
                              .word = name(outcome.kind)});
  }
}

}  // namespace

AppliedOutcomes apply_outcomes(const FleetPolicy& policy, const FleetState& state,
                               std::span<const Outcome> outcomes, Time now) {
  AppliedOutcomes applied{state, {}};
  ++applied.next.revision;
  for (const auto& outcome : outcomes) {
    const auto remediation = std::ranges::find(applied.next.open, outcome.remediation_id, &Remediation::id);
    if (remediation == applied.next.open.end()) {
      apply_removal(outcome, now, applied);
      continue;
    }
    const auto intent = std::ranges::find(remediation->intents, outcome.nonce, &Intent::nonce);
    if (intent == remediation->intents.end()) continue;
    const bool known =
        outcome.kind != OutcomeKind::accepted && !outcome.detail.empty() && intent->detail == outcome.detail;
    intent->outcome = outcome.kind;
    intent->may_land_late = outcome.may_land_late;
    intent->detail = outcome.detail;
    intent->answer = outcome.answer;
    remember_denial(applied.next, *intent, outcome, now);
    const auto note = [&](EventKind kind, std::string text, const char* word) {
      applied.events.push_back(event_of(*remediation, now, state.fleet, kind, std::move(text), word));
    };
    if (!known)
      note(EventKind::outcome,
           fmt::format("{}{}: {}{}{}", effect_words(intent->effect), where(*remediation, *intent),
                       name(outcome.kind), outcome.detail.empty() ? "" : ", ", outcome.detail),
           name(outcome.kind));
    if (intent->effect == Effect::reboot && outcome.kind == OutcomeKind::accepted &&
        remediation->phase == Phase::rebooting) {
      remediation->phase = Phase::booting;
      remediation->phase_since = now;
      remediation->deadline = now + in_force(*remediation, applied.next, policy).timing.boot;
      note(EventKind::phase, "booting: AWS accepted the reboot", name(Phase::booting));
    }
  }
  // Not only from the next tick on.
  auto& ability = applied.next.ability;
  const bool denied = std::ranges::any_of(outcomes, &Outcome::denied);
  if (denied && ability.kind != Ability::Kind::blind && !applied.next.denials.empty()) {
    ability.kind = Ability::Kind::blind;
    ability.since = now;
    for (const auto& denial : applied.next.denials)
      ability.blind_to.push_back(
          {Blindness::action_denied, name(denial.effect), denial_words(denial, state.fleet)});
  }
  return applied;
}

}  // namespace evenkeel::decide
