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
void absorb_removal(const Outcome& outcome, Time now, Absorbed& absorbed) {
  for (auto& mark : absorbed.next.left_marks) {
    if (mark.remediation_id != outcome.remediation_id || mark.removal.nonce != outcome.nonce) continue;
    mark.removal.outcome = outcome.kind;
    mark.removal.may_land_late = outcome.may_land_late;
    mark.removal.detail = outcome.detail;
    remember_denial(absorbed.next, mark.removal, outcome, now);
    if (outcome.kind != OutcomeKind::accepted) continue;
    absorbed.events.push_back(
        {.at = now,
         .fleet = absorbed.next.fleet,
         .instance_id = mark.instance_id,
         .remediation_id = mark.remediation_id,
         .kind = EventKind::outcome,
         .text = fmt::format("{}: {}", effect_words(Effect::unmark), name(outcome.kind)),
         .word = name(outcome.kind)});
  }
}

}  // namespace

Absorbed absorb(const FleetPolicy& policy, const FleetState& state, std::span<const Outcome> outcomes,
                Time now) {
  Absorbed absorbed{state, {}};
  ++absorbed.next.revision;
  for (const auto& outcome : outcomes) {
    const auto remediation = std::ranges::find(absorbed.next.open, outcome.remediation_id, &Remediation::id);
    if (remediation == absorbed.next.open.end()) {
      absorb_removal(outcome, now, absorbed);
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
    remember_denial(absorbed.next, *intent, outcome, now);
    const auto note = [&](EventKind kind, std::string text, const char* word) {
      absorbed.events.push_back(event_of(*remediation, now, state.fleet, kind, std::move(text), word));
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
      remediation->deadline = now + in_force(*remediation, absorbed.next, policy).timing.boot;
      note(EventKind::phase, "booting: AWS accepted the reboot", name(Phase::booting));
    }
  }
  // Not only from the next tick on.
  auto& ability = absorbed.next.ability;
  const bool denied = std::ranges::any_of(outcomes, &Outcome::denied);
  if (denied && ability.kind != Ability::Kind::blind && !absorbed.next.denials.empty()) {
    ability.kind = Ability::Kind::blind;
    ability.since = now;
    for (const auto& denial : absorbed.next.denials)
      ability.blind_to.push_back(
          {Blindness::action_denied, name(denial.effect), denial_words(denial, state.fleet)});
  }
  return absorbed;
}

}  // namespace evenkeel::decide
