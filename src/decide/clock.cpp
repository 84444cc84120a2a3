#include "decide/clock.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

void not_after(Time& time, Time now) { time = std::min(time, now); }
void not_after(std::optional<Time>& time, Time now) {
  if (time) not_after(*time, now);
}

void bring_back_open(Remediation& remediation, Time now) {
  if (remediation.phase_since > now) {
    remediation.deadline -= remediation.phase_since - now;
    remediation.phase_since = now;
  }
  not_after(remediation.started_at, now);
  not_after(remediation.quiet_until, now + kRequestValidity);
  not_after(remediation.booted_at, now);
  not_after(remediation.healthy_since, now);
  not_after(remediation.absent_since, now);
  for (auto& intent : remediation.intents) not_after(intent.at, now);
}

}  // namespace

void bring_back(FleetState& state, Time now) {
  not_after(state.last_tick_at, now);
  not_after(state.signal_read_at, now);
  not_after(state.breaker_reset_at, now);
  if (state.breaker) not_after(state.breaker->since, now);
  if (state.pause) not_after(state.pause->since, now);
  not_after(state.ability.since, now);
  for (auto& remediation : state.open) bring_back_open(remediation, now);
  for (auto& ended : state.recent) {
    not_after(ended.started_at, now);
    not_after(ended.ended_at, now);
  }
  for (auto& [place, since] : state.healthy_since) not_after(since, now);
  for (auto& [id, record] : state.members) {
    for (auto* time : {&record.booted_at, &record.ended_at, &record.above_since, &record.unhealthy_since})
      not_after(*time, now);
  }
}

std::vector<Event> reckon_clock(FleetState& state, Observation& observation) {
  const Time seen = observation.taken_at, last = state.last_tick_at, local = observation.local_at;
  // However it came there: a crossing that is older than the reset never trips the breaker.
  not_after(state.breaker_reset_at, std::max(seen, last));
  const bool back = last - seen > kMaxSpread;
  const bool ahead =
      last != Time{} && seen - last > kJump && local != Time{} && std::chrono::abs(seen - local) > kJump;
  auto& doubt = state.clock_doubt;
  if (!back && !ahead) {
    doubt.reset();
    return {};
  }
  const bool goes_on = doubt && ahead == (doubt->last > last) && seen >= doubt->last - kMaxSpread &&
                       seen - doubt->last <= kJump;
  if (!goes_on) doubt = ClockDoubt{seen, seen, 0};
  doubt->last = std::max(doubt->last, seen);
  ++doubt->ticks;
  const Duration over = doubt->last - doubt->since;
  if (doubt->ticks < kBelievedAfterTicks || over < kBelievedAfter) {
    if (ahead) {
      observation.doubtful_date = seen;
      observation.taken_at = last;
    }
    return {};
  }
  const auto text =
      fmt::format("AWS's clock is {} {} the last tick's, and {} ticks over {} agree: it counts from now on",
                  format_duration(back ? last - seen : seen - last), back ? "behind" : "ahead of",
                  doubt->ticks, format_duration(over));
  doubt.reset();
  if (back) bring_back(state, seen);
  // The jump is no time that has passed.
  else if (state.ability.since != Time{})
    state.ability.since += seen - last;
  return {{seen, state.fleet, "", "", EventKind::clock, text}};
}

}  // namespace evenkeel::decide
