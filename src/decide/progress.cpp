#include "decide/progress.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/evidence.h"
#include "decide/fleet_view.h"
#include "decide/guards.h"
#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

std::vector<std::string> groups_of(const Remediation& remediation) {
  std::vector<std::string> arns;
  for (const auto& target : remediation.snapshot) {
    if (!target.vanished && std::ranges::find(arns, target.target_group_arn) == arns.end()) {
      arns.push_back(target.target_group_arn);
    }
  }
  return arns;
}

const Intent* latest_intent(const Remediation& remediation, Effect effect, const std::string& arn) {
  const auto found = std::ranges::find_if(remediation.intents, [&](const Intent& intent) {
    return intent.effect == effect && intent.target_group_arn == arn;
  });
  return found == remediation.intents.end() ? nullptr : &*found;
}

// True while an accepted call may simply not be visible yet.
bool settling(const Intent* intent, Time now) {
  return intent != nullptr && intent->outcome == OutcomeKind::accepted && now - intent->at < kVisibleAfter;
}

void hold(Remediation& remediation, Draft& draft, std::string because) {
  remediation.held_because = std::move(because);
  remediation.phase = Phase::held;
  remediation.phase_since = draft.now();
  remediation.deadline = draft.now();
  draft.note(remediation, "held", remediation.held_because);
}

// From here on the member only goes back, without (another) reboot. advance() registers it in the same tick.
void put_back(Remediation& remediation, Draft& draft, std::string why) {
  remediation.treat = false;
  remediation.why_untreated = why;
  draft.enter(remediation, Phase::rejoining, draft.policy.timing.rejoin, "putting it back: " + why);
}

// The instance itself may have gone, or be another incarnation.
void look_at_instance(Remediation& remediation, Draft& draft) {
  const auto& observation = draft.observation;
  const auto found = observation.instances.find(remediation.instance_id);
  if (found == observation.instances.end()) {
    if (!observation.instances_complete) return;
    if (!remediation.absent_since) remediation.absent_since = draft.now();
    ++remediation.absent_sightings;
    const auto absent_for = draft.now() - *remediation.absent_since;
    if (remediation.absent_sightings >= kAbsentSightings && absent_for >= kAbsentFor) {
      draft.end(remediation, Ending::terminated,
                "EC2 has not known the instance for " + format_duration(absent_for));
    }
    return;
  }
  remediation.absent_sightings = 0;
  remediation.absent_since.reset();
  const Instance& instance = found->second;
  if (instance.state == InstanceState::terminated) {
    return draft.end(remediation, Ending::terminated, "the instance was terminated");
  }
  if (instance.launch_time == remediation.launch_time) return;
  remediation.launch_time = instance.launch_time;
  if (remediation.phase == Phase::draining || remediation.phase == Phase::rebooting ||
      remediation.phase == Phase::booting) {
    put_back(remediation, draft, "somebody stopped and started the instance meanwhile");
  }
}

void forget_vanished_groups(Remediation& remediation, Draft& draft) {
  for (auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto& absent = draft.observation.absent_groups;
    if (std::ranges::find(absent, target.target_group_arn) == absent.end()) continue;
    target.vanished = true;
    draft.note(remediation, "group-vanished",
               "target group " + target.target_group_name +
                   " does not exist any more; it is left out of the restore");
  }
  if (groups_of(remediation).empty() && remediation.phase != Phase::held) {
    hold(remediation, draft,
         "every target group it served in is gone; register it where it belongs, then: evenkeel restore " +
             remediation.instance_id);
  }
}

// Capacity lost for other reasons while the member is out: better to have it back than rebooted.
std::optional<std::string> guard_broken(const Remediation& remediation, const Draft& draft,
                                        const FleetView& fleet) {
  for (const auto& arn : groups_of(remediation)) {
    const auto* group = find_group(draft.observation, arn);
    if (group == nullptr || !group->registrations || !group->attributes || !fleet.groups.contains(group))
      continue;
    const int serving = fleet.groups.at(group).serving;
    if (serving < fleet.required(*group)) {
      return fmt::format("only {} are left healthy in {}, {} are asked for", serving, group->name,
                         fleet.required(*group));
    }
  }
  return std::nullopt;
}

// The groups in which the target is still in service although its deregistration, if any, must have become
// visible.
std::vector<std::string> still_in_service(const Remediation& remediation, const Draft& draft) {
  std::vector<std::string> arns;
  for (const auto& arn : groups_of(remediation)) {
    const auto* group = find_group(draft.observation, arn);
    if (group == nullptr || !group->registrations) continue;
    const bool in_service = std::ranges::any_of(*group->registrations, [&](const Registration& r) {
      return r.instance_id == remediation.instance_id && r.state != TargetState::draining &&
             r.state != TargetState::unhealthy_draining && r.state != TargetState::unused;
    });
    if (in_service && !settling(latest_intent(remediation, Effect::deregister, arn), draft.now()))
      arns.push_back(arn);
  }
  return arns;
}

