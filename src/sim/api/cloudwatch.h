// The calls of CloudWatch that stand in files of their own. docs/aws.md, CloudWatch.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/api/api.h"

namespace evenkeel::sim {

// Composite alarms only where AlarmTypes asks for them. In an order that only the seed knows, page by page
// over both kinds.
ApiResult<nlohmann::json> describe_alarms(ApiSession& session, RequestParameters& parameters);

}  // namespace evenkeel::sim
