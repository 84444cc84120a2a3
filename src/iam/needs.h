// Which of the permissions that Evenkeel may need (aws/permissions.h) a fleet needs, by its policy.
#pragma once

#include <string>
#include <vector>

#include "aws/permissions.h"
#include "model/policy.h"

namespace evenkeel::iam {

// Whether Evenkeel makes this call for this fleet, be it in a tick or only in `check`.
bool needs(const FleetPolicy& fleet, const aws::NeededPermission& permission);

// The documents that SSM runs on the fleet's members, each once, by the policy's words.
std::vector<std::string> documents_of(const FleetPolicy& fleet);

// A document of SSM, a change calendar among them: the ARN that it is, or the one that its name makes. AWS's
// own have no account in their ARNs; their names begin as no other's may.
std::string document_arn(const std::string& name, const std::string& partition, const std::string& region,
                         const std::string& account);

}  // namespace evenkeel::iam