// False: the signal or the console has still to be read.
bool asked_how_it_is(const Remediation& remediation, Draft& draft) {
  const auto& id = remediation.instance_id;
  const bool signal = draft.observation.signals.contains(id);
  const bool console = draft.observation.consoles.contains(id);
  if (!signal) draft.signals_wanted.push_back(id);
  if (!console) draft.consoles_wanted.push_back(id);
  return signal && console;
}

void reboot_if_ready(Remediation& remediation, Draft& draft) {
  const Time now = draft.now();
  if (draft.observation.late_by > Duration::zero()) return;
  for (const auto& intent : remediation.intents) {
    if (intent.effect == Effect::deregister && now - intent.at < kAfterDrain) return;
  }
  const auto instance = draft.observation.instances.find(remediation.instance_id);
  if (instance == draft.observation.instances.end() || instance->second.state != InstanceState::running)
    return;
  const auto survey = draft.observation.surveys.find(remediation.instance_id);
  if (survey == draft.observation.surveys.end()) {
    draft.surveys_wanted.push_back(remediation.instance_id);
    return;
  }
  if (const auto no = survey_guard(survey->second)) {
    if (no->reason == Reason::reboot_denied && survey->second.may_reboot)
      put_back(remediation, draft, no->text);
    return;  // anything else may pass before the deadline
  }
  if (!asked_how_it_is(remediation, draft)) return;
  if (const auto signs = booted_without_us(remediation, draft.policy, draft.observation))
    return put_back(remediation, draft,
                    "it has booted since it was taken out, not by this reboot: " + *signs);
  draft.enter(remediation, Phase::rebooting, kRequestValidity + kRebootQueue + draft.policy.timing.boot,
              "drained from every target group");
  draft.intend(remediation, Effect::reboot);
}

void draining(Remediation& remediation, Draft& draft, const FleetView& fleet) {
  if (draft.policy.retired) return put_back(remediation, draft, "the fleet left the policy");
  if (const auto broken = guard_broken(remediation, draft, fleet))
    return put_back(remediation, draft, *broken);
  if (draft.now() >= remediation.deadline) {
    return put_back(remediation, draft, fmt::format("not drained by {}", iso8601(remediation.deadline)));
  }
  const auto in_service = still_in_service(remediation, draft);
  for (const auto& arn : in_service) {
    const auto* intent = latest_intent(remediation, Effect::deregister, arn);
    if (intent != nullptr && intent->outcome == OutcomeKind::accepted) {
      return put_back(remediation, draft, "somebody else registered it again while it was being drained");
    }
  }
  for (const auto& arn : in_service) draft.intend(remediation, Effect::deregister, arn);
  if (presence(remediation, draft.observation) == Presence::drained) reboot_if_ready(remediation, draft);
}

void rejoin(Remediation& remediation, Draft& draft, std::string why) {
  draft.enter(remediation, Phase::rejoining, draft.policy.timing.rejoin, std::move(why));
}

// Looks for evidence of a boot; with it, the member is on its way back.
bool came_up(Remediation& remediation, Draft& draft) {
  draft.signals_wanted.push_back(remediation.instance_id);
  if (!draft.observation.consoles.contains(remediation.instance_id)) {
    draft.consoles_wanted.push_back(remediation.instance_id);
  }
  const auto evidence = boot_evidence(remediation, draft.policy, draft.observation);
  if (!evidence) return false;
  remediation.booted_at = draft.now();
  remediation.boot_evidence = *evidence;
  rejoin(remediation, draft, "up again: " + *evidence);
  return true;
}

// The reboot's answer never came: it may have happened, or may still happen until nothing late can land.
void rebooting(Remediation& remediation, Draft& draft) {
  const Intent* intent = reboot_intent(remediation);
  if (intent == nullptr) return put_back(remediation, draft, "the state tells of no reboot");
  if (intent->outcome == OutcomeKind::refused) {
    return put_back(remediation, draft, "AWS refused the reboot: " + intent->detail);
  }
  if (intent->outcome == OutcomeKind::not_sent) {
    if (draft.now() - remediation.started_at >= kRebootSentWithin) {
      return put_back(remediation, draft, "the reboot could not be sent: " + intent->detail);
    }
    std::erase_if(remediation.intents, [](const Intent& i) { return i.effect == Effect::reboot; });
    return draft.enter(remediation, Phase::draining, draft.policy.timing.drain_slack,
                       "the reboot was not sent");
  }
  if (!came_up(remediation, draft) && draft.now() >= remediation.deadline) {
    put_back(remediation, draft,
             "the reboot's answer was lost, nothing shows that it happened, and none can land any more");
  }
}

