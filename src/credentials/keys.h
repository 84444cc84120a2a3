// Keys that are simply written down: in the environment, or in a profile of a shared file.
#pragma once

#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN. Absent when neither of
// the first two is set; one without the other is an error.
Result<Found> environment_keys(const Environment& environment);

// aws_access_key_id, aws_secret_access_key and aws_session_token of a profile, out of one file alone.
Result<Found> profile_keys(const Sections& file, const std::string& path, const std::string& profile);

}  // namespace evenkeel::credentials
