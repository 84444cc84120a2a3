// Where credentials are looked for, in AWS's order (docs/credentials.md; docs/aws.md, Credentials):
//   1 the environment's keys          (not with --profile)
//   2 a profile that is a role
//   3 a web identity token
//   4 the profile's keys in the credentials file
//   5 the profile's credential_process
//   6 the profile's keys in the config file
//   7 a container's endpoint
//   8 an instance's metadata
#pragma once

#include "credentials/source.h"

namespace evenkeel::credentials {

// The first one that is configured. Once it has given a session, no other is ever asked: credentials that go
// away must not turn us into another identity. Files and the environment are read again each time.
// Errors: the provider's own; `denied` with all that was looked for when there is none.
FetchSession credentials_chain(Sources sources);

}  // namespace evenkeel::credentials
