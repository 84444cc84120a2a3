// What is done to a member that is out of service everywhere: evidence, command, reboot, replacement.
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/gate.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

constexpr std::size_t kKept = 2'000;  // characters of a document's output

void begin(Remediation& remediation, PlanBuilder& builder, const Step& step, const Permit& permit) {
  const auto& timing = builder.policy.timing;
  ++remediation.attempt;
  remediation.why_untreated.clear();
  remediation.treatment = step.treatment;
  const auto why =
      (step.attempts > 1 ? fmt::format("attempt {} of {}: ", remediation.attempt, step.attempts) : "") +
      "out of service everywhere";
  switch (step.treatment) {
    case Treatment::none:
      return rejoin(remediation, builder, "drained, and the policy asks for no treatment");
    case Treatment::command:
      builder.enter(remediation, Phase::commanding, kRequestValidity + step.document.within, why);
      builder.take(permit, remediation);
      return remediation.command_output.clear();
    case Treatment::reboot:
      builder.enter(remediation, Phase::rebooting, kRequestValidity + kRebootQueue + timing.boot,
                    step.attempts > 1 ? why : "drained from every target group");
      return builder.take(permit, remediation);
    case Treatment::stop_start:
      builder.enter(remediation, Phase::stopping, kRequestValidity + timing.stop, why);
      return builder.take(permit, remediation);
    case Treatment::replace:
      return builder.enter(remediation, Phase::replacing,
                           kRequestValidity + timing.drain_slack + timing.boot + timing.rejoin,
                           "Auto Scaling is to replace it");
  }
}

bool ended(const CommandResult& result) {
  return result.state == CommandResult::State::success || result.state == CommandResult::State::failed;
}

// With its line breaks: it is for people, and each line is shown as one.
std::string kept(const CommandResult& result) {
  std::vector<std::string> lines;
  for (const auto& line : split(result.output.substr(0, kKept), '\n'))
    lines.push_back(printable(line, kKept));
  return fmt::format("{}: {}", printable(result.status), join(lines, "\n"));
}

// The same in one line, for the history.
std::string in_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

void capture_ended(Remediation& remediation, PlanBuilder& builder, bool captured, std::string what) {
  remediation.capture_over = true;
  remediation.captured = std::move(what);
  builder.note(remediation, EventKind::evidence, in_one_line(remediation.captured));
  if (!captured && builder.policy.evidence && builder.policy.evidence->required)
    put_back(remediation, builder, "the evidence could not be captured, and the policy requires it");
}

// What the Auto Scaling group has in service and healthy wherever it registers its members, in what its sizes
// count: a member whose weight is not known counts nothing there.
int in_service_and_healthy(const Remediation& remediation, const Observation& observation) {
  int count = 0;
  for (const auto& member : observation.auto_scaling_group->members) {
    if (member.lifecycle_state != LifecycleState::in_service) continue;
    const bool healthy = std::ranges::all_of(remediation.snapshot, [&](const SnapshotTarget& target) {
      if (!target.by_auto_scaling || target.vanished) return true;
      const auto* there = registration_at(target, member.instance_id, observation);
      return there != nullptr && there->state == TargetState::healthy;
    });
    if (healthy) count += observation.auto_scaling_group->in_units ? member.weight : 1;
  }
  return count;
}

// A boot puts the member on its way back.
bool came_up(Remediation& remediation, PlanBuilder& builder) {
  if (!was_seen_to_boot(remediation, builder)) return false;
  rejoin(remediation, builder, "up again: " + remediation.boot_evidence);
  return true;
}

}  // namespace

namespace {

// By what each treatment is applied, in their order. Evidence changes the server as little as none does.
constexpr std::array kEffects{Effect::capture, Effect::command, Effect::reboot, Effect::stop,
                              Effect::terminate};
static_assert(kEffects.size() == kWords<Treatment>.size());

}  // namespace

Effect effect_by(Treatment treatment) { return kEffects[static_cast<std::size_t>(treatment)]; }

