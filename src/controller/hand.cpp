// A person's hand on the state: pause, resume, restore.
#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "base/text.h"
#include "controller/tick.h"

namespace evenkeel::controller {
namespace {

// Loads, changes and swaps until nobody was faster. `change` writes into the state and returns the events.
Result<void> change_state(const std::string& fleet, Parts& parts,
                          const std::function<Result<std::vector<Event>>(FleetState&, Time)>& change) {
  Error last;
  for (int attempt = 0; attempt < record::kSwapAttempts; ++attempt) {
    auto stored = TRY(parts.journal.load(fleet));
    FleetState state;
    if (stored) state = std::move(*stored);
    state.fleet = fleet;
    ++state.revision;
    state.written_by = parts.random.hex(16);
    const Time now = std::max(parts.clock.now(), state.last_tick_at);
    const auto events = TRY(change(state, now));
    const auto written = parts.journal.replace(state, events);
    if (written) return {};
    last = written.error();
    if (last.kind != ErrorKind::conflict) break;
  }
  return std::unexpected(last);
}

std::string by(const std::string& what, const std::string& author, const std::string& reason) {
  return fmt::format("{} by {}{}{}", what, author, reason.empty() ? "" : ": ", reason);
}

}  // namespace

Result<void> pause(const std::string& fleet, const std::string& reason, const std::string& author,
                   Parts& parts, std::optional<Time> until) {
  return change_state(fleet, parts, [&](FleetState& state, Time now) -> Result<std::vector<Event>> {
    if (until && *until <= now) {
      return fail(ErrorKind::invalid,
                  fmt::format("fleet {}: a pause until {} would be over already, for it is {}", fleet,
                              iso8601(*until), iso8601(now)));
    }
    state.pause = Pause{reason, author, now, until};
    const auto what = until ? "paused until " + iso8601(*until) : std::string("paused");
    return std::vector<Event>{{now, fleet, "", "", "pause", by(what, author, reason)}};
  });
}

Result<std::vector<std::string>> resume(const std::string& fleet, const std::string& reason,
                                        const std::string& author, Parts& parts) {
  std::vector<std::string> ended;
  TRY_VOID(change_state(fleet, parts, [&](FleetState& state, Time now) -> Result<std::vector<Event>> {
    ended.clear();
    std::vector<Event> events;
    if (state.pause) {
      const bool over = state.pause->until && *state.pause->until <= now;
      ended.push_back(fmt::format("the pause of {}{}: {}", state.pause->author,
                                  over ? ", which was over since " + iso8601(*state.pause->until) : "",
                                  state.pause->reason));
    }
    if (state.breaker) {
      ended.push_back("the breaker: " + state.breaker->reason);
      state.breaker_reset_at = now;
    }
    state.pause.reset();
    state.breaker.reset();
    for (const auto& what : ended)
      events.push_back({now, fleet, "", "", "resume", by("ended " + what, author, reason)});
    return events;
  }));
  return ended;
}

Result<void> restore(const std::string& fleet, const std::string& instance_id, const std::string& author,
                     Parts& parts) {
  return change_state(fleet, parts, [&](FleetState& state, Time now) -> Result<std::vector<Event>> {
    const auto found = std::ranges::find(state.open, instance_id, &Remediation::instance_id);
    if (found == state.open.end()) {
      return fail(ErrorKind::not_found,
                  fmt::format("fleet {}: nothing is open for {}", fleet, printable(instance_id)));
    }
    found->treat = false;
    found->why_untreated = by("put back", author, "");
    found->phase_since = now;
    if (std::ranges::all_of(found->snapshot, &SnapshotTarget::vanished)) {
      // There is no place left to put it back to: the person has taken it over.
      found->phase = Phase::done;
      found->ending = Ending::handed_over;
      state.recent.push_back(past(*found));
      state.open.erase(found);
    } else {
      const auto limit = state.pinned ? state.pinned->timing.rejoin : Timing{}.rejoin;
      found->phase = Phase::rejoining;
      found->deadline = now + limit;
      found->held_because.clear();
      std::erase_if(found->intents, [](const Intent& intent) {
        return intent.effect == Effect::register_ || intent.effect == Effect::exit_standby;
      });
    }
    return std::vector<Event>{{now, fleet, instance_id, "", "restore", by("to be put back", author, "")}};
  });
}

}  // namespace evenkeel::controller
