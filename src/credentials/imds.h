// The metadata service of an EC2 instance, version 2 only (docs/aws.md, Credentials): the role of the instance, and
// its region. Never through a proxy. A second for each request (AWS_METADATA_SERVICE_TIMEOUT), one attempt
// (AWS_METADATA_SERVICE_NUM_ATTEMPTS), so that a machine that is no instance finds out soon.
// AWS_EC2_METADATA_DISABLED=true switches it off; AWS_EC2_METADATA_SERVICE_ENDPOINT and …_MODE, or
// ec2_metadata_service_endpoint[_mode] of the profile, say where it is.
#pragma once

#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "wire/shared_config.h"

namespace evenkeel::credentials {

// Absent: switched off, not there, or the instance has no role. Errors: it is there and refuses (`denied`),
// makes no sense (`invalid`), or gave out a token and then went away (`unavailable`). What it gives is used past
// its end while it gives nothing else.
Result<Found> instance_credentials(const Sources& sources, const SharedConfig& config);

// Nothing where it is switched off, not there or has nothing to say. Error: a variable above is wrong.
Result<std::optional<std::string>> instance_region(const Sources& sources, const SharedConfig& config);

}  // namespace evenkeel::credentials
