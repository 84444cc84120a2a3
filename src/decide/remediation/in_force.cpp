#include "decide/remediation/in_force.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace evenkeel::decide {
namespace {

// Of two numbers that must be left, the larger; of two that may be out, the smaller. A count and a share can't be
// compared without the number of members.
Share stricter(const Share& own, const Share& today, bool more) {
  if ((own.percent == 0) != (today.percent == 0)) return own;
  const int a = own.percent == 0 ? own.count : own.percent;
  const int b = today.percent == 0 ? today.count : today.percent;
  return (more ? b > a : b < a) ? today : own;
}

std::optional<Share> stricter(const std::optional<Share>& own, const std::optional<Share>& today, bool more) {
  if (!own || !today) return own ? own : today;
  return stricter(*own, *today, more);
}

template <class T>
void add_missing(std::vector<T>& list, const std::vector<T>& more) {
  for (const auto& one : more) {
    if (std::ranges::find(list, one) == list.end()) list.push_back(one);
  }
}

Step still_allowed(const Step& step, const FleetPolicy& today) {
  const auto found = std::ranges::find(today.treatments, step.treatment, &Step::treatment);
  const bool same = found != today.treatments.end() && found->document.name == step.document.name &&
                    found->document.parameters == step.document.parameters;
  Step allowed = step;
  allowed.attempts = same ? std::min(step.attempts, found->attempts) : 0;
  return allowed;
}

}  // namespace

FleetPolicy in_force(const FleetPolicy& started_under, const FleetPolicy& today) {
  FleetPolicy policy = started_under;
  policy.name = today.name;
  policy.retired = today.retired;
  policy.policy_unread = today.policy_unread;
  policy.windows = today.windows;
  policy.witness_tag = today.witness_tag;
  add_missing(policy.freezes, today.freezes);
  add_missing(policy.gates.alarms, today.gates.alarms);
  add_missing(policy.gates.calendars, today.gates.calendars);
  policy.gates.insufficient_data_blocks |= today.gates.insufficient_data_blocks;
  for (auto& step : policy.treatments) step = still_allowed(step, today);
  auto& keep = policy.keep;
  keep.healthy = stricter(keep.healthy, today.keep.healthy, true);
  keep.healthy_per_zone = stricter(keep.healthy_per_zone, today.keep.healthy_per_zone, true);
  keep.out = stricter(keep.out, today.keep.out, false);
  keep.out_per_zone = stricter(keep.out_per_zone, today.keep.out_per_zone, false);
  return policy;
}

FleetPolicy in_force(const Remediation& remediation, const FleetState& state, const FleetPolicy& today) {
  const auto own = state.policies.find(remediation.policy);
  if (own != state.policies.end()) return in_force(own->second, today);
  return state.pinned ? in_force(*state.pinned, today) : today;
}

std::string remember_policy(FleetState& state, const FleetPolicy& policy) {
  for (const auto& [name, known] : state.policies) {
    if (known == policy) return name;
  }
  int number = 1;
  while (state.policies.contains(fmt::format("p{}", number))) ++number;
  const auto name = fmt::format("p{}", number);
  state.policies.emplace(name, policy);
  return name;
}

void forget_policies(FleetState& state) {
  std::set<std::string> needed;
  for (const auto& remediation : state.open) needed.insert(remediation.policy);
  std::erase_if(state.policies, [&](const auto& entry) { return !needed.contains(entry.first); });
}

}  // namespace evenkeel::decide
