#include "wire/credentials.h"

#include <algorithm>

#include "base/text.h"

namespace evenkeel::wire {

std::string Credentials::redact(std::string_view text) const {
  std::string clean{text};
  replace_all(clean, secret_access_key, "[redacted]");
  replace_all(clean, session_token, "[redacted]");
  return clean;
}

std::optional<std::string> defect_of(const Credentials& credentials) {
  constexpr std::size_t kLongest = std::size_t{16} << 10U;  // of a session token; the others are short
  const auto unfit = [](const std::string& text) {
    return text.size() > kLongest || std::ranges::any_of(text, [](char c) { return c <= 0x20 || c > 0x7E; });
  };
  if (credentials.access_key_id.empty()) return "the access key id is missing";
  if (credentials.secret_access_key.empty()) return "the secret access key is missing";
  const auto why = " is too long, or holds a space, a control character or a letter that no key has";
  if (unfit(credentials.access_key_id)) return std::string("the access key id") + why;
  if (unfit(credentials.secret_access_key)) return std::string("the secret access key") + why;
  if (unfit(credentials.session_token)) return std::string("the session token") + why;
  return std::nullopt;
}

}  // namespace evenkeel::wire
