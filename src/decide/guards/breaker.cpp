#include "decide/guards/breaker.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "decide/rules/escalation.h"
#include "decide/rules/served.h"
#include "decide/rules/signal.h"

namespace evenkeel::decide {
namespace {

bool since_reset(const FleetView& fleet, Time at) {
  return !fleet.state.breaker_reset_at || at > *fleet.state.breaker_reset_at;
}

std::optional<std::string> many_jumped(const FleetView& fleet) {
  const auto& condition = fleet.policy.reboot_when;
  if (!condition.given()) return std::nullopt;
  // More may have been read, for a forecast.
  const Duration unread = fleet.state.signal_read_at
                              ? fleet.observation.taken_at - *fleet.state.signal_read_at
                              : Duration::zero();
  const Time oldest = fleet.observation.taken_at - lookback(condition, unread);
  std::vector<Time> jumps;
  for (const auto& [id, signal] : fleet.observation.signals) {
    const auto at = jumped_at(condition, signal, oldest);
    if (at && since_reset(fleet, *at)) jumps.push_back(*at);
  }
  const auto members = static_cast<int>(fleet.members.size());
  const auto crossing = too_many_crossed(fleet.policy, std::move(jumps), members);
  if (!crossing) return std::nullopt;
  return fmt::format(
      "{} of {} members jumped over {} within {} at {}; keep.crossing_percent ({}) allows {}: one cause, not {} leaks",
      crossing->together, members, format_number(condition.above), format_duration(2 * condition.period),
      iso8601(crossing->first), fleet.policy.keep.crossing_percent, crossing->may, crossing->together);
}

// Newest first, of one rule or of all: how many of the remediations whose effect is known helped.
struct Effects {
  int known = 0, helped = 0;
};
Effects effects_of(const FleetView& fleet, const std::string* rule, int at_most) {
  Effects effects;
  for (auto past = fleet.state.recent.rbegin(); past != fleet.state.recent.rend(); ++past) {
    const auto known = helped(*past);
    if (!known || !since_reset(fleet, past->ended_at) || (rule != nullptr && past->rule != *rule)) continue;
    if (effects.known == at_most) break;
    ++effects.known;
    if (*known) ++effects.helped;
  }
  return effects;
}

std::optional<std::string> remedy_fails(const FleetView& fleet) {
  const auto [known, helped] = effects_of(fleet, nullptr, 6);
  if (known < 4 || helped * 2 >= known) return std::nullopt;
  return fmt::format("only {} of the last {} remediations helped", helped, known);
}

// One reason, several remediations, and none helped: the fault is elsewhere. A metric is each member's own.
std::optional<std::string> reason_stays(const FleetView& fleet) {
  for (const auto& rule : fleet.policy.also_when) {
    if (judged_by_metric(fleet.policy, rule.name)) continue;
    const auto [known, helped] = effects_of(fleet, &rule.name, 3);
    if (known < 3 || helped > 0) continue;
    return fmt::format("none of the last {} remediations by {} helped", known, printable(rule.name));
  }
  return std::nullopt;
}

// Judged by the first look that is complete: a server that an incomplete one doesn't show may be in service.
std::optional<std::string> state_may_be_lost(const FleetView& fleet) {
  const auto& state = fleet.state;
  const bool last_was_complete = state.last_tick_at != Time{} && state.summary.may_leave >= 0;
  const bool has_looked = state.members_last_seen > 0 || last_was_complete || !state.open.empty();
  if (has_looked || state.breaker_reset_at || !fleet.readable()) return std::nullopt;
  auto out = fleet.out();
  for (const auto& [id, member] : fleet.members) {
    if (member.scaling != nullptr && member.scaling->lifecycle_state == LifecycleState::in_service &&
        member.places.empty() && !member.out) {
      out.push_back(id);
    }
  }
  // Another fleet of the store remembers it: this one was renamed, or took over that one's groups.
  std::erase_if(out, [&](const std::string& id) {
    const auto other = fleet.observation.other_fleets.find(id);
    return other != fleet.observation.other_fleets.end() && other->second.open;
  });
  if (out.empty()) return std::nullopt;
  return fmt::format("the state has no record of this fleet, but {} is out of service: put it back first",
                     join(out, ", "));
}

}  // namespace

std::optional<Crossing> too_many_crossed(const FleetPolicy& policy, std::vector<Time> jumps, int members) {
  std::ranges::sort(jumps);
  const int may = std::max(1, members * policy.keep.crossing_percent / 100);
  for (std::size_t first = 0; first < jumps.size(); ++first) {
    const auto last = std::ranges::upper_bound(jumps, jumps[first] + 2 * policy.reboot_when.period);
    const auto together = static_cast<int>(last - jumps.begin()) - static_cast<int>(first);
    if (together <= may) continue;
    return Crossing{jumps[first], together, may};
  }
  return std::nullopt;
}

std::optional<std::string> breaker_trips(const FleetView& fleet) {
  if (fleet.state.breaker) return std::nullopt;
  for (const auto cause : {state_may_be_lost, many_jumped, remedy_fails, reason_stays}) {
    if (auto why = cause(fleet)) return why;
  }
  return std::nullopt;
}

}  // namespace evenkeel::decide
