#include "wire/credentials.h"

#include <vector>

#include "base/text.h"

namespace evenkeel::wire {
namespace {

void replace_all(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  static constexpr std::string_view kMask = "[redacted]";
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
}

}  // namespace

std::string Credentials::redact(std::string_view text) const {
  std::string clean{text};
  replace_all(clean, secret_access_key);
  replace_all(clean, session_token);
  return clean;
}

Result<Credentials> credentials_from(const Environment& environment) {
  std::vector<std::string> missing;
  const auto required = [&](const char* name) {
    auto value = lookup(environment, name);
    if (!value) missing.emplace_back(name);
    return value.value_or("");
  };
  Credentials credentials;
  credentials.access_key_id = required("AWS_ACCESS_KEY_ID");
  credentials.secret_access_key = required("AWS_SECRET_ACCESS_KEY");
  credentials.session_token = lookup(environment, "AWS_SESSION_TOKEN").value_or("");
  if (!missing.empty()) {
    return fail(ErrorKind::denied,
                "no AWS credentials: " + join(missing, " and ") + (missing.size() > 1 ? " are" : " is") +
                    " not set in the environment; set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY "
                    "and, for temporary keys, AWS_SESSION_TOKEN");
  }
  return credentials;
}

}  // namespace evenkeel::wire
