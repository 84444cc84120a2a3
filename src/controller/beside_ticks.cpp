#include "controller/beside_ticks.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace evenkeel::controller {
namespace {

constexpr std::size_t kWhyShown = 400;

// A process that writes at the same time wins, and nothing else is lost.
void write_beside(FleetState state, const char* why, Time local, record::Journal& journal) {
  ++state.revision;
  state.written_by = why + iso8601(local);
  [[maybe_unused]] const auto written = journal.replace(state, {});
}

}  // namespace

void note_failure(const std::string& fleet, const Error& error, Time local, record::Journal& journal) {
  auto stored = journal.load(fleet);
  if (!stored) return;
  FleetState state = *stored ? std::move(**stored) : FleetState{};
  state.fleet = fleet;
  if (!state.failing) state.failing = Failing{.since = local, .last = local, .ticks = 0, .why = {}};
  state.failing->last = local;
  ++state.failing->ticks;
  state.failing->why = printable(error.message, kWhyShown);
  write_beside(std::move(state), "failed-", local, journal);
}

void note_left(FleetState state, Time local, record::Journal& journal) {
  const Time seen = std::max(state.last_tick_at, state.failing ? state.failing->last : Time{});
  if (state.left_policy_at || (state.open.empty() && local - seen < kLeftAfter)) return;
  state.left_policy_at = local;
  write_beside(std::move(state), "left-", local, journal);
}

}  // namespace evenkeel::controller
