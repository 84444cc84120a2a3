#include "decide/invariants.h"

#include <algorithm>
#include <cstddef>
#include <fmt/core.h>
#include <set>

#include "base/text.h"
#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

struct Checker {
  const FleetPolicy& policy;
  const Observation& observation;
  const FleetState& before;
  const Plan& plan;
  std::vector<Violation> found;
  std::string whose;  // the remediation that is being checked; empty: the whole plan

  void broken(const char* invariant, const std::string& what) {
    found.push_back({invariant, whose, fmt::format("{}: {}", invariant, what)});
  }

  static const Remediation* find(const std::vector<Remediation>& list, const std::string& id) {
    const auto at = std::ranges::find(list, id, &Remediation::id);
    return at == list.end() ? nullptr : &*at;
  }

  bool was_open(const Remediation& remediation) const { return find(before.open, remediation.id) != nullptr; }

  // K1, A1: nothing is done without its intent in the state that is about to be written.
  void intents() {
    if (plan.next.revision != before.revision + 1)
      broken("K1", "the next state is not the successor of the one read");
    std::set<std::string> nonces;
    for (const auto& action : plan.actions) {
      whose = action.remediation_id;
      if (!nonces.insert(action.nonce).second) broken("A1", "two actions under the nonce " + action.nonce);
      const auto* remediation = find(plan.next.open, action.remediation_id);
      const Intent* intent = nullptr;
      if (remediation != nullptr) {
        const auto at = std::ranges::find(remediation->intents, action.nonce, &Intent::nonce);
        if (at != remediation->intents.end()) intent = &*at;
      }
      if (intent == nullptr || intent->effect != action.effect || intent->at != action.at ||
          intent->target_group_arn != action.target_group_arn || intent->outcome != OutcomeKind::unknown) {
        broken("A1", fmt::format("{} of {} has no intent in the next state", name(action.effect),
                                 action.instance_id));
      } else if (action.at != (action.restores ? observation.signs_restores() : observation.taken_at)) {
        broken("R3", fmt::format("{} of {} is not signed with this observation's time", name(action.effect),
                                 action.instance_id));
      }
    }
  }

  bool serving(const TargetGroup& group, const std::string& instance_id) const {
    bool any = false;
    for (const auto& registration : *group.registrations) {
      if (registration.instance_id != instance_id) continue;
      if (registration.state != TargetState::healthy) return false;
      any = true;
    }
    return any;
  }

  // Of everybody who is or was registered somewhere.
  int may_be_out() const {
    std::set<std::string> members;
    for (const auto& group : observation.target_groups) {
      if (!group.registrations) continue;
      for (const auto& registration : *group.registrations) members.insert(registration.instance_id);
    }
    for (const auto& remediation : plan.next.open) members.insert(remediation.instance_id);
    return policy.keep.out.at_most(static_cast<int>(members.size()));
  }

  // C1, C4, F1, F10: one more member may leave.
  void start(const Remediation& remediation) {
    const auto& id = remediation.instance_id;
    const bool paused =
        plan.next.pause ||
        (before.pause && (!before.pause->until || *before.pause->until > observation.taken_at));
    if (paused || before.breaker || policy.retired || plan.next.breaker) {
      broken("F10", id + " starts although starting is stopped");
    }
    if (observation.late_by > Duration::zero()) broken("K5", id + " starts in a tick that only restores");
    if (!observation.instances_complete) broken("C4", id + " starts although instances are missing");
    std::set<std::pair<std::string, int>> snapshot, seen;
    for (const auto& target : remediation.snapshot) snapshot.insert({target.target_group_arn, target.port});
    for (const auto& group : observation.target_groups) {
      if (!group.registrations || !group.attributes) {
        broken("C4", fmt::format("{} starts although {} could not be read", id, group.name));
        continue;
      }
      std::set<std::string> members;
      for (const auto& registration : *group.registrations) {
        members.insert(registration.instance_id);
        if (registration.instance_id == id) seen.insert({group.arn, registration.port});
      }
      if (!members.contains(id)) continue;
      int left = 0;
      for (const auto& member : members) {
        if (member != id && serving(group, member)) ++left;
      }
      const int total = static_cast<int>(members.size());
      const int fail_open = std::max(group.attributes->fail_open_count,
                                     (group.attributes->fail_open_percent * total + 99) / 100);
      const int least = std::max(policy.keep.healthy.of(total), fail_open + 1);
      if (left < least)
        broken("C1",
               fmt::format("{} would leave {} healthy in {}, {} are needed", id, left, group.name, least));
      zone_is_not_emptied(group, members, id);
    }
    if (snapshot.empty() || snapshot != seen) broken("F1", id + "'s snapshot is not what it is part of");
    const auto survey = observation.surveys.find(id);
    if (survey == observation.surveys.end() || !survey->second.complete ||
        !survey->second.elsewhere.empty() || !survey->second.may_reboot.value_or(false) ||
        !survey->second.may_register.value_or(false) || !survey->second.events) {
      broken("R1", id + " starts without a clean survey");
    }
    cause(remediation);
    gates(id);
  }

