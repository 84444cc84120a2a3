#include "decide/remediation/plan_builder.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/gate.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/protocol.h"
#include "decide/remediation/witness.h"

namespace evenkeel::decide {
namespace {

constexpr std::size_t kMarkStamp = 8;  // characters of a nonce that tell one state's tag from another's

Effect effect_of(PlanBuilder::Return how) {
  switch (how) {
    case PlanBuilder::Return::register_:
      return Effect::register_;
    case PlanBuilder::Return::exit_standby:
      return Effect::exit_standby;
    case PlanBuilder::Return::start:
      break;
  }
  return Effect::start;
}

// For people: "deregister tg1-80", "enter_standby web-asg", "command RecyclePool".
std::string action_words(const Action& action, const std::string& group_name) {
  std::string words = effect_words(action.effect);
  for (const auto& object : {group_name, action.auto_scaling_group, action.document.name}) {
    if (!object.empty()) words += " " + printable(object);
  }
  return words;
}

}  // namespace

const char* effect_words(Effect effect) {
  switch (effect) {
    case Effect::mark:
      return "put the tag evenkeel:state on it";
    case Effect::unmark:
      return "take the tag evenkeel:state off";
    default:
      return name(effect);
  }
}

void PlanBuilder::want_signal(const Remediation& remediation) {
  if (const auto* condition = condition_of(remediation, policy))
    signals_wanted.push_back({remediation.instance_id, condition, remediation.cause.rule.empty()});
}

Action PlanBuilder::action_for(const Remediation& remediation, const Intent& intent, Ports ports) const {
  Action action{.effect = intent.effect,
                .instance_id = remediation.instance_id,
                .remediation_id = remediation.id,
                .target_group_arn = intent.target_group_arn,
                .ports = {},
                .nonce = intent.nonce,
                .at = intent.at,
                .restores = brings_back(intent.effect)};
  for (const auto& target : remediation.snapshot) {
    if (target.target_group_arn != intent.target_group_arn) continue;
    if (ports == Ports::all || !target.by_auto_scaling) action.ports.push_back(target.port);
  }
  if (intent.effect == Effect::enter_standby || intent.effect == Effect::exit_standby)
    action.auto_scaling_group = remediation.auto_scaling_group;
  if (intent.effect == Effect::capture && policy.evidence) action.document = policy.evidence->document;
  if (intent.effect == Effect::command)
    action.document = policy.treatments.at(static_cast<std::size_t>(remediation.level)).document;
  if (intent.effect == Effect::mark) action.tag_value = mark_value(policy.name, remediation);
  return action;
}

const CommandResult* PlanBuilder::result_of(const Remediation& remediation, const Intent& intent) {
  const auto found = observation.commands.find(intent.nonce);
  if (found != observation.commands.end()) return &found->second;
  commands_wanted.push_back({.kind = Question::Kind::command,
                             .instance_ids = {remediation.instance_id},
                             .lookback = {},
                             .nonce = intent.nonce,
                             .command_id = intent.answer});
  return nullptr;
}

void PlanBuilder::take(const Permit& permit, Remediation& remediation) {
  if (permit.remediation_id() != remediation.id) return;
  const bool marked =
      takes_out(permit.effect()) ? is_marked(remediation, tick_nonce_) : permit.effect() == Effect::capture;
  if (policy.witness_tag && !marked) intend(remediation, Effect::mark, {}, Ports::ours);
  intend(remediation, permit.effect(), permit.target_group_arn(), Ports::ours);
}

void PlanBuilder::give_back(Return how, Remediation& remediation, const std::string& target_group_arn,
                            Ports ports) {
  intend(remediation, effect_of(how), target_group_arn, ports);
}

void PlanBuilder::intend(Remediation& remediation, Effect effect, const std::string& target_group_arn,
                         Ports ports) {
  Intent intent{.effect = effect,
                .nonce = fmt::format("{}-{}", tick_nonce_, actions.size()),
                .at = brings_back(effect) ? observation.signs_restores() : now(),
                .target_group_arn = target_group_arn,
                .outcome = OutcomeKind::unknown,
                .may_land_late = true,
                .detail = {},
                .all_ports = ports == Ports::all};
  bool reported = false;  // what is tried again and again is told once, and its outcome when it is another
  std::erase_if(remediation.intents, [&](const Intent& earlier) {
    const bool replaced = earlier.effect == effect && earlier.target_group_arn == target_group_arn;
    if (replaced && (earlier.outcome == OutcomeKind::refused || earlier.outcome == OutcomeKind::not_sent)) {
      reported = true;
      intent.detail = earlier.detail;
    }
    if (replaced) {
      auto& until = takes_out(effect) ? remediation.quiet_until : remediation.effects_until;
      until = std::max(until, may_act_until(earlier, remediation, observation, policy));
    }
    return replaced;
  });
  if (effect == Effect::mark) remediation.marks.push_back(intent.nonce.substr(0, kMarkStamp));
  Action action = action_for(remediation, intent, ports);
  const auto group =
      std::ranges::find(remediation.snapshot, target_group_arn, &SnapshotTarget::target_group_arn);
  if (!reported)
    note(remediation, EventKind::intent,
         action_words(action, group == remediation.snapshot.end() ? "" : group->target_group_name));
  remediation.intents.push_back(std::move(intent));
  actions.push_back(std::move(action));
}

void PlanBuilder::unmark(LeftMark& mark) {
  mark.removal = {.effect = Effect::unmark,
                  .nonce = fmt::format("{}-{}", tick_nonce_, actions.size()),
                  .at = now(),
                  .target_group_arn = {},
                  .outcome = OutcomeKind::unknown,
                  .may_land_late = true,
                  .detail = {}};
  ++mark.tries;
  actions.push_back({.effect = Effect::unmark,
                     .instance_id = mark.instance_id,
                     .remediation_id = mark.remediation_id,
                     .target_group_arn = {},
                     .ports = {},
                     .tag_value = mark.value,
                     .nonce = mark.removal.nonce,
                     .at = mark.removal.at});
}

void PlanBuilder::enter(Remediation& remediation, Phase phase, Duration at_most, std::string why) {
  remediation.phase = phase;
  remediation.phase_since = now();
  remediation.deadline = now() + at_most;
  note(remediation, EventKind::phase, fmt::format("{}: {}", name(phase), why), name(phase));
}

void PlanBuilder::note(const Remediation& remediation, EventKind kind, std::string text, std::string word) {
  events.push_back(event_of(remediation, now(), policy.name, kind, std::move(text), std::move(word)));
}

void PlanBuilder::end(Remediation& remediation, Ending ending, const std::string& why, const char* joint) {
  remediation.phase = Phase::done;
  remediation.phase_since = now();
  remediation.ending = ending;
  note(remediation, EventKind::done, fmt::format("{}{}{}", name(ending), joint, why), name(ending));
}

}  // namespace evenkeel::decide
