// Which member stands under which key of the state document: one list for writing and for reading, so that
// the two can't differ. docs/formats.md explains each key.
#pragma once

#include <tuple>

#include "model/fleet_state.h"
#include "record/state_words.h"

namespace evenkeel::record {

template <class Struct, class Member>
struct Entry {
  const char* key;
  Member Struct::* member;
  int since = 1;  // the schema that brought the key
};
template <class Struct, class Member>
Entry(const char*, Member Struct::*, int = 1) -> Entry<Struct, Member>;

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
      Entry{"by_auto_scaling", &S::by_auto_scaling, 2},
      Entry{"absent_sightings", &S::absent_sightings, 3},
      Entry{"absent_since", &S::absent_since, 3},
  };
};

template <>
struct FieldsOf<Intent> {
  using S = Intent;
  static constexpr auto kList = std::tuple{
      Entry{"effect", &S::effect},
      Entry{"nonce", &S::nonce},
      Entry{"at", &S::at},
      Entry{"target_group_arn", &S::target_group_arn},
      Entry{"outcome", &S::outcome},
      Entry{"may_land_late", &S::may_land_late},
      Entry{"detail", &S::detail},
      Entry{"answer", &S::answer, 2},
      Entry{"all_ports", &S::all_ports, 3},
      Entry{"standby_over", &S::standby_over, 3},
  };
};

template <>
struct FieldsOf<Cause> {
  using S = Cause;
  static constexpr auto kList = std::tuple{
      Entry{"metric", &S::metric}, Entry{"value", &S::value},
      Entry{"above", &S::above},   Entry{"sampled_at", &S::sampled_at},
      Entry{"rule", &S::rule, 2},  Entry{"text", &S::text, 2},
      Entry{"tag", &S::tag, 2},    Entry{"identity", &S::identity, 3},
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
      Entry{"auto_scaling_group", &S::auto_scaling_group, 2},
      Entry{"rung", &S::rung, 2},
      Entry{"attempt", &S::attempt, 2},
      Entry{"treatment", &S::treatment, 2},
      Entry{"captured", &S::captured, 2},
      Entry{"capture_over", &S::capture_over, 2},
      Entry{"command_output", &S::command_output, 2},
      Entry{"foreign", &S::foreign, 2},
      Entry{"seen_back", &S::seen_back, 2},
      Entry{"intents", &S::intents},
      Entry{"phase", &S::phase},
      Entry{"phase_since", &S::phase_since},
      Entry{"deadline", &S::deadline},
      Entry{"quiet_until", &S::quiet_until},
      Entry{"effects_until", &S::effects_until, 3},
      Entry{"without_waiting", &S::without_waiting, 3},
      Entry{"marks", &S::marks, 3},
      Entry{"policy", &S::policy, 3},
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
      Entry{"rule", &S::rule, 2},
      Entry{"treatment", &S::treatment, 2},
      Entry{"judge_until", &S::judge_until, 2},
      Entry{"reason", &S::reason, 3},
      Entry{"gone", &S::gone, 3},
      Entry{"treated", &S::treated, 3},
  };
};

template <>
struct FieldsOf<Pause> {
  using S = Pause;
  static constexpr auto kList = std::tuple{
      Entry{"reason", &S::reason},
      Entry{"author", &S::author},
      Entry{"since", &S::since},
      Entry{"until", &S::until, 2},
  };
};

template <>
struct FieldsOf<Wish> {
  using S = Wish;
  static constexpr auto kList = std::tuple{
      Entry{"kind", &S::kind, 3},       Entry{"instance_id", &S::instance_id, 3},
      Entry{"reason", &S::reason, 3},   Entry{"author", &S::author, 3},
      Entry{"lasting", &S::lasting, 3}, Entry{"until", &S::until, 3},
      Entry{"here", &S::here, 3},       Entry{"now", &S::now, 3},
  };
};

template <>
struct FieldsOf<ClockDoubt> {
  using S = ClockDoubt;
  static constexpr auto kList = std::tuple{
      Entry{"since", &S::since, 3},
      Entry{"last", &S::last, 3},
      Entry{"ticks", &S::ticks, 3},
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
      Entry{"back_below", &S::back_below, 2},
  };
};

template <>
struct FieldsOf<Condition> {
  using S = Condition;
  static constexpr auto kList = std::tuple{
      Entry{"kind", &S::kind, 2},
      Entry{"metric", &S::metric, 2},
      Entry{"longer_than", &S::longer_than, 2},
      Entry{"name", &S::name, 2},
  };
};

