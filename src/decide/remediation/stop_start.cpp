// The treatment that gives the member another machine: stop, then start.
#include <fmt/core.h>

#include "base/text.h"
#include "decide/remediation/horizon.h"
#include "decide/remediation/phases.h"
#include "decide/remediation/protocol.h"

namespace evenkeel::decide {
namespace {

const Instance* instance_of(const Remediation& remediation, const Observation& observation) {
  const auto found = observation.instances.find(remediation.instance_id);
  return found == observation.instances.end() ? nullptr : &found->second;
}

// Ours ends once the instance has been seen to run again after it. An answer that shows it stopped since that launch is
// newer than the launch; one with an earlier launch may be old for a while.
bool may_be_our_stop(const Remediation& remediation, const Observation& observation) {
  const auto* stop = latest_intent(remediation, Effect::stop);
  if (stop == nullptr || !may_have_happened(*stop)) return false;
  const auto& booted = remediation.booted_at;
  if (!booted || *booted <= stop->at) return true;
  const auto* instance = instance_of(remediation, observation);
  const bool newer = instance != nullptr && instance->launch_time == remediation.launch_time;
  return !newer && observation.taken_at - *booted < kVisibleAfter;
}

}  // namespace

bool stopped_by_us(const Remediation& remediation, const Observation& observation) {
  const auto* instance = instance_of(remediation, observation);
  return may_be_our_stop(remediation, observation) && instance != nullptr &&
         instance->state == InstanceState::stopped;
}

std::string stopped_by_another(const Remediation& remediation, const Observation& observation) {
  const auto* instance = instance_of(remediation, observation);
  if (instance == nullptr || may_be_our_stop(remediation, observation)) return {};
  if (instance->state != InstanceState::stopped && instance->state != InstanceState::stopping) return {};
  return "an operator or another tool has stopped the instance";
}

bool held_as_stopped(Remediation& remediation, PlanBuilder& builder) {
  const auto stopped = stopped_by_another(remediation, builder.observation);
  if (stopped.empty()) return false;
  const auto* instance = instance_of(remediation, builder.observation);
  remediation.treat = false;
  remediation.why_untreated = stopped;
  hold(
      remediation, builder,
      fmt::format(
          "{}: EC2 shows it {}, first seen at {}; start it, or terminate it; it is put back by itself once it runs",
          stopped, name(instance->state), iso8601(builder.now())));
  return true;
}

void stopping(Remediation& remediation, PlanBuilder& builder) {
  const Time now = builder.now();
  const auto* intent = latest_intent(remediation, Effect::stop);
  const auto* instance = instance_of(remediation, builder.observation);
  if (intent == nullptr) return put_back(remediation, builder, "the state has no record of a stop");
  if (stopped_by_us(remediation, builder.observation)) {
    builder.enter(remediation, Phase::starting, builder.policy.timing.boot, "stopped; starting it again");
    return builder.give_back(PlanBuilder::Return::start, remediation);
  }
  const bool running = instance != nullptr && instance->state == InstanceState::running;
  switch (intent->outcome) {
    case OutcomeKind::refused:
      return escalate_or_put_back(remediation, builder, "AWS refused to stop it: " + intent->detail);
    case OutcomeKind::not_sent: {
      const auto why = "the stop could not be sent: " + intent->detail;
      if (!try_again_later(remediation, builder, Effect::stop))
        escalate_or_put_back(remediation, builder, why);
      return;
    }
    case OutcomeKind::unknown:
      if (running && can_not_land(*intent, now)) {
        return escalate_or_put_back(remediation, builder,
                                    "the stop's answer was lost, and it did not happen");
      }
      break;
    case OutcomeKind::accepted:
      break;
  }
  if (now < remediation.deadline) return;
  if (running) return escalate_or_put_back(remediation, builder, "it did not stop");
  hold(remediation, builder,
       "it has been stopping for longer than expected; look at the server: once it has stopped it is started "
       "again, and put back");
}

void starting(Remediation& remediation, PlanBuilder& builder) {
  const auto* instance = instance_of(remediation, builder.observation);
  if (instance != nullptr && instance->state == InstanceState::running &&
      instance->launch_time != remediation.launch_time) {
    remediation.launch_time = instance->launch_time;
    remediation.booted_at = builder.now();
    remediation.boot_evidence = "EC2 launched it again at " + iso8601(instance->launch_time);
    return rejoin(remediation, builder, "started: " + remediation.boot_evidence);
  }
  const auto* intent = latest_intent(remediation, Effect::start);
  if (remediation.phase != Phase::held && builder.now() >= remediation.deadline) {
    hold(remediation, builder,
         fmt::format("it was stopped and doesn't start{}; it is tried again every tick",
                     intent == nullptr || intent->detail.empty() ? "" : ": " + intent->detail));
  }
  if (stopped_by_us(remediation, builder.observation) && !may_not_show_yet(intent, builder.now()))
    builder.give_back(PlanBuilder::Return::start,
                      remediation);  // starting what starts already changes nothing
}

}  // namespace evenkeel::decide
