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

std::string with_author(const std::string& what, const OperatorRequest& request) {
  return fmt::format("{} by {}{}{}", what, request.author, request.reason.empty() ? "" : ": ",
                     request.reason);
}

class RequestsApplier {
 public:
  RequestsApplier(FleetState& state, Time now) : state_(state), now_(now) {}
  std::vector<Event> take_events() { return std::move(events_); }

  void pause(const OperatorRequest& request) {
    const auto until = request.lasting ? std::optional(now_ + *request.lasting) : request.until;
    if (until && *until <= now_)
      return note("", EventKind::pause,
                  with_author("a pause until " + iso8601(*until) + " was over before it began", request));
    state_.pause = Pause{request.reason, request.author, now_, until};
    note("", EventKind::pause, request_text(request, until));
  }

  void resume(const OperatorRequest& request) {
    if (request.here) return accept_place(request);
    if (state_.pause) {
      const auto& [reason, author, since, until] = *state_.pause;
      const bool over = until && *until <= now_;
      note("", EventKind::resume,
           with_author(fmt::format("ended the pause of {} ({}{})", author, reason,
                                   over ? ", over since " + iso8601(*until) : ""),
                       request));
      state_.pause.reset();
    }
    if (state_.breaker) {
      note("", EventKind::resume,
           with_author(fmt::format("reset the breaker ({})", state_.breaker->reason), request));
      state_.breaker.reset();
      state_.breaker_reset_at = now_;
    }
    if (!state_.denials.empty()) {
      note("", EventKind::resume,
           with_author("ended the wait after AWS's refusals (the next start tries again)", request));
      state_.denials.clear();
    }
    if (const auto missing = accept_missing(state_); !missing.empty())
      note("", EventKind::resume,
           with_author(fmt::format("ended the wait for servers that left their target groups ({})",
                                   join(missing, ", ")),
                       request));
    if (state_.last_tick_at > now_ || state_.clock_doubt) {
      note("", EventKind::resume, with_author("set the clock to AWS's present time", request));
      bring_back(state_, now_);
      state_.clock_doubt.reset();
    }
  }

  void restore(const OperatorRequest& request) {
    const auto found = std::ranges::find(state_.open, request.instance_id, &Remediation::instance_id);
    if (found == state_.open.end())
      return note(request.instance_id, EventKind::restore,
                  with_author("nothing is under way any more that could be put back", request));
    found->treat = false;
    found->why_untreated = with_author("put back", request);
    // A later wish without it does not take it back.
    if (request.now) found->without_waiting = true;
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
    note(request.instance_id, EventKind::restore, request_text(request, {}));
  }

 private:
  // In our Standby, and AWS has not said yes to bring it back: that is owed whatever has become of the places.
  static bool stands_by(const Remediation& remediation) {
    const auto* exit = latest_intent(remediation, Effect::exit_standby);
    return may_be_in_our_standby(remediation) && (exit == nullptr || exit->outcome != OutcomeKind::accepted);
  }
  // Whatever the next look finds: adopt_identity() takes it.
  void accept_place(const OperatorRequest& request) {
    state_.identity = Identity{};
    note("", EventKind::place, request_text(request, {}));
  }

  void note(const std::string& instance_id, EventKind kind, std::string text) {
    events_.push_back({now_, state_.fleet, instance_id, "", kind, std::move(text), "", true});
  }

  FleetState& state_;
  Time now_;
  std::vector<Event> events_;
};

}  // namespace

std::string request_text(const OperatorRequest& request, std::optional<Time> until) {
  switch (request.kind) {
    case OperatorRequest::Kind::pause:
      return with_author(until ? "paused until " + iso8601(*until) : std::string("paused"), request);
    case OperatorRequest::Kind::resume:
      return with_author(request.here ? "account and region accepted" : "resumed", request);
    case OperatorRequest::Kind::restore:
      return with_author("return requested", request) +
             (request.now ? ", without waiting for a treatment that may still act" : "");
  }
  return "";
}

std::vector<Event> apply_requests(FleetState& state, Time now) {
  RequestsApplier applier{state, now};
  for (const auto& request : std::exchange(state.requests, {})) {
    switch (request.kind) {
      case OperatorRequest::Kind::pause:
        applier.pause(request);
        break;
      case OperatorRequest::Kind::resume:
        applier.resume(request);
        break;
      case OperatorRequest::Kind::restore:
        applier.restore(request);
        break;
    }
  }
  return applier.take_events();
}

}  // namespace evenkeel::decide
