// Temporary credentials from STS.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {

inline constexpr const char* kSessionName = "evenkeel";

struct RoleToAssume {
  std::string arn;
  std::string session_name = kSessionName;
  std::string external_id;     // empty: none
  std::optional<int> seconds;  // else what STS gives by itself: an hour
  // Where STS is asked. Empty: the region of the environment or the profile, else the main one of the role's
  // partition.
  std::string region;
};

// Who may ask for a role, in 15 seconds all attempts together. Both check the role before they call:
// `invalid` for what is no role's ARN, session name or length. STS's refusal is `denied`, with what the
// trust policy must say.
Result<Session> assume_role(const Sources& sources, const SharedConfig& config, const RoleToAssume& role,
                            std::shared_ptr<RefreshingCredentials> base);
// With the token that an OpenID Connect provider issued, unsigned.
Result<Session> assume_role_with_web_identity(const Sources& sources, const SharedConfig& config,
                                              const RoleToAssume& role, const std::string& token);

// A role on top of the identity `base`, kept fresh: what a policy's role_arn means.
FetchSession assumed_role(Sources sources, RoleToAssume role, std::shared_ptr<RefreshingCredentials> base);

}  // namespace evenkeel::credentials
