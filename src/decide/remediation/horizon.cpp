#include "decide/remediation/horizon.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

const Document& document_of_command(const FleetPolicy& policy) {
  static const Document none;
  const auto step = std::ranges::find(policy.treatments, Treatment::command, &Step::treatment);
  return step == policy.treatments.end() ? none : step->document;
}

// What became of the document, as far as this observation tells; nullptr: it was not asked.
const CommandResult* known_result(const Intent& intent, const Observation& observation) {
  const auto found = observation.commands.find(intent.nonce);
  return found == observation.commands.end() ? nullptr : &found->second;
}

bool document_ended(const CommandResult* result) {
  using enum CommandResult::State;
  return result != nullptr && (result->state == success || result->state == failed);
}

// A boot that was seen after the request is its effect; a document that is known to have ended had its own.
bool has_acted(const Remediation& remediation, const Intent& intent, const Observation& observation) {
  if (remediation.booted_at && *remediation.booted_at > intent.at) return true;
  return intent.effect == Effect::command &&
         (!remediation.command_output.empty() || document_ended(known_result(intent, observation)));
}

}  // namespace

bool takes_out(Effect effect) { return effect == Effect::deregister || effect == Effect::enter_standby; }

Time may_act_until(const Intent& intent, const FleetPolicy& policy) {
  if (!may_have_happened(intent)) return Time{};
  const Time taken = intent.at + (intent.may_land_late ? kRequestValidity : kAnsweredWithin);
  switch (intent.effect) {
    case Effect::deregister:
    case Effect::enter_standby:
      return intent.may_land_late ? taken : Time{};  // what was taken shows, and is put back
    case Effect::reboot:
      return std::max(taken + kRebootQueue, intent.at + kRebootUnseen);
    case Effect::stop:
    case Effect::terminate:
      return taken;
    case Effect::command:
      return taken + document_of_command(policy).within;
    case Effect::register_:
    case Effect::exit_standby:
    case Effect::start:
    case Effect::capture:
    case Effect::mark:
    case Effect::unmark:
      return Time{};
  }
  return Time{};
}

Time may_act_until(const Intent& intent, const Remediation& remediation, const Observation& observation,
                   const FleetPolicy& policy) {
  return has_acted(remediation, intent, observation) ? Time{} : may_act_until(intent, policy);
}

Time treatments_may_act_until(const Remediation& remediation, const Observation& observation,
                              const FleetPolicy& policy) {
  Time latest = remediation.effects_until;
  for (const auto& intent : remediation.intents) {
    if (!takes_out(intent.effect))
      latest = std::max(latest, may_act_until(intent, remediation, observation, policy));
  }
  return latest;
}

Time may_act_until(const Remediation& remediation, PlanBuilder& builder, Treatment next) {
  Time latest = remediation.effects_until;
  for (const auto& intent : remediation.intents) {
    if (!treats(intent.effect)) continue;
    Time until = may_act_until(intent, builder.policy);
    if (intent.effect == Effect::command && until > Time{}) {
      const auto* result = builder.result_of(remediation, intent);
      if (result == nullptr || document_ended(result)) continue;
      if (result->state == CommandResult::State::running)
        until = next == Treatment::command ? builder.now() + 1s : Time{};
    }
    latest = std::max(latest, until);
  }
  return latest;
}

std::string words_of_treatment(const Intent* treatment) {
  if (treatment == nullptr) return "a treatment that a newer state may have asked for";
  return fmt::format("the {} of {}", name(treatment->effect), iso8601(treatment->at));
}

Time anything_may_act_until(const Remediation& remediation, const Observation& observation,
                            const FleetPolicy& policy) {
  Time latest = std::max(remediation.quiet_until, treatments_may_act_until(remediation, observation, policy));
  for (const auto& intent : remediation.intents) {
    if (takes_out(intent.effect)) latest = std::max(latest, may_act_until(intent, policy));
  }
  return latest;
}

}  // namespace evenkeel::decide
