// Where what Evenkeel remembers is kept, by the address that --state and EVENKEEL_STATE give.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "record/journal.h"
#include "wire/credentials_source.h"

namespace evenkeel::wiring {

// A path, or "sqlite:PATH"; without its prefix. `invalid` for every other kind of address, and for a state
// that would be forgotten with the process.
Result<std::string> state_file(const std::string& address);

// Whether the caller will write. Only reading never creates anything: `not_found` when nothing was ever
// written.
enum class Access { read, write };

// `region` is of the table, when it isn't the environment's; empty: not given. What `sources` refers to must
// outlive the journal.
Result<std::unique_ptr<record::Journal>> open_state(const std::string& address, Access access,
                                                    const wire::Sources& sources, const std::string& region);

}  // namespace evenkeel::wiring
