#include "record/revisions.h"

#include <fmt/core.h>

#include "base/text.h"

namespace evenkeel::record {

Result<void> check_storable(const FleetState& next, std::int64_t over) {
  if (!next.fleet.empty() && over >= 0 && next.revision > over) return {};
  return fail(ErrorKind::invalid,
              fmt::format("state of fleet \"{}\": revision {} can't be stored over revision {}; a state has "
                          "a fleet's name and follows revision 0 or later",
                          printable(next.fleet), next.revision, over));
}

Error lost_race(const std::string& fleet, std::int64_t stored, std::int64_t over) {
  return {ErrorKind::conflict,
          fmt::format("fleet {}: the stored state is at revision {}, not {}: another tick or command changed "
                      "it first, and nothing was stored; the next tick decides again",
                      printable(fleet), stored, over),
          ""};
}

}  // namespace evenkeel::record
