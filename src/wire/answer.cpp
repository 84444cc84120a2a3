#include "wire/answer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/checksum.h"
#include "base/text.h"
#include "wire/retry.h"

namespace evenkeel::wire {
namespace {

constexpr std::size_t kTextShown = 300;
constexpr const char* kNoDate = "its Date header is missing or is no HTTP date";

bool any_of(std::span<const std::string_view> codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

bool is_credentials_code(std::string_view code) {
  static constexpr std::array<std::string_view, 17> kCodes = {"AuthFailure",
                                                              "Blocked",
                                                              "ExpiredToken",
                                                              "ExpiredTokenException",
                                                              "IncompleteSignature",
                                                              "InvalidAccessKeyId",
                                                              "InvalidClientTokenId",
                                                              "InvalidSignatureException",
                                                              "InvalidToken",
                                                              "MissingAuthenticationToken",
                                                              "MissingAuthenticationTokenException",
                                                              "PendingVerification",
                                                              "RequestExpired",
                                                              "RequestInTheFuture",
                                                              "RequestTimeTooSkewed",
                                                              "SignatureDoesNotMatch",
                                                              "UnrecognizedClientException"};
  return any_of(kCodes, code);
}

bool is_expired_signature(std::string_view code, std::string_view text) {
  return code == "RequestExpired" || code == "RequestTimeTooSkewed" ||
         text.find("Signature expired") != std::string_view::npos;
}

// With temporary credentials these may only mean that they have ended (docs/aws.md, Credentials).
bool is_expired_credentials(std::string_view code) {
  return code == "ExpiredToken" || code == "ExpiredTokenException" || code == "RequestExpired" ||
         code == "InvalidClientTokenId";
}

// What AWS may answer to a signature from a clock that is wrong (docs/aws.md, Credentials).
bool may_be_clock(std::string_view code) {
  return code == "RequestTimeTooSkewed" || code == "RequestExpired" || code == "RequestInTheFuture" ||
         code == "InvalidSignatureException" || code == "SignatureDoesNotMatch" || code == "AuthFailure";
}

bool is_not_found_code(std::string_view code) {
  return code.ends_with("NotFound") || code.ends_with("NotFoundException") ||
         code == "InvocationDoesNotExist";
}

// AWS is at something that excludes this call, or has no room for it: refused before anything was done, even
// where the status is 500.
bool is_busy_code(std::string_view code) {
  static constexpr std::array<std::string_view, 6> kCodes = {
      "ResourceContention",       "ScalingActivityInProgress", "InsufficientInstanceCapacity",
      "InsufficientHostCapacity", "InsufficientCapacity",      "InsufficientReservedInstanceCapacity"};
  return any_of(kCodes, code);
}

struct ServerError {
  std::string code;
  std::string text;  // made printable
};

// "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:http://…" → the name in it.
std::string bare_code(std::string code) {
  code = code.substr(code.find('#') == std::string::npos ? 0 : code.find('#') + 1);
  return printable(code.substr(0, code.find(':')), 100);
}

// docs/aws.md, The wire: the code may stand in the body, in a header, or in both.
std::optional<ServerError> json_error(const Response& response) {
  const auto body = nlohmann::json::parse(response.body, nullptr, false);
  const auto text = [&](const char* key) -> std::string {
    const auto found = body.is_object() ? body.find(key) : body.end();
    return found != body.end() && found->is_string() ? found->get<std::string>() : "";
  };
  const auto* header = find_header(response.headers, "X-Amzn-ErrorType");
  auto name = text("__type");
  if (name.empty()) name = header != nullptr ? *header : text("code");
  const auto code = bare_code(std::move(name));
  if (code.empty()) return std::nullopt;
  return ServerError{code, text("message").empty() ? text("Message") : text("message")};
}

// <ErrorResponse><Error>… of the Query protocol, <Response><Errors><Error>… of EC2's; {"__type": …} in JSON.
ServerError server_error(const Call& call, const Response& response, const Credentials& credentials) {
  const auto shown = [&](std::string_view text) { return printable(credentials.redact(text), kTextShown); };
  if (is_json(facts(call.service).protocol)) {
    if (const auto error = json_error(response)) return {error->code, shown(error->text)};
  }
  if (const auto document = XmlDocument::parse(response.body)) {
    const Element root = document->root();
    // moto mixes the two where it denies.
    const Element holder = root.find("Errors").value_or(root);
    if (const auto error = holder.find("Error")) {
      return {printable(error->text_or_empty("Code"), 100), shown(error->text_or_empty("Message"))};
    }
  }
  const auto start = std::string_view{response.body}.substr(0, 80);
  return {"", start.empty() ? "with an empty body" : "with no AWS error in it: '" + shown(start) + "'"};
}

std::optional<Time> date_of(const Response& response) {
  const auto* header = find_header(response.headers, "Date");
  return header == nullptr ? std::nullopt : parse_http_date(trim(*header));
}

std::string remedy(const Call& call, ErrorKind kind, std::string_view code) {
  if (kind == ErrorKind::throttled) return "; too many calls for this account: call less often";
  if (kind != ErrorKind::denied) return "";
  if (code.starts_with("ExpiredToken")) return "; get fresh credentials";
  if (is_credentials_code(code)) {
    return "; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and this machine's clock";
  }
  return "; allow " + full_name(call) + " to these credentials";
}

// No certain answer: a mutation may have happened; a read has no effect, so it can simply be asked again.
FailedAttempt no_certain_answer(const Call& call, std::string message) {
  return {.error = {call.mutates ? ErrorKind::maybe_happened : ErrorKind::unavailable,
                    full_name(call) + ": " + std::move(message), "", full_name(call)},
          .retryable = true,
          .uncertain = call.mutates};
}

FailedAttempt from_transport(const Call& call, const Error& error) {
  if (error.kind == ErrorKind::maybe_happened) {
    FailedAttempt fault = no_certain_answer(call, error.message);
    fault.timeout = error.code == kTimeoutCode;
    return fault;
  }
  return {.error = {error.kind, full_name(call) + ": " + error.message, "", full_name(call)},
          .retryable = error.kind == ErrorKind::unavailable,
          .timeout = error.code == kTimeoutCode};
}

ErrorKind kind_of_refusal(const Call& call, int status, const ServerError& server) {
  if (call.sign_at && is_expired_signature(server.code, server.text)) return ErrorKind::rejected;
  if (is_permission_code(server.code) || is_credentials_code(server.code)) return ErrorKind::denied;
  if (is_not_found_code(server.code)) return ErrorKind::not_found;
  if (server.code.empty() && (status == 401 || status == 403)) return ErrorKind::denied;
  return status >= 400 ? ErrorKind::rejected : ErrorKind::invalid;
}

FailedAttempt from_status(const Call& call, const Response& response, const Credentials& credentials) {
  const ServerError server = server_error(call, response, credentials);
  std::string message = "HTTP " + std::to_string(response.status) + " " +
                        (server.code.empty() ? "" : server.code + ": ") + server.text;
  const bool transient = is_transient_code(server.code, server.text);
  FailedAttempt fault;
  if (is_throttle_code(server.code) || (server.code.empty() && response.status == 429)) {
    fault.error = {ErrorKind::throttled, full_name(call) + ": " + message, server.code, full_name(call)};
    fault.retryable = true;
  } else if (is_busy_code(server.code)) {
    fault.error = {ErrorKind::unavailable, full_name(call) + ": " + message, server.code, full_name(call)};
    fault.retryable = server.code == "ResourceContention";
  } else if (response.status >= 500 || response.status == 408 || transient) {
    fault = no_certain_answer(call, message);
    fault.error.code = server.code;
    fault.retryable = is_transient_status(response.status) || transient;
  } else {
    const ErrorKind kind = kind_of_refusal(call, response.status, server);
    if (kind == ErrorKind::invalid) message += "; is the endpoint URL right?";
    fault.error = {kind, full_name(call) + ": " + message, server.code, full_name(call)};
  }
  fault.credentials_expired = is_expired_credentials(server.code) && !credentials.session_token.empty();
  fault.clock_differs = may_be_clock(server.code);
  fault.error.message += remedy(call, fault.error.kind, server.code);
  fault.date = date_of(response);
  return fault;
}

// A 200 that doesn't hold what it should.
FailedAttempt from_nonsense(const Call& call, const Response& response, bool cut_off,
                            const std::string& what) {
  const std::string message =
      "HTTP " + std::to_string(response.status) + ", but the answer is no use: " + what;
  FailedAttempt fault = no_certain_answer(call, message);
  fault.retryable = cut_off;
  if (!cut_off && !call.mutates) fault.error.kind = ErrorKind::invalid;
  fault.date = date_of(response);
  return fault;
}

bool begins_like_answer(const Call& call, std::string_view body) {
  return body.substr(0, 1024).find(call.action + "Response") != std::string_view::npos;
}

// Not its bytes as they were sent: x-amz-crc32 says so where a service gives it (docs/aws.md, DynamoDB).
bool is_damaged(const Response& response) {
  const auto* header = find_header(response.headers, "x-amz-crc32");
  return header != nullptr && trim(*header) != std::to_string(crc32(response.body));
}

std::expected<Answer, FailedAttempt> read_json_answer(const Call& call, Response response) {
  if (is_damaged(response))
    return std::unexpected(from_nonsense(call, response, true, "it does not have its own checksum"));
  const bool begins_well = trim(response.body).starts_with('{');
  if (!begins_well || !nlohmann::json::accept(response.body))
    return std::unexpected(from_nonsense(call, response, begins_well, "it is no JSON object"));
  const auto date = date_of(response);
  if (!date) return std::unexpected(from_nonsense(call, response, false, kNoDate));
  return Answer{{}, std::move(response.body), *date};
}

}  // namespace

Element Answer::result() const {
  const Element root = document.root();
  std::string action{root.name()};
  action.resize(action.size() - std::string_view{"Response"}.size());
  return root.find(action + "Result").value_or(root);
}

bool is_permission_code(std::string_view code) {
  static constexpr std::array<std::string_view, 6> kCodes = {"AccessDenied",          "AccessDeniedException",
                                                             "UnauthorizedOperation", "NotAuthorized",
                                                             "AuthorizationError",    "OptInRequired"};
  return any_of(kCodes, code);
}

std::expected<Answer, FailedAttempt> read_answer(const Call& call, Result<Response> response,
                                                 const Credentials& credentials) {
  if (!response) return std::unexpected(from_transport(call, response.error()));
  if (response->status < 200 || response->status > 299) {
    return std::unexpected(from_status(call, *response, credentials));
  }
  if (is_json(facts(call.service).protocol)) return read_json_answer(call, std::move(*response));
  const auto nonsense = [&](bool cut_off, const std::string& what) {
    return std::unexpected(from_nonsense(call, *response, cut_off, what));
  };
  const bool right_start = begins_like_answer(call, response->body);
  auto document = XmlDocument::parse(std::move(response->body));
  if (!document) return nonsense(right_start, document.error().message);
  const std::string root{document->root().name()};
  if (root != call.action + "Response") {
    return nonsense(false, "its root is <" + printable(root, 60) + ">, not <" + call.action + "Response>");
  }
  const auto date = date_of(*response);
  if (!date) return nonsense(false, kNoDate);
  return Answer{std::move(*document), {}, *date};
}

}  // namespace evenkeel::wire
