// One AWS call, before it is bytes.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "wire/query.h"
#include "wire/service.h"

namespace evenkeel::wire {

struct Call {
  Service service = Service::ec2;
  std::string action;     // "DescribeInstances"
  Parameters parameters;  // without Action and Version
  std::string json;       // the body instead of parameters, for services of a JSON protocol
  // True for whatever changes the world: then a lost reply is `maybe_happened`.
  bool mutates = false;
  // Sent once, on a connection of its own, never retried at any level.
  bool at_most_once = false;
  // Set for mutations: every attempt is signed with this time, so that AWS itself refuses one that comes late
  // (docs/safety.md, The protocol). Not set: signed with the clock's time.
  std::optional<Time> sign_at;
  // Not signed: the call proves itself by its parameters (AssumeRoleWithWebIdentity).
  bool anonymous = false;
  std::string nonce;  // of the intent; goes into the User-Agent, from where CloudTrail records it
  Duration timeout{10'000};
};

// "elasticloadbalancing:DescribeTargetHealth", as IAM writes it.
std::string full_name(const Call& call);

}  // namespace evenkeel::wire
