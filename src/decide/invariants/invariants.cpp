#include "decide/invariants/invariants.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/text.h"
#include "decide/invariants/checker.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {

const Remediation* PlanChecker::find(const std::vector<Remediation>& list, const std::string& id) {
  const auto at = std::ranges::find(list, id, &Remediation::id);
  return at == list.end() ? nullptr : &*at;
}

const Instance* PlanChecker::instance_of(const std::string& id) const {
  const auto found_one = observation.instances.find(id);
  return found_one == observation.instances.end() ? nullptr : &found_one->second;
}

std::string PlanChecker::zone_of(const std::string& id) const {
  const auto* instance = instance_of(id);
  return instance == nullptr ? std::string() : instance->availability_zone;
}

const AutoScalingMember* PlanChecker::scaling_member(const std::string& id) const {
  if (!observation.auto_scaling_group) return nullptr;
  const auto& members = observation.auto_scaling_group->members;
  const auto at = std::ranges::find(members, id, &AutoScalingMember::instance_id);
  return at == members.end() ? nullptr : &*at;
}

bool PlanChecker::is_held(const std::string& id) const {
  const auto* instance = instance_of(id);
  if (instance == nullptr) return false;
  const auto tag = instance->tags.find(kHoldTag);
  if (tag == instance->tags.end()) return false;
  return lower(trim(tag->second)) != "no";
}

bool PlanChecker::serving(const TargetGroup& group, const std::string& instance_id) {
  bool any = false;
  for (const auto& registration : *group.registrations) {
    if (registration.instance_id != instance_id) continue;
    if (registration.state != TargetState::healthy || registration.zonal_shift) return false;
    any = true;
  }
  return any;
}

int PlanChecker::may_be_out() const {
  std::set<std::string> members;
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) continue;
    for (const auto& registration : *group.registrations) members.insert(registration.instance_id);
  }
  for (const auto& remediation : plan.next.open) members.insert(remediation.instance_id);
  if (observation.auto_scaling_group) {
    for (const auto& member : observation.auto_scaling_group->members) members.insert(member.instance_id);
  }
  return policy.keep.out.at_most(static_cast<int>(members.size()));
}

