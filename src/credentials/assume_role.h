// A profile that is a role: role_arn with source_profile (another profile, which may be a role again) or
// credential_source (Environment, EcsContainer, Ec2InstanceMetadata); external_id, role_session_name,
// duration_seconds. mfa_serial is refused: no operator is there to type a code.
#pragma once

#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {

inline constexpr std::size_t kMostRolesInARow = 8;

// Absent when the profile is no role, or one for a web identity. Errors: a loop, more than kMostRolesInARow,
// a source that is missing, named twice or has nothing to give; STS's refusal.
Result<Found> profile_role(const Sources& sources, const SharedConfig& config, const std::string& profile);

}  // namespace evenkeel::credentials
