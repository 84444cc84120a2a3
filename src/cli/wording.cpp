#include "cli/wording.h"

#include <fmt/core.h>
#include <vector>

#include "base/text.h"
#include "cli/options.h"

namespace evenkeel::cli {
namespace {

std::string document_words(const std::string& name) {
  return name.empty() ? "the document of SSM" : "SSM's document " + printable(name);
}

std::string evidence(const FleetPolicy* policy) {
  return document_words(policy != nullptr && policy->evidence ? policy->evidence->document.name : "");
}

const Step* step_of(const Remediation& remediation, const FleetPolicy* policy) {
  const auto rung = static_cast<std::size_t>(remediation.rung);
  if (policy == nullptr || remediation.rung < 0 || rung >= policy->treatments.size()) return nullptr;
  return &policy->treatments[rung];
}

std::string command(const Remediation& remediation, const FleetPolicy* policy) {
  const Step* step = step_of(remediation, policy);
  return document_words(step == nullptr ? "" : step->document.name);
}

}  // namespace

std::string waits_for(const Remediation& remediation, const FleetPolicy* policy) {
  switch (remediation.phase) {
    case Phase::draining:
      if (remediation.treat && !remediation.why_untreated.empty())
        return "until it may be treated: " + printable(remediation.why_untreated, 500);
      return remediation.auto_scaling_group.empty()
                 ? "until the load balancer has drained it"
                 : "until Auto Scaling has it in Standby and the load balancer has drained it";
    case Phase::capturing:
      return "until " + evidence(policy) + " has captured the evidence";
    case Phase::commanding:
      return "until " + command(remediation, policy) + " has ended";
    case Phase::rebooting:
      return "until it is known whether AWS took the reboot";
    case Phase::stopping:
      return "until EC2 has stopped it";
    case Phase::starting:
      return "until EC2 runs it again";
    case Phase::replacing:
      return "until it is gone and Auto Scaling has its successor in service";
    case Phase::booting:
      return "until a boot shows";
    case Phase::rejoining:
      return "until it is healthy everywhere";
    case Phase::soaking:
      return policy == nullptr ? "until it has stayed healthy for long enough"
                               : "until it has stayed healthy for " + format_duration(policy->timing.soak);
    case Phase::held:
      return "a person";
    case Phase::done:
      return "nothing";
  }
  return "";
}

std::string because(const Cause& cause) {
  if (!cause.text.empty())
    return (cause.rule.empty() ? "" : printable(cause.rule) + ": ") + printable(cause.text, 500);
  if (!cause.metric.empty())
    return fmt::format("{} of {}", with_unit(cause.value, cause.metric),
                       with_unit(cause.above, cause.metric));
  return cause.rule.empty() ? "-" : printable(cause.rule);
}

std::string words(Treatment treatment) {
  switch (treatment) {
    case Treatment::none:
      return "cycle only";
    case Treatment::command:
      return "run a command";
    case Treatment::reboot:
      return "reboot";
    case Treatment::stop_start:
      return "stop and start";
    case Treatment::replace:
      return "replace";
  }
  return "";
}

std::string ladder(const FleetPolicy& policy) {
  std::vector<std::string> steps;
  for (const auto& step : policy.treatments) {
    std::string one = words(step.treatment);
    if (step.treatment == Treatment::command) one += " (" + printable(step.document.name) + ")";
    if (step.attempts > 1) one += fmt::format(" up to {} times", step.attempts);
    steps.push_back(std::move(one));
  }
  return join(steps, ", then ");
}

std::string rung(const Remediation& remediation, const FleetPolicy* policy) {
  const Step* step = step_of(remediation, policy);
  if (step == nullptr || (policy->treatments.size() == 1 && step->attempts == 1)) return "";
  std::string text = fmt::format("rung {} of {}: {}", remediation.rung + 1, policy->treatments.size(),
                                 words(step->treatment));
  if (remediation.attempt > 0 && step->attempts > 1)
    text += fmt::format(", attempt {} of {}", remediation.attempt, step->attempts);
  return text;
}

}  // namespace evenkeel::cli
