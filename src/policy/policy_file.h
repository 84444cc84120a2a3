// The policy file: YAML → model::Policy, with every bound checked in one place (docs/policy.md,
// docs/policy.schema.json).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/policy.h"
#include "policy/problems.h"

namespace evenkeel::policy {

// Reads the text of a policy file. On failure the message holds every problem found, one a line, each as
// "<file>:<line>:<column>: <key path>: what is wrong; what is allowed". At most 1 MiB.
// With PositionStyle::in_words the message repeats nothing of the text (policy/problems.h).
Result<Policy> parse(std::string_view text, std::string_view file_name,
                     PositionStyle places = PositionStyle::as_editors_write);

// Reads the file itself (at most 1 MiB).
Result<Policy> load(const std::string& path);

}  // namespace evenkeel::policy
