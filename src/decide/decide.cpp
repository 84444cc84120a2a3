#include "decide/decide.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>

#include "base/text.h"
#include "decide/breaker.h"
#include "decide/fleet_view.h"
#include "decide/progress.h"
#include "decide/protocol.h"
#include "decide/selection.h"
#include "decide/signal.h"

namespace evenkeel::decide {
namespace {

// Since when each place has been seen healthy, where slow start makes it matter. Rebuilt from what is seen
// now, so that it stays as small as the fleet; a group that could not be read keeps what was known.
std::map<std::string, Time> healthy_since(const Observation& observation, const FleetState& state) {
  std::map<std::string, Time> seen;
  for (const auto& group : observation.target_groups) {
    if (!group.registrations) {
      for (const auto& [key, since] : state.healthy_since) {
        if (key.starts_with(group.arn + "|")) seen[key] = since;
      }
      continue;
    }
    if (!group.attributes || group.attributes->slow_start == Duration::zero()) continue;
    for (const auto& registration : *group.registrations) {
      if (registration.state != TargetState::healthy) continue;
      const auto key = place_key(group, registration);
      const auto known = state.healthy_since.find(key);
      seen[key] = known == state.healthy_since.end() ? observation.taken_at : known->second;
    }
  }
  return seen;
}

void forget_old(FleetState& state, const FleetPolicy& policy, Time now) {
  const auto remember = std::max(kRemember, policy.keep.cooldown);
  std::erase_if(state.recent, [&](const PastRemediation& ended) { return now - ended.ended_at > remember; });
}

void close_ended(FleetState& state) {
  for (auto& remediation : state.open) {
    if (!remediation.open()) state.recent.push_back(past(remediation));
  }
  std::erase_if(state.open, [](const Remediation& remediation) { return !remediation.open(); });
}

Question signals_of(std::vector<std::string> ids, const FleetPolicy& policy, const FleetState& state,
                    Time now) {
  Duration back{};
  for (const auto& remediation : state.open) back = std::max(back, now - remediation.started_at);
  std::ranges::sort(ids);
  return {Question::Kind::signal, std::move(ids), lookback(policy.reboot_when, back)};
}

void start(const Selection& selection, Draft& draft, FleetState& next) {
  const Member& member = *selection.chosen;
  Remediation remediation;
  remediation.id = fmt::format("{}@{}", member.id, iso8601(draft.now()));
  remediation.instance_id = member.id;
  remediation.launch_time = member.instance->launch_time;
  remediation.started_at = draft.now();
  remediation.cause = selection.cause;
  Duration delay{};
  std::vector<std::string> arns;
  for (const auto& [group, registration, healthy_since] : member.places) {
    remediation.snapshot.push_back({group->arn, group->name, registration->port, false});
    delay = std::max(delay, group->attributes->deregistration_delay);
    if (arns.empty() || arns.back() != group->arn) arns.push_back(group->arn);
  }
  const auto& cause = remediation.cause;
  draft.note(remediation, "start",
             fmt::format("{} at {}, above {}", printable(cause.metric), format_number(cause.value),
                         format_number(cause.above)));
  draft.enter(remediation, Phase::draining, delay + draft.policy.timing.drain_slack,
              fmt::format("taking it out of {} target group{}", arns.size(), arns.size() == 1 ? "" : "s"));
  for (const auto& arn : arns) draft.intend(remediation, Effect::deregister, arn);
  next.open.push_back(std::move(remediation));
  next.pinned = draft.policy;
}

void trip_breaker_if_needed(const FleetView& fleet, Draft& draft, FleetState& next) {
  const auto why = breaker_trips(fleet);
  if (!why) return;
  next.breaker = Breaker{*why, draft.now()};
  draft.events.push_back({draft.now(), draft.policy.name, "", "", "breaker", "breaker tripped: " + *why});
}

}  // namespace

Plan decide(const FleetPolicy& policy, const Observation& observation, const FleetState& state,
            const std::string& tick_nonce) {
  Plan plan;
  plan.next = state;
  FleetState& next = plan.next;
  next.fleet = policy.name;
  next.revision = state.revision + 1;
  next.written_by = tick_nonce;
  next.healthy_since = healthy_since(observation, state);
  forget_old(next, policy, observation.taken_at);

  Draft draft{policy, observation, tick_nonce};
  std::optional<FleetView> fleet(std::in_place, policy, observation, next);
  const bool readable = fleet->unreadable.empty();
  const auto members = static_cast<int>(fleet->members.size());
  const bool anybody_open = !next.open.empty();
  for (auto& remediation : next.open) advance(remediation, draft, *fleet);
  trip_breaker_if_needed(*fleet, draft, next);
  close_ended(next);
  // Selection sees the members as the next state leaves them, but the last tick as it was known.
  if (anybody_open) fleet.emplace(policy, observation, next);
  auto selection = select(*fleet);
  next.last_tick_at = std::max(state.last_tick_at, observation.taken_at);
  if (readable) next.members_last_seen = members;

  std::erase_if(draft.signals_wanted, [&](const auto& id) { return observation.signals.contains(id); });
  plan.questions = std::move(selection.questions);
  if (!draft.signals_wanted.empty()) {
    plan.questions.push_back(signals_of(draft.signals_wanted, policy, state, observation.taken_at));
  }
  for (auto& id : draft.consoles_wanted)
    plan.questions.push_back({Question::Kind::console, {std::move(id)}, {}});
  for (auto& id : draft.surveys_wanted)
    plan.questions.push_back({Question::Kind::survey, {std::move(id)}, {}});

  if (selection.read_whole_fleet) next.signal_read_at = observation.taken_at;
  if (selection.chosen != nullptr) start(selection, draft, next);
  plan.members = std::move(selection.members);
  plan.fleet = std::move(selection.fleet);
  plan.actions = std::move(draft.actions);
  std::ranges::stable_sort(plan.actions, {}, [](const Action& action) { return !action.restores; });
  plan.events = std::move(draft.events);
  return plan;
}

}  // namespace evenkeel::decide
