#include "model/fleet_state.h"

namespace evenkeel {

bool pause_is_wished(const FleetState& state) {
  bool wished = false;
  for (const auto& wish : state.wishes) {
    if (wish.kind == Wish::Kind::pause) wished = true;
    if (wish.kind == Wish::Kind::resume && !wish.here) wished = false;
  }
  return wished;
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
          .reason = ended.cause.identity};
}

}  // namespace evenkeel
