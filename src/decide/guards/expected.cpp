#include "decide/guards/expected.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <set>
#include <string_view>

#include "base/text.h"
#include "decide/identity_check.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

// The state is one document: the ids of larger fleets are not remembered.
constexpr std::size_t kIds = 2'500;

bool holds_id(const std::vector<std::string>& sorted, const std::string& id) {
  return std::ranges::binary_search(sorted, id);
}

bool tracked(const TargetGroup& group) {
  return group.of_fleet && group.type == TargetType::instance && group.registrations;
}

// Ids of the group's targets, sorted, each once: all of them, or those that stay.
std::vector<std::string> ids_registered(const TargetGroup& group, bool staying) {
  std::vector<std::string> ids;
  for (const auto& registration : *group.registrations) {
    if (staying && is_leaving(registration)) continue;
    if (ids.empty() || ids.back() != registration.instance_id) ids.push_back(registration.instance_id);
  }
  return ids;
}

bool has_ended(const Instance& instance) {
  return instance.state == InstanceState::terminated || instance.state == InstanceState::shutting_down;
}

bool under_remediation(const FleetState& state, const std::string& id) {
  return std::ranges::find(state.open, id, &Remediation::instance_id) != state.open.end();
}

bool half_or_more(std::size_t missing, std::size_t of) { return missing > 0 && missing * 2 >= of; }

void forget_ids_of_large_fleets(std::map<std::string, GroupSeen>& groups) {
  std::size_t ids = 0;
  for (auto& [key, seen] : groups) {
    ids += seen.members.size();
    if (ids <= kIds) continue;
    ids -= seen.members.size();
    seen.members.clear();
    seen.missing.clear();
    seen.overlooked.clear();
  }
}

// Compares one look with what was expected before.
class Expected {
 public:
  Expected(const Observation& observation, const FleetState& state);
  std::map<std::string, GroupSeen> remembered() const;

 private:
  bool gone(const std::string& id, Time missing_since) const;
  bool left_scaling_group(const std::string& id) const;
  bool believed(const GroupSeen& seen) const;
  bool doubted(const TargetGroup& group, const GroupSeen& seen) const;
  GroupSeen next_look(const TargetGroup& group, const GroupSeen* seen) const;
  const GroupSeen* before(const std::string& key) const;
  std::vector<std::string> lost_to_scaling() const;

  const Observation& observation_;
  const FleetState& state_;
  std::map<std::string_view, const AutoScalingMember*> scaling_;
  std::string scaling_key_;  // empty: no Auto Scaling group was read
  bool scaling_believed_ = true;
};

Expected::Expected(const Observation& observation, const FleetState& state)
    : observation_(observation), state_(state) {
  const auto& group = observation.auto_scaling_group;
  if (!group) return;
  for (const auto& member : group->members) scaling_.emplace(member.instance_id, &member);
  scaling_key_ = "auto-scaling-group/" + group->name;
  const auto* seen = before(scaling_key_);
  scaling_believed_ =
      seen == nullptr || !half_or_more(lost_to_scaling().size(), seen->members.size()) || believed(*seen);
}

const GroupSeen* Expected::before(const std::string& key) const {
  const auto found = state_.groups_seen.find(key);
  return found == state_.groups_seen.end() ? nullptr : &found->second;
}

// Several looks in a row, over some minutes, that agree.
bool Expected::believed(const GroupSeen& seen) const {
  return seen.fewer_since && seen.fewer_sightings + 1 >= kAbsentSightings &&
         observation_.taken_at - *seen.fewer_since >= kAbsentFor;
}

// Those that its list doesn't have any more and that EC2 doesn't call terminated.
std::vector<std::string> Expected::lost_to_scaling() const {
  std::vector<std::string> lost;
  const auto* seen = before(scaling_key_);
  if (seen == nullptr) return lost;
  for (const auto& id : seen->members) {
    const auto instance = observation_.instances.find(id);
    const bool ended =
        instance != observation_.instances.end() && (instance->second.state == InstanceState::terminated ||
                                                     instance->second.state == InstanceState::shutting_down);
    if (!scaling_.contains(id) && !ended) lost.push_back(id);
  }
  return lost;
}

bool Expected::left_scaling_group(const std::string& id) const {
  const auto* seen = before(scaling_key_);
  if (seen == nullptr || !scaling_believed_ || !in_right_place(state_, observation_)) return false;
  const auto member = scaling_.find(id);
  if (member == scaling_.end()) return holds_id(seen->members, id);
  return leaves_group(member->second->lifecycle_state);
}

// It is not expected any more: ended, or released by its Auto Scaling group.
bool Expected::gone(const std::string& id, Time missing_since) const {
  const auto instance = observation_.instances.find(id);
  if (instance == observation_.instances.end()) {
    const bool asked = observation_.instances_complete && in_right_place(state_, observation_);
    return asked && (observation_.taken_at - missing_since >= kAbsentFor || left_scaling_group(id));
  }
  return has_ended(instance->second) || left_scaling_group(id);
}

// Half of its members or more are missing that were there at the last look.
bool Expected::doubted(const TargetGroup& group, const GroupSeen& seen) const {
  const auto there = ids_registered(group, false);
  std::size_t newly = 0;
  for (const auto& id : seen.members) {
    if (!holds_id(there, id) && !under_remediation(state_, id) && !seen.missing.contains(id) &&
        !gone(id, observation_.taken_at))
      ++newly;
  }
  return half_or_more(newly, there.size() + newly) && !believed(seen);
}

