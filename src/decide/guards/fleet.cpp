// The guards that look at the fleet as a whole.
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/clock.h"
#include "decide/guards/expected.h"
#include "decide/guards/guards.h"
#include "decide/identity_check.h"
#include "decide/remediation/denied.h"
#include "decide/remediation/protocol.h"
#include "decide/remediation/witness.h"

namespace evenkeel::decide {
namespace {

constexpr std::size_t kNamed = 10;  // of those that are out, in a text

Ruling paused(const FleetView& fleet, bool) {
  const auto& pause = fleet.state.pause;
  const auto to_end = "; to end it: evenkeel resume " + fleet.policy.name + " --reason …";
  if (pause_is_requested(fleet.state)) return Verdict{Reason::paused, "a pause was asked for" + to_end};
  if (!pause || !is_in_force(*pause, fleet.observation.taken_at)) return std::nullopt;
  return Verdict{
      Reason::paused,
      fmt::format("paused by {} since {}{}: {}{}", printable(pause->author), iso8601(pause->since),
                  pause->until ? " until " + iso8601(*pause->until) : "", printable(pause->reason), to_end),
      {},
      pause->until};
}

// Under a name that it had before, what stopped it was not meant for the name alone.
Ruling stopped_before(const FleetView& fleet, bool by_pause) {
  for (const auto& stop : fleet.observation.former_stops) {
    if (stop.paused != by_pause || (stop.until && fleet.observation.taken_at >= *stop.until)) continue;
    const auto since = iso8601(stop.since) + (stop.until ? " until " + iso8601(*stop.until) : "");
    return Verdict{
        stop.paused ? Reason::paused : Reason::breaker_open,
        fmt::format("{} since {}, as fleet {}, which the policy does not have any more (evenkeel resume {} "
                    "--reason … ends it): {}",
                    stop.paused ? "paused by " + printable(stop.author) : std::string("breaker open"), since,
                    stop.fleet, stop.fleet, printable(stop.reason)),
        {},
        stop.until};
  }
  return std::nullopt;
}

Ruling paused_before(const FleetView& fleet, bool) { return stopped_before(fleet, true); }

Ruling breaker_before(const FleetView& fleet, bool) { return stopped_before(fleet, false); }

Ruling breaker_open(const FleetView& fleet, bool) {
  if (!fleet.state.breaker) return std::nullopt;
  return Verdict{
      Reason::breaker_open,
      fmt::format("breaker open since {}: {}; when it is understood: evenkeel resume {} --reason …",
                  iso8601(fleet.state.breaker->since), fleet.state.breaker->reason, fleet.policy.name)};
}

}  // namespace

std::string why_retired(const FleetPolicy& policy) {
  return policy.policy_unread ? "the policy could not be read" : "the fleet left the policy";
}

namespace {

Ruling retired(const FleetView& fleet, bool) {
  if (!fleet.policy.retired) return std::nullopt;
  return Verdict{Reason::retired, why_retired(fleet.policy) + ", so its servers are only put back"};
}

Ruling asked_late(const FleetView& fleet, bool) {
  const auto late = fleet.observation.late_by;
  if (late == Duration::zero()) return std::nullopt;
  return Verdict{
      Reason::asked_late,
      fmt::format(
          "the time of this tick's event is {} away from now: this tick only puts servers back, the next one "
          "looks again",
          format_duration(late)),
      {{Number::late_seconds, std::chrono::duration<double>(late).count()}}};
}

Ruling wrong_account(const FleetView& fleet, bool) {
  auto why = why_place_is_doubted(fleet.state, fleet.observation);
  if (why.empty()) return std::nullopt;
  return Verdict{Reason::wrong_account, std::move(why)};
}

Ruling fleets_overlap(const FleetView& fleet, bool) {
  std::vector<std::string> shared;
  const auto check = [&](const std::string& key, const std::string& what) {
    const auto found = fleet.observation.groups_of_others.find(key);
    if (found != fleet.observation.groups_of_others.end())
      shared.push_back(fmt::format("{} also belongs to fleet {}", what, printable(found->second)));
  };
  for (const auto& [group, count] : fleet.groups) check(group->arn, "target group " + group->name);
  std::ranges::sort(shared);  // groups are ordered by their addresses
  if (const auto& scaling = fleet.observation.auto_scaling_group)
    check("auto-scaling-group/" + scaling->name, "Auto Scaling group " + printable(scaling->name));
  if (shared.empty()) return std::nullopt;
  return lasting(
      Verdict{Reason::fleets_overlap,
              join(shared, ", ") +
                  "; two fleets must not start the same servers: name it in one of them only (target_groups, "
                  "auto_scaling_group)"});
}

// Who is out in a fleet of which nothing is known may be one of this fleet's.
Ruling others_unknown(const FleetView& fleet, bool) {
  const auto& unknown = fleet.observation.other_fleets_unknown;
  if (unknown.empty()) return std::nullopt;
  return Verdict{Reason::observation_incomplete,
                 "which servers the store's other fleets have out is not known, so nothing starts: " +
                     printable(join(unknown, "; "))};
}

// Members left while no tick looked for hours: perhaps Evenkeel took them out, which this state doesn't know.
Ruling state_outdated(const FleetView& fleet, bool) {
  auto who = overlooked(fleet.state);
  if (who.empty()) return std::nullopt;
  const auto count = who.size();
  const auto more = count > kNamed ? fmt::format(" and {} more", count - kNamed) : "";
  who.resize(std::min(count, kNamed));
  return Verdict{
      Reason::state_outdated,
      fmt::format(
          "{} server{} left the target groups while no tick ran for more than {}: {}{}; the state may "
          "be an old copy. Put them back, or, if they are meant to be out: evenkeel resume {} "
          "--reason …",
          count, count == 1 ? "" : "s", format_duration(kUnwatched), join(who, ", "), more,
          fleet.policy.name),
      {{Number::missing, static_cast<double>(count)}}};
}

Ruling clock_backwards(const FleetView& fleet, bool) {
  const auto back = fleet.state.last_tick_at - fleet.observation.taken_at;
  if (back <= kMaxSpread) return std::nullopt;
  return Verdict{
      Reason::clock_backwards,
      fmt::format(
          "AWS's clock is {} behind the last tick's: nothing starts until it has caught up, or {} ticks "
          "over {} agree",
          format_duration(back), kBelievedAfterTicks, format_duration(kBelievedAfter)),
      {{Number::back_seconds, std::chrono::duration<double>(back).count()}}};
}

Ruling clock_ahead(const FleetView& fleet, bool) {
  if (!fleet.observation.doubtful_date) return std::nullopt;
  const auto ahead = *fleet.observation.doubtful_date - fleet.state.last_tick_at;
  return Verdict{
      Reason::clock_ahead,
      fmt::format("AWS's clock is {} ahead of the last tick's, and this machine's clock does not agree: it "
                  "counts once {} ticks over {} have seen it",
                  format_duration(ahead), kBelievedAfterTicks, format_duration(kBelievedAfter)),
      {{Number::ahead_seconds, std::chrono::duration<double>(ahead).count()}}};
}

Ruling observation_incomplete(const FleetView& fleet, bool explain) {
  const auto spread = fleet.observation.spread;
  if (!fleet.unreadable.empty()) {
    return Verdict{Reason::observation_incomplete, join(fleet.unreadable, "; ")};
  }
  if (spread > kMaxSpread) {
    return Verdict{Reason::observation_incomplete,
                   fmt::format("AWS's answers are {} apart; at most {} count as one moment",
                               format_duration(spread), format_duration(kMaxSpread)),
                   {{Number::spread_seconds, std::chrono::duration<double>(spread).count()}}};
  }
  if (!explain) return std::nullopt;
  return passes(fmt::format("everything was read, within {}", format_duration(spread)));
}

// An empty or halved answer where there was a fleet a tick ago is more often a wrong answer than a vanished
// fleet. Each group is compared by itself; the whole fleet, for a state that doesn't know the groups yet.
Ruling observation_contradicts(const FleetView& fleet, bool explain) {
  if (!fleet.doubted.empty()) return Verdict{Reason::observation_contradicts, join(fleet.doubted, "; ")};
  const int before = fleet.state.members_last_seen;
  const auto now = static_cast<int>(fleet.members.size());
  const Numbers numbers = {{Number::members, now}, {Number::members_before, before}};
  if (now * 2 < before) {
    return Verdict{Reason::observation_contradicts,
                   fmt::format("{} members seen, {} by the last tick: nothing starts until the next tick "
                               "confirms it",
                               now, before),
                   numbers};
  }
  if (!explain) return std::nullopt;
  return passes(fmt::format("{} members seen, {} by the last tick", now, before), numbers);
}

}  // namespace

// A zone in which most members are unhealthy is failing: the others will need all servers they have. Of what could not
// be read observation_incomplete says so.
Ruling zone_failing(const FleetView& fleet, bool) {
  if (fleet.zones.size() < 2 || !fleet.unreadable.empty()) return std::nullopt;
  for (const auto& [zone, count] : fleet.zones) {
    if (count.members < 3 || count.failing * 2 <= count.members) continue;
    return Verdict{Reason::zone_failing,
                   fmt::format("{} of {} members in zone {} are not healthy: while a zone fails, nothing "
                               "starts in any zone",
                               count.failing, count.members, printable(zone)),
                   {{Number::failing, count.failing}, {Number::members, count.members}}};
  }
  return std::nullopt;
}

namespace {

// Terminated there, which Auto Scaling does not look at: nothing of Evenkeel's is open, and nothing brings it back.
std::vector<std::string> gone_in_standby(const FleetView& fleet) {
  std::vector<std::string> ids;
  if (!fleet.observation.instances_complete) return ids;
  for (const auto& [id, member] : fleet.members) {
    if (member.instance == nullptr && member.open == nullptr && member.scaling != nullptr &&
        in_standby(member.scaling->lifecycle_state))
      ids.push_back(id);
  }
  return ids;
}

std::string how_many_are(int servers) {
  return fmt::format("{} server{}", servers, servers == 1 ? " is" : "s are");
}

Ruling too_many_out(const FleetView& fleet, bool explain) {
  const int limit = fleet.policy.keep.out.at_most(static_cast<int>(fleet.members.size()));
  const Numbers numbers = {{Number::out, fleet.out_count}, {Number::limit, limit}};
  if (fleet.out_count >= limit) {
    auto out = fleet.out();
    const auto more = out.size() > kNamed ? fmt::format(" and {} more", out.size() - kNamed) : "";
    out.resize(std::min(out.size(), kNamed));
    Verdict no{Reason::too_many_out,
               fmt::format("{} already out ({}{}); keep.out allows {}", how_many_are(fleet.out_count),
                           join(out, ", "), more, limit),
               numbers};
    const auto never_back = gone_in_standby(fleet);
    if (never_back.empty() || static_cast<int>(never_back.size()) < limit) return no;
    no.text += fmt::format(
        "; EC2 does not know {}, which Auto Scaling group {} has in Standby: detach {} from the "
        "group or terminate {} there",
        printable(join(never_back, ", ")), printable(fleet.policy.auto_scaling_group),
        never_back.size() == 1 ? "it" : "them", never_back.size() == 1 ? "it" : "them");
    return lasting(std::move(no));
  }
  if (!explain) return std::nullopt;
  return passes(fmt::format("{} out; keep.out allows {}", how_many_are(fleet.out_count), limit), numbers);
}

Ruling starts_per_hour(const FleetView& fleet, bool explain) {
  const Time now = fleet.observation.taken_at;
  std::vector<Time> starts;
  const auto count = [&](Time started_at) {
    if (now - started_at < 1h) starts.push_back(started_at);
  };
  for (const auto& remediation : fleet.state.open) count(remediation.started_at);
  for (const auto& ended : fleet.state.recent) count(ended.started_at);
  const int limit = fleet.policy.keep.starts_per_hour;
  const Numbers numbers = {{Number::starts, static_cast<double>(starts.size())}, {Number::limit, limit}};
  if (static_cast<int>(starts.size()) >= limit) {
    std::ranges::sort(starts);
    const Time next = starts[starts.size() - static_cast<std::size_t>(limit)] + 1h;
    return Verdict{
        Reason::starts_per_hour,
        fmt::format("{} started within an hour; keep.starts_per_hour allows {}; the next may start at {}",
                    starts.size(), limit, iso8601(next)),
        numbers, next};
  }
  if (!explain) return std::nullopt;
  return passes(
      fmt::format("{} started within an hour; keep.starts_per_hour allows {}", starts.size(), limit),
      numbers);
}

constexpr std::array kInnerGuards = {FleetGuard{"former_pause", paused_before},
                                     FleetGuard{"former_breaker", breaker_before},
                                     FleetGuard{"paused", paused},
                                     FleetGuard{"breaker", breaker_open},
                                     FleetGuard{"retired", retired},
                                     FleetGuard{"tick", asked_late},
                                     FleetGuard{"place", wrong_account},
                                     FleetGuard{"overlap", fleets_overlap},
                                     FleetGuard{"permissions", action_denied},
                                     FleetGuard{"other_fleets", others_unknown},
                                     FleetGuard{"state", state_outdated},
                                     FleetGuard{"witness", marked_and_unknown},
                                     FleetGuard{"clock", clock_backwards},
                                     FleetGuard{"clock_ahead", clock_ahead},
                                     FleetGuard{"observation", observation_incomplete},
                                     FleetGuard{"members_seen", observation_contradicts},
                                     FleetGuard{"zones", zone_failing},
                                     FleetGuard{"out", too_many_out},
                                     FleetGuard{"starts_per_hour", starts_per_hour}};

}  // namespace

std::span<const FleetGuard> inner_guards() { return kInnerGuards; }

}  // namespace evenkeel::decide
