// The calls of Systems Manager that stand in files of their own (docs/aws.md, Systems Manager and SNS); shapes,
// limits and errors from AWS's own API model.
#pragma once

#include "sim/api/api.h"
#include "sim/api/typed_members.h"

namespace evenkeel::sim {

ApiResult<Json> send_command(ApiSession& session, RequestParameters& parameters);
ApiResult<Json> get_command_invocation(ApiSession& session, RequestParameters& parameters);
// In an order that only the seed knows.
ApiResult<Json> list_command_invocations(ApiSession& session, RequestParameters& parameters);
// A calendar that the account doesn't have is an InvalidDocument, one that is a document of another type an
// InvalidDocumentType: UnsupportedCalendarException is for entries that can't be read.
ApiResult<Json> get_calendar_state(ApiSession& session, RequestParameters& parameters);

}  // namespace evenkeel::sim
