// What stands around an answer in each of AWS's protocols: EC2's and the Query protocol's XML, JSON 1.0 and
// 1.1, and CBOR. docs/aws.md, The wire.
#pragma once

#include "sim/api/request.h"
#include "sim/api/typed_members.h"
#include "sim/api/xml_writer.h"
#include "sim/world/faults.h"

namespace evenkeel::sim {

wire::Response answered(const ApiCall& call, const Xml& inside, const std::string& id, Time now);
// In the protocol in which the call came.
wire::Response answered(const ApiCall& call, const Json& inside, const std::string& id, Time now);
wire::Response refused(const Dialect& dialect, const ApiRefusal& refusal, const std::string& id, Time now);

// In each service's own words: too many calls; and what a fault puts in the place of the account's answer.
ApiRefusal throttled(ApiService service);
std::optional<ApiRefusal> injected(FaultKind kind, ApiService service, const std::string& full_name);

}  // namespace evenkeel::sim
