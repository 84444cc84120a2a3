#include "check/check.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <set>

#include "check/foreseen.h"
#include "check/rules.h"

namespace evenkeel::check {
namespace {

// One kind of trouble. Functions find it, in the fleet or in one of its target groups; or a guard of the tick does,
// which holds back members for that reason.
class NamedRule {
 public:
  using InFleet = rules::Findings (*)(const Subject& fleet);
  using InGroup = std::optional<Finding> (*)(const Subject& fleet, const GroupFacts& group);

  constexpr NamedRule(const char* word, InFleet look) : name(word), in_fleet_(look) {}
  constexpr NamedRule(const char* word, InGroup look) : name(word), in_group_(look) {}
  constexpr NamedRule(const char* word, std::string_view guard, Reason reason, const char* remedy)
      : name(word), guard_(guard), reason_(reason), remedy_(remedy) {}

  const char* name;

  rules::Findings findings(const Subject& fleet) const {
    if (in_fleet_ != nullptr) return in_fleet_(fleet);
    if (in_group_ == nullptr) return findings_of(fleet, foreseen(fleet, guard_, reason_), remedy_);
    rules::Findings found;
    for (const auto& group : fleet.facts.groups) {
      auto one = in_group_(fleet, group);
      if (!one) continue;
      one->target_group = group.is.name;
      found.push_back(std::move(*one));
    }
    return found;
  }

 private:
  InFleet in_fleet_ = nullptr;
  InGroup in_group_ = nullptr;
  std::string_view guard_ = {};
  Reason reason_ = {};
  const char* remedy_ = "";
};

constexpr auto kRules = std::to_array<NamedRule>({
    {"permission_missing", rules::permission_missing},
    {"target_group_not_found", rules::target_group_not_found},
    {"target_group_type", rules::target_group_type},
    {"target_group_empty", rules::target_group_empty},
    {"no_load_balancer", rules::no_load_balancer},
    {"no_traffic", rules::no_traffic},
    {"zone_not_enabled", rules::zone_not_enabled},
    {"elsewhere_registered", rules::elsewhere_registered},
    {"member_not_running", rules::member_not_running},
    {"fleet_too_small", rules::fleet_too_small},
    {"fail_open", rules::fail_open},
    {"out_unreachable", rules::out_unreachable},
    {"out_already", rules::out_already},
    {"auto_scaling_group_not_found", rules::auto_scaling_group_not_found},
    {"auto_scaling_group_not_named", rules::auto_scaling_group_not_named},
    {"auto_scaling_would_replace", rules::auto_scaling_would_replace},
    {"auto_scaling_state", rules::auto_scaling_state},
    {"traffic_source", "traffic_sources", Reason::elsewhere_registered,
     "detach it from the Auto Scaling group, or for a Classic Load Balancer set leave_by: standby"},
    {"auto_scaling_without_target_groups", rules::auto_scaling_without_target_groups},
    {"standby_at_min_size", rules::standby_at_min_size},
    {"capacity_units", "capacity_units", Reason::capacity_units,
     "take them out by deregistration (leave_by: deregister)"},
    {"launch_suspended", "launch", Reason::launch_suspended,
     "aws autoscaling resume-processes --scaling-processes Launch for the group, when whatever needed it is "
     "over"},
    {"registering_suspended", "registering", Reason::registering_suspended,
     "aws autoscaling resume-processes --scaling-processes AddToLoadBalancer for the group, when whatever "
     "needed it is over"},
    {"grace_period", rules::grace_period},
    {"zone_rebalancing", "az_rebalance", Reason::az_rebalance,
     "suspend its process AZRebalance: aws autoscaling suspend-processes --scaling-processes AZRebalance; or "
     "keep the zones even"},
    {"zone_too_small", rules::zone_too_small},
    {"out_per_zone_unreachable", rules::out_per_zone_unreachable},
    {"window_never_opens", rules::window_never_opens},
    {"window_short", rules::window_short},
    {"gate_alarm", rules::gate_alarm},
    {"gate_calendar", rules::gate_calendar},
    {"load_without_metric", rules::load_without_metric},
    {"cannot_stop", "treatment", Reason::cannot_stop,
     "take stop_start out of treatments, or give those servers a fleet of their own"},
    {"stop_protected", "stop_protection", Reason::stop_protected,
     "take the protection off (aws ec2 modify-instance-attribute --no-disable-api-stop), or take stop_start "
     "out of treatments"},
    {"stop_loses", rules::stop_loses},
    {"cannot_replace", "treatment", Reason::auto_scaling_state,
     "give the servers outside the group a fleet of their own, without replace"},
    {"would_be_retained", "treatment", Reason::would_be_retained,
     "take replace out of treatments, or change the group's lifecycle policy"},
    {"rule_never_holds", rules::rule_never_holds},
    {"reason_without_treatment", rules::reason_without_treatment},
    {"rules_overlap", rules::rules_overlap},
    {"metric_not_found", rules::metric_not_found},
    {"metric_without_instance", rules::metric_without_instance},
    {"metric_missing", rules::metric_missing},
    {"metric_stale", rules::metric_stale},
    {"metric_period", rules::metric_period},
    {"metric_ambiguous", rules::metric_ambiguous},
    {"metric_implausible", rules::metric_implausible},
    {"jumped_together", rules::jumped_together},
    {"limit_exceeded_by_all", rules::limit_exceeded_by_all},
    {"limit_out_of_reach", rules::limit_out_of_reach},
    {"short_draining", rules::short_draining},
    {"long_draining", rules::long_draining},
    {"drain_slack", rules::drain_slack},
    {"slow_start", rules::slow_start},
    {"health_check", rules::health_check},
    {"boot_deadline", rules::boot_deadline},
    {"slow_round", rules::slow_round},
    {"last_in_zone", "capacity", Reason::zone_without_cross_zone,
     "turn on cross-zone load balancing for the group (load_balancing.cross_zone.enabled), or add a server in "
     "that zone"},
    {"without_witness", rules::without_witness},
    {"missing_place", rules::missing_place},
    {"one_zone", rules::one_zone},
    {kCouldNotLook, rules::could_not_look},
    {"rights_not_proved", rules::rights_not_proved},
    {"cost", rules::cost},
});
constexpr const char* kShared = "shared_members";  // the one that needs all fleets

std::vector<std::string> members_of_both(const Examined& one, const Examined& other) {
  const Subject a{one.policy, one.facts}, b{other.policy, other.facts};
  std::vector<std::string> both;
  for (const auto& [id, member] : a.members)
    if (b.members.contains(id)) both.push_back(id);
  return both;
}

}  // namespace

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const auto& rule : kRules) names.emplace_back(rule.name);
  names.emplace_back(kShared);
  names.emplace_back(kRefusedBefore);
  names.emplace_back(kMarkedAsOut);
  return names;
}

