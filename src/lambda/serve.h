// The entry point for AWS Lambda: asks for one invocation after the other until Lambda ends the process.
#pragma once

#include "lambda/handler.h"

namespace evenkeel::lambda {

// `address` is AWS_LAMBDA_RUNTIME_API. Returns the exit code, when the process can't go on.
int serve(const std::string& address, HandlerContext& context);

}  // namespace evenkeel::lambda
