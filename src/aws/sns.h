// Amazon SNS: one message to all subscribers of a topic (docs/aws.md, Systems Manager and SNS).
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "wire/caller.h"

namespace evenkeel::aws::sns {

struct Message {
  std::string topic_arn;
  std::string subject;  // only mail shows it
  std::string text;
};

// What SNS takes as a subject: at most 100 ASCII characters, no control character, no blank in front.
// Whatever else there is becomes "?", and what is too long ends in "...".
std::string fit_subject(const std::string& text);

// Publish; returns the message's id. Subject and text are made fit first (256 KiB of text). One request takes
// at most `timeout`; the caller's deadline bounds them all.
// Errors: as of wire/answer.h. `maybe_happened`: people may have been told, or may still be.
Result<std::string> publish(wire::Caller& caller, const Message& message, Duration timeout);

}  // namespace evenkeel::aws::sns
