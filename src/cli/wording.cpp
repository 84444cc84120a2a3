#include "cli/wording.h"

#include <array>
#include <fmt/core.h>
#include <vector>

#include "base/text.h"
#include "cli/options.h"
#include "decide/remediation/evidence.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::cli {
namespace {

std::string document_words(const std::string& name) {
  return name.empty() ? "the document of SSM" : "SSM's document " + printable(name);
}

std::string evidence(const FleetPolicy* policy) {
  return document_words(policy != nullptr && policy->evidence ? policy->evidence->document.name : "");
}

const Step* step_of(const Remediation& remediation, const FleetPolicy* policy) {
  const auto level = static_cast<std::size_t>(remediation.level);
  if (policy == nullptr || remediation.level < 0 || level >= policy->treatments.size()) return nullptr;
  return &policy->treatments[level];
}

std::string command(const Remediation& remediation, const FleetPolicy* policy) {
  const Step* step = step_of(remediation, policy);
  return document_words(step == nullptr ? "" : step->document.name);
}

const Intent* latest(const Remediation& remediation, bool (*is)(Effect)) {
  const Intent* found = nullptr;
  for (const auto& intent : remediation.intents) {
    if (is(intent.effect)) found = &intent;
  }
  return found;
}

// "the reboot of 2026-… can act no more, at 2026-… at the latest"; empty: nothing may still act on it. `treatments`:
// removals, which the way back does not wait for, left out. The policy matters for documents alone.
std::string until_none_may_act(const Remediation& remediation, const FleetPolicy* policy, Time now,
                               bool treatments) {
  const FleetPolicy none;
  const auto& own = policy == nullptr ? none : *policy;
  const Observation nothing_seen;
  const Time until = treatments ? decide::treatments_may_act_until(remediation, nothing_seen, own)
                                : decide::anything_may_act_until(remediation, nothing_seen, own);
  if (until <= now) return "";
  const bool treats = decide::treatments_may_act_until(remediation, nothing_seen, own) > now;
  const auto what = treats ? decide::words_of_treatment(latest(remediation, decide::treats))
                           : std::string("a request to take it out whose answer was lost");
  return fmt::format("{} can act no more, which is at {} at the latest", what, iso8601(until));
}

// Systems Manager delivers late and runs long: as long as its document is not known to have ended it may be running.
std::string until_document_ends(const Remediation& remediation, const FleetPolicy* policy, Time now) {
  const auto* sent = latest(remediation, [](Effect effect) { return effect == Effect::command; });
  if (sent == nullptr || remediation.treatment != Treatment::command || !remediation.command_output.empty() ||
      !may_have_happened(*sent))
    return "";
  const Time end = sent->at + decide::kDocumentsEnd;
  if (now >= end || remediation.deadline < end) return "";  // the wait is noted in the deadline
  return fmt::format("{} has ended, which is waited for until {} at the latest", command(remediation, policy),
                     iso8601(end));
}

std::string until_back(const Remediation& remediation, const FleetPolicy* policy, Time now) {
  const std::string healthy = "it is healthy everywhere";
  if (remediation.without_waiting) return "until " + healthy;
  if (const auto document = until_document_ends(remediation, policy, now); !document.empty())
    return fmt::format("until {}; then until {}", document, healthy);
  const auto horizon = until_none_may_act(remediation, policy, now, true);
  if (horizon.empty()) return "until " + healthy;
  return fmt::format("until it is seen to have booted, or {}; then until {}", horizon, healthy);
}

std::string until_soaked(const Remediation& remediation, const FleetPolicy* policy, Time now) {
  const std::string soaked = policy == nullptr
                                 ? "until it has stayed healthy for long enough"
                                 : "until it has stayed healthy for " + format_duration(policy->timing.soak);
  const auto horizon = until_none_may_act(remediation, policy, now, false);
  return soaked + (horizon.empty() ? "" : ", and until " + horizon);
}

}  // namespace

std::string waits_for(const Remediation& remediation, const FleetPolicy* policy, Time now) {
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
      return until_back(remediation, policy, now);
    case Phase::soaking:
      return until_soaked(remediation, policy, now);
    case Phase::held:
      return "an operator";
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

std::string describe(Treatment treatment) {
  static constexpr std::array kTold{"cycle only", "run a command", "reboot", "stop and start", "replace"};
  static_assert(kTold.size() == kWords<Treatment>.size());
  return kTold[static_cast<std::size_t>(treatment)];
}

bool is_treated(const PastRemediation& ended) {
  return ended.treated || ended.ending == Ending::cured || ended.ending == Ending::back ||
         ended.ending == Ending::not_cured || ended.ending == Ending::replaced;
}

std::string treatments_text(const FleetPolicy& policy) {
  std::vector<std::string> steps;
  for (const auto& step : policy.treatments) {
    std::string one = describe(step.treatment);
    if (step.treatment == Treatment::command) one += " (" + printable(step.document.name) + ")";
    if (step.attempts > 1) one += fmt::format(" up to {} times", step.attempts);
    steps.push_back(std::move(one));
  }
  return join(steps, ", then ");
}

std::string escalation_level(const Remediation& remediation, const FleetPolicy* policy) {
  const Step* step = step_of(remediation, policy);
  const bool alone = step != nullptr && policy->treatments.size() == 1 && step->attempts == 1;
  const bool sent = remediation.attempt > 0;
  if (step == nullptr || (!sent && !remediation.treat) || (sent && alone)) return "";
  std::string text = describe(step->treatment);
  if (!alone)
    text = fmt::format("treatment {} of {}: {}", remediation.level + 1, policy->treatments.size(), text);
  if (!sent) text += ", not yet";
  if (remediation.attempt > 0 && step->attempts > 1)
    text += fmt::format(", attempt {} of {}", remediation.attempt, step->attempts);
  return text;
}

}  // namespace evenkeel::cli
