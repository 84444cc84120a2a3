#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <optional>

#include "base/text.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

constexpr Duration kTick = 1min;             // how often Evenkeel is assumed to look
constexpr Duration kLateConnections = 120s;  // an NLB may still open some so long after deregistration
constexpr Duration kLong = 15min;
constexpr Duration kLeastSlack = 2min;  // two ticks: one to see it drained, one because AWS shows it late

bool is_network(const GroupFacts& group) {
  return (group.traffic && group.traffic->type == "network") || group.is.protocol == "TCP" ||
         group.is.protocol == "UDP" || group.is.protocol == "TCP_UDP" || group.is.protocol == "TLS";
}

Duration longest_delay(const Subject& fleet) {
  Duration longest{};
  for (const auto& group : fleet.facts.groups)
    if (group.seen.attributes) longest = std::max(longest, group.seen.attributes->deregistration_delay);
  return longest;
}

}  // namespace

std::optional<Finding> short_draining(const Subject& /*fleet*/, const GroupFacts& group) {
  if (!group.seen.attributes) return {};
  const auto delay = group.seen.attributes->deregistration_delay;
  if (delay > Duration::zero() && !(is_network(group) && delay < kLateConnections)) return {};
  const bool none = delay == Duration::zero();
  return Finding{
      .severity = Severity::warning,
      .text = none ? std::string("its deregistration delay is 0: requests under way are cut off whenever a "
                                 "member is taken out")
                   : fmt::format("its deregistration delay is {}, but a Network Load Balancer may open "
                                 "connections to a target until 2m after it was taken out",
                                 format_duration(delay)),
      .remedy = fmt::format(
          "aws elbv2 modify-target-group-attributes --target-group-arn {} --attributes "
          "Key=deregistration_delay.timeout_seconds,Value={}",
          group.is.arn, none && !is_network(group) ? "the seconds that your longest request takes" : "120"),
      .numbers = {{"deregistration_delay_seconds", seconds(delay)}}};
}

std::optional<Finding> long_draining(const Subject& /*fleet*/, const GroupFacts& group) {
  if (!group.seen.attributes || group.seen.attributes->deregistration_delay < kLong) return {};
  const auto delay = group.seen.attributes->deregistration_delay;
  return Finding{
      .severity = Severity::note,
      .text = fmt::format("its deregistration delay is {0}: AWS shows a target as draining for all of it, "
                          "even an idle one, so a member is out for {0} before it is even rebooted",
                          format_duration(delay)),
      .remedy = "lower it to what your longest request takes",
      .numbers = {{"deregistration_delay_seconds", seconds(delay)}}};
}

Findings drain_slack(const Subject& fleet) {
  const auto slack = fleet.policy.timing.drain_slack;
  const auto delay = longest_delay(fleet);
  if (fleet.facts.groups.empty() || slack >= kLeastSlack) return {};
  return {
      {.severity = Severity::warning,
       .text = fmt::format("draining takes the full deregistration delay of {}, must be over by {} "
                           "(drain_slack is {}), and is seen up to two ticks later: with a tick a minute a "
                           "member would often be put back without its reboot",
                           format_duration(delay), format_duration(delay + slack), format_duration(slack)),
       .remedy = fmt::format("set timing.drain_slack to {} or more", format_duration(kLeastSlack)),
       .numbers = {{"deregistration_delay_seconds", seconds(delay)}, {"slack_seconds", seconds(slack)}}}};
}

std::optional<Finding> slow_start(const Subject& fleet, const GroupFacts& group) {
  if (!group.seen.attributes || group.seen.attributes->slow_start == Duration::zero()) return {};
  const auto ramp = group.seen.attributes->slow_start;
  return Finding{
      .severity = Severity::note,
      .text = fmt::format("slow start is {0}: AWS doesn't tell who is in it, so a member counts as back only "
                          "{1} after it became healthy (slow start, then soak of {2}), and the first member "
                          "may leave {0} after Evenkeel first saw the fleet",
                          format_duration(ramp), format_duration(ramp + fleet.policy.timing.soak),
                          format_duration(fleet.policy.timing.soak)),
      .remedy = fleet.policy.timing.soak > Duration::zero() && ramp >= fleet.policy.timing.soak
                    ? "nothing; timing.soak may be shorter, the ramp is a test of its own"
                    : "nothing",
      .numbers = {{"slow_start_seconds", seconds(ramp)}}};
}

std::optional<Finding> health_check(const Subject& fleet, const GroupFacts& group) {
  const auto rejoin = fleet.policy.timing.rejoin;
  if (!group.is.health_check) return {};
  const auto& check = *group.is.health_check;
  const Duration checks = check.interval * check.healthy_threshold;
  const Duration needed = checks + kRegistering;
  if (rejoin >= needed) return {};
  return Finding{
      .severity = rejoin < check.interval ? Severity::would_not_work : Severity::warning,
      .text =
          fmt::format("a server whose first check fails while it warms up needs {} passing checks every "
                      "{} after that, {} with its registration; timing.rejoin gives it {}, and then holds "
                      "it for an operator",
                      check.healthy_threshold, format_duration(check.interval), format_duration(needed),
                      format_duration(rejoin)),
      .remedy = fmt::format("set timing.rejoin to {} or more, or check more often", format_duration(needed)),
      .numbers = {{"needed_seconds", seconds(needed)}, {"rejoin_seconds", seconds(rejoin)}}};
}

Findings boot_deadline(const Subject& fleet) {
  const auto& timing = fleet.policy.timing;
  const Duration needed = timing.settle + fleet.policy.reboot_when.period + kTick;
  if (timing.boot >= needed) return {};
  return {
      {.severity = Severity::warning,
       .text = fmt::format("a boot is proved by what is seen {} after the reboot, and by a sample that comes "
                           "every {}: {} with a tick; timing.boot gives it {}, so members would go back "
                           "into service unproved",
                           format_duration(timing.settle), format_duration(fleet.policy.reboot_when.period),
                           format_duration(needed), format_duration(timing.boot)),
       .remedy = fmt::format("set timing.boot to {} or more", format_duration(needed)),
       .numbers = {{"needed_seconds", seconds(needed)}, {"boot_seconds", seconds(timing.boot)}}}};
}

Findings slow_round(const Subject& fleet) {
  const double a_day = fleet.remediations_per_day();
  const auto members = static_cast<double>(fleet.size());
  if (members <= a_day) return {};
  return {
      {.severity = Severity::warning,
       .text = fmt::format(
           "at most {} remediations fit into a day, and there are {}: a server that fills its "
           "memory in less than {} days dies before its turn",
           format_number(std::floor(a_day)), count(fleet.size(), "member"), format_number(members / a_day)),
       .remedy = "raise keep.out or keep.starts_per_hour, or shorten the deregistration delay",
       .numbers = {{"remediations_per_day", std::floor(a_day)}, {"members", members}}}};
}

}  // namespace evenkeel::check::rules
