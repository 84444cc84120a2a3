// Which fleets a pass ticks, and in what order.
#include <algorithm>
#include <fmt/core.h>
#include <ranges>
#include <utility>

#include "controller/tick.h"

namespace evenkeel::controller {
namespace {

constexpr std::ptrdiff_t kFleetsInOrder = 10;

}  // namespace

FleetsToTick fleets_to_tick(const Policy& policy, record::Journal& journal, std::optional<Time> now) {
  FleetsToTick found{policy.fleets, {}};
  auto& fleets = found.fleets;
  const auto has_open = [&](const FleetPolicy& fleet) {
    const auto state = journal.load(fleet.name);
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
    return found;
  }
  for (const auto& name : *stored) {
    if (std::ranges::find(policy.fleets, name, &FleetPolicy::name) != policy.fleets.end()) continue;
    const auto loaded = journal.load(name);
    if (!loaded) {  // its own tick says what is wrong with it, and the others go on
      FleetPolicy unreadable;
      unreadable.name = name;
      unreadable.retired = true;
      fleets.push_back(std::move(unreadable));
      continue;
    }
    const auto& state = *loaded;
    if (!state || state->open.empty()) continue;
    if (!state->pinned) {
      found.problems.push_back(fmt::format(
          "fleet {} left the policy with {} open, and the state does not tell its policy: put the fleet back "
          "into the policy, or see to it by hand: {}",
          name, state->open.size(), state->open.front().instance_id));
      continue;
    }
    fleets.insert(fleets.begin(), *state->pinned);
    fleets.front().retired = true;
  }
  return found;
}

}  // namespace evenkeel::controller
