#include "sim/envelope.h"

#include "base/checksum.h"
#include "base/text.h"

namespace evenkeel::sim {
namespace {

wire::Response response(int status, const char* type, const std::string& id, Time now, std::string body) {
  return {
      status, {{"x-amzn-RequestId", id}, {"Content-Type", type}, {"Date", http_date(now)}}, std::move(body)};
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
  return json_response(call.service, 200, id, now, inside);
}

wire::Response refused(std::optional<Service> service, const JsonRefusal& refusal, const std::string& id,
                       Time now) {
  if (!service || !speaks_json(*service))
    return response(refusal.status, "text/xml", id, now, refusal_xml(service, refusal, id));
  Json body = refusal.more;
  body["__type"] = shape_space(*service, refusal.code) + refusal.code;
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
