// For tests: a Transport that answers from a function and remembers what it was asked, a clock that moves
// only when told to, and a Caller on both. Nothing here touches a network.
#pragma once

#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "wire/caller.h"
#include "wire/transport.h"

namespace evenkeel::wire {

class ScriptedTransport final : public Transport {
 public:
  using Script = std::function<Result<Response>(const Request&)>;
  explicit ScriptedTransport(Script answers) : script(std::move(answers)) {}

  std::vector<Result<Response>> exchange(std::span<const Request> batch) override {
    batches.push_back(batch.size());
    std::vector<Result<Response>> results;
    for (const auto& request : batch) {
      requests.push_back(request);
      results.push_back(script(request));
    }
    return results;
  }

  Script script;
  std::vector<Request> requests;
  std::vector<std::size_t> batches;  // the size of each exchange
};

class ManualClock final : public Clock {
 public:
  Time now() const override { return time; }
  void sleep(Duration duration) override {
    sleeps.push_back(duration);
    if (!interrupted) time += duration;
  }

  Time time = parse_iso8601("2026-11-22T06:45:00Z").value();
  std::vector<Duration> sleeps;
  bool interrupted = false;
};

// The decoded form of a request's body. Several values of one name don't occur.
inline std::map<std::string, std::string> form_of(const Request& request) {
  const auto decode = [](const std::string& text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        unsigned byte = 0;
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
        decoded.push_back(static_cast<char>(byte));
        i += 2;
      } else {
        decoded.push_back(text[i]);
      }
    }
    return decoded;
  };
  std::map<std::string, std::string> form;
  for (const auto& pair : split(request.body, '&')) {
    const auto equals = pair.find('=');
    form[decode(pair.substr(0, equals))] = decode(pair.substr(equals + 1));
  }
  return form;
}

inline std::string header_of(const Request& request, std::string_view name) {
  const auto* value = find_header(request.headers, name);
  return value == nullptr ? "" : *value;
}

inline constexpr const char* kAwsDate = "Sun, 22 Nov 2026 06:45:07 GMT";
inline Time aws_date() { return parse_http_date(kAwsDate).value(); }

inline Response respond(int status, std::string body, std::string date = kAwsDate) {
  return {status, {{"Date", std::move(date)}}, std::move(body)};
}

// <ActionResponse><ActionResult>…, as the Query protocol wraps it.
inline Response query_answer(const std::string& action, const std::string& result) {
  return respond(200, "<" + action + "Response xmlns=\"http://example.com/doc/\"><" + action + "Result>" +
                          result + "</" + action +
                          "Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></" + action +
                          "Response>");
}

// What a read is answered when all is well.
inline Response good() { return query_answer("DescribeTargetHealth", ""); }

inline Response ec2_answer(const std::string& action, const std::string& result) {
  return respond(200,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + action +
                     "Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>" +
                     result + "</" + action + "Response>");
}

inline Response query_error(int status, const std::string& code, const std::string& message) {
  return respond(status, "<ErrorResponse xmlns=\"http://example.com/doc/\"><Error><Type>Sender</Type><Code>" +
                             code + "</Code><Message>" + message +
                             "</Message></Error><RequestId>r</RequestId></ErrorResponse>");
}

inline Response ec2_error(int status, const std::string& code, const std::string& message) {
  return respond(status, "<Response><Errors><Error><Code>" + code + "</Code><Message>" + message +
                             "</Message></Error></Errors><RequestID>r</RequestID></Response>");
}

inline Result<Response> connection_refused() {
  return fail(ErrorKind::unavailable, "example.com: Connection refused");
}
inline Result<Response> reply_lost() {
  return fail(ErrorKind::maybe_happened, "example.com: Operation timed out", std::string{kTimeoutCode});
}

// Nothing for a success. (error() of a success is undefined, and may look like any kind.)
template <class T>
std::optional<ErrorKind> kind_of(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().kind;
}

struct ScriptedAccount {
  explicit ScriptedAccount(ScriptedTransport::Script script)
      : transport(std::move(script)),
        caller(transport, clock, random, {"AKIDEXAMPLE", "secret-key-example", "session-token-example"},
               resolve_endpoints("eu-west-1", [](std::string_view) { return std::nullopt; }).value()) {}

  ManualClock clock;
  SeededRandom random{1};
  ScriptedTransport transport;
  Caller caller;
};

}  // namespace evenkeel::wire