Treatment treatment_by(Effect effect) {
  const auto* const found = std::ranges::find(kEffects, effect);
  return found == kEffects.end() ? Treatment::none : static_cast<Treatment>(found - kEffects.begin());
}

bool was_seen_to_boot(Remediation& remediation, PlanBuilder& builder) {
  asked_how_it_is(remediation, builder);
  const auto evidence = boot_evidence(remediation, builder.policy, builder.observation);
  if (!evidence) return false;
  remediation.booted_at = builder.now();
  remediation.boot_evidence = *evidence;
  return true;
}

bool asked_how_it_is(const Remediation& remediation, PlanBuilder& builder) {
  const auto& id = remediation.instance_id;
  const bool signal = signal_of(remediation, builder.policy, builder.observation) != nullptr ||
                      !has_signal(remediation, builder.policy);
  const bool console = builder.observation.consoles.contains(id);
  if (!signal) builder.want_signal(remediation);
  if (!console) builder.consoles_wanted.push_back(id);
  return signal && console;
}

const Step* step_of(const Remediation& remediation, const FleetPolicy& policy) {
  const auto level = static_cast<std::size_t>(remediation.level);
  return level < policy.treatments.size() ? &policy.treatments[level] : nullptr;
}

bool try_again_later(Remediation& remediation, PlanBuilder& builder, Effect effect) {
  if (builder.now() - remediation.started_at >= kRebootSentWithin) return false;
  std::erase_if(remediation.intents, [&](const Intent& intent) { return intent.effect == effect; });
  --remediation.attempt;
  builder.enter(remediation, Phase::draining, builder.policy.timing.drain_slack,
                fmt::format("the {} was not sent", name(effect)));
  return true;
}

bool escalate(Remediation& remediation, PlanBuilder& builder, const std::string& why) {
  const auto* step = step_of(remediation, builder.policy);
  if (step == nullptr || builder.policy.retired) return false;
  while (remediation.attempt >= step->attempts) {
    if (static_cast<std::size_t>(remediation.level) + 1 >= builder.policy.treatments.size()) return false;
    ++remediation.level;
    remediation.attempt = 0;
    step = step_of(remediation, builder.policy);
  }
  const auto wait =
      std::max(Duration::zero(), may_act_until(remediation, builder, step->treatment) - builder.now());
  builder.enter(remediation, Phase::draining, wait + builder.policy.timing.drain_slack,
                fmt::format("{}; next: {}", why, name(step->treatment)));
  return true;
}

void escalate_or_put_back(Remediation& remediation, PlanBuilder& builder, const std::string& why) {
  if (!escalate(remediation, builder, why)) put_back(remediation, builder, why);
}

void treat_when_ready(Remediation& remediation, PlanBuilder& builder) {
  const auto* step = step_of(remediation, builder.policy);
  if (step == nullptr || step->attempts == 0) {
    if (step == nullptr || !escalate(remediation, builder, "today's policy does not have this treatment"))
      put_back(remediation, builder, "the policy no longer has this treatment");
    return;
  }
  if (remediation.attempt >= step->attempts)
    return put_back(remediation, builder,
                    fmt::format("treatments allows {} attempt{} of {}, and {} {} been made", step->attempts,
                                step->attempts == 1 ? "" : "s", name(step->treatment), remediation.attempt,
                                remediation.attempt == 1 ? "has" : "have"));
  const auto* earlier = treatment_intent(remediation);
  if (earlier != nullptr && earlier->effect == Effect::reboot && came_up(remediation, builder)) return;
  const bool capture =
      builder.policy.evidence && !remediation.capture_over && remediation.phase != Phase::capturing;
  const auto permit = may_treat(remediation, capture ? Effect::capture : effect_by(step->treatment), builder);
  if (!permit) {
    apply_refusal(permit.error(), remediation, builder);
  } else if (capture && presence(remediation, builder.observation) != Presence::drained) {
    capture_ended(remediation, builder, false,
                  "not captured: what Auto Scaling is to replace serves until it is terminated");
    if (remediation.phase != Phase::rejoining) treat_when_ready(remediation, builder);
  } else if (capture) {
    builder.enter(remediation, Phase::capturing,
                  builder.policy.evidence->document.within + builder.policy.timing.drain_slack,
                  "out of service everywhere; capturing evidence first");
    builder.take(*permit, remediation);
  } else {
    begin(remediation, builder, *step, *permit);
  }
}

