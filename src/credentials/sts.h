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

struct Role {
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
Result<Session> assume_role(const Sources& sources, const SharedConfig& config, const Role& role,
                            std::shared_ptr<Identity> base);
// With the token that an OpenID Connect provider issued, unsigned.
Result<Session> assume_role_with_web_identity(const Sources& sources, const SharedConfig& config,
                                              const Role& role, const std::string& token);

// A role on top of the identity `base`, kept fresh: what a policy's role_arn means.
FetchSession assumed_role(Sources sources, Role role, std::shared_ptr<Identity> base);

}  // namespace evenkeel::credentials
