#include "lambda/runtime.h"

#include <charconv>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace evenkeel::lambda {
namespace {

constexpr Duration kAnswerTimeout{5'000};

std::string header(const wire::Response& response, std::string_view name) {
  const auto* value = wire::find_header(response.headers, name);
  return value == nullptr ? "" : std::string{trim(*value)};
}

std::optional<Time> parse_milliseconds(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return Time{Duration{number}};
}

}  // namespace

Runtime::Runtime(wire::Transport& transport, const std::string& address)
    : transport_(transport), base_("http://" + address + "/2018-06-01/runtime/") {}

Result<wire::Response> Runtime::send(const std::string& method, const std::string& path, std::string body,
                                     wire::Headers headers, Duration timeout) {
  wire::Request request;
  request.method = method;
  request.url = base_ + path;
  request.body = std::move(body);
  request.headers = std::move(headers);
  request.timeout = timeout;
  request.direct = true;
  auto response = std::move(transport_.exchange({&request, 1}).front());
  if (!response) {
    return fail(response.error().kind, "Lambda's Runtime API, " + path + ": " + response.error().message);
  }
  if (response->status < 200 || response->status > 299) {
    return fail(ErrorKind::rejected, fmt::format("Lambda's Runtime API, {}: HTTP {} {}", path,
                                                 response->status, printable(response->body)));
  }
  return std::move(*response);
}

Result<Invocation> Runtime::next() {
  auto response = TRY(send("GET", "invocation/next", "", {}, wire::kNoTimeout));
  Invocation invocation;
  invocation.id = header(response, "Lambda-Runtime-Aws-Request-Id");
  if (invocation.id.empty()) {
    return fail(ErrorKind::invalid,
                "Lambda's Runtime API, invocation/next: an invocation without Lambda-Runtime-Aws-Request-Id");
  }
  invocation.deadline = parse_milliseconds(header(response, "Lambda-Runtime-Deadline-Ms"));
  invocation.payload = std::move(response.body);
  return invocation;
}

Result<void> Runtime::respond(const Invocation& invocation, const std::string& answer) {
  TRY_VOID(send("POST", "invocation/" + invocation.id + "/response", answer,
                {{"Content-Type", "application/json"}}, kAnswerTimeout));
  return {};
}

Result<void> Runtime::post_error(const std::string& path, std::string_view type, const std::string& message) {
  const nlohmann::ordered_json body = {
      {"errorMessage", message}, {"errorType", type}, {"stackTrace", nlohmann::ordered_json::array()}};
  TRY_VOID(send("POST", path, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                {{"Content-Type", "application/vnd.aws.lambda.error+json"},
                 {"Lambda-Runtime-Function-Error-Type", std::string{type}}},
                kAnswerTimeout));
  return {};
}

Result<void> Runtime::fail_invocation(const Invocation& invocation, std::string_view type,
                                      const std::string& message) {
  return post_error("invocation/" + invocation.id + "/error", type, message);
}

Result<void> Runtime::fail_start(std::string_view type, const std::string& message) {
  return post_error("init/error", type, message);
}

}  // namespace evenkeel::lambda
