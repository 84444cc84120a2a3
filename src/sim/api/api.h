// The calls that the account understands: one table per service. A handler reads its parameters, asks
// finish(), and only then looks or acts; it returns what stands inside the answer's envelope.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "sim/api/front.h"
#include "sim/api/keys.h"
#include "sim/api/parameters.h"
#include "sim/api/xml_writer.h"

namespace evenkeel::sim {

struct ApiSession {
  Account& account;
  CountsByAction& counts;
  std::uint64_t seed;  // decides every order that AWS leaves open
  Keys& keys;
  const IssuedKey* caller;  // nullptr: unsigned
  Time client_now;          // the time by which the client signed: ends of sessions are told in it
};

struct Operation {
  std::string_view action;
  ApiResult<Xml> (*handle)(ApiSession& session, RequestParameters& parameters);
};

// Of a service that speaks JSON, perhaps among other protocols (sim/api/typed_members.h).
struct TypedOperation {
  std::string_view action;
  ApiResult<nlohmann::json> (*handle)(ApiSession& session, RequestParameters& parameters);
};

// docs/aws.md tells what each operation plays.
std::span<const Operation> ec2_operations();
std::span<const Operation> elbv2_operations();
std::span<const Operation> elb_operations();  // Classic Load Balancers
std::span<const Operation> auto_scaling_operations();
std::span<const TypedOperation> cloudwatch_operations();
std::span<const Operation> sts_operations();
std::span<const Operation> sns_operations();
std::span<const TypedOperation> dynamodb_operations();
std::span<const TypedOperation> ssm_operations();

}  // namespace evenkeel::sim