void booting(Remediation& remediation, Draft& draft) {
  if (!came_up(remediation, draft) && draft.now() >= remediation.deadline) {
    rejoin(remediation, draft,
           "nothing shows that it came up within " + format_duration(draft.policy.timing.boot) +
               "; registering it all the same: the load balancer's health checks decide");
  }
}

// Registers everywhere once, whatever can be read: a restore is never held back. Then again wherever the
// target is seen to be missing. Registering a target that is there already changes nothing.
void register_where_needed(Remediation& remediation, Draft& draft) {
  for (const auto& arn : groups_of(remediation)) {
    const auto* intent = latest_intent(remediation, Effect::register_, arn);
    bool needed = intent == nullptr || intent->outcome != OutcomeKind::accepted;
    const auto* group = find_group(draft.observation, arn);
    if (!needed && !settling(intent, draft.now()) && group != nullptr && group->registrations) {
      needed = std::ranges::any_of(remediation.snapshot, [&](const SnapshotTarget& target) {
        if (target.target_group_arn != arn) return false;
        const auto* there = find_registration(*group, remediation.instance_id, target.port);
        return there == nullptr || there->state == TargetState::draining ||
               there->state == TargetState::unhealthy_draining ||
               (there->state == TargetState::unused && there->reason == "Target.NotRegistered");
      });
    }
    if (needed) draft.intend(remediation, Effect::register_, arn);
  }
}

bool registered_by_us(const Remediation& remediation) {
  return std::ranges::all_of(groups_of(remediation), [&](const std::string& arn) {
    const auto* intent = latest_intent(remediation, Effect::register_, arn);
    return intent != nullptr && intent->outcome == OutcomeKind::accepted;
  });
}

std::string where_it_is_not_healthy(const Remediation& remediation, const Observation& observation) {
  std::vector<std::string> places;
  for (const auto& target : remediation.snapshot) {
    if (target.vanished) continue;
    const auto* group = find_group(observation, target.target_group_arn);
    const auto* there =
        group == nullptr ? nullptr : find_registration(*group, remediation.instance_id, target.port);
    if (there != nullptr && there->state == TargetState::healthy) continue;
    places.push_back(fmt::format("{} port {}: {}", target.target_group_name, target.port,
                                 there == nullptr ? "not registered" : name(there->state)));
  }
  return join(places, ", ");
}

void hold_not_healthy(Remediation& remediation, Draft& draft) {
  hold(remediation, draft,
       fmt::format(
           "put back, but not healthy by {} ({}); look at the server; it counts as back by itself once it is "
           "healthy everywhere",
           iso8601(remediation.deadline), where_it_is_not_healthy(remediation, draft.observation)));
}

Duration slow_start(const Remediation& remediation, const Observation& observation) {
  Duration longest{};
  for (const auto& target : remediation.snapshot) {
    const auto* group = find_group(observation, target.target_group_arn);
    if (group != nullptr && group->attributes) longest = std::max(longest, group->attributes->slow_start);
  }
  return longest;
}

void soak(Remediation& remediation, Draft& draft, std::string why) {
  remediation.healthy_since = draft.now();
  const auto& timing = draft.policy.timing;
  draft.enter(remediation, Phase::soaking,
              timing.soak + slow_start(remediation, draft.observation) + kRequestValidity + timing.rejoin,
              std::move(why));
}

// Healthy counts only after our own registration was accepted: an old answer may still show the time before.
void rejoining(Remediation& remediation, Draft& draft) {
  if (registered_by_us(remediation) && healthy_everywhere(remediation, draft.observation)) {
    return soak(remediation, draft, "healthy in every target group again");
  }
  register_where_needed(remediation, draft);
  if (draft.now() >= remediation.deadline) hold_not_healthy(remediation, draft);
}

// A deregistration that was never answered may land late: until it can't any more, "back" is not proved.
bool quiet(const Remediation& remediation, Time now) {
  return now > remediation.quiet_until &&
         std::ranges::none_of(remediation.intents, [&](const Intent& intent) {
           return intent.effect == Effect::deregister && intent.may_land_late &&
                  now - intent.at <= kRequestValidity;
         });
}