GroupSeen Expected::next_look(const TargetGroup& group, const GroupSeen* seen) const {
  const Time now = observation_.taken_at;
  if (seen != nullptr && doubted(group, *seen)) {
    GroupSeen doubted = *seen;
    ++doubted.fewer_sightings;
    if (!doubted.fewer_since) doubted.fewer_since = now;
    return doubted;
  }
  GroupSeen next{.at = now, .members = ids_registered(group, true), .missing = {}, .overlooked = {}};
  if (seen == nullptr) return next;
  const bool unwatched = now - seen->at > kUnwatched;
  const auto there = ids_registered(group, false);
  std::vector<std::string> kept;  // who isn't there, or is on its way out
  for (const auto& id : seen->members) {
    if (holds_id(next.members, id)) continue;
    const auto known = seen->missing.find(id);
    const Time since = known == seen->missing.end() ? now : known->second;
    if (gone(id, since)) continue;
    if (holds_id(there, id) || under_remediation(state_, id)) {  // on its way out, or ours
      kept.push_back(id);
      continue;
    }
    const bool by_scaling = group.attached && scaling_.contains(id);
    const bool overlooked = holds_id(seen->overlooked, id) || (unwatched && known == seen->missing.end());
    if (!by_scaling && !overlooked && now - since >= kMeantAfter) continue;
    kept.push_back(id);
    next.missing.emplace(id, since);
    if (overlooked) next.overlooked.push_back(id);
  }
  const auto there_now = std::ssize(next.members);
  next.members.insert(next.members.end(), kept.begin(), kept.end());
  std::ranges::inplace_merge(next.members, next.members.begin() + there_now);
  return next;
}

std::map<std::string, GroupSeen> Expected::remembered() const {
  auto next = state_.groups_seen;
  if (!in_right_place(state_, observation_)) return next;
  std::set<std::string> of_fleet;
  for (const auto& group : observation_.target_groups) {
    if (group.of_fleet) of_fleet.insert(group.arn);
    if (!tracked(group)) continue;
    next[group.arn] = next_look(group, before(group.arn));
  }
  if (!scaling_key_.empty()) {
    of_fleet.insert(scaling_key_);
    auto& seen = next[scaling_key_];
    if (scaling_believed_) {
      seen = {.at = observation_.taken_at, .members = {}, .missing = {}, .overlooked = {}};
      for (const auto& [id, member] : scaling_) seen.members.emplace_back(id);
    } else {
      ++seen.fewer_sightings;
      if (!seen.fewer_since) seen.fewer_since = observation_.taken_at;
    }
  }
  // A group that the policy doesn't name any more.
  std::erase_if(next, [&](const auto& entry) {
    return !of_fleet.empty() && !of_fleet.contains(entry.first) &&
           observation_.taken_at - entry.second.at >= kUnwatched;
  });
  forget_ids_of_large_fleets(next);
  return next;
}

}  // namespace

std::map<std::string, GroupSeen> look_at_groups(const Observation& observation, const FleetState& state) {
  return Expected(observation, state).remembered();
}

std::vector<std::string> missing_from(const TargetGroup& group, const Observation& observation,
                                      const FleetState& looked) {
  std::vector<std::string> missing;
  if (!tracked(group)) return missing;
  const auto there = ids_registered(group, false);
  const auto is_missing = [&](const std::string& id) {
    return !holds_id(there, id) && !under_remediation(looked, id);
  };
  if (const auto seen = looked.groups_seen.find(group.arn); seen != looked.groups_seen.end())
    std::ranges::copy_if(seen->second.members, std::back_inserter(missing), is_missing);
  if (!group.attached || !observation.auto_scaling_group) return missing;
  for (const auto& member : observation.auto_scaling_group->members) {
    if (member.lifecycle_state != LifecycleState::in_service || !is_missing(member.instance_id)) continue;
    const auto instance = observation.instances.find(member.instance_id);
    if (instance == observation.instances.end() || !has_ended(instance->second))
      missing.push_back(member.instance_id);
  }
  std::ranges::sort(missing);
  missing.erase(std::ranges::unique(missing).begin(), missing.end());
  return missing;
}

std::string doubt(const TargetGroup& group, const FleetState& looked) {
  const auto seen = looked.groups_seen.find(group.arn);
  if (!tracked(group) || seen == looked.groups_seen.end() || seen->second.fewer_sightings == 0) return {};
  const auto there = ids_registered(group, false);
  const auto& members = seen->second.members;
  const auto lacks = std::ranges::count_if(members, [&](const std::string& id) {
    return !holds_id(there, id) && !under_remediation(looked, id);  // those it took out itself are not missed
  });
  return fmt::format(
      "{} shows {} members, and {} that were there are missing: that counts once {} looks over {} "
      "agree",
      group.name, there.size(), lacks, kAbsentSightings, format_duration(kAbsentFor));
}

std::optional<Observation> without_doubted(const Observation& observation, const FleetState& looked) {
  std::optional<Observation> believed;
  for (std::size_t i = 0; i < observation.target_groups.size(); ++i) {
    if (doubt(observation.target_groups[i], looked).empty()) continue;
    if (!believed) believed = observation;
    believed->target_groups[i].registrations.reset();
  }
  return believed;
}

std::vector<std::string> overlooked(const FleetState& state) {
  std::set<std::string> ids;
  for (const auto& [key, seen] : state.groups_seen)
    ids.insert(seen.overlooked.begin(), seen.overlooked.end());
  return {ids.begin(), ids.end()};
}

std::vector<std::string> accept_missing(FleetState& state) {
  std::set<std::string> accepted;
  for (auto& [key, seen] : state.groups_seen) {
    for (const auto& [id, since] : seen.missing) {
      accepted.insert(id);
      std::erase(seen.members, id);
    }
    seen.missing.clear();
    seen.overlooked.clear();
  }
  return {accepted.begin(), accepted.end()};
}

}  // namespace evenkeel::decide
