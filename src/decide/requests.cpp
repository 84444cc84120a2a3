#include "decide/requests.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "decide/clock.h"
#include "decide/guards/expected.h"
#include "decide/remediation/phases.h"

namespace evenkeel::decide {
namespace {

std::string by_whom(const std::string& what, const Wish& wish) {
  return fmt::format("{} by {}{}{}", what, wish.author, wish.reason.empty() ? "" : ": ", wish.reason);
}

class Heeding {
 public:
  Heeding(FleetState& state, Time now) : state_(state), now_(now) {}
  std::vector<Event> take_events() { return std::move(events_); }

  void pause(const Wish& wish) {
    const auto until = wish.lasting ? std::optional(now_ + *wish.lasting) : wish.until;
    if (until && *until <= now_)
      return note("", EventKind::pause,
                  by_whom("a pause until " + iso8601(*until) + " was over before it began", wish));
    state_.pause = Pause{wish.reason, wish.author, now_, until};
    note("", EventKind::pause, in_words(wish, until));
  }

  void resume(const Wish& wish) {
    if (wish.here) return accept_place(wish);
    if (state_.pause) {
      const auto& [reason, author, since, until] = *state_.pause;
      const bool over = until && *until <= now_;
      note("", EventKind::resume,
           by_whom(fmt::format("ended the pause of {} ({}{})", author, reason,
                               over ? ", over since " + iso8601(*until) : ""),
                   wish));
      state_.pause.reset();
    }
    if (state_.breaker) {
      note("", EventKind::resume,
           by_whom(fmt::format("reset the breaker ({})", state_.breaker->reason), wish));
      state_.breaker.reset();
      state_.breaker_reset_at = now_;
    }
    if (!state_.denials.empty()) {
      note("", EventKind::resume,
           by_whom("ended the wait after AWS's refusals (the next start tries again)", wish));
      state_.denials.clear();
    }
    if (const auto missing = accept_missing(state_); !missing.empty())
      note("", EventKind::resume,
           by_whom(fmt::format("ended the wait for servers that left their target groups ({})",
                               join(missing, ", ")),
                   wish));
    if (state_.last_tick_at > now_ || state_.clock_doubt) {
      note("", EventKind::resume, by_whom("set the clock to AWS's present time", wish));
      bring_back(state_, now_);
      state_.clock_doubt.reset();
    }
  }

  void restore(const Wish& wish) {
    const auto found = std::ranges::find(state_.open, wish.instance_id, &Remediation::instance_id);
    if (found == state_.open.end())
      return note(wish.instance_id, EventKind::restore,
                  by_whom("nothing is under way any more that could be put back", wish));
    found->treat = false;
    found->why_untreated = by_whom("put back", wish);
    // A later wish without it does not take it back.
    if (wish.now) found->without_waiting = true;
    found->phase_since = now_;
    const bool nowhere = std::ranges::all_of(found->snapshot, &SnapshotTarget::vanished);
    if (nowhere && !stands_by(*found)) {
      // There is no place left to put it back to: the operator has taken it over.
      found->phase = Phase::done;
      found->ending = Ending::handed_over;
      state_.recent.push_back(past(*found));
      state_.open.erase(found);
    } else {
      found->phase = Phase::rejoining;
      found->deadline = now_ + (state_.pinned ? state_.pinned->timing.rejoin : Timing{}.rejoin);
      found->held_because.clear();
      std::erase_if(found->intents, [](const Intent& intent) {
        return intent.effect == Effect::register_ || intent.effect == Effect::exit_standby;
      });
    }
    note(wish.instance_id, EventKind::restore, in_words(wish, {}));
  }

 private:
  // In our Standby, and AWS has not said yes to bring it back: that is owed whatever has become of the places.
  static bool stands_by(const Remediation& remediation) {
    const auto* exit = latest_intent(remediation, Effect::exit_standby);
    return may_be_in_our_standby(remediation) && (exit == nullptr || exit->outcome != OutcomeKind::accepted);
  }
  // Whatever the next look finds: adopt_identity() takes it.
  void accept_place(const Wish& wish) {
    state_.identity = Identity{};
    note("", EventKind::place, in_words(wish, {}));
  }

  void note(const std::string& instance_id, EventKind kind, std::string text) {
    events_.push_back({now_, state_.fleet, instance_id, "", kind, std::move(text), "", true});
  }

  FleetState& state_;
  Time now_;
  std::vector<Event> events_;
};

}  // namespace

std::string in_words(const Wish& wish, std::optional<Time> until) {
  switch (wish.kind) {
    case Wish::Kind::pause:
      return by_whom(until ? "paused until " + iso8601(*until) : std::string("paused"), wish);
    case Wish::Kind::resume:
      return by_whom(wish.here ? "account and region accepted" : "resumed", wish);
    case Wish::Kind::restore:
      return by_whom("return requested", wish) +
             (wish.now ? ", without waiting for a treatment that may still act" : "");
  }
  return "";
}

std::vector<Event> heed_wishes(FleetState& state, Time now) {
  Heeding heeding{state, now};
  for (const auto& wish : std::exchange(state.wishes, {})) {
    switch (wish.kind) {
      case Wish::Kind::pause:
        heeding.pause(wish);
        break;
      case Wish::Kind::resume:
        heeding.resume(wish);
        break;
      case Wish::Kind::restore:
        heeding.restore(wish);
        break;
    }
  }
  return heeding.take_events();
}

}  // namespace evenkeel::decide
