// The journal in a DynamoDB table: partition key "pk", sort key "sk" (strings), time to live by "expires".
// What stands where: docs/formats.md. Why it is so: docs/adr/0014-dynamodb-journal.md.
//
// One item a fleet holds its state and the events written with it, so a swap is one conditional put of one
// item, all of it or nothing. The next swap first copies those events into an item of the history (the same
// bytes whichever process does it, so doing it twice does no harm), and only then overwrites them.
//
// After a put without a certain answer, and after a condition that failed, the item is read again:
//   our revision with our own document (its nonce in it)   it was our put: success
//   the old revision                                       `maybe_happened`: the put may still land. That is
//     harmless: its condition holds only while no other process has written. Landing late it is as if the process
//     had died between the swap and the act: intents that were not carried out, which the next tick takes as
//     questions. A caller that got this error must not act, and has nothing to undo. Should the same process
//     decide again meanwhile, one of its two puts loses by the condition, and reads that it lost.
//   anything else                                          `conflict`. Were it that ours was stored and then
//     replaced, then the process that replaced it has read it: dropping the plan is right in both cases.
// So a success is never reported for what isn't stored, and `conflict` never for what still may be acted on.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "record/journal.h"
#include "wire/caller.h"

namespace evenkeel::record {

// An operation is over within this, retries and the second look included; each request within kRequest.
inline constexpr Duration kDynamoWithin{10'000};
inline constexpr Duration kDynamoRequest{3'000};

// A state that would take more than this is stored only if it has no more open remediations than the one it
// replaces: the room above it is for bringing members back. DynamoDB takes 400 KB an item.
inline constexpr std::size_t kDynamoFull = std::size_t{300} * 1024;

// How long an event is kept.
inline constexpr std::chrono::days kDynamoKept{90};

// Asks nothing yet. `caller` is the journal's own: it sets its deadlines. The clock must outlive it.
std::unique_ptr<Store> open_dynamo(wire::Caller caller, Clock& clock, std::string table);

// The same, for commands that only look: `not_found` when the table holds no state yet.
Result<std::unique_ptr<Store>> open_dynamo_read_only(wire::Caller caller, Clock& clock, std::string table);

}  // namespace evenkeel::record
