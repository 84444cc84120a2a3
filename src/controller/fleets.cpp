// Which fleets a pass ticks, and in what order.
#include <algorithm>
#include <fmt/core.h>
#include <ranges>
#include <utility>

#include "controller/beside_ticks.h"
#include "controller/other_fleets.h"
#include "controller/tick.h"
#include "model/identity.h"

namespace evenkeel::controller {
namespace {

constexpr std::ptrdiff_t kFleetsInOrder = 10;

// By what is remembered of it; without that, by what its servers were taken out of. Nothing: not known either.
std::optional<FleetPolicy> policy_of_retired(const FleetState& state, bool policy_unread) {
  FleetPolicy policy;
  const auto& first = state.open.front();
  const auto own = state.policies.find(first.policy);
  if (state.pinned) {
    policy = *state.pinned;
  } else if (own != state.policies.end()) {
    policy = own->second;
  } else {
    const auto place = remembered_identity(state);
    if (!place) return std::nullopt;
    policy.name = state.fleet;
    policy.region = place->region;
    for (const auto& target : first.snapshot) {
      if (std::ranges::find(policy.target_groups, target.target_group_name) == policy.target_groups.end())
        policy.target_groups.push_back(target.target_group_name);
    }
    policy.auto_scaling_group = first.auto_scaling_group;
  }
  policy.retired = true;
  policy.policy_unread = policy_unread;
  return policy;
}

}  // namespace

FleetsToTick fleets_to_tick(const Policy& policy, record::Journal& journal, std::optional<Time> now,
                            OtherFleets* others_known) {
  FleetsToTick found{policy.fleets, {}};
  auto& fleets = found.fleets;
  const auto has_open = [&](const FleetPolicy& fleet) {
    const auto state = journal.load(fleet.name);
    if (others_known != nullptr && !state) others_known->note_unread(fleet.name, state.error().message);
    if (others_known != nullptr && state && *state) others_known->note(**state, true);
    return !state || (*state && !(*state)->open.empty());
  };
  // Each look is a call where the state is in a table, and one fleet needs no order.
  auto others = std::ranges::subrange(fleets.begin(), fleets.end());
  if (fleets.size() > 1) others = std::ranges::stable_partition(fleets, has_open);
  if (now && std::ssize(others) > kFleetsInOrder) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(*now).time_since_epoch().count();
    std::ranges::rotate(others, others.begin() + minute % std::ssize(others));
  }
  const auto stored = journal.fleets();
  if (!stored) {
    found.problems.push_back("whether a fleet that left the policy still has something open is not known: " +
                             stored.error().message);
    if (others_known != nullptr) others_known->note_unlisted(stored.error().message);
    return found;
  }
  for (const auto& name : *stored) {
    if (std::ranges::find(policy.fleets, name, &FleetPolicy::name) != policy.fleets.end()) continue;
    const auto loaded = journal.load(name);
    if (!loaded) {  // its own tick says what is wrong with it, and the others go on
      FleetPolicy unreadable;
      unreadable.name = name;
      unreadable.retired = true;
      unreadable.policy_unread = policy.unread;
      fleets.push_back(std::move(unreadable));
      if (others_known != nullptr) others_known->note_unread(name, loaded.error().message);
      continue;
    }
    const auto& state = *loaded;
    if (!state) continue;
    if (others_known != nullptr) others_known->note(*state, false);
    // A pass without a policy knows of no fleet that left it.
    if (now && !policy.unread) note_left(*state, *now, journal);
    if (state->open.empty()) continue;
    auto retired = policy_of_retired(*state, policy.unread);
    if (!retired) {
      found.problems.push_back(fmt::format(
          "fleet {}: {}, {} server{} out, and the state does not have its policy: {}, or put it back "
          "by hand: {}",
          name, policy.unread ? "the policy could not be read" : "it left the policy", state->open.size(),
          state->open.size() == 1 ? " is" : "s are",
          policy.unread ? "correct the policy" : "put the fleet back into it",
          state->open.front().instance_id));
      continue;
    }
    fleets.insert(fleets.begin(), *std::move(retired));
  }
  return found;
}

}  // namespace evenkeel::controller
