#include "decide/remediation/denied.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::decide {
namespace {

constexpr std::size_t kDenials = 32;  // the state is one document
constexpr std::size_t kDenialText = 400;

bool treats(const FleetPolicy& policy, Treatment treatment) {
  return std::ranges::find(policy.treatments, treatment, &Step::treatment) != policy.treatments.end();
}

bool by_standby(const FleetPolicy& policy) {
  return !policy.auto_scaling_group.empty() && policy.leave_by == Leave::standby;
}

using SurveyAnswer = std::optional<bool> Survey::*;

// What each effect is to a fleet.
struct EffectFacts {
  Effect effect;
  const char* words;  // "AWS refused …"
  bool (*done)(const FleetPolicy&);
  SurveyAnswer asked;  // what a survey asked AWS about it, without an effect; nullptr: there is no way
  std::optional<Treatment> treats;  // it is how this treatment is applied
};

constexpr auto kEffectFacts = std::to_array<EffectFacts>({
    {Effect::deregister,
     "a deregistration",
     [](const FleetPolicy&) { return true; },
     &Survey::may_deregister,
     {}},
    {Effect::register_, "a registration", [](const FleetPolicy&) { return true; }, &Survey::may_register, {}},
    {Effect::enter_standby, "Standby", by_standby, nullptr, {}},
    {Effect::exit_standby, "the return from Standby", by_standby, &Survey::may_register, {}},
    {Effect::capture,
     "the evidence's document",
     [](const FleetPolicy& p) { return p.evidence.has_value(); },
     nullptr,
     {}},
    {Effect::command, "the command", [](const FleetPolicy& p) { return treats(p, Treatment::command); },
     nullptr, Treatment::command},
    {Effect::reboot, "the reboot", [](const FleetPolicy& p) { return treats(p, Treatment::reboot); },
     &Survey::may_reboot, Treatment::reboot},
    {Effect::stop, "to stop a server", [](const FleetPolicy& p) { return treats(p, Treatment::stop_start); },
     &Survey::may_reboot, Treatment::stop_start},
    {Effect::start,
     "to start a server",
     [](const FleetPolicy& p) { return treats(p, Treatment::stop_start); },
     &Survey::may_reboot,
     {}},
    {Effect::terminate, "the replacement", [](const FleetPolicy& p) { return treats(p, Treatment::replace); },
     nullptr, Treatment::replace},
    {Effect::mark,
     "the tag evenkeel:state",
     [](const FleetPolicy& p) { return p.witness_tag; },
     &Survey::may_mark,
     {}},
    {Effect::unmark,
     "to take off the tag evenkeel:state",
     [](const FleetPolicy& p) { return p.witness_tag; },
     &Survey::may_mark,
     {}},
});
static_assert(kEffectFacts.size() == static_cast<std::size_t>(Effect::unmark) + 1);

const EffectFacts& facts_of(Effect effect) {
  return *std::ranges::find(kEffectFacts, effect, &EffectFacts::effect);
}

bool was_allowed(Effect effect, const Observation& observation) {
  const auto asked = facts_of(effect).asked;
  // `plan` makes no call that could change anything, and takes these for granted.
  const bool in_earnest =
      asked == &Survey::may_reboot || asked == &Survey::may_mark || !observation.way_back.empty();
  return asked != nullptr && in_earnest && std::ranges::any_of(observation.surveys, [&](const auto& entry) {
           return (entry.second.*asked).value_or(false);
         });
}

// Refused so lately, and not to be asked for without doing it.
const Denial* in_the_way(const FleetView& fleet, Effect effect) {
  if (facts_of(effect).asked != nullptr) return nullptr;
  const auto found = std::ranges::find_if(fleet.state.denials, [&](const Denial& denial) {
    return denial.effect == effect && fleet.observation.taken_at < denial.last + kTriedAgainAfter;
  });
  return found == fleet.state.denials.end() ? nullptr : &*found;
}

// By which of them a start would come to nothing: what every member leaves by, evidence without which none is
// treated, every treatment of the policy.
const Denial* what_stops_starts(const FleetView& fleet) {
  const auto& policy = fleet.policy;
  if (by_standby(policy)) {
    if (const auto* no = in_the_way(fleet, Effect::enter_standby)) return no;
  }
  if (policy.evidence && policy.evidence->required) {
    if (const auto* no = in_the_way(fleet, Effect::capture)) return no;
  }
  const Denial* last = nullptr;
  for (const auto& step : policy.treatments) {
    const auto how = std::ranges::find(kEffectFacts, std::optional(step.treatment), &EffectFacts::treats);
    const auto* no = how == kEffectFacts.end() ? nullptr : in_the_way(fleet, how->effect);
    if (no == nullptr) return nullptr;
    last = no;
  }
  return last;
}

}  // namespace

void remember_denial(FleetState& state, const Intent& intent, const Outcome& outcome, Time now) {
  const auto known = std::ranges::find_if(state.denials, [&](const Denial& denial) {
    return denial.effect == intent.effect && denial.target_group_arn == intent.target_group_arn;
  });
  if (outcome.kind == OutcomeKind::accepted && known != state.denials.end()) state.denials.erase(known);
  if (!outcome.denied) return;
  const auto detail = printable(outcome.detail, kDenialText);
  if (known != state.denials.end()) {
    known->last = now;
    known->detail = detail;
  } else if (state.denials.size() < kDenials) {
    state.denials.push_back({intent.effect, intent.target_group_arn, now, now, detail});
  }
}

void forget_denials(FleetState& state, const FleetPolicy& policy, const Observation& observation) {
  std::erase_if(state.denials, [&](const Denial& denial) {
    return observation.taken_at - denial.last > kDenialCounts || !facts_of(denial.effect).done(policy) ||
           was_allowed(denial.effect, observation);
  });
}

std::string denial_words(const Denial& denial, const std::string& fleet) {
  const bool can_ask = facts_of(denial.effect).asked != nullptr;
  return fmt::format(
      "AWS refused {}, last at {}: {}; {}, or at once after: evenkeel resume {} --reason …",
      facts_of(denial.effect).words, iso8601(denial.last), denial.detail,
      can_ask
          ? "the next start asks again before it takes a server out"
          : fmt::format("there is no way to ask without doing it, so the next start after {} tries it again",
                        iso8601(denial.last + kTriedAgainAfter)),
      fleet);
}

Question survey_question(const FleetState& state, const std::string& instance_id) {
  Question question{.kind = Question::Kind::survey, .instance_ids = {instance_id}, .lookback = {}};
  question.way_out =
      std::ranges::find(state.denials, Effect::deregister, &Denial::effect) != state.denials.end();
  return question;
}

Ruling action_denied(const FleetView& fleet, bool) {
  const auto* no = what_stops_starts(fleet);
  if (no == nullptr) return std::nullopt;
  return Verdict{
      Reason::action_denied, denial_words(*no, fleet.policy.name), {}, no->last + kTriedAgainAfter};
}

}  // namespace evenkeel::decide
