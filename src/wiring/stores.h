// Where what Evenkeel remembers is kept, by the address that --state and EVENKEEL_STATE give.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "credentials/source.h"
#include "record/journal.h"

namespace evenkeel::wiring {

// Whether the caller will write. Only reading never creates anything: `not_found` when nothing was ever
// written.
enum class Access { read, write };

// PATH, "sqlite:PATH" or "dynamodb://TABLE". `region` is of the table, when it isn't the environment's, the
// profile's or the instance's; empty: not given. What `sources` refers to must outlive the journal.
// Errors: `invalid` for every other kind of address, and for a state that would be forgotten with the
// process; the store's own. A table is first asked when it is first needed, or when it is opened to read.
Result<std::unique_ptr<record::Store>> open_state(const std::string& address, Access access,
                                                  const credentials::Sources& sources,
                                                  const std::string& region);

}  // namespace evenkeel::wiring
