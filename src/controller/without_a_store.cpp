#include "controller/without_a_store.h"

#include <algorithm>
#include <fmt/core.h>

#include "act/act.h"
#include "base/text.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::controller {
namespace {

// Another tick that can write might still treat it, unless it is past that: treated, on its way back, held, or
// not treated in time.
bool is_past_treatment(const Remediation& stored, Time now) {
  switch (stored.phase) {
    case Phase::starting:
    case Phase::booting:
    case Phase::rejoining:
    case Phase::soaking:
    case Phase::held:
      return true;
    case Phase::draining:
    case Phase::capturing:
      return !stored.treat || now - stored.deadline > decide::kVisibleAfter;
    case Phase::commanding:
    case Phase::stopping:
    case Phase::rebooting:
    case Phase::replacing:
    case Phase::done:
      break;
  }
  return false;
}

}  // namespace

std::vector<Action> safe_without_a_store(const FleetState& stored, const Plan& plan) {
  std::vector<Action> safe;
  for (const auto& action : plan.actions) {
    const auto open = std::ranges::find(stored.open, action.remediation_id, &Remediation::id);
    if (!action.restores || !brings_back(action.effect) || open == stored.open.end()) continue;
    const bool started = action.effect == Effect::start && open->phase == Phase::stopping;
    if (started || is_past_treatment(*open, action.at)) safe.push_back(action);
  }
  return safe;
}

Error restore_without_a_store(Error error, const FleetState& stored, const Plan& plan, Time until,
                              Parts& parts) {
  if (error.code != record::kReadOnlyCode && error.code != record::kNotWrittenCode) return error;
  const auto actions = safe_without_a_store(stored, plan);
  if (actions.empty()) return error;
  const auto now = parts.journal.load(stored.fleet);
  if (!now || !*now || (*now)->revision != stored.revision) return error;  // another tick goes on from there
  std::vector<std::string> sent;
  parts.aws.set_deadline(until);
  parts.aws.set_urgency(wire::Urgency::restore);
  for (const auto& action : actions) {
    if (parts.clock.now() >= until) break;
    const auto outcome = act::perform(action, parts.aws);
    sent.push_back(
        fmt::format("{} {}: {}", printable(action.instance_id), name(action.effect), name(outcome.kind)));
  }
  parts.aws.set_urgency(wire::Urgency::ordinary);
  error.message += ". Put back all the same, which is not recorded: " + join(sent, ", ");
  return error;
}

}  // namespace evenkeel::controller
