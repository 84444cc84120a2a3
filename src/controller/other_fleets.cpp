#include "controller/other_fleets.h"

#include <algorithm>

namespace evenkeel::controller {
namespace {

// The strongest treatment counts.
void add_served(InOtherFleet& instance, const std::string& reason, Treatment treatment) {
  if (reason.empty()) return;
  auto& by = instance.served.try_emplace(reason, treatment).first->second;
  by = std::max(by, treatment);
}

// Of several fleets, the one in which it is open; the times and the reasons of all.
void add(InOtherFleet& sum, const InOtherFleet& more) {
  if (sum.fleet.empty() || (more.open && !sum.open)) sum.fleet = more.fleet;
  sum.open = sum.open || more.open;
  sum.ended_at = std::max(sum.ended_at, more.ended_at);
  sum.started_at.insert(sum.started_at.end(), more.started_at.begin(), more.started_at.end());
  sum.target_groups.insert(sum.target_groups.end(), more.target_groups.begin(), more.target_groups.end());
  for (const auto& [reason, treatment] : more.served) add_served(sum, reason, treatment);
}

// Asked for, and not done yet, for want of a tick.
bool is_to_be_resumed(const FleetState& state) {
  return !state.requests.empty() && state.requests.back().kind == OperatorRequest::Kind::resume;
}

}  // namespace

void OtherFleets::note(const FleetState& state, bool in_policy) {
  unread_.erase(state.fleet);
  auto& known =
      fleets_[state.fleet] = {.identity = state.identity, .groups = {}, .instances = {}, .remediations = {}};
  if (in_policy) {
    for (const auto& [group, seen] : state.groups_seen) known.groups.push_back(group);
  }
  if (!in_policy && !is_to_be_resumed(state)) {
    for (const auto& [group, seen] : state.groups_seen) known.former_groups.insert(group);
    known.pause = state.pause;
    known.breaker = state.breaker;
  }
  for (const auto& remediation : state.open) {
    auto& instance = known.instances[remediation.instance_id];
    instance.open = true;
    instance.started_at.push_back(remediation.started_at);
    add_served(instance, remediation.cause.identity, remediation.treatment);
    for (const auto& target : remediation.snapshot) instance.target_groups.push_back(target.target_group_arn);
  }
  for (const auto& past : state.recent) {
    auto& instance = known.instances[past.instance_id];
    instance.started_at.push_back(past.started_at);
    instance.ended_at = std::max(instance.ended_at, std::optional(past.ended_at));
  }
  for (const auto& [id, record] : state.members) {
    for (const auto& one : record.served) add_served(known.instances[id], one.reason, one.treatment);
    if (!record.ended_at) continue;
    auto& instance = known.instances[id];
    instance.ended_at = std::max(instance.ended_at, record.ended_at);
  }
  for (auto& [id, instance] : known.instances) instance.fleet = state.fleet;
  for (const auto& remediation : state.open) known.remediations.insert(remediation.id);
  for (const auto& past : state.recent) known.remediations.insert(past.id);
  for (const auto& mark : state.left_marks) known.remediations.insert(mark.remediation_id);
}

void OtherFleets::note_unread(const std::string& fleet, const std::string& why) { unread_[fleet] = why; }

void OtherFleets::note_unlisted(const std::string& why) { unlisted_ = why; }

void OtherFleets::add_others(const std::string& fleet, Observation& observation) const {
  auto& unknown = observation.other_fleets_unknown;
  if (!unlisted_.empty()) unknown.push_back("which fleets the store has could not be read: " + unlisted_);
  for (const auto& [name, why] : unread_) {
    if (name != fleet) unknown.push_back("the state of fleet " + name + " could not be read: " + why);
  }
  for (const auto& [name, known] : fleets_) {
    if (name == fleet) continue;
    for (const auto& [id, instance] : known.instances) add(observation.other_fleets[id], instance);
    observation.remediations_of_others[name] = known.remediations;
    if (!known.identity || known.identity != observation.identity) continue;
    for (const auto& group : known.groups) observation.groups_of_others.emplace(group, name);
    const bool former = std::ranges::any_of(observation.target_groups, [&](const TargetGroup& group) {
      return group.of_fleet && known.former_groups.contains(group.arn);
    });
    if (const auto& pause = known.pause; former && pause)
      observation.former_stops.push_back(
          {name, true, pause->reason, pause->author, pause->since, pause->until});
    if (const auto& breaker = known.breaker; former && breaker)
      observation.former_stops.push_back({name, false, breaker->reason, "", breaker->since});
  }
}

}  // namespace evenkeel::controller
