// STS: whose credentials these are.
#pragma once

#include <string>

#include "aws/dated.h"
#include "base/result.h"
#include "wire/caller.h"

namespace evenkeel::aws::sts {

// The ARN of the identity that signs the calls: "arn:aws:sts::123456789012:assumed-role/evenkeel/…". Needs no right.
Result<Dated<std::string>> caller_arn(wire::Caller& caller);

}  // namespace evenkeel::aws::sts
