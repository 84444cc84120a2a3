// The tag that a server carries while it is out: a second witness beside the state, which may be lost, or an old
// copy (docs/adr/0037-a-second-witness.md).
#pragma once

#include <optional>
#include <string>

#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"

namespace evenkeel::decide {

class PlanBuilder;
struct FleetView;

// "web/i-0abc…@2026-11-22T06:44:00Z mark:2-5f0c1a9b tg1:443 tg1-80:80": the fleet, the remediation, how often it was
// marked and a random part, by which two states that are one to the second differ, and where it serves otherwise; at
// most 256 characters that every tag may have.
std::string mark_value(const std::string& fleet, const Remediation& remediation);

// Whether the value is one that Evenkeel writes on this instance, for whatever fleet: not copied from another one.
bool is_mark_of(const std::string& value, const std::string& instance_id);
// Whether this fleet's state has written it, and has not seen it off.
bool is_known_mark(const FleetState& state, const std::string& value);

// Its tag was accepted, or is asked for in this decision.
bool is_marked(const Remediation& remediation, const std::string& decision_nonce);

// Why a treatment would be one that a newer state than this has made, or made needless: the tag on the server is
// not the last that this state asked for, or an earlier one of the same remediation. `state_outdated`, or, while
// the tag may not show yet, another reason.
std::optional<Verdict> contradicted_by_its_mark(const Remediation& remediation, const std::string& fleet,
                                                const Observation& observation);

// The state that wrote the tag may have asked for a treatment just now: it is waited for like one of this state's.
void expect_what_a_newer_state_did(Remediation& remediation, const std::string& why,
                                   const PlanBuilder& builder);

// Why it must go back untreated: AWS refused its tag; empty: it did not.
std::string mark_refused(const Remediation& remediation);

// Where the remediation was marked, its tag is to be taken off.
void leave_mark(FleetState& state, const Remediation& ended, Time now);

// Takes off the tags of remediations that have ended, and forgets those that are seen to be gone. Nothing waits
// for it; after several tries it is said once, and left.
void take_marks_off(FleetState& next, const Observation& observation, PlanBuilder& builder);

// A guard: a server carries its own id in a tag of this fleet, or of another fleet of the same store, and the
// state knows nothing of it; or who carries the tag could not be read.
std::optional<Verdict> marked_and_unknown(const FleetView& fleet, bool explain);

}  // namespace evenkeel::decide
