// The files that AWS's own tools read: ~/.aws/config and ~/.aws/credentials (docs/aws.md, Credentials), as botocore
// reads them: [default], [profile x], [services x]; # and ; begin a comment line; "=" or ":" after a key;
// indented lines below a key without a value are settings of their own; keys are lower case.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/environment.h"

namespace evenkeel::wire {

// Nested ones with a dot: "ec2.endpoint_url".
using ProfileSettings = std::map<std::string, std::string, std::less<>>;
using Sections = std::map<std::string, ProfileSettings, std::less<>>;

// Any bytes are allowed: the result is an error or sections. Errors are `invalid`, "file:line: …"; they show
// a key, never a value. A key or section that stands twice is one, for it is unknown which of the two is
// meant.
Result<Sections> parse_ini(std::string_view text, std::string_view file_name);

struct SharedConfig {
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

  std::string profile = "default";               // the one in use
  std::string named_by;                          // "--profile", "AWS_PROFILE"; empty: none is named
  std::string config_file, credentials_file;     // their paths; empty without HOME
  Sections in_config_file, in_credentials_file;  // profiles
  Sections services;                             // of the config file, by name

  // AWS_CONFIG_FILE (~/.aws/config), AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials); a file that isn't
  // there is empty. The profile is `flag`, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else "default".
  // Errors, `invalid`: a file that can't be read or is no such file; a profile that was named but is in
  // neither file.
  static Result<SharedConfig> load(const Environment& environment,
                                   const std::optional<std::string>& flag = {});

  bool by_flag() const { return named_by == "--profile"; }
  bool has(std::string_view profile_name) const;
  // From the credentials file, else from the config file. Empty counts as not set.
  std::optional<std::string> setting(std::string_view key) const { return setting(profile, key); }
  std::optional<std::string> setting(std::string_view profile_name, std::string_view key) const;
  // "ec2.endpoint_url" of the [services …] section that the profile in use names.
  std::optional<std::string> service_setting(std::string_view key) const;
  // "profile 'web' in ~/.aws/config", for messages.
  std::string place(std::string_view profile_name) const;
};

// The whole file, at most `most` bytes. Nothing when it isn't there. Error `invalid`: "path: …".
Result<std::optional<std::string>> read_small_file(const std::string& path, std::size_t most);

}  // namespace evenkeel::wire
