#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <utility>

#include "aws/permissions.h"
#include "base/text.h"
#include "check/check.h"
#include "check/rules.h"
#include "iam/needs.h"
#include "iam/scope.h"

namespace evenkeel::check {
namespace {

constexpr std::size_t kWordsShown = 300;

// Whether a tick makes this call for this fleet.
bool needed_by_tick(const aws::NeededPermission& needed, const FleetPolicy& policy) {
  return needed.needed_by == aws::NeededBy::tick && iam::needs(policy, needed);
}

std::string refused_in(const Facts& facts, std::string_view action) {
  const auto groups = facts.refused_in.find(std::string(action));
  return groups == facts.refused_in.end() ? "" : " in " + some(groups->second, 5);
}

std::string remedy_for(const aws::NeededPermission& needed, const FleetPolicy& policy) {
  std::string remedy = "add the IAM statement below to what " +
                       (policy.role_arn.empty() ? "these credentials" : policy.role_arn) + " may do";
  if (needed.writes &&
      (needed.resource == aws::Resource::instance || needed.resource == aws::Resource::document))
    remedy += ", or give the servers the tag that your own statement asks for";
  return remedy;
}

std::vector<std::string> resources_of(aws::Resource resource, const iam::Scope& scope, const Facts& facts) {
  const auto list = [](const std::set<std::string>& arns) { return std::vector(arns.begin(), arns.end()); };
  std::vector<std::string> arns;
  switch (resource) {
    case aws::Resource::any:
      return {"*"};
    case aws::Resource::target_group:
      for (const auto& group : facts.groups) arns.push_back(group.is.arn);
      return arns.empty() ? list(scope.target_group_arns) : arns;
    case aws::Resource::instance:
      return list(scope.instance_arns);
    case aws::Resource::auto_scaling_group:
      return list(scope.scaling_group_arns);
    case aws::Resource::document:
      arns = list(scope.document_arns);
      arns.insert(arns.end(), scope.instance_arns.begin(), scope.instance_arns.end());
      return arns;
    case aws::Resource::calendar:
      return list(scope.calendar_arns);
  }
  std::unreachable();
}

}  // namespace

std::vector<PolicyStatement> missing_statements(const FleetPolicy& policy, const Facts& facts) {
  iam::Setting setting;
  setting.region = facts.region;
  const auto scope = iam::scope_of({&policy}, policy.role_arn, setting);
  std::vector<PolicyStatement> statements;
  for (const auto& needed : aws::kNeededPermissions) {
    if (!facts.denied.contains(std::string(needed.action)) || !needed_by_tick(needed, policy)) continue;
    auto resources = resources_of(needed.resource, scope, facts);
    if (statements.empty() || statements.back().resources != resources)
      statements.push_back({{}, std::move(resources)});
    statements.back().actions.emplace_back(needed.action);
  }
  return statements;
}

std::vector<Right> rights(const FleetPolicy& policy, const Facts& facts) {
  std::vector<Right> all;
  for (const auto& needed : aws::kNeededPermissions) {
    if (!iam::needs(policy, needed)) continue;
    const std::string action(needed.action);
    Right right{action, Right::State::not_tried, needed.needed_by == aws::NeededBy::check};
    if (facts.denied.contains(action))
      right.state = Right::State::denied;
    else if (needed.proof == aws::Proof::none)
      right.state = Right::State::unproved;
    else if (facts.allowed.contains(action))
      right.state = Right::State::allowed;
    all.push_back(std::move(right));
  }
  return all;
}

namespace rules {

Findings rights_not_proved(const Subject& fleet) {
  std::vector<std::string> unproved, not_tried;
  std::size_t allowed = 0, needed = 0;
  for (const auto& right : rights(fleet.policy, fleet.facts)) {
    if (right.of_check_alone) continue;
    ++needed;
    if (right.state == Right::State::allowed) ++allowed;
    if (right.state == Right::State::unproved) unproved.push_back(right.action);
    if (right.state == Right::State::not_tried) not_tried.push_back(right.action);
  }
  Findings findings;
  const auto of_all =
      fmt::format("{} of the {} actions that it needs were tried and are allowed", allowed, needed);
  if (!unproved.empty()) {
    findings.push_back(
        {.severity = Severity::note,
         .text = fmt::format("{} can't be tried without doing it, for AWS has no dry run of it; {}",
                             join(unproved, ", "), of_all),
         .remedy =
             "compare it with what `evenkeel iam` prints. Were it refused, the server that is taken out would be "
             "put back untreated, and the fleet be blind (action_denied) until it works"});
  }
  if (!not_tried.empty()) {
    findings.push_back(
        {.severity = Severity::note,
         .text = fmt::format("{} {} not tried: nothing was there to try it on, or the call failed; {}",
                             join(not_tried, ", "), not_tried.size() == 1 ? "was" : "were", of_all),
         .remedy = "run `evenkeel check` again once a member is running"});
  }
  return findings;
}

Findings permission_missing(const Subject& fleet) {
  Findings findings;
  for (const auto& needed : aws::kNeededPermissions) {
    const auto denied = fleet.facts.denied.find(std::string(needed.action));
    if (denied == fleet.facts.denied.end() || !needed_by_tick(needed, fleet.policy)) continue;
    const bool can_do_without = needed.action == "ec2:GetConsoleOutput";
    findings.push_back({.severity = can_do_without ? Severity::warning : Severity::would_not_work,
                        .text = fmt::format("{} is not allowed{}; Evenkeel needs it {}. AWS says: {}",
                                            needed.action, refused_in(fleet.facts, needed.action),
                                            needed.purpose, printable(denied->second, kWordsShown)),
                        .remedy = remedy_for(needed, fleet.policy)});
  }
  return findings;
}

Findings could_not_look(const Subject& fleet) {
  Findings findings;
  for (const auto& needed : aws::kNeededPermissions) {
    if (!fleet.facts.denied.contains(std::string(needed.action)) || needed_by_tick(needed, fleet.policy))
      continue;
    findings.push_back({.severity = Severity::note,
                        .text = fmt::format("{} is not allowed; check alone asks for it, {}, so that was not "
                                            "looked at",
                                            needed.action, needed.purpose),
                        .remedy = "nothing, or allow it for the time of the check"});
  }
  for (const auto& [action, why] : fleet.facts.failed) {
    const auto* needed = aws::find_permission(action);
    const bool matters = needed == nullptr || needed_by_tick(*needed, fleet.policy);
    findings.push_back({.severity = matters ? Severity::warning : Severity::note,
                        .text = fmt::format("something could not be read, so it was not judged: {}",
                                            printable(why, kWordsShown)),
                        .remedy = "run `evenkeel check` again"});
  }
  std::vector<std::string> partial;
  for (const auto& [id, signal] : fleet.facts.seen.signals)
    if (signal.state == SignalState::partial) partial.push_back(id);
  if (!partial.empty()) {
    findings.push_back(
        {.severity = Severity::warning,
         .text = fmt::format("CloudWatch gave incomplete data for {} of {}: partial data is "
                             "unknown, and unknown never permits a reboot",
                             partial.size(), count(fleet.size(), "member")),
         .remedy = "run `evenkeel check` again; if it stays so, look at CloudWatch's health page",
         .members = partial});
  }
  if (fleet.facts.asked_about.empty() && fleet.facts.instances_read()) {
    findings.push_back({.severity = Severity::note,
                        .text = "no member is running, so whether Evenkeel may reboot one was not tried",
                        .remedy = "run `evenkeel check` again when one is"});
  }
  return findings;
}

}  // namespace rules
}  // namespace evenkeel::check
