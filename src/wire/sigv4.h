// AWS Signature Version 4, header form. Pure: the time is an argument, so that a request can be stamped with
// the time of its intent, in virtual time or corrected for skew.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <string>

#include "base/clock.h"
#include "wire/credentials.h"
#include "wire/transport.h"

namespace evenkeel::wire {

struct CredentialScope {
  std::string region;
  std::string service;
};

// The headers to add to `request`: Host, X-Amz-Date, X-Amz-Security-Token (with a session token),
// Authorization. Every header that `request` already has is signed, so whatever a proxy may touch
// (User-Agent) is added after. `request` must not have these headers yet, and its URL must be absolute.
Headers sign(const Request& request, const Credentials& credentials, const CredentialScope& scope, Time time);

// The steps, for AWS's test suite. `request` has Host and X-Amz-Date among its headers here.
std::string canonical_request(const Request& request);
std::string string_to_sign(const std::string& canonical_request, const CredentialScope& scope, Time time);
std::string authorization(const Request& request, const Credentials& credentials,
                          const CredentialScope& scope, Time time);

}  // namespace evenkeel::wire