void capturing(Remediation& remediation, PlanBuilder& builder) {
  const auto* intent = latest_intent(remediation, Effect::capture);
  if (!remediation.capture_over && intent != nullptr) {
    const bool sent = intent->outcome == OutcomeKind::accepted || intent->outcome == OutcomeKind::unknown;
    const auto* result = sent ? builder.result_of(remediation, *intent) : nullptr;
    if (result != nullptr && ended(*result)) {
      capture_ended(remediation, builder, result->state == CommandResult::State::success, kept(*result));
    } else if (!sent) {
      capture_ended(remediation, builder, false, "not captured: " + intent->detail);
    } else if (!builder.policy.evidence ||
               builder.now() - intent->at >= builder.policy.evidence->document.within) {
      capture_ended(remediation, builder, false, "not captured in time");
    } else {
      return;
    }
    if (remediation.phase != Phase::capturing) return;
  }
  remediation.capture_over = true;
  treat_when_ready(remediation, builder);
  if (remediation.phase == Phase::capturing && builder.now() >= remediation.deadline)
    put_back(remediation, builder,
             fmt::format("not allowed to be treated by {}{}", iso8601(remediation.deadline),
                         remediation.why_untreated.empty() ? "" : ": " + remediation.why_untreated));
}

void commanding(Remediation& remediation, PlanBuilder& builder) {
  const auto* intent = latest_intent(remediation, Effect::command);
  if (intent == nullptr) return put_back(remediation, builder, "the state has no record of a command");
  if (intent->outcome == OutcomeKind::refused)
    return escalate_or_put_back(remediation, builder, "AWS refused the command: " + intent->detail);
  if (intent->outcome == OutcomeKind::not_sent) {
    const auto why = "the command could not be sent: " + intent->detail;
    if (!try_again_later(remediation, builder, Effect::command))
      escalate_or_put_back(remediation, builder, why);
    return;
  }
  const auto* result = builder.result_of(remediation, *intent);
  if (result == nullptr) return;
  switch (result->state) {
    case CommandResult::State::success:
      remediation.command_output = kept(*result);
      remediation.booted_at = builder.now();
      builder.note(remediation, EventKind::command, in_one_line(remediation.command_output));
      return rejoin(remediation, builder, "the command succeeded");
    case CommandResult::State::failed:
      remediation.command_output = kept(*result);
      builder.note(remediation, EventKind::command, in_one_line(remediation.command_output));
      return escalate_or_put_back(remediation, builder, "the command failed: " + printable(result->status));
    case CommandResult::State::running:
    case CommandResult::State::unknown:
      if (held_as_stopped(remediation, builder)) return;
      if (builder.now() >= remediation.deadline)
        escalate_or_put_back(remediation, builder, "the command did not end in time");
  }
}

// The reboot's answer never came: it may have happened, or may still happen until nothing late can land.
void rebooting(Remediation& remediation, PlanBuilder& builder) {
  const Intent* intent = latest_intent(remediation, Effect::reboot);
  if (intent == nullptr) return put_back(remediation, builder, "the state has no record of a reboot");
  if (intent->outcome == OutcomeKind::refused) {
    return escalate_or_put_back(remediation, builder, "AWS refused the reboot: " + intent->detail);
  }
  if (intent->outcome == OutcomeKind::not_sent) {
    const auto why = "the reboot could not be sent: " + intent->detail;
    if (!try_again_later(remediation, builder, Effect::reboot))
      escalate_or_put_back(remediation, builder, why);
    return;
  }
  if (held_as_stopped(remediation, builder)) return;
  if (came_up(remediation, builder) || builder.now() < remediation.deadline) return;
  escalate_or_put_back(
      remediation, builder,
      "the reboot's answer was lost, nothing shows that it happened, and it can no longer take effect");
}

