#include "decide/invariants.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "decide/protocol.h"

namespace evenkeel::decide {
namespace {

struct Checker {
  const FleetPolicy& policy;
  const Observation& observation;
  const FleetState& before;
  const Plan& plan;
  std::vector<std::string> found;

  void broken(const char* invariant, const std::string& what) {
    found.push_back(fmt::format("{}: {}", invariant, what));
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
      } else if (action.at != observation.taken_at) {
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

  // C1, C4, F1, F10: one more member may leave.
  void start(const Remediation& remediation) {
    const auto& id = remediation.instance_id;
    if (before.pause || before.breaker || policy.retired || plan.next.pause || plan.next.breaker) {
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
    }
    if (snapshot.empty() || snapshot != seen) broken("F1", id + "'s snapshot is not what it is part of");
    const auto survey = observation.surveys.find(id);
    if (survey == observation.surveys.end() || !survey->second.complete ||
        !survey->second.elsewhere.empty() || !survey->second.may_reboot.value_or(false) ||
        !survey->second.may_register.value_or(false)) {
      broken("R1", id + " starts without a clean survey");
    }
    const auto signal = observation.signals.find(id);
    if (signal == observation.signals.end() || signal->second.state != SignalState::fresh ||
        signal->second.samples.empty() || signal->second.samples.back().value <= policy.reboot_when.above) {
      broken("R5", id + " starts without a cause");
    }
  }

  // R1, R2, R4: a reboot only of what serves nowhere, and never twice.
  void reboot(const Action& action) {
    const auto& id = action.instance_id;
    if (observation.late_by > Duration::zero())
      broken("K5", id + " is rebooted in a tick that only restores");
    for (const auto& group : observation.target_groups) {
      if (!group.registrations) {
        broken("R1", fmt::format("{} is rebooted although {} could not be read", id, group.name));
        continue;
      }
      for (const auto& registration : *group.registrations) {
        const bool gone =
            registration.state == TargetState::unused && registration.reason == "Target.NotRegistered";
        if (registration.instance_id == id && !gone)
          broken("R1", fmt::format("{} is rebooted while in {}", id, group.name));
      }
    }
    const auto survey = observation.surveys.find(id);
    if (survey == observation.surveys.end() || !survey->second.complete ||
        !survey->second.elsewhere.empty()) {
      broken("R1", id + " is rebooted without a clean survey");
    }
    const auto* was = find(before.open, action.remediation_id);
    if (was == nullptr) {
      broken("R1", id + " is rebooted in the tick that takes it out");
      return;
    }
    for (const auto& intent : was->intents) {
      if (intent.effect == Effect::reboot && intent.outcome != OutcomeKind::not_sent)
        broken("R2", id + " is rebooted twice");
    }
    const auto instance = observation.instances.find(id);
    if (instance == observation.instances.end() || instance->second.launch_time != was->launch_time) {
      broken("R4", id + " is not the instance that was chosen");
    }
  }

  // F1, F4, F8: what was open is open still, or ended with proof.
  void nobody_forgotten() {
    for (const auto& was : before.open) {
      if (find(plan.next.open, was.id) != nullptr) continue;
      const auto at = std::ranges::find(plan.next.recent, was.id, &PastRemediation::id);
      const auto* ended = at == plan.next.recent.end() ? nullptr : &*at;
      if (ended == nullptr) {
        broken("F1", was.instance_id + " is forgotten");
      } else if (ended->ending == Ending::terminated) {
        const auto instance = observation.instances.find(was.instance_id);
        const bool unknown =
            instance == observation.instances.end() && was.absent_sightings + 1 >= kAbsentSightings;
        if (!unknown && (instance == observation.instances.end() ||
                         instance->second.state != InstanceState::terminated)) {
          broken("F8", was.instance_id + " is called terminated without proof");
        }
      } else if (!back(was)) {
        broken("F4", was.instance_id + " is called back, but is not healthy where it was");
      }
    }
  }

  bool back(const Remediation& remediation) const {
    return std::ranges::all_of(remediation.snapshot, [&](const SnapshotTarget& target) {
      const auto& absent = observation.absent_groups;
      if (target.vanished || std::ranges::find(absent, target.target_group_arn) != absent.end()) return true;
      const auto group =
          std::ranges::find(observation.target_groups, target.target_group_arn, &TargetGroup::arn);
      if (group == observation.target_groups.end() || !group->registrations) return false;
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
      start(remediation);
    }
    if (starts > 0 && static_cast<int>(plan.next.open.size()) > policy.keep.out) {
      broken("C2", fmt::format("{} would be out, {} may be", plan.next.open.size(), policy.keep.out));
    }
    int reboots = 0;
    for (const auto& action : plan.actions) {
      if (action.effect == Effect::reboot) {
        ++reboots;
        reboot(action);
      } else if (action.ports.empty()) {
        broken("F3", fmt::format("{} of {} names no port", name(action.effect), action.instance_id));
      }
    }
    if (reboots > policy.keep.out) broken("R2", fmt::format("{} reboots in one tick", reboots));
  }
};

}  // namespace

std::vector<std::string> violations(const FleetPolicy& policy, const Observation& observation,
                                    const FleetState& before, const Plan& plan) {
  Checker checker{policy, observation, before, plan, {}};
  checker.run();
  return std::move(checker.found);
}

}  // namespace evenkeel::decide
