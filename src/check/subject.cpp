#include "check/subject.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/fleet_view.h"

namespace evenkeel::check {

Subject::Subject(const FleetPolicy& fleet_policy, const Facts& read)
    : policy(fleet_policy), facts(read), observed(read.seen) {
  observed.target_groups.clear();
  for (const auto& group : facts.groups) observed.target_groups.push_back(group.seen);
  std::ranges::sort(observed.target_groups, {}, &TargetGroup::arn);
  for (const auto& group : facts.groups) {
    if (!group.seen.registrations || group.seen.type != TargetType::instance) continue;
    for (const auto& target : *group.seen.registrations)
      members[target.instance_id].places.push_back({&group, &target});
  }
  for (auto& [id, member] : members) {
    member.id = id;
    const auto found = facts.seen.instances.find(id);
    if (found != facts.seen.instances.end()) member.instance = &found->second;
    member.healthy = std::ranges::all_of(member.places, [](const CheckedTarget& place) {
      return place.target->state == TargetState::healthy;
    });
  }
  if (!facts.seen.auto_scaling_group) return;
  scaling = &*facts.seen.auto_scaling_group;
  wanted = decide::instances_wanted(*scaling);
}

std::vector<std::string> Subject::ids() const {
  std::vector<std::string> all;
  for (const auto& [id, member] : members) all.push_back(id);
  return all;
}

std::vector<std::string> Subject::ids_in(const GroupFacts& group) const {
  std::vector<std::string> in;
  for (const auto& [id, member] : members) {
    if (std::ranges::find(member.places, &group, &CheckedTarget::group) != member.places.end())
      in.push_back(id);
  }
  return in;
}

int Subject::healthy_in(const GroupFacts& group) const {
  int healthy = 0;
  for (const auto& id : ids_in(group)) {
    const auto& member = members.at(id);
    if (member.healthy && (member.running() || !facts.instances_read())) ++healthy;
  }
  return healthy;
}

int Subject::counted_in(const GroupFacts& group) const {
  return std::max(static_cast<int>(ids_in(group).size()), wanted);
}

int Subject::required(const GroupFacts& group) const {
  const auto attributes = group.seen.attributes.value_or(TargetGroup::Attributes{.fail_open_count = 0});
  return decide::required_healthy(policy.keep, counted_in(group), attributes.fail_open_count,
                                  attributes.fail_open_percent);
}

Duration Subject::one_remediation() const {
  Duration delay{}, slow_start{};
  for (const auto& group : facts.groups) {
    if (!group.seen.attributes) continue;
    delay = std::max(delay, group.seen.attributes->deregistration_delay);
    slow_start = std::max(slow_start, group.seen.attributes->slow_start);
  }
  // A tick each to see it drained, booted and healthy; few servers boot in less than settle takes.
  return delay + policy.timing.settle + policy.timing.soak + slow_start + 3min;
}

double Subject::open_share() const {
  if (policy.windows.empty()) return 1;
  Duration open{};
  for (const auto& window : policy.windows) open += length(window) * std::popcount(window.days & 0x7fU);
  return std::min(1.0, static_cast<double>(open.count()) / static_cast<double>(Duration{7 * 24h}.count()));
}

double Subject::remediations_per_day() const {
  const double by_time = 24.0 * 3'600'000 / static_cast<double>(one_remediation().count()) *
                         policy.keep.out.at_most(static_cast<int>(size()));
  return std::min(by_time, 24.0 * policy.keep.starts_per_hour) * open_share();
}

Duration length(const Window& window) {
  return window.to > window.from ? window.to - window.from : window.to - window.from + 24h;
}

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

Severity worse_for_all(std::size_t affected, std::size_t all) {
  return affected >= all ? Severity::would_not_work : Severity::warning;
}

std::string some(const std::vector<std::string>& names, std::size_t shown) {
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) first.push_back(printable(names[i]));
  std::string text = join(first, ", ");
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string count(std::size_t number, const std::string& noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

const char* is_are(std::size_t number) { return number == 1 ? "is" : "are"; }

}  // namespace evenkeel::check
