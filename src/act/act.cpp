#include "act/act.h"

#include "aws/ec2.h"
#include "aws/elbv2.h"

namespace evenkeel::act {
namespace {

aws::Mutation send(const Action& action, wire::Caller& caller) {
  if (action.effect == Effect::reboot) {
    return aws::ec2::reboot_instance(caller, action.instance_id, action.at, action.nonce);
  }
  std::vector<aws::elbv2::TargetDescription> targets;
  for (const int port : action.ports) targets.push_back({action.instance_id, port, std::nullopt});
  return action.effect == Effect::register_
             ? aws::elbv2::register_targets(caller, action.target_group_arn, targets, action.at, action.nonce)
             : aws::elbv2::deregister_targets(caller, action.target_group_arn, targets, action.at,
                                              action.nonce);
}

}  // namespace

Outcome perform(const Action& action, wire::Caller& caller) {
  const auto mutation = send(action, caller);
  Outcome outcome{action.remediation_id, action.nonce, OutcomeKind::accepted, mutation.may_land_late, {}};
  if (mutation.outcome) return outcome;
  outcome.detail = mutation.outcome.error().message;
  const ErrorKind kind = mutation.outcome.error().kind;
  const bool certain = kind != ErrorKind::maybe_happened && !mutation.may_land_late;
  const bool not_taken = kind == ErrorKind::throttled || kind == ErrorKind::unavailable;
  outcome.kind = !certain ? OutcomeKind::unknown : not_taken ? OutcomeKind::not_sent : OutcomeKind::refused;
  return outcome;
}

Outcome not_sent(const Action& action, std::string why) {
  return {action.remediation_id, action.nonce, OutcomeKind::not_sent, false, std::move(why)};
}

}  // namespace evenkeel::act