std::optional<Treatment> PlanChecker::treatment_by(Effect effect) {
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

// K1, A1: nothing is done without its intent in the state that is about to be written.
void PlanChecker::intents() {
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
    const auto& marks = plan.next.left_marks;
    const auto mark =
        std::ranges::find(marks, action.nonce, [](const LeftMark& one) { return one.removal.nonce; });
    if (mark != marks.end() && mark->remediation_id == action.remediation_id) intent = &mark->removal;
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

// F1, F4, F8: what was open is open still, or ended with proof.
void PlanChecker::none_forgotten() {
  for (const auto& was : before.open) {
    if (find(plan.next.open, was.id) != nullptr) continue;
    whose = was.id;
    const auto at = std::ranges::find(plan.next.recent, was.id, &PastRemediation::id);
    const auto* ended = at == plan.next.recent.end() ? nullptr : &*at;
    if (ended == nullptr) {
      broken("F1", was.instance_id + " is out, and missing from the next state");
    } else if (ended->ending == Ending::terminated) {
      const auto instance = observation.instances.find(was.instance_id);
      const bool unknown = instance == observation.instances.end() &&
                           absent_for(was.absent_sightings, was.absent_since, kGoneAfter);
      if (!unknown &&
          (instance == observation.instances.end() || instance->second.state != InstanceState::terminated)) {
        broken("F8", was.instance_id + " is called terminated without proof");
      }
    } else if (ended->ending == Ending::replaced) {
      const auto instance = observation.instances.find(was.instance_id);
      if (instance != observation.instances.end() && instance->second.state != InstanceState::terminated)
        broken("F8", was.instance_id + " is called replaced, but is there");
    } else if (ended->ending == Ending::handed_over) {
      if (!taken_over(was)) broken("F1", was.instance_id + " is called handed over without proof");
    } else if (in_our_standby(was)) {
      broken("F4", was.instance_id + " is called back, but is in the Standby that was asked for");
    } else if (!back(was)) {
      broken("F4", was.instance_id + " is called back, but is not healthy where it was");
    }
  }
}

// An external change shows: in its Auto Scaling group, or in a place where it had been seen back.
bool PlanChecker::taken_over(const Remediation& was) const {
  if (observation.auto_scaling_group) {
    const auto* member = scaling_member(was.instance_id);
    if (member == nullptr) {
      if (!was.auto_scaling_group.empty()) return true;
    } else if (leaves_group(member->lifecycle_state) ||
               (was.seen_back && member->lifecycle_state != LifecycleState::in_service &&
                !in_our_standby(was)) ||
               (!took_out(was) && in_standby(member->lifecycle_state))) {
      return true;
    }
  }
  return (was.seen_back && !back(was)) || deregistered_by_another(was);
}

// By our request, and no request to leave it was accepted.
bool PlanChecker::in_our_standby(const Remediation& remediation) const {
  const auto* member = scaling_member(remediation.instance_id);
  if (member == nullptr || !in_standby(member->lifecycle_state)) return false;
  bool entered = false, left = false;
  for (const auto& intent : remediation.intents) {
    const bool accepted = intent.outcome == OutcomeKind::accepted;
    if (intent.effect == Effect::enter_standby && accepted && !intent.standby_over) entered = true;
    if (intent.effect == Effect::exit_standby && accepted) left = true;
  }
  return entered && !left;
}

// Something of ours may have taken it out of service.
bool PlanChecker::took_out(const Remediation& was) const {
  return std::ranges::any_of(was.intents, [](const Intent& intent) {
    const bool removes = intent.effect == Effect::deregister || intent.effect == Effect::enter_standby;
    return removes && (intent.may_land_late || intent.outcome == OutcomeKind::accepted ||
                       intent.outcome == OutcomeKind::unknown);
  });
}

// We took it out of nothing, and it is out of a place where it was.
bool PlanChecker::deregistered_by_another(const Remediation& was) const {
  return !took_out(was) && std::ranges::any_of(was.snapshot, [&](const SnapshotTarget& target) {
    const auto group =
        std::ranges::find(observation.target_groups, target.target_group_arn, &TargetGroup::arn);
    if (group == observation.target_groups.end() || !group->registrations) return false;
    return std::ranges::none_of(*group->registrations, [&](const Registration& registration) {
      return registration.instance_id == was.instance_id && registration.port == target.port &&
             registration.state != TargetState::draining &&
             registration.state != TargetState::unhealthy_draining &&
             registration.reason != TargetReason::not_registered;
    });
  });
}

// With this look it has been absent several times in a row, over so long.
bool PlanChecker::absent_for(int sightings_before, std::optional<Time> since, Duration least) const {
  return sightings_before + 1 >= kAbsentSightings && since && observation.taken_at - *since >= least;
}

// Nothing can be put back there: it was known to have vanished and is not seen again, or vanishes in this look.
bool PlanChecker::vanished(const SnapshotTarget& target, bool seen) const {
  const auto& absent = observation.absent_groups;
  const bool is_absent = std::ranges::find(absent, target.target_group_arn) != absent.end();
  const bool here = plan.next.identity && plan.next.identity == observation.identity;
  if (target.vanished) return !seen || !here;
  return is_absent && here && absent_for(target.absent_sightings, target.absent_since, kAbsentFor);
}

bool PlanChecker::back(const Remediation& remediation) const {
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

// C2, R2: how many are out, and treated, at once.
void PlanChecker::together() {
  using enum Phase;
  static const std::set<Phase> treated = {commanding, rebooting, stopping, starting, replacing, booting};
  const int most = may_be_out();
  const auto starts = std::ranges::count_if(plan.next.open, [&](const Remediation& remediation) {
    return find(before.open, remediation.id) == nullptr;
  });
  if (starts > 0 && static_cast<int>(plan.next.open.size()) > most)
    broken("C2", fmt::format("{} would be out; keep.out allows {}", plan.next.open.size(), most));

  int removed = 0, begun = 0;
  for (const auto& action : plan.actions) {
    const auto treatment = treatment_by(action.effect);
    if (treatment) ++begun;
    if (treatment && *treatment != Treatment::command) ++removed;
  }
  if (removed > most) broken("R2", fmt::format("{} are rebooted, stopped or replaced in one tick", removed));
  const auto at_once = std::ranges::count_if(
      plan.next.open, [](const Remediation& remediation) { return treated.contains(remediation.phase); });
  if (begun > 0 && at_once > most)
    broken("R2", fmt::format("{} would be treated at once; keep.out allows {}", at_once, most));
}

void PlanChecker::run() {
  intents();
  none_forgotten();
  for (const auto& remediation : plan.next.open) {
    if (find(before.open, remediation.id) != nullptr) continue;
    whose = remediation.id;
    start(remediation);
  }
  for (const auto& action : plan.actions) {
    whose = action.remediation_id;
    act(action);
  }
  whose.clear();
  together();
}

std::vector<Violation> violations(const FleetPolicy& policy, const Observation& observation,
                                  const FleetState& before, const Plan& plan) {
  PlanChecker checker{policy, observation, before, plan};
  checker.run();
  return std::move(checker.found);
}

std::vector<std::string> texts(const std::vector<Violation>& violations) {
  std::vector<std::string> sentences;
  for (const auto& violation : violations) sentences.push_back(violation.text);
  return sentences;
}

}  // namespace evenkeel::decide