  // C1: of the zone's members one at least is left, where there are more.
  void zone_is_not_emptied(const TargetGroup& group, const std::set<std::string>& members,
                           const std::string& id) {
    const auto zone_of = [&](const std::string& member) {
      const auto instance = observation.instances.find(member);
      return instance == observation.instances.end() ? std::string() : instance->second.availability_zone;
    };
    int total = 0, left = 0;
    for (const auto& member : members) {
      if (zone_of(member) != zone_of(id)) continue;
      ++total;
      if (member != id && serving(group, member)) ++left;
    }
    const int least = policy.keep.healthy_per_zone ? policy.keep.healthy_per_zone->of(total)
                      : total > 1                  ? 1
                                                   : 0;
    if (left < least)
      broken("C1", fmt::format("{} would leave {} healthy in {} of {}, {} are needed", id, left, zone_of(id),
                               group.name, least));
  }

  // R5: what asked for it is in the policy and, where it is reboot_when, in the samples.
  void cause(const Remediation& remediation) {
    const auto& id = remediation.instance_id;
    served_before(remediation);
    if (!remediation.cause.rule.empty()) {
      if (std::ranges::find(policy.also_when, remediation.cause.rule, &Rule::name) == policy.also_when.end())
        broken("R5", id + " starts by a rule that the policy doesn't have");
      return;
    }
    const auto signal = observation.signals.find(id);
    if (signal == observation.signals.end() || signal->second.state != SignalState::fresh ||
        signal->second.samples.empty() ||
        signal->second.samples.back().value <= policy.reboot_when.down_at()) {
      broken("R5", id + " starts without a cause");
    }
  }

  // R5: a reason that no metric tells was not served by this treatment or a stronger one.
  void served_before(const Remediation& remediation) {
    const auto record = before.members.find(remediation.instance_id);
    if (record == before.members.end() || !remediation.cause.metric.empty()) return;
    for (const auto& served : record->second.served) {
      if (served.reason == remediation.cause.identity && served.treatment >= remediation.treatment)
        broken("R5", fmt::format("{} starts by a reason that {} has served", remediation.instance_id,
                                 name(served.treatment)));
    }
  }

  // G1: nothing outside the fleet holds it back.
  void gates(const std::string& id) {
    for (const auto& name : policy.gates.alarms) {
      const auto read = observation.alarms.find(name);
      if (read == observation.alarms.end() || read->second.empty())
        broken("G1", fmt::format("{} starts although alarm {} could not be read", id, name));
      else if (std::ranges::find(read->second, "ALARM", &Alarm::state) != read->second.end())
        broken("G1", fmt::format("{} starts although {} is in ALARM", id, name));
    }
    for (const auto& calendar : policy.gates.calendars) {
      const auto read = observation.calendars.find(calendar);
      if (read == observation.calendars.end() || read->second != CalendarState::open)
        broken("G1", fmt::format("{} starts although calendar {} is not open", id, calendar));
    }
  }

  // C8: the only change of a size is the decrement of EnterStandby, and it never goes below the smallest.
  void standby(const Action& action) {
    const auto& group = observation.auto_scaling_group;
    if (!group || group->name != action.auto_scaling_group) {
      broken("C8", action.instance_id + " enters Standby of a group that was not read");
      return;
    }
    const auto member =
        std::ranges::find(group->members, action.instance_id, &AutoScalingMember::instance_id);
    if (member == group->members.end() || member->lifecycle_state != "InService")
      broken("C8", action.instance_id + " enters Standby although it isn't InService");
    if (group->desired - 1 < group->min)
      broken("C8", fmt::format("{} enters Standby although {} of {} are wanted at least", action.instance_id,
                               group->min, group->desired));
  }

  static std::optional<Treatment> treatment_by(Effect effect) {
    switch (effect) {
      case Effect::command:
        return Treatment::command;
      case Effect::reboot:
        return Treatment::reboot;
      case Effect::stop:
        return Treatment::stop_start;
      case Effect::terminate:
        return Treatment::replace;
      default:
        return std::nullopt;
    }
  }

