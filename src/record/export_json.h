// Everything that a journal holds as one JSON document, to move it to another one (docs/formats.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/fleet_state.h"
#include "model/plan.h"

namespace evenkeel::record {

// One fleet. A state at revision 0 is never exported.
struct Exported {
  FleetState state;
  std::vector<Event> history;  // oldest first; may have been left out
  bool operator==(const Exported&) const = default;
};

struct Export {
  Time at{};                     // when it was made, by that machine's clock
  std::vector<Exported> fleets;  // each once
};

std::string export_to_json(const Export& all);

// `corrupt` with the place for anything that isn't exactly such a document, or that has a fleet twice.
Result<Export> export_from_json(const std::string& text);

}  // namespace evenkeel::record
