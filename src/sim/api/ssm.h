// The calls of Systems Manager that stand in files of their own (docs/aws.md, Systems Manager and SNS); shapes,
// limits and errors from AWS's own API model.
#pragma once

#include "sim/api/api.h"
#include "sim/api/typed_members.h"

namespace evenkeel::sim {

Answer<Json> send_command(Session& session, Parameters& parameters);
Answer<Json> get_command_invocation(Session& session, Parameters& parameters);
// In an order that only the seed knows.
Answer<Json> list_command_invocations(Session& session, Parameters& parameters);
// A calendar that the account doesn't have is an InvalidDocument, one that is a document of another type an
// InvalidDocumentType: UnsupportedCalendarException is for entries that can't be read.
Answer<Json> get_calendar_state(Session& session, Parameters& parameters);

}  // namespace evenkeel::sim
