// AWS Lambda's Runtime API: how a custom runtime gets its invocations and gives its answers (docs/aws.md, Lambda;
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "wire/transport.h"

namespace evenkeel::lambda {

struct Invocation {
  std::string id;                // AwsRequestId
  std::optional<Time> deadline;  // when Lambda kills the process; none: it didn't say
  std::string payload;
};

class Runtime {
 public:
  // `address` is AWS_LAMBDA_RUNTIME_API: HOST:PORT. The transport must outlive this.
  Runtime(wire::Transport& transport, const std::string& address);

  // Waits without limit: Lambda freezes the process between invocations. Errors: the service can't be
  // reached, or answers with what is no invocation; the process should end.
  Result<Invocation> next();

  // The answer to an invocation, JSON. An error is Lambda's refusal, for instance of an answer that came too
  // late; the next invocation may be asked for all the same.
  Result<void> respond(const Invocation& invocation, const std::string& answer);
  // The invocation failed: Lambda counts it in its metric Errors. `type` is "Evenkeel.Reason".
  Result<void> fail_invocation(const Invocation& invocation, std::string_view type,
                               const std::string& message);
  // The process can't start at all.
  Result<void> fail_start(std::string_view type, const std::string& message);

 private:
  Result<wire::Response> send(const std::string& method, const std::string& path, std::string body,
                              wire::Headers headers, Duration timeout);
  Result<void> post_error(const std::string& path, std::string_view type, const std::string& message);

  wire::Transport& transport_;
  std::string base_;
};

}  // namespace evenkeel::lambda