void finish(Remediation& remediation, Draft& draft) {
  if (!remediation.treat) return draft.end(remediation, Ending::not_rebooted, remediation.why_untreated);
  remediation.value_after = value_after_boot(remediation, draft.observation);
  const auto& cause = remediation.cause;
  if (!remediation.value_after)
    return draft.end(remediation, Ending::back, "back; no sample says whether it helped");
  const bool cured = *remediation.value_after <= cause.above;
  draft.end(remediation, cured ? Ending::cured : Ending::not_cured,
            fmt::format("back; {} before, {} after", format_number(cause.value),
                        format_number(*remediation.value_after)));
}

void soaking(Remediation& remediation, Draft& draft) {
  if (!healthy_everywhere(remediation, draft.observation)) {
    remediation.healthy_since.reset();
    register_where_needed(remediation, draft);
    if (draft.now() >= remediation.deadline) hold_not_healthy(remediation, draft);
    return;
  }
  if (!remediation.healthy_since) remediation.healthy_since = draft.now();
  const auto enough = draft.policy.timing.soak + slow_start(remediation, draft.observation);
  if (draft.now() - *remediation.healthy_since < enough || !quiet(remediation, draft.now())) return;
  if (remediation.treat && !draft.observation.signals.contains(remediation.instance_id)) {
    draft.signals_wanted.push_back(remediation.instance_id);
    return;
  }
  finish(remediation, draft);
}

void held(Remediation& remediation, Draft& draft) {
  if (healthy_everywhere(remediation, draft.observation)) {
    remediation.held_because.clear();
    return soak(remediation, draft, "healthy in every target group again, without us");
  }
  if (!registered_by_us(remediation)) register_where_needed(remediation, draft);  // still owed
}

}  // namespace

void Draft::intend(Remediation& remediation, Effect effect, const std::string& target_group_arn) {
  Intent intent{.effect = effect,
                .nonce = fmt::format("{}-{}", tick_nonce_, actions.size()),
                .at = now(),
                .target_group_arn = target_group_arn,
                .outcome = OutcomeKind::unknown,
                .may_land_late = true,
                .detail = {}};
  std::erase_if(remediation.intents, [&](const Intent& earlier) {
    const bool replaced = earlier.effect == effect && earlier.target_group_arn == target_group_arn;
    if (replaced && effect == Effect::deregister && earlier.may_land_late) {
      remediation.quiet_until = std::max(remediation.quiet_until, earlier.at + kRequestValidity);
    }
    return replaced;
  });
  Action action{.effect = effect,
                .instance_id = remediation.instance_id,
                .remediation_id = remediation.id,
                .target_group_arn = target_group_arn,
                .ports = {},
                .nonce = intent.nonce,
                .at = intent.at,
                .restores = effect == Effect::register_};
  std::string where;
  for (const auto& target : remediation.snapshot) {
    if (target.target_group_arn != target_group_arn) continue;
    action.ports.push_back(target.port);
    where = " " + target.target_group_name;
  }
  note(remediation, "intent", name(effect) + where);
  remediation.intents.push_back(std::move(intent));
  actions.push_back(std::move(action));
}

void Draft::enter(Remediation& remediation, Phase phase, Duration at_most, std::string why) {
  remediation.phase = phase;
  remediation.phase_since = now();
  remediation.deadline = now() + at_most;
  note(remediation, "phase", fmt::format("{}: {}", name(phase), why));
}

void Draft::note(const Remediation& remediation, std::string kind, std::string text) {
  events.push_back({.at = now(),
                    .fleet = policy.name,
                    .instance_id = remediation.instance_id,
                    .remediation_id = remediation.id,
                    .kind = std::move(kind),
                    .text = std::move(text)});
}

void Draft::end(Remediation& remediation, Ending ending, std::string why) {
  remediation.phase = Phase::done;
  remediation.phase_since = now();
  remediation.ending = ending;
  note(remediation, "done", fmt::format("{}: {}", name(ending), why));
}

void advance(Remediation& remediation, Draft& draft, const FleetView& fleet) {
  look_at_instance(remediation, draft);
  if (remediation.open()) forget_vanished_groups(remediation, draft);
  const Phase before = remediation.phase;
  switch (before) {
    case Phase::draining:
      draining(remediation, draft, fleet);
      break;
    case Phase::rebooting:
      rebooting(remediation, draft);
      break;
    case Phase::booting:
      booting(remediation, draft);
      break;
    case Phase::rejoining:
      return rejoining(remediation, draft);
    case Phase::soaking:
      return soaking(remediation, draft);
    case Phase::held:
      return held(remediation, draft);
    case Phase::done:
      return;
  }
  if (remediation.phase == Phase::rejoining)
    rejoining(remediation, draft);  // back into service without losing a tick
}

}  // namespace evenkeel::decide
