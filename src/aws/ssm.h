// AWS Systems Manager Parameter Store, read only (aws-facts.md §10).
#pragma once

#include <cstdint>
#include <string>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::ssm {

struct Parameter {
  std::string value;         // decrypted; may be a secret: never to be shown
  std::int64_t version = 0;  // counts from 1, one up with every change
};

// GetParameter with decryption. `name` is "/evenkeel/policy", or "/evenkeel/policy:7" for one version of it.
// A parameter that KMS protects needs kms:Decrypt beside ssm:GetParameter.
// Errors: as of wire/answer.h (`not_found`: no such parameter or version); no error ever holds the value.
Result<Dated<Parameter>> get_parameter(wire::Caller& caller, const std::string& name);

}  // namespace evenkeel::aws::ssm
