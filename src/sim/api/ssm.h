// The calls of Systems Manager that stand in files of their own (docs/aws.md, Systems Manager and SNS); shapes,
// limits and errors from AWS's own API model.
#pragma once

#include "sim/api/api.h"
#include "sim/api/members.h"

namespace evenkeel::sim {

JsonAnswer send_command(Session& session, Members& members);
JsonAnswer get_command_invocation(Session& session, Members& members);
// In an order that only the seed knows.
JsonAnswer list_command_invocations(Session& session, Members& members);
// A calendar that the account doesn't have is an InvalidDocument, one that is a document of another type an
// InvalidDocumentType: UnsupportedCalendarException is for entries that can't be read.
JsonAnswer get_calendar_state(Session& session, Members& members);

}  // namespace evenkeel::sim
