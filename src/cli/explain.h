// What `explain` gathers and shows of one instance in one fleet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/json_views.h"
#include "model/fleet_state.h"
#include "model/observation.h"
#include "model/plan.h"
#include "model/policy.h"
#include "record/journal.h"

namespace evenkeel::cli {

// One metric that a rule looks at.
struct ExplainedMetric {
  MetricCondition condition;
  std::string rule;  // empty: reboot_when
  Signal signal;
};

// What is known of it now.
struct Known {
  std::string fleet;
  FleetPolicy policy;
  std::optional<Verdict> verdict;   // empty: not a member, or AWS could not be read
  std::vector<Verdict> holds_back;  // the whole fleet
  std::vector<ExplainedMetric> signals;
  std::vector<Check> checks;  // of a member: guards and rules in the order in which they are judged
  std::optional<Time> could_act_at;
  std::vector<Remediation> open;
  std::vector<PastRemediation> recent;
  std::optional<MemberRecord> record;
  std::vector<Event> events;  // the newest, without changes of reasons
  std::string unread;         // why there is no verdict, when AWS could not be read
  std::string tag;            // untrusted; the value of the tag kWitnessTag, where the policy wants it
  Time now{};

  bool nothing() const {
    return !verdict && open.empty() && recent.empty() && !record && events.empty() && tag.empty();
  }
};

void show(Context& context, const std::string& id, const Known& known);
OrderedJson view(const Known& known);

// What the history says of an earlier moment.
struct PastView {
  std::string fleet;
  bool known = false;            // the history says something of it, at whatever time, or it is a member
  std::optional<Event> verdict;  // the last of the member's own by then: "reason: sentence"
  std::optional<Event> held;     // likewise of what held back the whole fleet
  std::optional<Event> phase;  // the last step by then of the remediation that was under way; none: none was
  std::vector<Event> around;   // of the remediation that was under way, or what lies nearest

  bool nothing() const { return !known; }
};

Result<PastView> look_back(record::Journal& journal, const FleetState& state, const std::string& instance_id,
                           Time at);
void show(Context& context, const std::string& id, Time at, const PastView& then);
OrderedJson view(const PastView& then);

}  // namespace evenkeel::cli
