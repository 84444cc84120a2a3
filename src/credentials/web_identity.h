// A role through a token of an OpenID Connect provider: EKS service accounts, GitHub Actions.
#pragma once

#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {

// AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN and, if given, AWS_ROLE_SESSION_NAME; each else from the
// profile: web_identity_token_file, role_arn, role_session_name. With --profile, and for a source profile
// (`from_environment` false), only from the profile. The file is read again each time. Absent without a
// token file.
Result<Found> web_identity(const Sources& sources, const SharedConfig& config, const std::string& profile,
                           bool from_environment);

}  // namespace evenkeel::credentials
