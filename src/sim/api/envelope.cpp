#include "sim/api/envelope.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/text.h"
#include "sim/api/cbor.h"

namespace evenkeel::sim {
namespace {

wire::Response response(int status, const char* type, const std::string& id, Time now, std::string body) {
  return {
      status, {{"x-amzn-RequestId", id}, {"Content-Type", type}, {"Date", http_date(now)}}, std::move(body)};
}

wire::Response cbor_response(int status, const std::string& id, Time now, const Json& body) {
  auto answer = response(status, "application/cbor", id, now, write_cbor(body, is_time));
  answer.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
  return answer;
}

wire::Response json_response(Service service, int status, const std::string& id, Time now, const Json& body) {
  auto answer = response(status, names(service).json_type, id, now,
                         body.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (service == Service::dynamodb)
    answer.headers.emplace_back("x-amz-crc32", std::to_string(crc32(answer.body)));
  return answer;
}

// Before the code: which part of AWS says so.
std::string shape_space(Service service, const std::string& code) {
  if (code == "ValidationException") return service == Service::ssm ? "" : "com.amazon.coral.validate#";
  if (code == "ThrottlingException") return service == Service::ssm ? "" : "com.amazon.coral.availability#";
  for (const char* common :
       {"AccessDeniedException", "ExpiredTokenException", "IncompleteSignatureException",
        "InvalidSignatureException", "MissingAuthenticationTokenException", "RequestEntityTooLarge",
        "SerializationException", "UnknownOperationException", "UnrecognizedClientException"}) {
    if (code == common) return "com.amazon.coral.service#";
  }
  return service == Service::ssm ? "" : "com.amazonaws.dynamodb.v20120810#";
}

std::string refusal_xml(std::optional<Service> service, const Refusal& refusal, const std::string& id) {
  const Xml error = all(tag("Code", refusal.code), tag("Message", refusal.message));
  if (service == Service::ec2)
    return tag("Response", tag("Errors", tag("Error", error)), tag("RequestID", id)).text;
  const std::string space = service ? names(*service).xml_space : "http://webservices.amazon.com/AWSFault/";
  const Xml type = tag("Type", refusal.status < 500 ? "Sender" : "Receiver");
  return "<ErrorResponse xmlns=\"" + space + "\">" + tag("Error", type, error).text +
         tag("RequestId", id).text + "</ErrorResponse>";
}

struct CloudwatchError {
  const char* code;   // in the Query protocol
  const char* shape;  // in the others
  bool modelled;      // by CloudWatch itself, or common to all services
};
constexpr CloudwatchError kCloudwatchErrors[] = {
    {"InvalidNextToken", "InvalidNextToken", true},
    {"InvalidParameterCombination", "InvalidParameterCombinationException", true},
    {"InvalidParameterValue", "InvalidParameterValueException", true},
    {"MissingParameter", "MissingRequiredParameterException", true},
    {"InternalFailure", "InternalServiceFault", true},
    {"AccessDenied", "AccessDeniedException", false},
    {"InvalidAction", "UnknownOperationException", false},
    {"Throttling", "ThrottlingException", false},
    {"ValidationError", "ValidationException", false}};

// The account's refusals are in the Query protocol's words. A client in query mode is told them besides, for
// errors of CloudWatch's own model.
wire::Response refused_by_cloudwatch(const Spoken& spoken, const Refusal& refusal, const std::string& id,
                                     Time now) {
  const auto* found = std::ranges::find(kCloudwatchErrors, refusal.code, &CloudwatchError::code);
  const bool known = found != std::end(kCloudwatchErrors);
  const bool modelled = known && found->modelled;
  const std::string shape = known ? found->shape : refusal.code;
  const Json body = {
      {"__type", (modelled ? "com.amazonaws.cloudwatch#" : "com.amazon.coral.service#") + shape},
      {"message", refusal.message}};
  auto answer = spoken.protocol == Protocol::cbor
                    ? cbor_response(refusal.status, id, now, body)
                    : json_response(Service::cloudwatch, refusal.status, id, now, body);
  if (modelled && spoken.query_mode)
    answer.headers.emplace_back("x-amzn-query-error",
                                refusal.code + (refusal.status < 500 ? ";Sender" : ";Receiver"));
  return answer;
}

}  // namespace

wire::Response answered(const Call& call, const Xml& inside, const std::string& id, Time now) {
  const Xml all_inside = call.service == Service::ec2 ? all(tag("requestId", id), inside)
                                                      : all(tag(call.action + "Result", inside),
                                                            tag("ResponseMetadata", tag("RequestId", id)));
  const std::string name = call.action + "Response";
  return response(
      200, "text/xml", id, now,
      "<" + name + " xmlns=\"" + names(call.service).xml_space + "\">" + all_inside.text + "</" + name + ">");
}

wire::Response answered(const Call& call, const Json& inside, const std::string& id, Time now) {
  if (call.spoken.protocol == Protocol::cbor) return cbor_response(200, id, now, inside);
  if (call.spoken.protocol == Protocol::query) return answered(call, typed_xml(inside), id, now);
  return json_response(call.service, 200, id, now, inside);
}

wire::Response refused(const Spoken& spoken, const Refusal& refusal, const std::string& id, Time now) {
  const auto& [service, protocol, query_mode] = spoken;
  if (!service || protocol == Protocol::query)
    return response(refusal.status, "text/xml", id, now, refusal_xml(service, refusal, id));
  if (*service == Service::cloudwatch) return refused_by_cloudwatch(spoken, refusal, id, now);
  Json body = {{"__type", shape_space(*service, refusal.code) + refusal.code}};
  // The name's case is AWS's own.
  if (!refusal.message.empty())
    body[refusal.code == "AccessDeniedException" ? "Message" : "message"] = refusal.message;
  return json_response(*service, refusal.status, id, now, body);
}

Refusal throttled(Service service) {
  if (service == Service::ec2) return {503, "RequestLimitExceeded", "Request limit exceeded."};
  if (service == Service::sns) return {429, "Throttled", "Rate exceeded"};
  return {400, speaks_json(service) ? "ThrottlingException" : "Throttling", "Rate exceeded"};
}

std::optional<Refusal> injected(FaultKind kind, Service service, const std::string& full_name) {
  const bool ec2 = service == Service::ec2, json = speaks_json(service), sns = service == Service::sns;
  if (kind == FaultKind::throttle) return throttled(service);
  if (kind == FaultKind::server_error) {
    const char* code = json ? "InternalServerError" : ec2 || sns ? "InternalError" : "InternalFailure";
    return Refusal{500, code, "An internal error has occurred"};
  }
  if (kind == FaultKind::contention)
    return Refusal{500, "ResourceContention",
                   "You already have a pending update to an Amazon EC2 Auto Scaling resource."};
  if (kind == FaultKind::activity_in_progress)
    return Refusal{400, "ScalingActivityInProgress",
                   "Scaling activity 8f7c3f1a-0000-4000-8000-000000000000 is in progress and blocks this "
                   "action"};
  if (kind != FaultKind::denied) return std::nullopt;
  const char* code = json  ? "AccessDeniedException"
                     : ec2 ? "UnauthorizedOperation"
                     : sns ? "AuthorizationError"
                           : "AccessDenied";
  return Refusal{json ? 400 : 403, code, "You are not authorized to perform this operation: " + full_name};
}

}  // namespace evenkeel::sim
