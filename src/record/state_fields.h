// Which member stands under which key of the state document: one list for writing and for reading, so that
// the two can't differ. docs/formats.md explains each key.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "model/fleet_state.h"

namespace evenkeel::record {

template <class Struct, class Member>
struct Entry {
  const char* key;
  Member Struct::* member;
  int since = 1;  // the schema that brought the key
};
template <class Struct, class Member>
Entry(const char*, Member Struct::*, int = 1) -> Entry<Struct, Member>;

// The keys of Struct, in the order in which they are written.
template <class Struct>
inline constexpr std::nullptr_t kFields = nullptr;
template <class Struct>
concept Listed = !std::is_same_v<decltype(kFields<Struct>), const std::nullptr_t>;

template <>
inline constexpr auto kFields<SnapshotTarget> = std::tuple{
    Entry{"target_group_arn", &SnapshotTarget::target_group_arn},
    Entry{"target_group_name", &SnapshotTarget::target_group_name},
    Entry{"port", &SnapshotTarget::port},
    Entry{"vanished", &SnapshotTarget::vanished},
    Entry{"by_auto_scaling", &SnapshotTarget::by_auto_scaling, 2},
    Entry{"absent_sightings", &SnapshotTarget::absent_sightings, 3},
    Entry{"absent_since", &SnapshotTarget::absent_since, 3},
};

template <>
inline constexpr auto kFields<Intent> = std::tuple{
    Entry{"effect", &Intent::effect},
    Entry{"nonce", &Intent::nonce},
    Entry{"at", &Intent::at},
    Entry{"target_group_arn", &Intent::target_group_arn},
    Entry{"outcome", &Intent::outcome},
    Entry{"may_land_late", &Intent::may_land_late},
    Entry{"detail", &Intent::detail},
    Entry{"answer", &Intent::answer, 2},
    Entry{"all_ports", &Intent::all_ports, 3},
    Entry{"standby_over", &Intent::standby_over, 3},
};

template <>
inline constexpr auto kFields<Cause> = std::tuple{
    Entry{"metric", &Cause::metric}, Entry{"value", &Cause::value},
    Entry{"above", &Cause::above},   Entry{"sampled_at", &Cause::sampled_at},
    Entry{"rule", &Cause::rule, 2},  Entry{"text", &Cause::text, 2},
    Entry{"tag", &Cause::tag, 2},    Entry{"identity", &Cause::identity, 3},
};

template <>
inline constexpr auto kFields<Remediation> = std::tuple{
    Entry{"id", &Remediation::id},
    Entry{"instance_id", &Remediation::instance_id},
    Entry{"launch_time", &Remediation::launch_time},
    Entry{"started_at", &Remediation::started_at},
    Entry{"cause", &Remediation::cause},
    Entry{"snapshot", &Remediation::snapshot},
    Entry{"auto_scaling_group", &Remediation::auto_scaling_group, 2},
    Entry{"rung", &Remediation::level, 2},
    Entry{"attempt", &Remediation::attempt, 2},
    Entry{"treatment", &Remediation::treatment, 2},
    Entry{"captured", &Remediation::captured, 2},
    Entry{"capture_over", &Remediation::capture_over, 2},
    Entry{"command_output", &Remediation::command_output, 2},
    Entry{"foreign", &Remediation::external_change, 2},
    Entry{"seen_back", &Remediation::seen_back, 2},
    Entry{"intents", &Remediation::intents},
    Entry{"phase", &Remediation::phase},
    Entry{"phase_since", &Remediation::phase_since},
    Entry{"deadline", &Remediation::deadline},
    Entry{"quiet_until", &Remediation::quiet_until},
    Entry{"effects_until", &Remediation::effects_until, 3},
    Entry{"without_waiting", &Remediation::without_waiting, 3},
    Entry{"marks", &Remediation::marks, 3},
    Entry{"policy", &Remediation::policy, 3},
    Entry{"treat", &Remediation::treat},
    Entry{"why_untreated", &Remediation::why_untreated},
    Entry{"booted_at", &Remediation::booted_at},
    Entry{"boot_evidence", &Remediation::boot_evidence},
    Entry{"healthy_since", &Remediation::healthy_since},
    Entry{"absent_sightings", &Remediation::absent_sightings},
    Entry{"absent_since", &Remediation::absent_since},
    Entry{"held_because", &Remediation::held_because},
    Entry{"ending", &Remediation::ending},
    Entry{"value_after", &Remediation::value_after},
};

template <>
inline constexpr auto kFields<PastRemediation> = std::tuple{
    Entry{"id", &PastRemediation::id},
    Entry{"instance_id", &PastRemediation::instance_id},
    Entry{"started_at", &PastRemediation::started_at},
    Entry{"ended_at", &PastRemediation::ended_at},
    Entry{"ending", &PastRemediation::ending},
    Entry{"metric", &PastRemediation::metric},
    Entry{"value_before", &PastRemediation::value_before},
    Entry{"value_after", &PastRemediation::value_after},
    Entry{"rule", &PastRemediation::rule, 2},
    Entry{"treatment", &PastRemediation::treatment, 2},
    Entry{"judge_until", &PastRemediation::judge_until, 2},
    Entry{"reason", &PastRemediation::reason, 3},
    Entry{"gone", &PastRemediation::gone, 3},
    Entry{"treated", &PastRemediation::treated, 3},
};

template <>
inline constexpr auto kFields<Pause> = std::tuple{
    Entry{"reason", &Pause::reason},
    Entry{"author", &Pause::author},
    Entry{"since", &Pause::since},
    Entry{"until", &Pause::until, 2},
};

template <>
inline constexpr auto kFields<OperatorRequest> = std::tuple{
    Entry{"kind", &OperatorRequest::kind, 3},       Entry{"instance_id", &OperatorRequest::instance_id, 3},
    Entry{"reason", &OperatorRequest::reason, 3},   Entry{"author", &OperatorRequest::author, 3},
    Entry{"lasting", &OperatorRequest::lasting, 3}, Entry{"until", &OperatorRequest::until, 3},
    Entry{"here", &OperatorRequest::here, 3},       Entry{"now", &OperatorRequest::now, 3},
};

template <>
inline constexpr auto kFields<ClockDoubt> = std::tuple{
    Entry{"since", &ClockDoubt::since, 3},
    Entry{"last", &ClockDoubt::last, 3},
    Entry{"ticks", &ClockDoubt::ticks, 3},
};

template <>
inline constexpr auto kFields<Breaker> = std::tuple{
    Entry{"reason", &Breaker::reason},
    Entry{"since", &Breaker::since},
};

template <>
inline constexpr auto kFields<MetricCondition> = std::tuple{
    Entry{"namespace", &MetricCondition::metric_namespace},
    Entry{"metric", &MetricCondition::metric},
    Entry{"statistic", &MetricCondition::statistic},
    Entry{"above", &MetricCondition::above},
    Entry{"period", &MetricCondition::period},
    Entry{"over", &MetricCondition::over},
    Entry{"datapoints", &MetricCondition::datapoints},
    Entry{"max_age", &MetricCondition::max_age},
    Entry{"back_below", &MetricCondition::back_below, 2},
};

template <>
inline constexpr auto kFields<Condition> = std::tuple{
    Entry{"kind", &Condition::kind, 2},
    Entry{"metric", &Condition::metric, 2},
    Entry{"longer_than", &Condition::longer_than, 2},
    Entry{"name", &Condition::name, 2},
};

template <>
inline constexpr auto kFields<Rule> = std::tuple{
    Entry{"name", &Rule::name, 2},
    Entry{"priority", &Rule::priority, 2},
    Entry{"all", &Rule::all, 2},
};

template <>
inline constexpr auto kFields<LoadCeiling> = std::tuple{
    Entry{"per", &LoadCeiling::per, 2},       Entry{"namespace", &LoadCeiling::metric_namespace, 2},
    Entry{"metric", &LoadCeiling::metric, 2}, Entry{"statistic", &LoadCeiling::statistic, 2},
    Entry{"below", &LoadCeiling::below, 2},   Entry{"period", &LoadCeiling::period, 2},
    Entry{"past", &LoadCeiling::past, 2},
};

template <>
inline constexpr auto kFields<Keep> = std::tuple{
    Entry{"healthy", &Keep::healthy},
    Entry{"out", &Keep::out},
    Entry{"starts_per_hour", &Keep::starts_per_hour},
    Entry{"cooldown", &Keep::cooldown},
    Entry{"remediations_per_day", &Keep::remediations_per_day},
    Entry{"min_uptime", &Keep::min_uptime},
    Entry{"crossing_percent", &Keep::crossing_percent},
    Entry{"healthy_per_zone", &Keep::healthy_per_zone, 2},
    Entry{"out_per_zone", &Keep::out_per_zone, 2},
    Entry{"load_below", &Keep::load_below, 2},
};

template <>
inline constexpr auto kFields<Timing> = std::tuple{
    Entry{"drain_slack", &Timing::drain_slack}, Entry{"boot", &Timing::boot},
    Entry{"rejoin", &Timing::rejoin},           Entry{"soak", &Timing::soak},
    Entry{"settle", &Timing::settle},           Entry{"stop", &Timing::stop, 2},
    Entry{"judge", &Timing::judge, 2},
};

template <>
inline constexpr auto kFields<Window> = std::tuple{
    Entry{"days", &Window::days, 2},
    Entry{"from", &Window::from, 2},
    Entry{"to", &Window::to, 2},
    Entry{"time_zone", &Window::zone, 2},
};

template <>
inline constexpr auto kFields<Freeze> = std::tuple{
    Entry{"from", &Freeze::first, 2},
    Entry{"to", &Freeze::last, 2},
    Entry{"time_zone", &Freeze::zone, 2},
    Entry{"reason", &Freeze::reason, 2},
};

template <>
inline constexpr auto kFields<Gates> = std::tuple{
    Entry{"alarms", &Gates::alarms, 2},
    Entry{"insufficient_data_blocks", &Gates::insufficient_data_blocks, 2},
    Entry{"calendars", &Gates::calendars, 2},
};

template <>
inline constexpr auto kFields<Document> = std::tuple{
    Entry{"name", &Document::name, 2},
    Entry{"parameters", &Document::parameters, 2},
    Entry{"within", &Document::within, 2},
};

template <>
inline constexpr auto kFields<Step> = std::tuple{
    Entry{"treatment", &Step::treatment, 2},
    Entry{"attempts", &Step::attempts, 2},
    Entry{"document", &Step::document, 2},
};

template <>
inline constexpr auto kFields<Evidence> = std::tuple{
    Entry{"document", &Evidence::document, 2},
    Entry{"required", &Evidence::required, 2},
};

template <>
inline constexpr auto kFields<FleetPolicy> = std::tuple{
    Entry{"name", &FleetPolicy::name},
    Entry{"region", &FleetPolicy::region},
    Entry{"role_arn", &FleetPolicy::role_arn},
    Entry{"external_id", &FleetPolicy::external_id},
    Entry{"target_groups", &FleetPolicy::target_groups},
    Entry{"auto_scaling_group", &FleetPolicy::auto_scaling_group},
    Entry{"reboot_when", &FleetPolicy::reboot_when},
    Entry{"keep", &FleetPolicy::keep},
    Entry{"timing", &FleetPolicy::timing},
    Entry{"leave_by", &FleetPolicy::leave_by, 2},
    Entry{"witness_tag", &FleetPolicy::witness_tag, 3},
    Entry{"also_when", &FleetPolicy::also_when, 2},
    Entry{"order", &FleetPolicy::order, 2},
    Entry{"fails_at", &FleetPolicy::fails_at, 2},
    Entry{"windows", &FleetPolicy::windows, 2},
    Entry{"freezes", &FleetPolicy::freezes, 2},
    Entry{"gates", &FleetPolicy::gates, 2},
    Entry{"treatments", &FleetPolicy::treatments, 2},
    Entry{"evidence", &FleetPolicy::evidence, 2},
    Entry{"retired", &FleetPolicy::retired},
};

template <>
inline constexpr auto kFields<Served> = std::tuple{
    Entry{"reason", &Served::reason, 3},       Entry{"at", &Served::at, 3},
    Entry{"treatment", &Served::treatment, 3}, Entry{"times", &Served::times, 3},
    Entry{"gone", &Served::gone, 3},
};

template <>
inline constexpr auto kFields<Identity> = std::tuple{
    Entry{"partition", &Identity::partition, 3},
    Entry{"account", &Identity::account, 3},
    Entry{"region", &Identity::region, 3},
};

template <>
inline constexpr auto kFields<GroupSeen> = std::tuple{
    Entry{"at", &GroupSeen::at, 3},
    Entry{"members", &GroupSeen::members, 3},
    Entry{"missing", &GroupSeen::missing, 3},
    Entry{"overlooked", &GroupSeen::overlooked, 3},
    Entry{"fewer_sightings", &GroupSeen::fewer_sightings, 3},
    Entry{"fewer_since", &GroupSeen::fewer_since, 3},
};

template <>
inline constexpr auto kFields<BlindTo> = std::tuple{
    Entry{"what", &BlindTo::what, 3},
    Entry{"subject", &BlindTo::subject, 3},
    Entry{"text", &BlindTo::text, 3},
};

template <>
inline constexpr auto kFields<Ability> = std::tuple{
    Entry{"kind", &Ability::kind, 3},
    Entry{"since", &Ability::since, 3},
    Entry{"because", &Ability::because, 3},
    Entry{"blind_to", &Ability::blind_to, 3},
};

template <>
inline constexpr auto kFields<Denial> = std::tuple{
    Entry{"effect", &Denial::effect, 3}, Entry{"target_group_arn", &Denial::target_group_arn, 3},
    Entry{"since", &Denial::since, 3},   Entry{"last", &Denial::last, 3},
    Entry{"detail", &Denial::detail, 3},
};

template <>
inline constexpr auto kFields<LeftMark> = std::tuple{
    Entry{"instance_id", &LeftMark::instance_id, 3},
    Entry{"remediation_id", &LeftMark::remediation_id, 3},
    Entry{"value", &LeftMark::value, 3},
    Entry{"since", &LeftMark::since, 3},
    Entry{"tries", &LeftMark::tries, 3},
    Entry{"removal", &LeftMark::removal, 3},
};

template <>
inline constexpr auto kFields<Failing> = std::tuple{
    Entry{"since", &Failing::since, 3},
    Entry{"last", &Failing::last, 3},
    Entry{"ticks", &Failing::ticks, 3},
    Entry{"why", &Failing::why, 3},
};

template <>
inline constexpr auto kFields<MemberRecord> = std::tuple{
    Entry{"booted_at", &MemberRecord::booted_at, 2},
    Entry{"ended_at", &MemberRecord::ended_at, 2},
    Entry{"relapses", &MemberRecord::relapses, 2},
    Entry{"rung", &MemberRecord::level, 2},
    Entry{"served_tag", &MemberRecord::served_tag, 2},
    Entry{"above_since", &MemberRecord::above_since, 2},
    Entry{"unhealthy_since", &MemberRecord::unhealthy_since, 2},
    Entry{"seen_at", &MemberRecord::seen_at, 3},
    Entry{"served", &MemberRecord::served, 3},
    Entry{"effects_until", &MemberRecord::effects_until, 3},
};

template <>
inline constexpr auto kFields<FleetSummary> = std::tuple{
    Entry{"members", &FleetSummary::members, 2},
    Entry{"serving", &FleetSummary::serving, 2},
    Entry{"out", &FleetSummary::out, 2},
    Entry{"may_leave", &FleetSummary::may_leave, 2},
    Entry{"held_back_by", &FleetSummary::held_back_by, 2},
};

template <>
inline constexpr auto kFields<FleetState> = std::tuple{
    Entry{"fleet", &FleetState::fleet},
    Entry{"revision", &FleetState::revision},
    Entry{"written_by", &FleetState::written_by},
    Entry{"last_tick_at", &FleetState::last_tick_at},
    Entry{"signal_read_at", &FleetState::signal_read_at},
    Entry{"open", &FleetState::open},
    Entry{"recent", &FleetState::recent},
    Entry{"wishes", &FleetState::requests, 3},
    Entry{"clock_doubt", &FleetState::clock_doubt, 3},
    Entry{"pause", &FleetState::pause},
    Entry{"breaker", &FleetState::breaker},
    Entry{"breaker_reset_at", &FleetState::breaker_reset_at},
    Entry{"healthy_since", &FleetState::healthy_since},
    Entry{"members_last_seen", &FleetState::members_last_seen},
    Entry{"members", &FleetState::members, 2},
    Entry{"told", &FleetState::last_reported, 2},
    Entry{"told_fleet", &FleetState::last_reported_fleet, 2},
    Entry{"glance", &FleetState::summary, 2},
    Entry{"pinned", &FleetState::pinned},
    Entry{"policies", &FleetState::policies, 3},
    Entry{"identity", &FleetState::identity, 3},
    Entry{"groups_seen", &FleetState::groups_seen, 3},
    Entry{"ability", &FleetState::ability, 3},
    Entry{"denials", &FleetState::denials, 3},
    Entry{"left_marks", &FleetState::left_marks, 3},
    Entry{"failing", &FleetState::failing, 3},
    Entry{"left_policy_at", &FleetState::left_policy_at, 3},
};

}  // namespace evenkeel::record
