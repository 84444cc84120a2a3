// Reasons are served once and judged (docs/adr/0030-a-reason-is-served-once.md). Every reason has an identity
// (Cause::identity). A remediation serves it by one treatment; afterwards it is looked whether the reason is
// gone. What is not gone, what AWS refused and what could not be treated is answered by a stronger treatment of
// the policy, or by an operator, never by the same treatment again.
//
// Two kinds are served otherwise: a metric comes and goes by itself, so that only a treatment that could not
// be carried out counts as served (escalation.h judges the others); and a tag's value is a wish that is served by
// whatever became of it (MemberRecord::served_tag).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decide/fleet_view.h"
#include "model/plan.h"

namespace evenkeel::decide {

// What asks for a member, all conditions holding.
struct Asking {
  const std::string& identity;
  const Rule* rule = nullptr;             // nullptr: reboot_when
  const ScheduledEvent* event = nullptr;  // the reason is an event
};

// The treatment at which the answer to it begins, or why it has none (now): already_served, reason_remains, or
// next_in_line while the same reason is being judged on another member.
struct ReasonStatus {
  int level = 0;
  std::optional<Verdict> no;
};
ReasonStatus reason_status(const FleetView& fleet, const Member& member, const Asking& asking);

// For people: what EC2 has scheduled, and when.
std::string describe(const ScheduledEvent& event);
// What tells an event from the next one.
std::string identity_of(const ScheduledEvent& event);

// Whether the metric tells if a reason of that rule is gone: it has one, and neither an event, a tag nor an alarm
// of the whole fleet.
bool judged_by_metric(const FleetPolicy& policy, const std::string& rule);

// A remediation has ended: its reason is served, and is judged later where that is not known at once.
// `ended`: not yet in state.recent.
void note_served(const Remediation& remediation, const FleetPolicy& policy, FleetState& state,
                 PastRemediation& ended);

// For people, of one that was treated and is back, for a reason that its metric doesn't tell: what is asked of the
// reason afterwards, as note_served() arranges it.
std::string asked_afterwards(const Remediation& remediation, const FleetPolicy& policy, Time now);

// Looks whether the reasons that wait for it are gone, those that the metric tells left out. Unknown is
// waited for, a day at most.
void judge_reasons(FleetState& state, const FleetView& fleet, std::vector<Event>& events);

}  // namespace evenkeel::decide
