// Which member stands under which key of the state document: one list for writing and for reading, so that
// the two can't differ. docs/formats.md explains each key.
#pragma once

#include <tuple>

#include "model/fleet_state.h"

namespace evenkeel::record {

template <class Struct, class Member>
struct Entry {
  const char* key;
  Member Struct::* member;
};
template <class Struct, class Member>
Entry(const char*, Member Struct::*) -> Entry<Struct, Member>;

template <class Struct>
struct FieldsOf;

template <>
struct FieldsOf<SnapshotTarget> {
  using S = SnapshotTarget;
  static constexpr auto kList = std::tuple{
      Entry{"target_group_arn", &S::target_group_arn},
      Entry{"target_group_name", &S::target_group_name},
      Entry{"port", &S::port},
      Entry{"vanished", &S::vanished},
  };
};

template <>
struct FieldsOf<Intent> {
  using S = Intent;
  static constexpr auto kList = std::tuple{
      Entry{"effect", &S::effect},   Entry{"nonce", &S::nonce},
      Entry{"at", &S::at},           Entry{"target_group_arn", &S::target_group_arn},
      Entry{"outcome", &S::outcome}, Entry{"may_land_late", &S::may_land_late},
      Entry{"detail", &S::detail},
  };
};

template <>
struct FieldsOf<Cause> {
  using S = Cause;
  static constexpr auto kList = std::tuple{
      Entry{"metric", &S::metric},
      Entry{"value", &S::value},
      Entry{"above", &S::above},
      Entry{"sampled_at", &S::sampled_at},
  };
};

template <>
struct FieldsOf<Remediation> {
  using S = Remediation;
  static constexpr auto kList = std::tuple{
      Entry{"id", &S::id},
      Entry{"instance_id", &S::instance_id},
      Entry{"launch_time", &S::launch_time},
      Entry{"started_at", &S::started_at},
      Entry{"cause", &S::cause},
      Entry{"snapshot", &S::snapshot},
      Entry{"intents", &S::intents},
      Entry{"phase", &S::phase},
      Entry{"phase_since", &S::phase_since},
      Entry{"deadline", &S::deadline},
      Entry{"quiet_until", &S::quiet_until},
      Entry{"treat", &S::treat},
      Entry{"why_untreated", &S::why_untreated},
      Entry{"booted_at", &S::booted_at},
      Entry{"boot_evidence", &S::boot_evidence},
      Entry{"healthy_since", &S::healthy_since},
      Entry{"absent_sightings", &S::absent_sightings},
      Entry{"absent_since", &S::absent_since},
      Entry{"held_because", &S::held_because},
      Entry{"ending", &S::ending},
      Entry{"value_after", &S::value_after},
  };
};

template <>
struct FieldsOf<PastRemediation> {
  using S = PastRemediation;
  static constexpr auto kList = std::tuple{
      Entry{"id", &S::id},
      Entry{"instance_id", &S::instance_id},
      Entry{"started_at", &S::started_at},
      Entry{"ended_at", &S::ended_at},
      Entry{"ending", &S::ending},
      Entry{"metric", &S::metric},
      Entry{"value_before", &S::value_before},
      Entry{"value_after", &S::value_after},
  };
};

template <>
struct FieldsOf<Pause> {
  using S = Pause;
  static constexpr auto kList = std::tuple{
      Entry{"reason", &S::reason},
      Entry{"author", &S::author},
      Entry{"since", &S::since},
  };
};

template <>
struct FieldsOf<Breaker> {
  using S = Breaker;
  static constexpr auto kList = std::tuple{
      Entry{"reason", &S::reason},
      Entry{"since", &S::since},
  };
};

template <>
struct FieldsOf<MetricCondition> {
  using S = MetricCondition;
  static constexpr auto kList = std::tuple{
      Entry{"namespace", &S::metric_namespace},
      Entry{"metric", &S::metric},
      Entry{"statistic", &S::statistic},
      Entry{"above", &S::above},
      Entry{"period", &S::period},
      Entry{"over", &S::over},
      Entry{"datapoints", &S::datapoints},
      Entry{"max_age", &S::max_age},
  };
};

template <>
struct FieldsOf<Keep> {
  using S = Keep;
  static constexpr auto kList = std::tuple{
      Entry{"healthy", &S::healthy},
      Entry{"out", &S::out},
      Entry{"starts_per_hour", &S::starts_per_hour},
      Entry{"cooldown", &S::cooldown},
      Entry{"remediations_per_day", &S::remediations_per_day},
      Entry{"min_uptime", &S::min_uptime},
      Entry{"crossing_percent", &S::crossing_percent},
  };
};

template <>
struct FieldsOf<Timing> {
  using S = Timing;
  static constexpr auto kList = std::tuple{
      Entry{"drain_slack", &S::drain_slack}, Entry{"boot", &S::boot},
      Entry{"rejoin", &S::rejoin},           Entry{"soak", &S::soak},
      Entry{"settle", &S::settle},
  };
};

template <>
struct FieldsOf<FleetPolicy> {
  using S = FleetPolicy;
  static constexpr auto kList = std::tuple{
      Entry{"name", &S::name},
      Entry{"region", &S::region},
      Entry{"role_arn", &S::role_arn},
      Entry{"external_id", &S::external_id},
      Entry{"target_groups", &S::target_groups},
      Entry{"auto_scaling_group", &S::auto_scaling_group},
      Entry{"reboot_when", &S::reboot_when},
      Entry{"keep", &S::keep},
      Entry{"timing", &S::timing},
      Entry{"retired", &S::retired},
  };
};

template <>
struct FieldsOf<FleetState> {
  using S = FleetState;
  static constexpr auto kList = std::tuple{
      Entry{"fleet", &S::fleet},
      Entry{"revision", &S::revision},
      Entry{"written_by", &S::written_by},
      Entry{"last_tick_at", &S::last_tick_at},
      Entry{"signal_read_at", &S::signal_read_at},
      Entry{"open", &S::open},
      Entry{"recent", &S::recent},
      Entry{"pause", &S::pause},
      Entry{"breaker", &S::breaker},
      Entry{"breaker_reset_at", &S::breaker_reset_at},
      Entry{"healthy_since", &S::healthy_since},
      Entry{"members_last_seen", &S::members_last_seen},
      Entry{"pinned", &S::pinned},
  };
};

// The last enumerator of each: words are looked up by counting up to it.
template <class Enum>
constexpr Enum kLast{};
template <>
inline constexpr Effect kLast<Effect> = Effect::register_;
template <>
inline constexpr OutcomeKind kLast<OutcomeKind> = OutcomeKind::not_sent;
template <>
inline constexpr Phase kLast<Phase> = Phase::done;
template <>
inline constexpr Ending kLast<Ending> = Ending::handed_over;
template <>
inline constexpr Statistic kLast<Statistic> = Statistic::minimum;

}  // namespace evenkeel::record
