// The state document as JSON (docs/formats.md): the one format that every store keeps.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "model/fleet_state.h"

namespace evenkeel::record {

inline constexpr std::size_t kMaxStateBytes = std::size_t{4} * 1024 * 1024;

// Deterministic: the same state gives the same bytes.
std::string to_json(const FleetState& state);

// `corrupt` with the place for anything that isn't exactly such a document: a missing or unknown key, a wrong
// type, an unknown word, a newer schema, a document over 4 MiB or nested too deeply.
Result<FleetState> state_from_json(const std::string& text);

}  // namespace evenkeel::record
