#include "model/fleet_state.h"

#include <algorithm>

namespace evenkeel {

bool treats_server(Effect effect) {
  return effect == Effect::command || effect == Effect::reboot || effect == Effect::stop ||
         effect == Effect::terminate;
}

bool brings_back(Effect effect) {
  return effect == Effect::register_ || effect == Effect::exit_standby || effect == Effect::start;
}

bool pause_is_requested(const FleetState& state) {
  bool requested = false;
  for (const auto& request : state.requests) {
    if (request.kind == OperatorRequest::Kind::pause) requested = true;
    if (request.kind == OperatorRequest::Kind::resume && !request.here) requested = false;
  }
  return requested;
}

bool may_have_happened(const Intent& intent) {
  return intent.outcome == OutcomeKind::accepted || intent.outcome == OutcomeKind::unknown ||
         intent.may_land_late;
}

bool is_in_force(const Pause& pause, Time now) { return !pause.until || now < *pause.until; }

bool was_treated(const Remediation& remediation) {
  if (remediation.booted_at) return true;
  if (remediation.treatment == Treatment::none) return remediation.treat && remediation.attempt > 0;
  return std::ranges::any_of(remediation.intents, [](const Intent& intent) {
    return treats_server(intent.effect) && may_have_happened(intent);
  });
}

PastRemediation past(const Remediation& ended) {
  return {.id = ended.id,
          .instance_id = ended.instance_id,
          .started_at = ended.started_at,
          .ended_at = ended.phase_since,
          .ending = ended.ending,
          .metric = ended.cause.metric,
          .value_before = ended.cause.value,
          .value_after = ended.value_after,
          .rule = ended.cause.rule,
          .treatment = ended.treatment,
          .reason = ended.cause.identity,
          .treated = was_treated(ended)};
}

}  // namespace evenkeel