void worst_first(std::vector<Finding>& findings) {
  std::ranges::stable_sort(findings, {}, &Finding::severity);
}

std::vector<Finding> check(const FleetPolicy& policy, const Facts& facts) {
  const Subject fleet{policy, facts};
  std::vector<Finding> all;
  for (const auto& rule : kRules) {
    for (auto& finding : rule.findings(fleet)) {
      finding.rule = rule.name;
      all.push_back(std::move(finding));
    }
  }
  worst_first(all);
  return all;
}

std::vector<std::vector<Finding>> check_together(std::span<const Examined> fleets) {
  std::vector<std::vector<Finding>> all(fleets.size());
  for (std::size_t i = 0; i < fleets.size(); ++i) {
    const auto size = Subject{fleets[i].policy, fleets[i].facts}.size();
    for (std::size_t j = 0; j < fleets.size(); ++j) {
      if (i == j) continue;
      const auto both = members_of_both(fleets[i], fleets[j]);
      if (both.empty()) continue;
      all[i].push_back(
          {.severity = worse_for_all(both.size(), size),
           .text = fmt::format(
               "{} of {} belong to fleet {} as well: two fleets don't count each other's absences, "
               "so they would take out more than either may",
               both.size(), count(size, "member"), fleets[j].policy.name),
           .remedy = "make one fleet of them, with the target groups of both",
           .members = both,
           .rule = kShared});
    }
  }
  return all;
}

}  // namespace evenkeel::check