  // R1: in no group any more. What Auto Scaling terminates, it drains from its own groups itself.
  void serves_nowhere(const Action& action) {
    const auto& id = action.instance_id;
    for (const auto& group : observation.target_groups) {
      if (!group.registrations) {
        broken("R1",
               fmt::format("{} of {} although {} could not be read", name(action.effect), id, group.name));
        continue;
      }
      for (const auto& registration : *group.registrations) {
        const bool gone =
            registration.state == TargetState::unused && registration.reason == "Target.NotRegistered";
        const bool looked_after =
            action.effect == Effect::terminate && group.attached && registration.port == group.port;
        if (registration.instance_id == id && !gone && !looked_after)
          broken("R1", fmt::format("{} of {} while in {}", name(action.effect), id, group.name));
      }
    }
  }

  // R1, R2, R4: only what serves nowhere is treated, never twice, and never by more than the policy allows.
  void treat(const Action& action, Treatment treatment) {
    const auto& id = action.instance_id;
    if (observation.late_by > Duration::zero()) broken("K5", id + " is treated in a tick that only restores");
    if (std::ranges::find(policy.treatments, treatment, &Step::treatment) == policy.treatments.end())
      broken("T1", fmt::format("{} is not on the ladder of {}", name(treatment), policy.name));
    serves_nowhere(action);
    const auto survey = observation.surveys.find(id);
    const bool surveyed =
        survey != observation.surveys.end() && survey->second.complete && survey->second.elsewhere.empty();
    if (action.effect != Effect::terminate && !surveyed)
      broken("R1", id + " is treated without a clean survey");
    const auto* was = find(before.open, action.remediation_id);
    if (was == nullptr) {
      broken("R1", id + " is treated in the tick that takes it out");
      return;
    }
    for (const auto& intent : was->intents) {
      if (may_still_act(*was, intent, treatment))
        broken("R2", fmt::format("{} of {} while its {} of {} may still act", name(action.effect), id,
                                 name(intent.effect), iso8601(intent.at)));
    }
    attempts(*was, treatment);
    const auto instance = observation.instances.find(id);
    if (instance == observation.instances.end() || instance->second.launch_time != was->launch_time) {
      broken("R4", id + " is not the instance that was chosen");
    }
  }

  // By its document of then.
  const FleetPolicy& started_under(const Remediation& was) const {
    const auto own = before.policies.find(was.policy);
    if (own != before.policies.end()) return own->second;
    return before.pinned ? *before.pinned : policy;
  }

  // An earlier treatment that can act on the member now or later. What `next` destroys, a document that still runs
  // included, doesn't count.
  bool may_still_act(const Remediation& was, const Intent& intent, Treatment next) const {
    const auto earlier = treatment_by(intent.effect);
    if (!earlier || intent.outcome == OutcomeKind::not_sent) return false;
    if (intent.outcome == OutcomeKind::refused && !intent.may_land_late) return false;
    Duration acts = intent.may_land_late ? kRequestValidity : kAnsweredWithin;
    if (*earlier == Treatment::reboot) acts += kRebootQueue;
    if (*earlier == Treatment::command) {
      const auto& ladder = started_under(was).treatments;
      const auto step = std::ranges::find(ladder, Treatment::command, &Step::treatment);
      if (step != ladder.end()) acts += step->document.within;
      const auto result = observation.commands.find(intent.nonce);
      if (result != observation.commands.end()) {
        using enum CommandResult::State;
        if (result->second.state == running) return next == Treatment::command;
        if (result->second.state == success || result->second.state == failed) return false;
      }
    }
    return observation.taken_at - intent.at < acts;
  }

  // R2: the same treatment no more often than the policy says, and otherwise a later one of the ladder.
  void attempts(const Remediation& was, Treatment treatment) {
    const auto* now = find(plan.next.open, was.id);
    if (now == nullptr) return;  // an action without its remediation is A1's
    const auto step = std::ranges::find(policy.treatments, treatment, &Step::treatment);
    if (step == policy.treatments.end()) return;  // T1
    const auto done = std::ranges::count_if(was.intents, [&](const Intent& intent) {
      return treatment_by(intent.effect) == treatment && intent.outcome != OutcomeKind::not_sent;
    });
    if (now->attempt > step->attempts || (done > 0 && now->attempt < 2))
      broken("R2",
             fmt::format("attempt {} of {} at the {} of {}", std::max<std::ptrdiff_t>(now->attempt, done + 1),
                         step->attempts, name(treatment), was.instance_id));
    if (now->rung < was.rung) broken("R2", was.instance_id + " goes down the ladder");
  }

