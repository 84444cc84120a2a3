// The endpoint from which a container gets its credentials: ECS, EKS Pod Identity, Greengrass
// (docs/aws.md, Credentials). Never through a proxy. Two seconds a request, three attempts.
//   AWS_CONTAINER_CREDENTIALS_RELATIVE_URI   at http://169.254.170.2; goes before
//   AWS_CONTAINER_CREDENTIALS_FULL_URI       https anywhere; http only on the hosts in is_allowed_host()
//   AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE   read again each time; goes before
//   AWS_CONTAINER_AUTHORIZATION_TOKEN        the Authorization header
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "credentials/source.h"

namespace evenkeel::credentials {

// This machine, and the addresses that AWS gives the endpoint: a URI from elsewhere in the environment must
// not carry the Authorization header across a network in plain text. `host` as in Url, a port is allowed.
bool is_allowed_host(std::string_view host);

Result<Found> container_credentials(const Sources& sources);

}  // namespace evenkeel::credentials
