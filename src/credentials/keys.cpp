#include "credentials/keys.h"

#include "base/text.h"

namespace evenkeel::credentials {
namespace {

// Both keys or neither; `place` is where they should stand.
Result<Found> both_or_neither(Credentials keys, const std::string& id, const std::string& secret,
                              const std::string& place) {
  if (keys.access_key_id.empty() && keys.secret_access_key.empty()) {
    return Absent{id + " is not set"};
  }
  if (const auto defect = defect_of(keys)) {
    return fail(ErrorKind::denied, "AWS credentials in " + place + ": " + *defect + "; set both " + id +
                                       " and " + secret + ", or neither");
  }
  return Session{std::move(keys), std::nullopt};
}

}  // namespace

Result<Found> environment_keys(const Environment& environment) {
  const auto value = [&](const char* name) { return lookup(environment, name).value_or(""); };
  return both_or_neither(
      {value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"), value("AWS_SESSION_TOKEN")},
      "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "the environment");
}

Result<Found> profile_keys(const Sections& file, const std::string& path, const std::string& profile) {
  const auto section = file.find(profile);
  if (section == file.end()) {
    return Absent{"no profile '" + printable(profile, 60) + "' in " +
                  (path.empty() ? "a file, for HOME is not set" : printable(path))};
  }
  const auto value = [&](const char* name) {
    const auto found = section->second.find(name);
    return found == section->second.end() ? std::string{} : found->second;
  };
  return both_or_neither(
      {value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token")},
      "aws_access_key_id", "aws_secret_access_key",
      "profile '" + printable(profile, 60) + "' of " + printable(path));
}

}  // namespace evenkeel::credentials