  // F1, F4, F8: what was open is open still, or ended with proof.
  void nobody_forgotten() {
    for (const auto& was : before.open) {
      if (find(plan.next.open, was.id) != nullptr) continue;
      whose = was.id;
      const auto at = std::ranges::find(plan.next.recent, was.id, &PastRemediation::id);
      const auto* ended = at == plan.next.recent.end() ? nullptr : &*at;
      if (ended == nullptr) {
        broken("F1", was.instance_id + " is forgotten");
      } else if (ended->ending == Ending::terminated) {
        const auto instance = observation.instances.find(was.instance_id);
        const bool unknown = instance == observation.instances.end() &&
                             absent_for(was.absent_sightings, was.absent_since, kGoneAfter);
        if (!unknown && (instance == observation.instances.end() ||
                         instance->second.state != InstanceState::terminated)) {
          broken("F8", was.instance_id + " is called terminated without proof");
        }
      } else if (ended->ending == Ending::replaced) {
        const auto instance = observation.instances.find(was.instance_id);
        if (instance != observation.instances.end() && instance->second.state != InstanceState::terminated)
          broken("F8", was.instance_id + " is called replaced, but is there");
      } else if (ended->ending == Ending::handed_over) {
        if (!taken_over(was)) broken("F1", was.instance_id + " is handed over to nobody");
      } else if (!back(was)) {
        broken("F4", was.instance_id + " is called back, but is not healthy where it was");
      }
    }
  }

  // Another hand shows: in its Auto Scaling group, or in a place where it had been seen back.
  bool taken_over(const Remediation& was) const {
    const auto& group = observation.auto_scaling_group;
    if (group) {
      const auto member = std::ranges::find(group->members, was.instance_id, &AutoScalingMember::instance_id);
      if (member == group->members.end()) {
        if (!was.auto_scaling_group.empty()) return true;
      } else if (member->lifecycle_state.starts_with("Terminat") ||
                 member->lifecycle_state.starts_with("Detach") ||
                 (was.seen_back && member->lifecycle_state != "InService")) {
        return true;
      }
    }
    return was.seen_back && !back(was);
  }

  // With this look it has been absent several times in a row, over so long.
  bool absent_for(int sightings_before, std::optional<Time> since, Duration least) const {
    return sightings_before + 1 >= kAbsentSightings && since && observation.taken_at - *since >= least;
  }

  // Nothing can be put back there: it was known to have vanished and is not seen again, or vanishes in this look.
  bool vanished(const SnapshotTarget& target, bool seen) const {
    const auto& absent = observation.absent_groups;
    const bool is_absent = std::ranges::find(absent, target.target_group_arn) != absent.end();
    const bool here = plan.next.identity && plan.next.identity == observation.identity;
    if (target.vanished) return !seen || !here;
    return is_absent && here && absent_for(target.absent_sightings, target.absent_since, kAbsentFor);
  }

  bool back(const Remediation& remediation) const {
    return std::ranges::all_of(remediation.snapshot, [&](const SnapshotTarget& target) {
      const auto group =
          std::ranges::find(observation.target_groups, target.target_group_arn, &TargetGroup::arn);
      const bool seen = group != observation.target_groups.end() && group->registrations;
      if (vanished(target, seen)) return true;
      if (!seen) return false;
      return std::ranges::any_of(*group->registrations, [&](const Registration& registration) {
        return registration.instance_id == remediation.instance_id && registration.port == target.port &&
               registration.state == TargetState::healthy;
      });
    });
  }

  void run() {
    intents();
    nobody_forgotten();
    int starts = 0;
    for (const auto& remediation : plan.next.open) {
      if (was_open(remediation)) continue;
      ++starts;
      whose = remediation.id;
      start(remediation);
    }
    whose.clear();
    if (starts > 0 && static_cast<int>(plan.next.open.size()) > may_be_out()) {
      broken("C2", fmt::format("{} would be out, {} may be", plan.next.open.size(), may_be_out()));
    }
    int reboots = 0;
    for (const auto& action : plan.actions) {
      whose = action.remediation_id;
      const bool of_places = action.effect == Effect::deregister || action.effect == Effect::register_;
      if (const auto treatment = treatment_by(action.effect)) {
        if (*treatment != Treatment::command) ++reboots;
        treat(action, *treatment);
      } else if (of_places && action.ports.empty()) {
        broken("F3", fmt::format("{} of {} names no port", name(action.effect), action.instance_id));
      } else if (action.effect == Effect::enter_standby) {
        standby(action);
      } else if (action.effect == Effect::capture) {
        serves_nowhere(action);
      }
    }
    whose.clear();
    if (reboots > may_be_out())
      broken("R2", fmt::format("{} are rebooted, stopped or replaced in one tick", reboots));
  }
};

}  // namespace

std::vector<Violation> violations(const FleetPolicy& policy, const Observation& observation,
                                  const FleetState& before, const Plan& plan) {
  Checker checker{policy, observation, before, plan, {}, {}};
  checker.run();
  return std::move(checker.found);
}

std::vector<std::string> texts(const std::vector<Violation>& violations) {
  std::vector<std::string> sentences;
  for (const auto& violation : violations) sentences.push_back(violation.text);
  return sentences;
}

}  // namespace evenkeel::decide
