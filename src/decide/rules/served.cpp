#include "decide/rules/served.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/rules/escalation.h"
#include "decide/rules/events.h"
#include "decide/rules/rules.h"
#include "model/alarm_name.h"

namespace evenkeel::decide {
namespace {

using Kind = Condition::Kind;

constexpr std::size_t kServed = 8;  // reasons that are remembered of a member
// EC2 may list an event for hours after it has ended.
constexpr Duration kEventListed = 4h;
// An alarm takes its periods to notice, and bad health comes back within this.
constexpr Duration kComesBack = 1h;
constexpr Duration kUnknownFor = 24h;
// A treatment that a metric asked for and that could not be carried out is tried again so much later, times
// the number of tries.
constexpr Duration kTriedAgain = 24h;
constexpr Duration kForgotten = std::chrono::days{60};

bool is_by_tag(const Rule* rule) {
  return rule != nullptr && has_kind(*rule, Kind::tag) && !has_kind(*rule, Kind::scheduled_event);
}

// One alarm for all members: no member's own reason, whatever else the rule asks of each of them.
bool is_shared(const Rule* rule) {
  return rule != nullptr && std::ranges::any_of(rule->all, [](const Condition& condition) {
           return condition.kind == Kind::alarm && !names_each_member(condition.name);
         });
}

bool judged_by_metric(const Rule* rule) {
  return rule == nullptr || (has_kind(*rule, Kind::metric) && !has_kind(*rule, Kind::tag) &&
                             !has_kind(*rule, Kind::scheduled_event) && !is_shared(rule));
}

bool judged_by_metric(const Asking& asking) {
  return asking.event == nullptr && judged_by_metric(asking.rule);
}

// A boot or a launch ends it by definition, which says nothing of whether the remedy helps.
bool is_by_clock(const Rule& rule) {
  return std::ranges::all_of(rule.all, [](const Condition& condition) {
    return condition.kind == Kind::uptime || condition.kind == Kind::age;
  });
}

// How long after the end a reason is judged.
Duration judged_for(const Rule& rule, const FleetPolicy& policy) {
  if (is_by_clock(rule)) return {};
  if (policy.timing.judge > Duration::zero()) return policy.timing.judge;
  Duration wait{};
  for (const auto& condition : rule.all) {
    if (condition.kind == Kind::scheduled_event) wait = std::max(wait, kEventListed);
    if (condition.kind == Kind::alarm) wait = std::max(wait, kComesBack);
    if (condition.kind == Kind::status_check || condition.kind == Kind::target_unhealthy)
      wait = std::max(wait, condition.longer_than + kComesBack);
  }
  return wait;
}

// Another reason of the same rule is the same fault, where it isn't one event of several.
bool same_fault(const PastRemediation& past, const Asking& asking) {
  return past.reason == asking.identity ||
         (asking.event == nullptr && asking.rule != nullptr && past.rule == asking.rule->name);
}

const Served* find_served(const FleetView& fleet, const Member& member, const Asking& asking) {
  const auto& served = member.record->served;
  const auto found = std::ranges::find(served, asking.identity, &Served::reason);
  if (found == served.end()) return nullptr;
  const bool again =
      judged_by_metric(asking) && fleet.observation.taken_at - found->at >= kTriedAgain * found->times;
  return again ? nullptr : &*found;
}

// By what it was answered without effect.
std::optional<Treatment> spent_on(const Member& member, const Asking& asking) {
  for (const auto* past : member.past) {
    if (!past->gone || !same_fault(*past, asking)) continue;
    return *past->gone ? std::nullopt : std::optional(past->treatment);
  }
  return std::nullopt;
}

// By what another fleet answered it; what a metric tells comes again by itself.
std::optional<Treatment> spent_elsewhere(const Member& member, const Asking& asking) {
  if (member.other == nullptr) return std::nullopt;
  const auto found = member.other->served.find(asking.identity);
  return found == member.other->served.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Verdict> being_judged(const Member& member, const Asking& asking) {
  for (const auto* past : member.past) {
    if (!past->judge_until || !same_fault(*past, asking)) continue;
    return Verdict{Reason::already_served,
                   fmt::format("served by {}; whether that ended it shows by {}", name(past->treatment),
                               iso8601(*past->judge_until)),
                   {},
                   past->judge_until};
  }
  return std::nullopt;
}

// One reason of the whole fleet is tried on one member first.
std::optional<Verdict> tried_on_another(const FleetView& fleet, const Member& member, const Rule& rule) {
  for (const auto& open : fleet.state.open) {
    if (open.instance_id == member.id || open.cause.rule != rule.name) continue;
    return Verdict{Reason::next_in_line, fmt::format("tried on {} first", open.instance_id)};
  }
  for (const auto& past : fleet.state.recent) {
    if (past.rule != rule.name || !past.judge_until) continue;
    return Verdict{Reason::next_in_line,
                   fmt::format("tried on {} first: whether that ended it shows by {}", past.instance_id,
                               iso8601(*past.judge_until)),
                   {},
                   past.judge_until};
  }
  return std::nullopt;
}

bool may_end_it(Treatment treatment, const Member& member, const Asking& asking) {
  if (asking.event != nullptr)
    return ends_event(treatment, asking.event->code, member.instance->reboot_migrates);
  return asking.rule == nullptr || may_end(treatment, *asking.rule);
}

// "reboot was tried": or it was begun and never came about, which the ending of that remediation says.
std::string describe_treatment(Treatment treatment, const Member& member, const Served* served) {
  if (served == nullptr) return fmt::format("{} was tried and it", name(treatment));
  const auto past =
      std::ranges::find(member.past, served->at, [](const PastRemediation* one) { return one->started_at; });
  const bool came_about = past == member.past.end() || (*past)->ending != Ending::untreated;
  return came_about ? fmt::format("{} was tried at {} and it", name(treatment), iso8601(served->at))
                    : fmt::format("the {} of {} did not come about (evenkeel history {} says why), and this",
                                  name(treatment), iso8601(served->at), member.id);
}

Verdict remains(const Asking& asking, const Member& member, std::optional<Treatment> spent,
                const Served* served) {
  if (!spent) {
    return {Reason::reason_remains,
            asking.event == nullptr
                ? std::string("no treatment in `treatments` can end it")
                : fmt::format("no treatment in `treatments` ends {}: add {}", printable(asking.event->code),
                              what_ends_event(asking.event->code))};
  }
  Verdict made{
      Reason::reason_remains,
      fmt::format(
          "{} is still there; `treatments` has no stronger treatment that ends it: look at the server",
          describe_treatment(*spent, member, served))};
  if (served != nullptr && judged_by_metric(asking)) {
    made.until = served->at + kTriedAgain * served->times;
    made.text += fmt::format("; it is tried again at {}", iso8601(*made.until));
  }
  return made;
}

void serve(MemberRecord& record, const Remediation& remediation, Treatment treatment) {
  auto& served = record.served;
  const auto found = std::ranges::find(served, remediation.cause.identity, &Served::reason);
  const int times = found == served.end() ? 1 : found->times + 1;
  if (found != served.end()) served.erase(found);
  served.push_back({.reason = remediation.cause.identity,
                    .at = remediation.started_at,
                    .treatment = treatment,
                    .times = times,
                    .gone = false});
  if (served.size() > kServed) served.erase(served.begin());
}

bool was_refused(const Remediation& remediation) {
  return std::ranges::any_of(remediation.intents, [](const Intent& intent) {
    return treats_server(intent.effect) && intent.outcome == OutcomeKind::refused;
  });
}

bool untreated_before(const PastRemediation& ended, const FleetState& state) {
  return std::ranges::any_of(state.recent, [&](const PastRemediation& past) {
    return past.instance_id == ended.instance_id && past.reason == ended.reason &&
           past.ending == Ending::untreated && ended.ended_at - past.ended_at < 24h;
  });
}

// Whether the reason is still there, and what shows it, for people; unknown: nothing does.
struct Shown {
  std::optional<bool> there;
  std::string words;
};

Shown is_there(const FleetView& fleet, const PastRemediation& ended, const Rule& rule) {
  const auto member = fleet.members.find(ended.instance_id);
  if (member == fleet.members.end() || member->second.instance == nullptr) return {};
  if (!has_kind(rule, Kind::scheduled_event)) {
    auto found = judge_conditions(fleet, member->second, rule, true, ConditionScope::that_show_help);
    if (found.holds == Holds::unknown) return {};
    return {found.holds == Holds::yes, std::move(found.verdict.text)};
  }
  const auto& status = member->second.instance->status;
  if (!status) return {};
  const auto event = std::ranges::find_if(
      status->events, [&](const ScheduledEvent& one) { return identity_of(one) == ended.reason; });
  if (event != status->events.end()) return {true, describe(*event)};
  return {false, "EC2 no longer lists " + printable(ended.reason)};
}

void found_gone(MemberRecord& record, const PastRemediation& ended, const Rule& rule) {
  if (!has_kind(rule, Kind::scheduled_event)) {
    std::erase_if(record.served, [&](const Served& one) { return one.reason == ended.reason; });
    return;
  }
  for (auto& one : record.served)
    one.gone = one.gone || one.reason == ended.reason;  // it may be listed again
}

}  // namespace

bool judged_by_metric(const FleetPolicy& policy, const std::string& rule) {
  const auto* found = find_rule(policy, rule);
  return rule.empty() || (found != nullptr && judged_by_metric(found));
}

std::string describe(const ScheduledEvent& event) {
  return fmt::format("EC2 has scheduled {}{}: {}", printable(event.code),
                     event.not_before ? " at " + iso8601(*event.not_before) : "",
                     printable(event.description));
}

std::string identity_of(const ScheduledEvent& event) {
  if (!event.id.empty()) return "event " + event.id;
  return fmt::format("event {} of {}", event.code, event.not_before ? iso8601(*event.not_before) : "no date");
}

ReasonStatus reason_status(const FleetView& fleet, const Member& member, const Asking& asking) {
  const auto& treatments = fleet.policy.treatments;
  const int from = level_for(fleet, member);
  const auto paced = [&]() -> std::optional<Verdict> {
    return is_shared(asking.rule) ? tried_on_another(fleet, member, *asking.rule) : std::nullopt;
  };
  if (is_by_tag(asking.rule)) return {from, paced()};
  const auto* served = find_served(fleet, member, asking);
  if (served != nullptr && served->gone)
    return {from, Verdict{Reason::already_served,
                          fmt::format("{} at {} ended it", name(served->treatment), iso8601(served->at))}};
  const bool metric = judged_by_metric(asking);
  if (!metric) {
    if (auto no = being_judged(member, asking)) return {from, std::move(no)};
  }
  auto spent = served != nullptr ? std::optional(served->treatment) : std::nullopt;
  if (!spent && !metric) spent = spent_on(member, asking);
  if (!spent && !metric) spent = spent_elsewhere(member, asking);
  for (auto level = static_cast<std::size_t>(from); level < treatments.size(); ++level) {
    const auto treatment = treatments[level].treatment;
    if ((spent && treatment <= *spent) || !may_end_it(treatment, member, asking)) continue;
    return {static_cast<int>(level), paced()};
  }
  return {from, remains(asking, member, spent, served)};
}

void note_served(const Remediation& remediation, const FleetPolicy& policy, FleetState& state,
                 PastRemediation& ended) {
  const auto* rule = find_rule(policy, ended.rule);
  if (ended.reason.empty() || (rule == nullptr && !ended.rule.empty())) return;
  auto& record = state.members[ended.instance_id];
  std::erase_if(record.served, [&](const Served& one) {
    return ended.ended_at - one.at > kForgotten && !one.reason.starts_with(kTagIdentity);
  });
  if (ended.ending == Ending::untreated) {
    const bool refused = was_refused(remediation);
    if (refused) ended.gone = false;
    // One drain that took too long may be bad luck.
    if (!is_by_tag(rule) && (refused || untreated_before(ended, state)))
      serve(record, remediation, ended.treatment);
    return;
  }
  const bool treated = ended.ending == Ending::cured || ended.ending == Ending::back ||
                       ended.ending == Ending::not_cured ||
                       (ended.ending == Ending::handed_over && remediation.booted_at);
  if (!treated || judged_by_metric(rule) || (is_by_tag(rule) && !is_shared(rule))) return;
  if (!is_by_tag(rule)) serve(record, remediation, ended.treatment);
  ended.judge_until = ended.ended_at + judged_for(*rule, policy);
}

std::string asked_afterwards(const Remediation& remediation, const FleetPolicy& policy, Time now) {
  const auto* rule = find_rule(policy, remediation.cause.rule);
  if (rule == nullptr || remediation.cause.identity.empty() || judged_by_metric(rule))
    return "its reason was no metric, so nothing is measured";
  if (is_by_tag(rule) && !is_shared(rule)) return "it was asked for by a tag, so nothing is measured";
  if (is_by_clock(*rule)) return "its time since boot or launch begins again";
  return fmt::format("whether its reason is gone shows by {}", iso8601(now + judged_for(*rule, policy)));
}

void judge_reasons(FleetState& state, const FleetView& fleet, std::vector<Event>& events) {
  const Time now = fleet.observation.taken_at;
  for (auto& ended : state.recent) {
    const auto* rule = find_rule(fleet.policy, ended.rule);
    if (!ended.judge_until || ended.reason.empty() || judged_by_metric(fleet.policy, ended.rule)) continue;
    const auto [there, words] = rule == nullptr ? Shown{} : is_there(fleet, ended, *rule);
    const bool over = now >= *ended.judge_until;
    const bool ended_for_good = there == false && rule != nullptr && has_kind(*rule, Kind::scheduled_event);
    if (!over && !ended_for_good) continue;
    if (!there && rule != nullptr && now < *ended.judge_until + kUnknownFor) continue;
    ended.judge_until.reset();
    const auto record = state.members.find(ended.instance_id);
    if (there == false && record != state.members.end() && !is_by_tag(rule))
      found_gone(record->second, ended, *rule);
    if (there == false && is_by_clock(*rule)) continue;
    if (there) ended.gone = !*there;
    events.push_back(event_of(
        ended, now, state.fleet, EventKind::judged,
        !there   ? "unknown: nothing says whether its reason is gone"
        : *there ? fmt::format("not_gone: after {} it is still there: {}", name(ended.treatment), words)
                 : "gone: " + words,
        !there   ? "unknown"
        : *there ? "not_gone"
                 : "gone"));
  }
}

}  // namespace evenkeel::decide
