#include "controller/beside_ticks.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace evenkeel::controller {
namespace {

constexpr std::size_t kWhyShown = 400;

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
  ++state.revision;
  state.written_by = "failed-" + iso8601(local);
  [[maybe_unused]] const auto written = journal.replace(state, {});
}

void note_left(FleetState state, Time local, record::Journal& journal) {
  const Time seen = std::max(state.last_tick_at, state.failing ? state.failing->last : Time{});
  if (state.left_policy_at || (state.open.empty() && local - seen < kLeftAfter)) return;
  state.left_policy_at = local;
  ++state.revision;
  state.written_by = "left-" + iso8601(local);
  [[maybe_unused]] const auto written = journal.replace(state, {});
}

}  // namespace evenkeel::controller
