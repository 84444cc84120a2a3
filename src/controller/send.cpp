#include "controller/send.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "act/act.h"
#include "base/text.h"
#include "controller/tick.h"
#include "decide/remediation/horizon.h"

namespace evenkeel::controller {
namespace {

// A tick that has gone on for longer sends nothing any more: what it saw is too old, and its signatures soon
// are.
constexpr Duration kActWithin{45'000};
// What is kept of a tick's time for recording outcomes, and before that for restores and other acts.
constexpr Duration kToRecord{2'000};
constexpr Duration kToAct{13'000};

// Its places are looked at once more before it.
bool treats_or_captures(Effect effect) { return treats_server(effect) || effect == Effect::capture; }

// What waits for its server's mark, where that was asked for as well.
bool needs_its_mark(Effect effect) { return decide::takes_out(effect) || treats_or_captures(effect); }

// Why it must not be sent any more; empty: it may.
std::string too_late(const Action& action, std::optional<Time> looked_at, const TickTime& time, Time now) {
  if (now >= time.act_until) return "the tick took too long; the next one looks again";
  if (!treats_or_captures(action.effect)) return {};
  if (looked_at && now - *looked_at <= kSendWithin) return {};
  return fmt::format(
      "{} passed since the last look at where it is registered, {} may; the next tick looks again",
      looked_at ? format_duration(now - *looked_at) : "too much time", format_duration(kSendWithin));
}

}  // namespace

TickTime::TickTime(Time start, std::optional<Time> deadline)
    : began(start), over(deadline.value_or(start + kTickWithin)) {
  const Duration whole = std::max(Duration::zero(), over - began);
  act_until = over - std::min(kToRecord, whole / 10);
  read_until = act_until - std::min(kToAct, whole / 3);
  act_until = std::min(act_until, began + kActWithin);
}

std::vector<Outcome> send(std::span<const Action> actions, std::optional<Time> looked_at,
                          const TickTime& time, Parts& parts) {
  std::vector<Outcome> outcomes;
  std::map<std::string, std::string> unmarked;  // by remediation: why its mark is not known to be there
  parts.aws.set_deadline(time.act_until);
  for (const auto& action : actions) {
    parts.aws.set_urgency(urgency(action.restores));
    auto why = too_late(action, looked_at, time, parts.clock.now());
    if (const auto no = unmarked.find(action.remediation_id);
        no != unmarked.end() && needs_its_mark(action.effect))
      why = fmt::format("the tag {} could not be put on it first: {}", kWitnessTag, no->second);
    outcomes.push_back(why.empty() ? act::perform(action, parts.aws) : act::not_sent(action, std::move(why)));
    if (action.effect == Effect::mark && outcomes.back().kind != OutcomeKind::accepted)
      unmarked[action.remediation_id] = outcomes.back().detail;
  }
  parts.aws.set_urgency(urgency(false));
  return outcomes;
}

}  // namespace evenkeel::controller
