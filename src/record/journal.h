// What Evenkeel remembers between ticks: one state document per fleet, replaced by compare-and-swap, and
// beside it the history of what happened. Everything a tick does is durable here before it is done.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::record {

// Error::code of whatever the store can't do (full, read-only, busy, broken): its trouble and not AWS's.
inline constexpr const char* kStoreCode = "StateStore";
// The same of a store that can't be written now but perhaps read: a full disk, a read-only file.
inline constexpr const char* kReadOnlyCode = "StateStoreReadOnly";
// The same where others may be able to write: a table that refuses or fails this process's writes.
inline constexpr const char* kNotWrittenCode = "StateStoreNotWritten";
// How often a writer loads, changes and swaps again after `conflict` before it reports it.
inline constexpr int kSwapAttempts = 5;
// A limit for history() that no history reaches.
inline constexpr int kWholeHistory = 1'000'000;

class Journal {
 public:
  virtual ~Journal() = default;

  // The fleet's state. Never written: an empty optional. Unreadable, or written by a newer program:
  // `corrupt`, which is never "nothing in flight".
  virtual Result<std::optional<FleetState>> load(const std::string& fleet) = 0;

  // Stores `next` and appends `events` in one transaction, if the stored revision is still `next.revision -
  // 1` (0: the fleet has never been written). Otherwise `conflict`, and nothing was stored. `rejected`, with
  // kStoreCode: the state is too large for the store, and nothing of it was stored.
  virtual Result<void> replace(const FleetState& next, std::span<const Event> events) = 0;

  // The newest `limit` events of a fleet, oldest first; of one instance when `instance_id` isn't empty.
  virtual Result<std::vector<Event>> history(const std::string& fleet, const std::string& instance_id,
                                             int limit) = 0;

  // The fleets that have a state, sorted: also those that have left the policy.
  virtual Result<std::vector<std::string>> fleets() = 0;
};

// A journal that can also take over what another one held: `evenkeel state import`.
class Store : public Journal {
 public:
  // Stores a state at its own revision in place of the one at revision `over` (0: there is none), and the
  // history that belongs to it before whatever is written next. `invalid`: state.revision isn't higher than
  // `over`. `conflict`: another revision is stored. After any error the state is the old one; part of the
  // history may be there.
  virtual Result<void> adopt(const FleetState& state, std::int64_t over, std::span<const Event> history) = 0;
};

}  // namespace evenkeel::record
