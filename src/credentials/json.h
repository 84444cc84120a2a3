// Temporary credentials as JSON: what a credential_process prints, and what the metadata endpoints of
// containers and instances answer (docs/aws.md, Credentials).
#pragma once

#include <string_view>

#include "base/result.h"
#include "credentials/source.h"

namespace evenkeel::credentials {

enum class JsonFrom {
  process,    // Version 1, SessionToken and Expiration may be missing
  container,  // Token and Expiration
  instance,   // as container, with Code "Success"; any other Code is AWS's refusal
};

inline constexpr std::size_t kMostCredentialsJson = std::size_t{64} << 10U;

// Takes any bytes at all, of any length: never throws, never reads more than kMostCredentialsJson, never
// nests deeper than 8. A session that comes back has an access key and a secret that are fit for a header.
// Errors, `invalid`, or `denied` for a Code that is not Success: what is wrong, without any value of the
// document but Code and Message, and without saying whose document it is, which the caller adds.
Result<Session> read_credentials_json(std::string_view text, JsonFrom from);

}  // namespace evenkeel::credentials
