#include "act/act.h"

#include <tuple>
#include <utility>

#include "aws/autoscaling.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "aws/refusal.h"
#include "aws/ssm.h"

namespace evenkeel::act {
namespace {

aws::Mutation move_targets(const Action& action, wire::Caller& caller) {
  std::vector<aws::elbv2::TargetDescription> targets;
  for (const int port : action.ports) targets.push_back({action.instance_id, port, std::nullopt});
  return action.effect == Effect::register_
             ? aws::elbv2::register_targets(caller, action.target_group_arn, targets, action.at, action.nonce)
             : aws::elbv2::deregister_targets(caller, action.target_group_arn, targets, action.at,
                                              action.nonce);
}

aws::ssm::SentCommand send(const Action& action, wire::Caller& caller) {
  const auto& [id, at, nonce] = std::tie(action.instance_id, action.at, action.nonce);
  switch (action.effect) {
    case Effect::deregister:
    case Effect::register_:
      return {move_targets(action, caller), {}};
    case Effect::enter_standby:
      return {aws::autoscaling::enter_standby(caller, action.auto_scaling_group, id, at, nonce), {}};
    case Effect::exit_standby:
      return {aws::autoscaling::exit_standby(caller, action.auto_scaling_group, id, at, nonce), {}};
    case Effect::capture:
    case Effect::command:
      return aws::ssm::send_command(
          caller, {action.document.name, action.document.parameters, id, action.document.within}, at, nonce);
    case Effect::reboot:
      return {aws::ec2::reboot_instance(caller, id, at, nonce), {}};
    case Effect::stop:
      return {aws::ec2::stop_instance(caller, id, at, nonce), {}};
    case Effect::start:
      return {aws::ec2::start_instance(caller, id, at, nonce), {}};
    case Effect::terminate:
      return {aws::autoscaling::terminate_instance(caller, id, at, nonce), {}};
    case Effect::mark:
      return {aws::ec2::create_tag(caller, id, {kWitnessTag, action.tag_value}, at, nonce), {}};
    case Effect::unmark:
      return {aws::ec2::delete_tag(caller, id, {kWitnessTag, action.tag_value}, at, nonce), {}};
  }
  std::unreachable();
}

}  // namespace

Outcome perform(const Action& action, wire::Caller& caller) {
  const auto [mutation, answer] = send(action, caller);
  Outcome outcome{action.remediation_id,  action.nonce, OutcomeKind::accepted,
                  mutation.may_land_late, {},           answer};
  if (mutation.outcome) return outcome;
  outcome.detail = mutation.outcome.error().message;
  const ErrorKind kind = mutation.outcome.error().kind;
  const bool certain = kind != ErrorKind::maybe_happened && !mutation.may_land_late;
  const bool not_taken = kind == ErrorKind::throttled || kind == ErrorKind::unavailable;
  outcome.denied = certain && aws::lacks_permission(mutation.outcome.error());
  outcome.kind = !certain ? OutcomeKind::unknown : not_taken ? OutcomeKind::not_sent : OutcomeKind::refused;
  return outcome;
}

Outcome not_sent(const Action& action, std::string why) {
  return {action.remediation_id, action.nonce, OutcomeKind::not_sent, false, std::move(why)};
}

}  // namespace evenkeel::act
