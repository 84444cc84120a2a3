// Who we are to AWS. There is no printing of it, on purpose: no operator<<, no to_string, no JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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

// What keeps them from being sent in a header, without showing them: "the secret access key is missing" or
// "… holds a space or a control character". Nothing: they are fit.
std::optional<std::string> defect_of(const Credentials& credentials);

}  // namespace evenkeel::wire
