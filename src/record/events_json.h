// Events as the text that stores and exports keep: a JSON list of {"at", "instance_id", "remediation_id",
// "kind", "word", "text"}, in order (docs/formats.md). The fleet stands beside the list, not in it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/plan.h"

namespace evenkeel::record {

// "[]" for none.
std::string events_to_json(std::span<const Event> events);

// `corrupt` with the place for anything that isn't exactly such a list; the word may be missing, as in what an
// earlier build stored.
Result<std::vector<Event>> events_from_json(const std::string& fleet, const std::string& text);

}  // namespace evenkeel::record