template <>
struct FieldsOf<Rule> {
  using S = Rule;
  static constexpr auto kList = std::tuple{
      Entry{"name", &S::name, 2},
      Entry{"priority", &S::priority, 2},
      Entry{"all", &S::all, 2},
  };
};

template <>
struct FieldsOf<LoadCeiling> {
  using S = LoadCeiling;
  static constexpr auto kList = std::tuple{
      Entry{"per", &S::per, 2},       Entry{"namespace", &S::metric_namespace, 2},
      Entry{"metric", &S::metric, 2}, Entry{"statistic", &S::statistic, 2},
      Entry{"below", &S::below, 2},   Entry{"period", &S::period, 2},
      Entry{"past", &S::past, 2},
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
      Entry{"healthy_per_zone", &S::healthy_per_zone, 2},
      Entry{"out_per_zone", &S::out_per_zone, 2},
      Entry{"load_below", &S::load_below, 2},
  };
};

template <>
struct FieldsOf<Timing> {
  using S = Timing;
  static constexpr auto kList = std::tuple{
      Entry{"drain_slack", &S::drain_slack}, Entry{"boot", &S::boot},
      Entry{"rejoin", &S::rejoin},           Entry{"soak", &S::soak},
      Entry{"settle", &S::settle},           Entry{"stop", &S::stop, 2},
      Entry{"judge", &S::judge, 2},
  };
};

template <>
struct FieldsOf<Window> {
  using S = Window;
  static constexpr auto kList = std::tuple{
      Entry{"days", &S::days, 2},
      Entry{"from", &S::from, 2},
      Entry{"to", &S::to, 2},
      Entry{"time_zone", &S::zone, 2},
  };
};

template <>
struct FieldsOf<Freeze> {
  using S = Freeze;
  static constexpr auto kList = std::tuple{
      Entry{"from", &S::first, 2},
      Entry{"to", &S::last, 2},
      Entry{"time_zone", &S::zone, 2},
      Entry{"reason", &S::reason, 2},
  };
};

template <>
struct FieldsOf<Gates> {
  using S = Gates;
  static constexpr auto kList = std::tuple{
      Entry{"alarms", &S::alarms, 2},
      Entry{"insufficient_data_blocks", &S::insufficient_data_blocks, 2},
      Entry{"calendars", &S::calendars, 2},
  };
};

template <>
struct FieldsOf<Document> {
  using S = Document;
  static constexpr auto kList = std::tuple{
      Entry{"name", &S::name, 2},
      Entry{"parameters", &S::parameters, 2},
      Entry{"within", &S::within, 2},
  };
};

template <>
struct FieldsOf<Step> {
  using S = Step;
  static constexpr auto kList = std::tuple{
      Entry{"treatment", &S::treatment, 2},
      Entry{"attempts", &S::attempts, 2},
      Entry{"document", &S::document, 2},
  };
};

template <>
struct FieldsOf<Evidence> {
  using S = Evidence;
  static constexpr auto kList = std::tuple{
      Entry{"document", &S::document, 2},
      Entry{"required", &S::required, 2},
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
      Entry{"leave_by", &S::leave_by, 2},
      Entry{"witness_tag", &S::witness_tag, 3},
      Entry{"also_when", &S::also_when, 2},
      Entry{"order", &S::order, 2},
      Entry{"fails_at", &S::fails_at, 2},
      Entry{"windows", &S::windows, 2},
      Entry{"freezes", &S::freezes, 2},
      Entry{"gates", &S::gates, 2},
      Entry{"treatments", &S::treatments, 2},
      Entry{"evidence", &S::evidence, 2},
      Entry{"retired", &S::retired},
  };
};

template <>
struct FieldsOf<Served> {
  using S = Served;
  static constexpr auto kList = std::tuple{
      Entry{"reason", &S::reason, 3}, Entry{"at", &S::at, 3},     Entry{"treatment", &S::treatment, 3},
      Entry{"times", &S::times, 3},   Entry{"gone", &S::gone, 3},
  };
};

template <>
struct FieldsOf<Identity> {
  using S = Identity;
  static constexpr auto kList = std::tuple{
      Entry{"partition", &S::partition, 3},
      Entry{"account", &S::account, 3},
      Entry{"region", &S::region, 3},
  };
};

