#include "decide/bookkeeping.h"

#include <algorithm>
#include <fmt/core.h>
#include <tuple>

#include "base/text.h"
#include "decide/guards/guards.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/in_force.h"
#include "decide/remediation/protocol.h"
#include "decide/remediation/witness.h"
#include "decide/rules/escalation.h"
#include "decide/rules/rules.h"
#include "decide/rules/served.h"
#include "decide/rules/signal.h"
#include "decide/sorted_walk.h"

namespace evenkeel::decide {
namespace {

// The state is one document: what is remembered of members must not fill it.
constexpr std::size_t kMembers = 1'000;
// A record is kept for so long after its member was last seen.
constexpr Duration kAfterLastSeen = std::chrono::days{7};
constexpr std::size_t kMostReported = 500;
constexpr int kReportedAtOnce = 50;
constexpr std::size_t kRelapses = 3;
// After so long without a remediation the treatments begin with the first again.
constexpr Duration kWell = std::chrono::days{7};
// A sample that should have come by the end of judging may still come within this.
constexpr Duration kJudgeSlack = 15min;

bool treated(Ending ending) {
  return ending == Ending::cured || ending == Ending::back || ending == Ending::not_cured;
}

bool unhealthy_somewhere(const Member& member) {
  return std::ranges::any_of(
      member.places, [](const Target& place) { return place.registration->state == TargetState::unhealthy; });
}

void remember_health(MemberRecord& record, const Member& member, bool watch, bool readable, Time now) {
  if (watch && unhealthy_somewhere(member)) {
    if (!record.unhealthy_since) record.unhealthy_since = now;
    return;
  }
  const bool seen = !member.places.empty() || (readable && member.missing.empty());
  if (!watch || seen) record.unhealthy_since.reset();
}

// `above`: as remember_members has it; nullptr: no entry.
void note_above(MemberRecord& record, const bool* above, const FleetView& fleet) {
  if (!fleet.policy.reboot_when.back_below) {
    record.above_since.reset();
  } else if (above != nullptr) {
    if (!*above) record.above_since.reset();
    if (*above && !record.above_since) record.above_since = fleet.observation.taken_at;
  }
}

// What is over: a tag that was taken off, so that the same value may ask again; relapses of long ago.
void forget(MemberRecord& record, const Member& member, Time now) {
  if (!record.served_tag.empty() && member.instance != nullptr &&
      std::ranges::none_of(member.instance->tags,
                           [&](const auto& tag) { return tag.second == record.served_tag; })) {
    record.served_tag.clear();
  }
  if (member.instance != nullptr)
    std::erase_if(record.served, [&](const Served& one) {
      return one.reason.starts_with(kTagIdentity) &&
             std::ranges::none_of(member.instance->tags, [&](const auto& tag) {
               return tag_identity(tag.first, tag.second) == one.reason;
             });
    });
  if (record.effects_until && now >= *record.effects_until) record.effects_until.reset();
  if (record.ended_at && now - *record.ended_at > kWell) {
    record.relapses.clear();
    record.level = 0;
  }
}

bool worth_keeping(MemberRecord record) {
  record.seen_at.reset();
  return !record.empty();
}

// What would be asked for again, were it forgotten, is kept longest: by members that are here, then by how
// lately something was done.
auto worth(const MemberRecord& record, bool here) {
  const bool served = !record.served_tag.empty() || !record.served.empty() || record.effects_until;
  const auto done = std::max(record.ended_at.value_or(Time{}), record.booted_at.value_or(Time{}));
  return std::tuple(here, served, done, record.seen_at.value_or(Time{}));
}

void keep_the_most_valuable(std::map<std::string, MemberRecord>& members, const FleetView& fleet) {
  if (members.size() <= kMembers) return;
  std::vector<std::map<std::string, MemberRecord>::iterator> least;
  for (auto entry = members.begin(); entry != members.end(); ++entry) least.push_back(entry);
  std::ranges::stable_sort(
      least, {}, [&](auto entry) { return worth(entry->second, fleet.members.contains(entry->first)); });
  least.resize(members.size() - kMembers);
  for (const auto entry : least) members.erase(entry);
}

// A remediation has events of its own.
bool reports_itself(Reason reason) {
  return reason == Reason::in_remediation || reason == Reason::held || reason == Reason::start;
}

void report_members(Plan& plan, Time now) {
  auto& reported = plan.next.last_reported;
  int left = kReportedAtOnce;
  for (const auto& [id, verdict] : plan.members) {
    if (verdict.of_fleet || verdict.reason == Reason::signal_not_due ||
        verdict.reason == Reason::not_surveyed)
      continue;
    if (reports_itself(verdict.reason)) {
      reported.erase(id);
      continue;
    }
    const auto known = reported.find(id);
    const std::string reason = verdict.reason == Reason::below_limit ? "" : name(verdict.reason);
    if (reason == (known == reported.end() ? "" : known->second)) continue;
    if (left-- == 0) break;
    if (known != reported.end()) reported.erase(known);
    if (!reason.empty() && reported.size() < kMostReported) reported.emplace(id, reason);
    plan.events.push_back({.at = now,
                           .fleet = plan.next.fleet,
                           .instance_id = id,
                           .remediation_id = "",
                           .kind = EventKind::verdict,
                           .text = fmt::format("{}: {}", name(verdict.reason), verdict.text),
                           .word = name(verdict.reason)});
  }
  std::erase_if(reported, [&](const auto& entry) { return !plan.members.contains(entry.first); });
}

}  // namespace

void end_pause(FleetState& state, Time now, std::vector<Event>& events) {
  if (!state.pause || is_in_force(*state.pause, now)) return;
  events.push_back(
      {now, state.fleet, "", "", EventKind::resume,
       fmt::format("the pause of {} ended as it was set to: {}", state.pause->author, state.pause->reason)});
  state.pause.reset();
}

void close_ended(FleetState& state, const FleetPolicy& policy, const Observation& observation) {
  for (const auto& remediation : state.open) {
    if (remediation.open()) continue;
    const auto own = in_force(remediation, state, policy);
    auto ended = past(remediation);
    auto& record = state.members[remediation.instance_id];
    record.ended_at = ended.ended_at;
    const Time until = anything_may_act_until(remediation, observation, own);
    record.effects_until = until > observation.taken_at ? std::optional(until) : std::nullopt;
    if (remediation.booted_at) record.booted_at = remediation.booted_at;
    if (treated(ended.ending) && has_signal(remediation, own) && own.timing.judge > Duration::zero()) {
      ended.ending = Ending::back;
      ended.judge_until = ended.ended_at + own.timing.judge;
    }
    note_served(remediation, policy, state, ended);
    if (!ended.gone && !ended.judge_until && judged_by_metric(policy, ended.rule)) ended.gone = helped(ended);
    leave_mark(state, remediation, observation.taken_at);
    state.recent.push_back(std::move(ended));
  }
  std::erase_if(state.open, [](const Remediation& remediation) { return !remediation.open(); });
}

void judge_ended(FleetState& state, const FleetPolicy& policy, const Observation& observation,
                 std::vector<Event>& events) {
  const Time now = observation.taken_at;
  for (auto& ended : state.recent) {
    if (!ended.judge_until || (!ended.reason.empty() && !judged_by_metric(policy, ended.rule))) continue;
    const auto* condition = condition_of(ended.rule, ended.metric, policy);
    const auto* signal =
        condition == nullptr ? nullptr : signal_of(ended.instance_id, *condition, policy, observation);
    std::vector<Sample> since;
    if (signal != nullptr && signal->state == SignalState::fresh) {
      std::ranges::copy_if(signal->samples, std::back_inserter(since),
                           [&](const Sample& sample) { return sample.at > ended.ended_at; });
    }
    const bool relapsed = !since.empty() && judge(*condition, {SignalState::fresh, since, {}}, now).above;
    const bool over = now >= *ended.judge_until;
    if (!relapsed && (!over || (since.empty() && now < *ended.judge_until + kJudgeSlack))) continue;
    ended.judge_until.reset();
    if (!since.empty()) {
      ended.value_after = since.back().value;
      ended.ending =
          relapsed || since.back().value > condition->down_at() ? Ending::not_cured : Ending::cured;
      ended.gone = ended.ending == Ending::cured;
    }
    events.push_back(event_of(
        ended, now, state.fleet, EventKind::judged,
        since.empty() ? std::string("back: no sample says whether it helped")
                      : fmt::format("{}: {} before, {} after", name(ended.ending),
                                    format_number(ended.value_before), format_number(*ended.value_after)),
        since.empty() ? name(Ending::back) : name(ended.ending)));
  }
}

void remember_start(FleetState& state, const Remediation& remediation) {
  auto& record = state.members[remediation.instance_id];
  if (record.ended_at) {
    const Duration well = remediation.started_at - *record.ended_at;
    if (well > kWell) record.relapses.clear();
    record.relapses.push_back(well);
    if (record.relapses.size() > kRelapses) record.relapses.erase(record.relapses.begin());
  }
  // At which treatment a reason begins that no metric shows is its own affair (served.h).
  if (!remediation.cause.metric.empty() || !remediation.cause.tag.empty()) {
    if (remediation.level > record.level) record.relapses.clear();  // they are about the weaker treatment
    record.level = remediation.level;
  }
  if (!remediation.cause.tag.empty()) {
    record.served_tag.clear();
    record.served.push_back({.reason = remediation.cause.identity,
                             .at = remediation.started_at,
                             .treatment = remediation.treatment,
                             .gone = true});
  }
}

void remember_members(FleetState& state, const FleetView& fleet, const std::map<std::string, bool>& above) {
  const bool watch_health = asks_for(fleet.policy, Condition::Kind::target_unhealthy);
  const bool readable = fleet.readable();
  const Time now = fleet.observation.taken_at;
  SortedWalk records{state.members};
  SortedWalk now_above{above};
  for (const auto& [id, member] : fleet.members) {
    MemberRecord fresh;
    auto* known = records.find(id);
    auto& record = known == nullptr ? fresh : *known;
    remember_health(record, member, watch_health, readable, fleet.observation.taken_at);
    note_above(record, now_above.find(id), fleet);
    forget(record, member, fleet.observation.taken_at);
    if (!worth_keeping(record)) continue;
    record.seen_at = now;
    if (known == nullptr) state.members.emplace_hint(records.place(), id, std::move(fresh));
  }
  for (auto& [id, record] : state.members) {
    if (!record.seen_at) record.seen_at = now;  // of a state from before it was kept
  }
  std::erase_if(state.members, [&](const auto& entry) {
    const auto& [id, record] = entry;
    return !worth_keeping(record) ||
           (readable && !fleet.members.contains(id) && now - *record.seen_at >= kAfterLastSeen);
  });
  keep_the_most_valuable(state.members, fleet);
}

void report_changes(Plan& plan, Time now) {
  report_members(plan, now);
  // A place that we have taken is told by the remediation itself, and so is what Auto Scaling does for it.
  const bool taken =
      std::ranges::find(plan.fleet, Reason::too_many_out, &Verdict::reason) != plan.fleet.end();
  const auto first = std::ranges::find_if(plan.fleet, [&](const Verdict& verdict) {
    const bool ours = taken && verdict.reason == Reason::scaling_activity;
    return (verdict.reason != Reason::too_many_out || plan.next.open.empty()) && !ours;
  });
  const std::string reason = first == plan.fleet.end() ? "" : name(first->reason);
  if (reason == plan.next.last_reported_fleet) return;
  plan.next.last_reported_fleet = reason;
  plan.events.push_back({.at = now,
                         .fleet = plan.next.fleet,
                         .instance_id = "",
                         .remediation_id = "",
                         .kind = EventKind::fleet,
                         .text = first == plan.fleet.end() ? std::string("nothing holds it back")
                                                           : fmt::format("{}: {}", reason, first->text),
                         .word = reason});
}

FleetSummary summary_of(const FleetView& fleet, const std::vector<Verdict>& held_back_by) {
  FleetSummary seen;
  seen.members = static_cast<int>(fleet.members.size());
  seen.serving = static_cast<int>(
      std::ranges::count_if(fleet.members, [](const auto& entry) { return entry.second.serving; }));
  seen.out = fleet.out_count;
  for (const auto& verdict : held_back_by) seen.held_back_by.push_back(verdict.text);
  if (!fleet.readable()) {
    seen.may_leave = -1;
  } else if (held_back_by.empty()) {
    int could = 0;
    const int places = fleet.policy.keep.out.at_most(seen.members) - seen.out;
    for (const auto& [id, member] : fleet.members) {
      if (could >= places) break;
      if (member.serving && !capacity_guard(fleet, member) && !member_guards(fleet, member)) ++could;
    }
    seen.may_leave = could;
  }
  return seen;
}

}  // namespace evenkeel::decide
