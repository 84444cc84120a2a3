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

wire::Response json_response(ApiService service, int status, const std::string& id, Time now,
                             const Json& body) {
  auto answer = response(status, names(service).json_type, id, now,
                         body.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (service == ApiService::dynamodb)
    answer.headers.emplace_back("x-amz-crc32", std::to_string(crc32(answer.body)));
  return answer;
}

// Before the code: which part of AWS says so.
std::string shape_space(ApiService service, const std::string& code) {
  if (code == "ValidationException") return service == ApiService::ssm ? "" : "com.amazon.coral.validate#";
  if (code == "ThrottlingException")
    return service == ApiService::ssm ? "" : "com.amazon.coral.availability#";
  for (const char* common :
       {"AccessDeniedException", "ExpiredTokenException", "IncompleteSignatureException",
        "InvalidSignatureException", "MissingAuthenticationTokenException", "RequestEntityTooLarge",
        "SerializationException", "UnknownOperationException", "UnrecognizedClientException"}) {
    if (code == common) return "com.amazon.coral.service#";
  }
  return service == ApiService::ssm ? "" : "com.amazonaws.dynamodb.v20120810#";
}

std::string refusal_xml(std::optional<ApiService> service, const ApiRefusal& refusal, const std::string& id) {
  const Xml error = all(tag("Code", refusal.code), tag("Message", refusal.message));
  if (service == ApiService::ec2)
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
wire::Response refused_by_cloudwatch(const Dialect& dialect, const ApiRefusal& refusal, const std::string& id,
                                     Time now) {
  const auto* found = std::ranges::find(kCloudwatchErrors, refusal.code, &CloudwatchError::code);
  const bool known = found != std::end(kCloudwatchErrors);
  const bool modelled = known && found->modelled;
  const std::string shape = known ? found->shape : refusal.code;
  const Json body = {
      {"__type", (modelled ? "com.amazonaws.cloudwatch#" : "com.amazon.coral.service#") + shape},
      {"message", refusal.message}};
  auto answer = dialect.protocol == ApiProtocol::cbor
                    ? cbor_response(refusal.status, id, now, body)
                    : json_response(ApiService::cloudwatch, refusal.status, id, now, body);
  if (modelled && dialect.query_mode)
    answer.headers.emplace_back("x-amzn-query-error",
                                refusal.code + (refusal.status < 500 ? ";Sender" : ";Receiver"));
  return answer;
}

}  // namespace

wire::Response answered(const ApiCall& call, const Xml& inside, const std::string& id, Time now) {
  const Xml all_inside = call.service == ApiService::ec2 ? all(tag("requestId", id), inside)
                                                         : all(tag(call.action + "Result", inside),
                                                               tag("ResponseMetadata", tag("RequestId", id)));
  const std::string name = call.action + "Response";
  return response(
      200, "text/xml", id, now,
      "<" + name + " xmlns=\"" + names(call.service).xml_space + "\">" + all_inside.text + "</" + name + ">");
}

wire::Response answered(const ApiCall& call, const Json& inside, const std::string& id, Time now) {
  if (call.dialect.protocol == ApiProtocol::cbor) return cbor_response(200, id, now, inside);
  if (call.dialect.protocol == ApiProtocol::query) return answered(call, typed_xml(inside), id, now);
  return json_response(call.service, 200, id, now, inside);
}

wire::Response refused(const Dialect& dialect, const ApiRefusal& refusal, const std::string& id, Time now) {
  const auto& [service, protocol, query_mode] = dialect;
  if (!service || protocol == ApiProtocol::query)
    return response(refusal.status, "text/xml", id, now, refusal_xml(service, refusal, id));
  if (*service == ApiService::cloudwatch) return refused_by_cloudwatch(dialect, refusal, id, now);
  Json body = {{"__type", shape_space(*service, refusal.code) + refusal.code}};
  // The name's case is AWS's own.
  if (!refusal.message.empty())
    body[refusal.code == "AccessDeniedException" ? "Message" : "message"] = refusal.message;
  return json_response(*service, refusal.status, id, now, body);
}

ApiRefusal throttled(ApiService service) {
  if (service == ApiService::ec2) return {503, "RequestLimitExceeded", "Request limit exceeded."};
  if (service == ApiService::sns) return {429, "Throttled", "Rate exceeded"};
  return {400, uses_json(service) ? "ThrottlingException" : "Throttling", "Rate exceeded"};
}

std::optional<ApiRefusal> injected(FaultKind kind, ApiService service, const std::string& full_name) {
  const bool ec2 = service == ApiService::ec2, json = uses_json(service), sns = service == ApiService::sns;
  if (kind == FaultKind::throttle) return throttled(service);
  if (kind == FaultKind::server_error) {
    const char* code = json ? "InternalServerError" : ec2 || sns ? "InternalError" : "InternalFailure";
    return ApiRefusal{500, code, "An internal error has occurred"};
  }
  if (kind == FaultKind::contention)
    return ApiRefusal{500, "ResourceContention",
                      "You already have a pending update to an Amazon EC2 Auto Scaling resource."};
  if (kind == FaultKind::activity_in_progress)
    return ApiRefusal{400, "ScalingActivityInProgress",
                      "Scaling activity 8f7c3f1a-0000-4000-8000-000000000000 is in progress and blocks this "
                      "action"};
  if (kind != FaultKind::denied) return std::nullopt;
  const char* code = json  ? "AccessDeniedException"
                     : ec2 ? "UnauthorizedOperation"
                     : sns ? "AuthorizationError"
                           : "AccessDenied";
  return ApiRefusal{json ? 400 : 403, code, "You are not authorized to perform this operation: " + full_name};
}

}  // namespace evenkeel::sim
