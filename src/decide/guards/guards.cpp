#include "decide/guards/guards.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "decide/rules/rules.h"

namespace evenkeel::decide {

std::vector<Verdict> fleet_guards(const FleetView& fleet) {
  std::vector<Verdict> no;
  for (const auto table : {inner_guards(), outer_guards()}) {
    for (const auto& guard : table) {
      if (auto verdict = guard.judge(fleet, false)) no.push_back(std::move(*verdict));
    }
  }
  return no;
}

std::optional<Verdict> member_guards(const FleetView& fleet, const Member& member) {
  for (const auto& guard : own_guards()) {
    if (auto verdict = guard.judge(fleet, member, false)) return verdict;
  }
  return std::nullopt;
}

Ruling treatment_guard(const Applied& applied) {
  const auto& [treatment, instance, scaling, group, in_standby] = applied;
  if (treatment == Treatment::stop_start && instance != nullptr && !instance->ebs_root) {
    return lasting(
        Verdict{Reason::cannot_stop,
                "its root device is not known to be on EBS, so it can't be stopped and started: take "
                "\"stop_start\" out of treatments"});
  }
  if (treatment == Treatment::stop_start && scaling != nullptr && !in_standby && group &&
      !group->replacement_suspended) {
    return lasting(
        Verdict{Reason::auto_scaling_would_replace,
                fmt::format("Auto Scaling group {} replaces a member that is stopped outside Standby, "
                            "whatever its health check type: set leave_by: standby, or suspend its "
                            "processes HealthCheck and ReplaceUnhealthy",
                            printable(group->name))});
  }
  if (treatment == Treatment::replace && scaling == nullptr) {
    return lasting(
        Verdict{Reason::auto_scaling_state,
                "it is not in the policy's auto_scaling_group, so nothing would replace it: attach it "
                "there, or take \"replace\" out of treatments"});
  }
  if (treatment == Treatment::replace && group && group->retains_terminated) {
    return lasting(
        Verdict{Reason::would_be_retained,
                fmt::format("the lifecycle policy of Auto Scaling group {} may keep what it terminates as "
                            "Terminating:Retained, running and billed: take \"replace\" out of treatments, "
                            "or set TerminateHookAbandon to terminate",
                            printable(group->name))});
  }
  return std::nullopt;
}

Ruling launch_guard(const AutoScalingGroup& group) {
  if (!group.launch_suspended) return std::nullopt;
  return lasting(
      Verdict{Reason::launch_suspended,
              fmt::format("the process Launch of Auto Scaling group {} is suspended, so AWS would bring "
                          "no server back: resume it",
                          printable(group.name))});
}

Ruling registering_guard(const AutoScalingGroup& group, bool replaced) {
  if (!group.registering_suspended) return std::nullopt;
  const auto& others = group.other_traffic_sources;
  const auto classic =
      std::ranges::find(others, TrafficSource::Kind::classic_load_balancer, &TrafficSource::kind);
  if (replaced && (!group.target_group_arns.empty() || !others.empty())) {
    return lasting(Verdict{
        Reason::registering_suspended,
        fmt::format("the process AddToLoadBalancer of Auto Scaling group {} is suspended, so the server "
                    "that it launches instead would get no requests: resume it",
                    printable(group.name))});
  }
  if (replaced || classic == others.end()) return std::nullopt;
  return lasting(Verdict{
      Reason::registering_suspended,
      fmt::format("the process AddToLoadBalancer of Auto Scaling group {} is suspended, so nothing would "
                  "register it with {} again: resume it, or detach that load balancer",
                  printable(group.name), printable(classic->name))});
}

Ruling stop_protection_guard(Treatment treatment, const Instance* instance) {
  if (treatment != Treatment::stop_start || instance == nullptr) return std::nullopt;
  if (!instance->stop_protected) {
    return Verdict{
        Reason::stop_protected,
        "whether EC2's stop protection is on could not be read: see that ec2:DescribeInstanceAttribute "
        "is allowed, or take \"stop_start\" out of treatments"};
  }
  if (!*instance->stop_protected) return std::nullopt;
  return lasting(
      Verdict{Reason::stop_protected,
              "EC2's stop protection is on (DisableApiStop), so it can't be stopped and started: take it "
              "off, or \"stop_start\" out of treatments"});
}

bool asks_for_events(const FleetPolicy& policy, const std::string& rule) {
  const auto* found = find_rule(policy, rule);
  return found != nullptr && has_kind(*found, Condition::Kind::scheduled_event);
}

namespace {

// Naming a group in the policy helps only where the instance is registered by its id.
std::string where_else(const Survey& survey) {
  std::vector<std::string> by_id, by_address;
  for (std::size_t i = 0; i < survey.elsewhere.size(); ++i) {
    auto& names = survey.elsewhere[i].by_address ? by_address : by_id;
    const auto shown = printable(survey.elsewhere_groups[i]);
    if (std::ranges::find(names, shown) == names.end()) names.push_back(shown);
  }
  std::vector<std::string> parts;
  if (!by_address.empty())
    parts.push_back(
        fmt::format("it is also registered in {} by its address, where Evenkeel can't take it out; "
                    "deregister it there, or use a target group of type instance",
                    join(by_address, ", ")));
  if (!by_id.empty())
    parts.push_back(
        fmt::format("it is also registered in {}; name that group in target_groups", join(by_id, ", ")));
  return join(parts, "; ");
}

std::string refused_by_aws(const char* what, const Survey& survey) {
  return fmt::format("AWS would refuse {}: {}; evenkeel iam prints what must be allowed", what,
                     survey.detail);
}

}  // namespace

std::optional<Verdict> survey_guard(const Survey& survey, bool event_is_the_reason) {
  if (!survey.elsewhere.empty()) {
    return lasting(Verdict{Reason::elsewhere_registered, where_else(survey)});
  }
  if (!survey.classic.empty()) {
    return lasting(Verdict{
        Reason::elsewhere_registered,
        fmt::format(
            "it is also registered with {}, from which nothing would take it: deregister it there, or "
            "attach that load balancer to its Auto Scaling group and set leave_by: standby",
            printable(join(survey.classic, ", ")))});
  }
  if (!survey.complete) {
    return Verdict{Reason::survey_incomplete,
                   "whether it is registered elsewhere is not known: " + survey.detail};
  }
  if (!survey.events) {
    return Verdict{Reason::survey_incomplete,
                   "what EC2 has scheduled for it could not be read: " + survey.detail};
  }
  if (!survey.events->empty() && !event_is_the_reason) {
    const auto& event = survey.events->front();
    return Verdict{
        Reason::scheduled_event,
        fmt::format("EC2 has scheduled {} for it{}: {}; a rule scheduled_event in also_when would serve it",
                    printable(event.code), event.not_before ? " at " + iso8601(*event.not_before) : "",
                    printable(event.description)),
        {{Number::events, static_cast<double>(survey.events->size())}}};
  }
  if (!survey.may_reboot.value_or(false)) {
    return Verdict{Reason::reboot_denied, refused_by_aws("its treatment", survey)};
  }
  if (!survey.may_deregister.value_or(false)) {
    return Verdict{Reason::deregister_denied, refused_by_aws("to take it out", survey)};
  }
  if (!survey.may_register.value_or(false)) {
    return Verdict{Reason::register_denied, refused_by_aws("to put it back", survey)};
  }
  if (!survey.may_mark.value_or(false)) {
    return Verdict{
        Reason::mark_denied,
        fmt::format("AWS would refuse to put the tag {} on it and take it off, as witness_tag wants: "
                    "{}; allow ec2:CreateTags and ec2:DeleteTags, or set witness_tag: no",
                    kWitnessTag, survey.detail)};
  }
  return std::nullopt;
}

}  // namespace evenkeel::decide
