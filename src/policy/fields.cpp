#include "policy/fields.h"

#include <array>
#include <fmt/core.h>

#include "base/text.h"
#include "policy/slots.h"

namespace evenkeel::policy {
namespace {

using std::chrono::days;

constexpr TextRule kFleetName{"^[A-Za-z0-9._-]{1,64}$",
                              "1 to 64 letters, digits, dots, underscores and hyphens"};
constexpr TextRule kRegion{"^[a-z]{2,8}(-[a-z]{1,16}){1,3}-[0-9]{1,2}$", "a region such as eu-west-1"};
constexpr TextRule kRoleArn{R"(^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:role/[\x21-\x7e]{1,576}$)",
                            "a role's ARN such as arn:aws:iam::123456789012:role/evenkeel"};
constexpr TextRule kExternalId{"^[A-Za-z0-9_+=,.@:/-]{2,1024}$",
                               "the external id of the role's trust policy: 2 to 1024 letters, digits and "
                               "any of _+=,.@:/-"};
constexpr TextRule kTargetGroup{
    "^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$",
    "a target group's name (not its ARN): 1 to 32 letters, digits and hyphens, no hyphen first or last"};
constexpr TextRule kAutoScalingGroup{
    R"(^[^:\x00-\x1f\x7f]{1,255}$)",
    "an Auto Scaling group's name (not its ARN): 1 to 255 characters, no colon"};
constexpr TextRule kNamespace{R"(^[^:\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,254}$)",
                              "a CloudWatch namespace: 1 to 255 characters, no colon first"};
constexpr TextRule kMetric{R"(^[^\x00-\x1f\x7f]{1,255}$)", "a CloudWatch metric's name: 1 to 255 characters"};

constexpr const char* kNotAll = "100% would never let a server leave";

constexpr std::array kSampleStatistics{Statistic::average, Statistic::maximum, Statistic::minimum};
constexpr std::array kLoadStatistics{Statistic::sum, Statistic::average, Statistic::maximum,
                                     Statistic::minimum};
constexpr std::array kOrders{Order::worst, Order::soonest, Order::longest_uncycled};
constexpr std::array kLeaves{Leave::standby, Leave::deregister};
constexpr std::array kPer{LoadCeiling::Per::target_group, LoadCeiling::Per::instance};

using F = FleetPolicy;
using M = MetricCondition;
using K = Keep;
using L = LoadCeiling;
using T = Timing;

constexpr std::array kPolicy{
    Field<Policy>{"fleets", kRequired,
                  SectionRule{"a list of at most 100 fleets, each beginning with \"- name: …\""}},
};

constexpr std::array kFleet{
    Field<F>{"name", kRequired, text(&F::name, kFleetName)},
    Field<F>{"region", kOptional, text(&F::region, kRegion)},
    Field<F>{"role_arn", kOptional, text(&F::role_arn, kRoleArn)},
    Field<F>{"external_id", kOptional, text(&F::external_id, kExternalId)},
    Field<F>{"target_groups", kOptional,
             Slot<F, std::vector<std::string>, NamesRule>{&F::target_groups, {kTargetGroup, 100}}},
    Field<F>{"auto_scaling_group", kOptional, text(&F::auto_scaling_group, kAutoScalingGroup)},
    Field<F>{"leave_by", kOptional, Slot<F, Leave, WordRule<Leave>>{&F::leave_by, {kLeaves}}},
    Field<F>{"witness_tag", kOptional, Slot<F, bool, EitherRule>{&F::witness_tag, {"yes", "no"}}},
    Field<F>{"reboot_when", kOptional, SectionRule{"a map with at least metric and above"}},
    Field<F>{"also_when", kOptional, SectionRule{"a list of 1 to 16 rules"}},
    Field<F>{"order", kOptional, Slot<F, Order, WordRule<Order>>{&F::order, {kOrders}}},
    Field<F>{"fails_at", kOptional, Slot<F, double, NumberRule>{&F::fails_at, {}}},
    Field<F>{"keep", kRequired, SectionRule{"a map with at least healthy"}},
    Field<F>{"windows", kOptional, SectionRule{"a list of 1 to 20 windows, each with at least from and to"}},
    Field<F>{"freezes", kOptional, SectionRule{"a list of 1 to 50 freezes, each with at least from and to"}},
    Field<F>{"gates", kOptional, SectionRule{"a map with any of the keys below"}},
    Field<F>{"treatments", kOptional,
             SectionRule{"a list of 1 to 5 treatments, such as [reboot] or [reboot, stop_start]"}},
    Field<F>{"evidence", kOptional, SectionRule{"a map with at least document"}},
    Field<F>{"timing", kOptional, SectionRule{"a map with any of the keys below"}},
};

constexpr std::array kCondition{
    Field<M>{"namespace", kOptional, text(&M::metric_namespace, kNamespace)},
    Field<M>{"metric", kRequired, text(&M::metric, kMetric)},
    Field<M>{"statistic", kOptional,
             Slot<M, Statistic, WordRule<Statistic>>{&M::statistic, {kSampleStatistics}}},
    Field<M>{"above", kRequired, Slot<M, double, NumberRule>{&M::above, {}}},
    Field<M>{"back_below", kOptional, Slot<M, std::optional<double>, NumberRule>{&M::back_below, {}}},
    Field<M>{"period", kOptional, duration(&M::period, 1min, 1h)},
    Field<M>{"over", kOptional, duration(&M::over, 1min, 3h)},
    Field<M>{"datapoints", kOptional, whole(&M::datapoints, 1, 180)},
    Field<M>{"max_age", kOptional, duration(&M::max_age, 1min, 1h)},
};

// cooldown: at least as long as AWS may still accept a request that was signed earlier, so that no late
// deregistration of one remediation can land in the next.
constexpr std::array kKeep{
    Field<K>{"healthy", kRequired, Slot<K, Share, ShareRule>{&K::healthy, {1, 10'000, kNotAll}}},
    Field<K>{"healthy_per_zone", kOptional,
             Slot<K, std::optional<Share>, ShareRule>{&K::healthy_per_zone, {0, 10'000, kNotAll}}},
    Field<K>{"out", kOptional, Slot<K, Share, ShareRule>{&K::out, {1, 10}}},
    Field<K>{"out_per_zone", kOptional, Slot<K, std::optional<Share>, ShareRule>{&K::out_per_zone, {1, 10}}},
    Field<K>{"load_below", kOptional, SectionRule{"a map with at least below"}},
    Field<K>{"starts_per_hour", kOptional, whole(&K::starts_per_hour, 1, 60)},
    Field<K>{"cooldown", kOptional, duration(&K::cooldown, 20min, days{7})},
    Field<K>{"remediations_per_day", kOptional, whole(&K::remediations_per_day, 1, 24)},
    Field<K>{"min_uptime", kOptional, duration(&K::min_uptime, 0min, days{7})},
    Field<K>{"crossing_percent", kOptional, whole(&K::crossing_percent, 1, 100)},
};

constexpr std::array kLoad{
    Field<L>{"per", kOptional, Slot<L, L::Per, WordRule<L::Per>>{&L::per, {kPer}}},
    Field<L>{"namespace", kOptional, text(&L::metric_namespace, kNamespace)},
    Field<L>{"metric", kOptional, text(&L::metric, kMetric)},
    Field<L>{"statistic", kOptional,
             Slot<L, Statistic, WordRule<Statistic>>{&L::statistic, {kLoadStatistics}}},
    Field<L>{"below", kRequired, Slot<L, double, NumberRule>{&L::below, {}}},
    Field<L>{"period", kOptional, duration(&L::period, 1min, 1h)},
    Field<L>{"past", kOptional, duration(&L::past, 5min, days{1})},
};

// settle: EC2 cuts a shutdown that hangs after about four minutes.
constexpr std::array kTiming{
    Field<T>{"drain_slack", kOptional, duration(&T::drain_slack, 1min, 1h)},
    Field<T>{"boot", kOptional, duration(&T::boot, 5min, 2h)},
    Field<T>{"stop", kOptional, duration(&T::stop, 5min, 2h)},
    Field<T>{"rejoin", kOptional, duration(&T::rejoin, 1min, 2h)},
    Field<T>{"soak", kOptional, duration(&T::soak, 0min, 1h)},
    Field<T>{"settle", kOptional, duration(&T::settle, 4min, 30min)},
    Field<T>{"judge", kOptional, duration(&T::judge, 0min, days{1})},
};

}  // namespace

std::span<const Field<Policy>> policy_fields() { return kPolicy; }
std::span<const Field<FleetPolicy>> fleet_fields() { return kFleet; }
std::span<const Field<MetricCondition>> condition_fields() { return kCondition; }
std::span<const Field<Keep>> keep_fields() { return kKeep; }
std::span<const Field<LoadCeiling>> load_fields() { return kLoad; }
std::span<const Field<Timing>> timing_fields() { return kTiming; }

}  // namespace evenkeel::policy