void booting(Remediation& remediation, PlanBuilder& builder) {
  if (held_as_stopped(remediation, builder)) return;
  if (came_up(remediation, builder) || builder.now() < remediation.deadline) return;
  const auto why =
      "nothing shows that it came up within " + format_duration(builder.now() - remediation.phase_since);
  if (escalate(remediation, builder, why)) return;
  // The reboot may be waiting still: it is looked for until it can't be any more.
  const Time until = treatments_may_act_until(remediation, builder.observation, builder.policy);
  if (builder.now() < until) {
    remediation.deadline = until;
    return builder.note(
        remediation, EventKind::waits,
        fmt::format("{}; not returned before {}, as EC2 may not have carried it out yet; evenkeel "
                    "restore {} --now does not wait",
                    why, iso8601(until), remediation.instance_id));
  }
  rejoin(remediation, builder,
         why + "; registering it all the same: the load balancer's health checks decide");
}

void replacing(Remediation& remediation, PlanBuilder& builder) {
  const Time now = builder.now();
  const auto& group = builder.observation.auto_scaling_group;
  const auto found = builder.observation.instances.find(remediation.instance_id);
  const auto* intent = latest_intent(remediation, Effect::terminate);
  const bool gone = found == builder.observation.instances.end()
                        ? remediation.absent_sightings >= kAbsentSightings
                        : found->second.state == InstanceState::terminated;
  if (gone) {
    const int serving = group ? in_service_and_healthy(remediation, builder.observation) : 0;
    if (group && serving >= group->desired)
      return builder.end(remediation, Ending::replaced,
                         fmt::format("{} of {}{} in service again", serving, group->desired,
                                     group->in_units ? " units" : ""));
    if (now >= remediation.deadline && remediation.phase != Phase::held)
      hold(remediation, builder,
           "it is gone, but its Auto Scaling group has not brought the replacement into service; look at the "
           "group's activities");
    return;
  }
  if (remediation.phase == Phase::held) return;
  if (intent == nullptr || intent->outcome == OutcomeKind::not_sent) {
    if (now >= remediation.deadline)
      return put_back(remediation, builder,
                      "Auto Scaling could not be asked to replace it" +
                          (intent == nullptr ? std::string() : ": " + intent->detail));
    if (!group) return;
    if (const auto no = forbids(remediation, builder); no && apply_refusal(*no, remediation, builder)) return;
    const auto lifecycle = lifecycle_of(remediation, builder.observation);
    if (lifecycle == Lifecycle::standby) {  // to be replaced at the desired capacity it has to count again
      if (!may_not_show_yet(latest_intent(remediation, Effect::exit_standby), now))
        builder.give_back(PlanBuilder::Return::exit_standby, remediation);
    } else if (lifecycle == Lifecycle::none || lifecycle == Lifecycle::in_service) {
      const auto permit = may_treat(remediation, Effect::terminate, builder);
      if (permit) return builder.take(*permit, remediation);
      apply_refusal(permit.error(), remediation, builder);
    }
    return;
  }
  if (intent->outcome == OutcomeKind::refused)
    return put_back(remediation, builder, "Auto Scaling refused to replace it: " + intent->detail);
  const bool lost = intent->outcome == OutcomeKind::unknown && can_not_land(*intent, now);
  if ((lost || now >= remediation.deadline) && found->second.state == InstanceState::running &&
      lifecycle_state_of(remediation.instance_id, builder.observation) == LifecycleState::in_service)
    return put_back(remediation, builder, "it was to be replaced, and nothing shows that this happens");
  if (now < remediation.deadline) return;
  const auto state = lifecycle_state_of(remediation.instance_id, builder.observation);
  hold(remediation, builder,
       fmt::format(
           "Auto Scaling was asked to replace it, and has not done so by {}: there it is {}; look at the "
           "group's activities, and deregister the server where it was registered from outside",
           iso8601(remediation.deadline), state ? name(*state) : "not seen"));
}

}  // namespace evenkeel::decide
