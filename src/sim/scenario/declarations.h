// Internal to scenario.cpp: the lines that declare what the account holds beside its fleets, and the wire's
// faults.
#pragma once

#include "base/result.h"
#include "sim/scenario/events.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/words.h"

namespace evenkeel::sim {

Result<void> read_asg(const Words& words, Scenario& scenario, Declared& declared);
Result<void> read_document(const Words& words, Scenario& scenario);
Result<void> read_role(const Words& words, Scenario& scenario);
Result<void> read_fault(const Words& words, Scenario& scenario);

}  // namespace evenkeel::sim
