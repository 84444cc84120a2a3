// What became of a command of Systems Manager (docs/aws.md, Systems Manager and SNS).
#pragma once

#include "model/observation.h"
#include "model/plan.h"
#include "wire/caller.h"

namespace evenkeel::observe {

// Reads into `commands`, under the question's nonce: by the command's id, or where that was never told by its
// Comment, which is the nonce. What SSM doesn't know (yet) and what could not be read is `unknown`; the
// latter is a problem too.
void read_command(const Question& question, wire::Caller& caller, Observation& observation);

}  // namespace evenkeel::observe
