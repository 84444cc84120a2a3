// From a response's bytes to an answer or to an error that a caller can react to.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "wire/call.h"
#include "wire/credentials.h"
#include "wire/transport.h"
#include "wire/xml.h"

namespace evenkeel::wire {

struct Answer {
  XmlDocument document;  // of an XML protocol's answer
  std::string json;      // of a JSON protocol's: one JSON object
  Time date{};           // AWS's clock: the Date header

  // What the action returned, of an XML protocol's answer: <ActionResult> in the Query protocol, the root in
  // EC2's.
  Element result() const;
};

// Error::code by which a Transport tells a timeout, which costs more of the retry quota. Not shown above
// this.
inline constexpr std::string_view kTimeoutCode = "Timeout";

// One attempt that failed.
struct FailedAttempt {
  Error error;
  bool retryable = false;
  bool timeout = false;                     // costs more of the retry quota
  bool credentials_expired = false;         // fresh temporary credentials may help
  bool clock_differs = false;               // the signature's time may be what AWS didn't like
  bool uncertain = false;                   // a mutation's effect may have happened, or may still
  std::optional<Time> date = std::nullopt;  // where there was a response with a Date
};

// Whether AWS's code says that these credentials may not do this, as opposed to: it does not take them.
bool is_permission_code(std::string_view code);

// How errors are told apart:
//   transport failed before a byte was sent        unavailable, retryable
//   transport failed later, 5xx, RequestTimeout,   mutation: maybe_happened; read: unavailable (it has no
//   an answer that is cut off                      effect, so nothing is in doubt); retryable
//   a throttle code, whatever the status           throttled, retryable
//   ResourceContention, ScalingActivityInProgress, unavailable: it certainly did not happen, and may be tried
//   Insufficient…Capacity                          again later; the first of them is retryable
//   missing permission, bad or expired credentials denied
//   an intent's own signature expired              rejected: AWS refused it because it came late
//   …NotFound                                      not_found
//   any other 4xx, DryRunOperation among them      rejected
//   a redirect                                     invalid
//   200 with this action's answer, but cut off, or  as "failed later"
//   whose x-amz-crc32 isn't the body's
//   200 with something that is no answer to this   mutation: maybe_happened; read: invalid
//   action (HTML, empty, no Date)
// `code` is AWS's. The message names service, action, status, code, AWS's text made printable, and a remedy.
std::expected<Answer, FailedAttempt> read_answer(const Call& call, Result<Response> response,
                                                 const Credentials& credentials);

}  // namespace evenkeel::wire
