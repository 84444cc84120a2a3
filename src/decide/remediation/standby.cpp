// Whose Standby it is. Ours lasts from when it was asked for until the member was seen in service after it; what
// comes after that is an external change.
#include <algorithm>

#include "decide/remediation/horizon.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

bool accepted_after(const Intent* exit, const Intent& enter) {
  return exit != nullptr && exit->outcome == OutcomeKind::accepted && exit->at >= enter.at;
}

}  // namespace

bool asked_to_leave(const Remediation& remediation, Effect effect, const std::string& arn) {
  const auto* intent = latest_intent(remediation, effect, arn);
  return intent != nullptr && may_have_happened(*intent);
}

bool took_out(const Remediation& remediation) {
  return std::ranges::any_of(remediation.intents, [](const Intent& intent) {
    return takes_out(intent.effect) && may_have_happened(intent);
  });
}

bool may_be_in_our_standby(const Remediation& remediation) {
  const auto* enter = latest_intent(remediation, Effect::enter_standby);
  return enter != nullptr && may_have_happened(*enter) && !enter->standby_over;
}

bool in_external_standby(const Remediation& remediation, const Observation& observation) {
  if (remediation.auto_scaling_group.empty()) {
    const auto state = lifecycle_state_of(remediation.instance_id, observation);
    return state && in_standby(*state);
  }
  const auto lifecycle = lifecycle_of(remediation, observation);
  return (lifecycle == Lifecycle::standby || lifecycle == Lifecycle::entering) &&
         !may_be_in_our_standby(remediation);
}

bool back_in_service(const Remediation& remediation, const Observation& observation) {
  switch (lifecycle_of(remediation, observation)) {
    case Lifecycle::none:
      return true;
    case Lifecycle::in_service:  // our EnterStandby may not show yet
      return !may_be_in_our_standby(remediation) ||
             !may_not_show_yet(latest_intent(remediation, Effect::enter_standby), observation.taken_at);
    case Lifecycle::unknown: {
      const auto* exit = latest_intent(remediation, Effect::exit_standby);
      return exit != nullptr && exit->outcome == OutcomeKind::accepted;
    }
    default:
      return false;
  }
}

void look_at_standby(Remediation& remediation, const Observation& observation) {
  if (!may_be_in_our_standby(remediation)) return;
  auto& enter = *std::ranges::find(remediation.intents, Effect::enter_standby, &Intent::effect);
  const Time now = observation.taken_at;
  const bool left = accepted_after(latest_intent(remediation, Effect::exit_standby), enter);
  const bool certain = enter.outcome == OutcomeKind::accepted && !enter.may_land_late;
  const bool can_land = !certain && !can_not_land(enter, now);
  if (may_not_show_yet(&enter, now)) return;
  const auto lifecycle = lifecycle_of(remediation, observation);
  const bool returned =
      lifecycle == Lifecycle::in_service && (left || enter.outcome == OutcomeKind::accepted || !can_land);
  // AWS let it out of Standby: it enters again, by an external change.
  const bool enters_again = lifecycle == Lifecycle::entering && left && !can_land;
  if (returned || enters_again) enter.standby_over = true;
}

}  // namespace evenkeel::decide
