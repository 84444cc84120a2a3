// Who we are to AWS. There is no printing of it, on purpose: no operator<<, no to_string, no JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/environment.h"

namespace evenkeel::wire {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty for long-lived keys

  // `text` with every occurrence of the secret key and of the session token replaced. AWS's answer to a wrong
  // signature repeats the canonical request, session token included, so server text passes through here.
  std::string redact(std::string_view text) const;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN.
// Error `denied`: names the variables that are missing.
Result<Credentials> credentials_from(const Environment& environment);

}  // namespace evenkeel::wire