template <>
struct FieldsOf<GroupSeen> {
  using S = GroupSeen;
  static constexpr auto kList = std::tuple{
      Entry{"at", &S::at, 3},
      Entry{"members", &S::members, 3},
      Entry{"missing", &S::missing, 3},
      Entry{"overlooked", &S::overlooked, 3},
      Entry{"fewer_sightings", &S::fewer_sightings, 3},
      Entry{"fewer_since", &S::fewer_since, 3},
  };
};

template <>
struct FieldsOf<BlindTo> {
  using S = BlindTo;
  static constexpr auto kList = std::tuple{
      Entry{"what", &S::what, 3},
      Entry{"subject", &S::subject, 3},
      Entry{"text", &S::text, 3},
  };
};

template <>
struct FieldsOf<Ability> {
  using S = Ability;
  static constexpr auto kList = std::tuple{
      Entry{"kind", &S::kind, 3},
      Entry{"since", &S::since, 3},
      Entry{"because", &S::because, 3},
      Entry{"blind_to", &S::blind_to, 3},
  };
};

template <>
struct FieldsOf<Denial> {
  using S = Denial;
  static constexpr auto kList = std::tuple{
      Entry{"effect", &S::effect, 3}, Entry{"target_group_arn", &S::target_group_arn, 3},
      Entry{"since", &S::since, 3},   Entry{"last", &S::last, 3},
      Entry{"detail", &S::detail, 3},
  };
};

template <>
struct FieldsOf<LeftMark> {
  using S = LeftMark;
  static constexpr auto kList = std::tuple{
      Entry{"instance_id", &S::instance_id, 3},
      Entry{"remediation_id", &S::remediation_id, 3},
      Entry{"value", &S::value, 3},
      Entry{"since", &S::since, 3},
      Entry{"tries", &S::tries, 3},
      Entry{"removal", &S::removal, 3},
  };
};

template <>
struct FieldsOf<Failing> {
  using S = Failing;
  static constexpr auto kList = std::tuple{
      Entry{"since", &S::since, 3},
      Entry{"last", &S::last, 3},
      Entry{"ticks", &S::ticks, 3},
      Entry{"why", &S::why, 3},
  };
};

template <>
struct FieldsOf<MemberRecord> {
  using S = MemberRecord;
  static constexpr auto kList = std::tuple{
      Entry{"booted_at", &S::booted_at, 2},
      Entry{"ended_at", &S::ended_at, 2},
      Entry{"relapses", &S::relapses, 2},
      Entry{"rung", &S::rung, 2},
      Entry{"served_tag", &S::served_tag, 2},
      Entry{"above_since", &S::above_since, 2},
      Entry{"unhealthy_since", &S::unhealthy_since, 2},
      Entry{"seen_at", &S::seen_at, 3},
      Entry{"served", &S::served, 3},
      Entry{"effects_until", &S::effects_until, 3},
  };
};

template <>
struct FieldsOf<Glance> {
  using S = Glance;
  static constexpr auto kList = std::tuple{
      Entry{"members", &S::members, 2},
      Entry{"serving", &S::serving, 2},
      Entry{"out", &S::out, 2},
      Entry{"may_leave", &S::may_leave, 2},
      Entry{"held_back_by", &S::held_back_by, 2},
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
      Entry{"wishes", &S::wishes, 3},
      Entry{"clock_doubt", &S::clock_doubt, 3},
      Entry{"pause", &S::pause},
      Entry{"breaker", &S::breaker},
      Entry{"breaker_reset_at", &S::breaker_reset_at},
      Entry{"healthy_since", &S::healthy_since},
      Entry{"members_last_seen", &S::members_last_seen},
      Entry{"members", &S::members, 2},
      Entry{"told", &S::told, 2},
      Entry{"told_fleet", &S::told_fleet, 2},
      Entry{"glance", &S::glance, 2},
      Entry{"pinned", &S::pinned},
      Entry{"policies", &S::policies, 3},
      Entry{"identity", &S::identity, 3},
      Entry{"groups_seen", &S::groups_seen, 3},
      Entry{"ability", &S::ability, 3},
      Entry{"denials", &S::denials, 3},
      Entry{"left_marks", &S::left_marks, 3},
      Entry{"failing", &S::failing, 3},
      Entry{"left_policy_at", &S::left_policy_at, 3},
  };
};

}  // namespace evenkeel::record
